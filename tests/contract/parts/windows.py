"""Windows and pages: nothing is missed between two, nothing is read beyond one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.declaration import Stream
from hub.options import SyncOptions
from hub.windows import from_text, utc_text
from tests.contract.pages import cut_to_size, last_request, page_size
from tests.contract.part import LAST, DoesNotApply, Part, only_for
from tests.contract.situations import (
    needs_cursor,
    needs_lookback,
    needs_time,
)
from tests.contract.staging import PAGES, Hub, Staging
from tests.contract.standing import Standing, Undisturbed


class WindowsPart(Part):
    """Empty, one page, many; bounded above; late."""

    def test_an_empty_source(
        self, barren: Staging, stream: Stream, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Nothing is read, nothing is written, and the run ends well."""
        with barren.hub(tmp_path_factory.mktemp("empty")) as hub:
            if any(page.keys for page in barren.pages(hub, stream.name)):
                raise DoesNotApply(f"{stream.name} has records in a world without businesses")
            assert hub.sync(stream.name).counts["read"] == 0
            assert hub.held(stream.name) == set()

    @only_for(needs_cursor)
    def test_an_empty_window(self, hub: Hub, stream: Stream, undisturbed: Undisturbed) -> None:
        bounds = (datetime(1990, 1, 1, tzinfo=UTC), datetime(1990, 1, 2, tzinfo=UTC))
        options = SyncOptions(mode="backfill", since=bounds[0], until=bounds[1])
        summary = hub.sync(stream.name, options)
        if stream.name in self.unbounded:
            assert hub.held(stream.name) == undisturbed.standing(stream.name).keys
            raise DoesNotApply(f"{stream.name} is answered whole whatever the window")
        assert summary.counts["read"] == summary.counts["deferred"]
        assert hub.held(stream.name) == set()

    @pytest.mark.usefixtures("small_blocks")
    def test_one_page_and_many_give_the_same(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        records = len(undisturbed.raws(stream.name))
        size = page_size(records)
        pages = staged.pages(hub, stream.name, page_size=size)
        if stream.paging.size is not None or stream.protocol == "sql":
            assert all(len(page.keys) <= size for page in pages)
        if cut_to_size(stream):
            assert len(pages) > 1 or records < PAGES
        assert sorted(raw for page in pages for raw in page.raws) == sorted(
            undisturbed.raws(stream.name)
        )

    @only_for(needs_time)
    def test_reads_are_bounded_above(
        self, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        """No record that was updated after the window's end is held."""
        pages = undisturbed.pages(stream.name)
        updated = sorted(at for page in pages for at in page.updated if at is not None)
        if not updated:
            raise DoesNotApply(f"{stream.name}: its records tell the day of their update at most")
        middle = updated[len(updated) // 2]
        hub.sync(stream.name, SyncOptions(mode="backfill", until=from_text(middle)))
        told = [pair for page in pages for pair in zip(page.keys, page.updated, strict=True)]
        before = {key for key, at in told if at is not None and at <= middle}
        held, whole = hub.held(stream.name), undisturbed.standing(stream.name).keys
        assert held >= before & whole
        assert not {key for key, at in told if at is not None and at > middle} & held - before

    @only_for(needs_lookback)
    def test_a_record_that_shows_late_is_met_within_the_lookback(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        """Updated before the first run's end, shown after it."""
        skip = last_request(staged, hub, stream, len(undisturbed.raws(stream.name)))
        with staged.fault(stream, "record_withheld", record=LAST, skip=skip):
            hub.sync(stream.name)
        whole = undisturbed.standing(stream.name)
        (key,) = whole.keys - hub.held(stream.name)
        told = [
            at for page in undisturbed.pages(stream.name)
            for one, at in zip(page.keys, page.updated, strict=True) if one == key and at
        ]  # fmt: skip
        if not told:
            raise DoesNotApply(f"{stream.name}: the record met tells no time of its update")
        updated = max(told)
        lookback = stream.cursor.lookback if stream.cursor else None
        assert lookback is not None
        number = hub.store.stream_id(self.system, stream.name)
        ended = utc_text(from_text(updated) + lookback / 2)
        hub.store.reset_state(number, cursor=ended, now=hub.clock.now())
        hub.sync(stream.name)
        assert Standing.of(hub, stream.name) == whole
