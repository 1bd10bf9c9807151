"""What is held after a run, and after another one."""

from __future__ import annotations

from base.clock import ManualClock
from connectors.declaration import Stream
from tests.contract.part import Part, every_stream
from tests.contract.staging import Hub, Staging
from tests.contract.standing import Standing, Undisturbed, items_of
from tests.faults.store_dump import dump

WRITTEN_EACH_RUN = {"batch", "stream_state"}
QUARANTINED = {"refused", "masked"}


class HeldPart(Part):
    """A run holds what the truth says, and a second one writes nothing."""

    @every_stream
    def test_the_first_run_holds_everything_and_quarantines_what_it_must(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        counts = hub.sync(stream.name).counts
        assert counts["read"] == sum(counts.values()) - counts["read"] > 0
        shown = {key for page in undisturbed.pages(stream.name) for key in page.keys}
        assert hub.held(stream.name) <= shown
        if staged.servers is None:
            return
        told = staged.servers.world.truth.flaws.items()
        expected = {
            (record.key, flaw.level, flaw.rule, flaw.field)
            for record, flaws in told
            if (record.system, record.stream) == (self.system, stream.name)
            for flaw in flaws
            if flaw.outcome in QUARANTINED
        }
        assert items_of(hub, stream.name) == expected

    def test_a_second_run_writes_nothing(self, hub: Hub, stream: Stream, database: str) -> None:
        hub.sync(stream.name)
        before = dump(hub.url)
        if isinstance(hub.clock, ManualClock):
            hub.clock.advance(60)
        hub.sync(stream.name)
        after = dump(hub.url)
        differing = {name for name in before if before[name] != after[name]}
        assert differing <= WRITTEN_EACH_RUN

    def test_sqlite_and_postgresql_hold_the_same(
        self, hub: Hub, stream: Stream, database: str, undisturbed: Undisturbed
    ) -> None:
        hub.sync(stream.name)
        assert Standing.of(hub, stream.name) == undisturbed.standing(stream.name)
