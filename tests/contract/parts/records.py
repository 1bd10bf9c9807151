"""Records that are deleted, come twice, come from the future, or have one field more."""

from __future__ import annotations

from base.errors import HubError
from connectors.declaration import Stream
from tests.contract.part import (
    FULL,
    UNKNOWN_FIELD,
    DoesNotApply,
    Part,
    only_for,
)
from tests.contract.situations import (
    FAR,
    Fields,
    needs_time,
    over_http,
)
from tests.contract.staging import Hub, Staging
from tests.contract.standing import Standing, Undisturbed


class RecordsPart(Part):
    """What the source does to one of its records."""

    def test_what_the_source_deletes(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        """By its flag, or by its absence from a whole read; else a record stays."""
        hub.sync(stream.name)
        whole = undisturbed.standing(stream.name)
        flag = stream.deleted_when
        if stream.deletes == "flag" and flag is not None:
            leaves = {leaf.path: leaf for leaf in hub.job(stream.name).connector.decoder(
                stream.name).leaves}  # fmt: skip
            said = sorted(flag.values)[0]
            value = True if leaves[flag.field].kind == "boolean" else said
            fault = staged.fault(stream, "field_changed", field=flag.field, value=value)
        else:
            fault = staged.fault(stream, "record_withheld")
        with fault:
            deleted = hub.sync(stream.name, FULL).counts["deleted"]
        gone = whole.keys - hub.held(stream.name)
        assert len(gone) == deleted == (0 if stream.deletes == "none" else 1)
        assert not any(claim[1] in gone for claim in Standing.of(hub, stream.name).claims)
        hub.sync(stream.name, FULL)
        assert Standing.of(hub, stream.name) == whole

    @only_for(needs_time)
    def test_a_record_from_the_future_is_deferred(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        if not any(at for page in undisturbed.pages(stream.name) for at in page.updated):
            raise DoesNotApply(f"{stream.name}: its records tell the day of their update at most")
        cursor = stream.cursor
        value = FAR[cursor.format] if cursor else None
        field = Fields.of(hub.job(stream.name).connector, stream).cursor
        options = {} if stream.protocol == "xml" else {"field": field, "value": value}
        with staged.fault(stream, "future_record", **options):
            counts = hub.sync(stream.name).counts
        whole = undisturbed.standing(stream.name)
        assert counts["deferred"] == (1 if over_http(stream) else counts["deferred"])
        assert len(whole.keys - hub.held(stream.name)) == 1 or stream.protocol == "xml"
        hub.sync(stream.name, FULL)
        assert Standing.of(hub, stream.name) == whole

    @only_for(lambda s: "a table has each key once" if s.protocol == "sql" else None)
    def test_a_record_that_comes_twice_is_held_once(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        pages = undisturbed.pages(stream.name)
        once = sum(len(page.keys) + len(page.refused) for page in pages)
        with staged.fault(stream, "record_twice"):
            counts = hub.sync(stream.name).counts
        if counts["read"] > once:  # a hook may have seen to it
            assert counts["duplicate"] + counts["superseded"] > 0
        assert Standing.of(hub, stream.name) == undisturbed.standing(stream.name)

    def test_an_unknown_field_is_a_finding(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        """The finding names it, and no record is lost over it; a file without names is refused."""
        nameless = stream.protocol == "csv" and not stream.section.get("header", True)
        with staged.fault(stream, "field_gained", field="0" if nameless else UNKNOWN_FIELD):
            try:
                hub.sync(stream.name)
            except HubError as error:
                assert nameless, error  # noqa: PT017 - the error is what is looked at
        found = [f for f in hub.store.findings(self.system) if f["stream"] == stream.name]
        told = [f"{f['path']} {f['kind']} {f['detail']}" for f in found]
        told += [item.message for item in hub.store.quarantine(limit=100_000)]
        names = ("column",) if nameless else (UNKNOWN_FIELD, "新項目")
        told += [run.error for run in hub.store.runs() if run.error]
        assert any(name in line for name in names for line in told), told
        whole = undisturbed.standing(stream.name)
        if found:
            assert all(f["kind"] == "added" for f in found)
            assert Standing.of(hub, stream.name) == whole
        hub.sync(stream.name, FULL)
        assert Standing.of(hub, stream.name) == whole
