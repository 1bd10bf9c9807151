"""The connector suite: one line names a connector and gives it every test.

::

    from tests.contract.suite import connector_suite

    suite = connector_suite("it_subsidy")

Every stream is read from the system's mock, or from a real staging system where
`HUB_SUITE_IT_SUBSIDY` holds its connection. `docs/guides/connector-suite.md` says what is tested.
"""

from __future__ import annotations

import io
import json
import logging
import os
import traceback
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest

from base.clock import ManualClock
from base.errors import HubError
from base.records import VALUE, Window
from base.redact import CHATTY
from connectors.checks import check_connector
from connectors.declaration import Stream
from connectors.registry import ROOT, declarations
from connectors.schema import Leaf, ListNode, ObjectNode
from hub.options import SyncOptions
from hub.sync import mapping_file
from hub.windows import from_text, utc_text
from mappings.check import check_mapping
from mocks.faults import ANSWERS, ON_THE_WIRE
from mocks.systems import modules
from tests.contract.situations import (
    FAR,
    OFTEN,
    WHOLE_RUN,
    Fields,
    Reason,
    alike,
    fault_kinds,
    needs_cursor,
    needs_http,
    needs_lookback,
    needs_time,
    needs_token,
    over_http,
)
from tests.contract.staging import PAGES, Hub, Staging, real_system
from tests.contract.standing import Standing, Undisturbed, items_of, occurring, personal_texts
from tests.faults.store_dump import dump

LAST = 10**9
"""The number of a record that stands behind all others."""

WRITTEN_EACH_RUN = {"batch", "stream_state"}
QUARANTINED = {"refused", "review", "masked"}
FULL = SyncOptions(mode="full")
UNKNOWN_FIELD = "added_later"

Test = Callable[..., None]


class DoesNotApply(Exception):
    """The test at hand met nothing that it could try; `tests/contract/conftest.py` lets it pass."""


class Killed(BaseException):
    """Ends a run from outside, between two pages."""


def only_for(*reasons: Reason) -> Callable[[Test], Test]:
    """Marks a test that not every stream can be put to."""

    def mark(test: Test) -> Test:
        test.reasons = reasons  # type: ignore[attr-defined]
        return test

    return mark


def every_stream(test: Test) -> Test:
    """Marks a test that is cheap enough for streams that are read as another one is."""
    test.every = True  # type: ignore[attr-defined]
    return test


class ConnectorSuite:
    """What every connector is put to; `connector_suite` makes one for a system."""

    system: ClassVar[str]
    businesses: ClassVar[int]
    real: ClassVar[dict[str, str] | None]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test for each stream, each fault, each page, each kind of store."""
        names = metafunc.fixturenames
        if "kind" in names:
            metafunc.parametrize(("stream", "kind"), list(self._faults()))
        elif "stream" in names:
            metafunc.parametrize("stream", list(self._streams(metafunc.function)))
        if "page" in names:
            metafunc.parametrize("page", range(1, PAGES))
        if "database" in names:
            on_postgresql = pytest.param("postgresql", marks=pytest.mark.postgresql)
            metafunc.parametrize("database", ["sqlite", on_postgresql])

    @classmethod
    def _streams(cls, test: Any) -> Iterator[Any]:
        seen: list[Stream] = []
        for stream in declarations()[cls.system].streams.values():
            deep = alike(stream, seen) and not getattr(test, "every", False)
            seen.append(stream)
            marks = [pytest.mark.deep] if deep else []
            reason = next(filter(None, (why(stream) for why in getattr(test, "reasons", ()))), None)
            if reason is not None:
                marks.append(pytest.mark.does_not_apply)
            shown = stream.name if reason is None else f"{stream.name}: {reason}"
            yield pytest.param(stream, id=shown, marks=marks)

    @classmethod
    def _faults(cls) -> Iterator[Any]:
        seen: list[Stream] = []
        known = getattr(modules().get(cls.system), "KINDS", ())
        for stream in declarations()[cls.system].streams.values():
            again = alike(stream, seen)
            seen.append(stream)
            for kind in fault_kinds(stream, known):
                marks = [pytest.mark.deep] if again or kind not in OFTEN else []
                yield pytest.param(stream, kind, id=f"{stream.name}-{kind}", marks=marks)

    # --- the contract -------------------------------------------------------------------------

    def test_declaration_and_mappings_fit_the_contract(self) -> None:
        assert check_connector(ROOT / self.system) == []

    @every_stream
    def test_the_mapping_covers_the_contract(self, staged: Staging, stream: Stream) -> None:
        from connectors.connector import Connector

        decoder = Connector(staged.declaration, lambda _name: None).decoder(stream.name)  # type: ignore[arg-type,return-value]
        report = check_mapping(
            mapping_file(self.system), stream.name, decoder.fields, stream.purpose
        )
        assert report.problems == []
        assert report.mapped + report.ignored == report.fields

    @every_stream
    def test_every_record_fits_the_contract(
        self, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        """None differs from it but those whose flaws say so."""
        decoder = hub.job(stream.name).connector.decoder(stream.name)
        raws = undisturbed.raws(stream.name)
        assert raws, "the mock's world is too small for this stream"
        decoded = decoder.decode(raws)
        assert decoded.drift == []

    @every_stream
    def test_every_field_of_the_contract_occurs(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        assert staged.mock
        decoder = hub.job(stream.name).connector.decoder(stream.name)
        wanted = set(decoder.fields) - set(sparse_paths(decoder.schema.root))
        missing = wanted - occurring(decoder, undisturbed.raws(stream.name))
        assert not missing, f"in no record of the mock: {sorted(missing)}"

    # --- what is held -------------------------------------------------------------------------

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

    # --- windows and pages --------------------------------------------------------------------

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
    def test_an_empty_window(self, hub: Hub, stream: Stream) -> None:
        from datetime import UTC, datetime

        bounds = (datetime(1990, 1, 1, tzinfo=UTC), datetime(1990, 1, 2, tzinfo=UTC))
        options = SyncOptions(mode="backfill", since=bounds[0], until=bounds[1])
        summary = hub.sync(stream.name, options)
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

    # --- records ------------------------------------------------------------------------------

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

    # --- faults -------------------------------------------------------------------------------

    @only_for(needs_token)
    def test_an_expired_token_is_renewed(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        size = page_size(len(undisturbed.raws(stream.name)))
        with staged.fault(stream, "expired_token", skip=1) as fault:
            hub.sync(stream.name, page_size=size)
        assert fault.count == 0, "no request was refused"
        assert Standing.of(hub, stream.name) == undisturbed.standing(stream.name)

    @only_for(needs_http)
    def test_a_rate_limit_is_waited_for(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        clock = hub.clock
        assert isinstance(clock, ManualClock)
        before = len(clock.slept)
        with staged.fault(stream, "rate_limited", retry_after="7") as fault:
            hub.sync(stream.name)
        assert fault.count == 0, "no request was refused"
        assert any(seconds >= 7 for seconds in clock.slept[before:])
        assert Standing.of(hub, stream.name) == undisturbed.standing(stream.name)

    def test_a_fault_is_told_and_nothing_is_lost(
        self, staged: Staging, hub: Hub, stream: Stream, kind: str, undisturbed: Undisturbed
    ) -> None:
        """A clear error, or quarantine; then a run without the fault ends as one without any."""
        fields = Fields.of(hub.job(stream.name).connector, stream)
        options: dict[str, Any] = {"count": None} if kind in WHOLE_RUN else {}
        if kind in {"future_record", "field_changed"}:
            future = kind == "future_record"
            options["field"] = fields.cursor or fields.text if future else fields.text
            options["value"] = FAR["instant"] if future else "changed"
        elif kind.startswith("field_") or kind in {
            "nul",
            "lone_surrogate",
            "number_text",
            "key_changed",
            "duplicate_key_in_page",
        }:
            options["field"] = UNKNOWN_FIELD if kind == "field_gained" else fields.text
        if stream.protocol == "xml":
            options.pop("value", None)
        told: HubError | None = None
        with staged.fault(stream, kind, **options):
            try:
                hub.sync(stream.name)
            except HubError as error:
                told = error
        if told is not None:
            assert (told.system, told.stream) == (self.system, stream.name)
            assert told.what.strip()
        staged.advance(3600)
        hub.sync(stream.name, FULL if told is None else None)
        whole, found = undisturbed.standing(stream.name), Standing.of(hub, stream.name)
        assert found.of_keys(whole.keys) == whole
        if kind in ANSWERS or kind in ON_THE_WIRE:
            assert found == whole

    @pytest.mark.usefixtures("small_blocks")
    def test_a_run_killed_at_any_page_leaves_no_trace(
        self, staged: Staging, hub: Hub, stream: Stream, page: int, undisturbed: Undisturbed
    ) -> None:
        job = hub.job(stream.name, page_size(len(undisturbed.raws(stream.name))))
        read, seen = job.connector.read, 0

        def killed(*args: Any, **given: Any) -> Iterator[Any]:
            nonlocal seen
            for one in read(*args, **given):
                seen += 1
                if seen > page:
                    raise Killed
                yield one

        from hub.transfer import run_sync

        job.connector.read = killed  # type: ignore[method-assign]
        try:
            run_sync(job)
        except Killed:
            pass
        else:
            records = len(undisturbed.raws(stream.name))
            assert page > 1 or not cut_to_size(stream) or records < PAGES, "nothing was killed"
            raise DoesNotApply(f"{stream.name} has no more than {page} pages here")
        hub.sync(stream.name, page_size=page_size(len(undisturbed.raws(stream.name))))
        assert Standing.of(hub, stream.name) == undisturbed.standing(stream.name)

    # --- silence ------------------------------------------------------------------------------

    def test_nothing_personal_and_no_secret_is_told(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed, log: io.StringIO
    ) -> None:
        told: list[str] = []
        fault = staged.fault(
            stream, "table_gone" if stream.protocol == "sql" else "reset", count=None
        )
        for disturbed in (True, False):
            try:
                if disturbed:
                    with fault:
                        hub.sync(stream.name)
                else:
                    staged.advance(3600)
                    told.append(json.dumps(hub.sync(stream.name).as_json(), ensure_ascii=False))
            except HubError as error:
                told += [repr(error), str(vars(error)), *traceback.format_exception(error)]
        assert len(told) > 1, "the fault was not noticed"
        store = hub.store
        asked = [*store.runs(limit=100), *store.status(), *store.findings(),
                 *store.quarantine(status=None, limit=100_000)]  # fmt: skip
        text = "\n".join([*told, *map(repr, asked), log.getvalue()])
        decoder = hub.job(stream.name).connector.decoder(stream.name)
        personal = personal_texts(decoder, undisturbed.raws(stream.name))
        leaked = {one for one in personal if one in text}
        assert not leaked, f"{len(leaked)} personal values are told"
        secrets = staged.world_servers.systems.secrets()
        assert not any(one in text for one in secrets if one), "a secret is told"

    @only_for(needs_http)
    def test_the_same_records_come_without_a_socket(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        """The corpus behind `responses`, for unit tests."""
        import responses

        from mocks.corpus import register

        servers = staged.world_servers
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            register(mock, servers[self.system].address, servers.systems.apps[self.system])
            pages = staged.pages(hub, stream.name, Window(None, hub.clock.now()))
        found = sorted(raw for page in pages for raw in page.raws)
        assert found == sorted(undisturbed.raws(stream.name))

    @pytest.fixture
    def small_blocks(
        self, stream: Stream, undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file is read in as many blocks as others have pages."""
        whole = sum(map(len, undisturbed.raws(stream.name)))
        monkeypatch.setattr(
            "connectors.transports.csvfiles.BLOCK_BYTES", max(200, whole // (2 * PAGES))
        )

    @pytest.fixture
    def log(self) -> Iterator[io.StringIO]:
        """All that is logged where the hub's log level is DEBUG, not redacted."""
        text = io.StringIO()
        handler = logging.StreamHandler(text)
        handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
        levels = {"": logging.DEBUG, **dict.fromkeys(CHATTY, logging.WARNING)}
        before = {name: logging.getLogger(name).level for name in levels}
        logging.getLogger().addHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        try:
            yield text
        finally:
            logging.getLogger().removeHandler(handler)
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)


def cut_to_size(stream: Stream) -> bool:
    """Whether the hub decides how much of a stream is one page."""
    return stream.paging.size is not None or stream.protocol in {"csv", "sql"}


def page_size(records: int) -> int:
    """Records a page for about `PAGES` pages."""
    return max(1, -(-records // PAGES))


def last_request(staged: Staging, hub: Hub, stream: Stream, records: int) -> int:
    """How many requests come before the last one that is answered with records."""
    if staged.mock.trial is not None:
        return 0
    with staged.fault(stream, "clock_skew", seconds=0.0, count=10**6) as counter:
        staged.pages(hub, stream.name)
    requests = 10**6 - (counter.count or 0)
    for skip in reversed(range(requests)):
        with staged.fault(stream, "record_withheld", record=LAST, skip=skip):
            if sum(len(page.keys) for page in staged.pages(hub, stream.name)) < records:
                return skip
    raise AssertionError(f"no answer to {stream.name} has records")


def sparse_paths(node: ObjectNode | ListNode | Leaf, sparse: bool = False) -> Iterator[str]:
    """The contract's fields that may be in no record: their own mark, or what they stand in."""
    sparse = sparse or node.sparse
    if isinstance(node, ObjectNode):
        for inner in node.fields.values():
            yield from sparse_paths(inner, sparse)
    elif isinstance(node, ListNode):
        element = node.element
        inside = [VALUE] if isinstance(element, Leaf) else sparse_paths(element, sparse)
        for path in inside:
            yield f"{node.path}[]" if path == VALUE else f"{node.path}[].{path}"
    elif sparse:
        yield node.path


def connector_suite(system: str, *, businesses: int = 240) -> type[ConnectorSuite]:
    """The suite of one connector, as a class that pytest collects under the name `suite`.

    `businesses` is the size of the world that its mock shows.
    """
    given = {"system": system, "businesses": businesses, "real": real_system(os.environ, system)}
    return type("suite", (ConnectorSuite,), given)
