"""Tables of a replica: paging in one snapshot, bounds, ties, resume, drift, lag and bad rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import ContractError, Forbidden, NotFound, ReadError
from base.records import Window
from connectors.transports.sqllag import NOTE, Gap
from tests import postgres
from tests.connectors.sql_source import NOON, Source, keys_of, records_of
from tests.wire import Wire

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def before(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


@pytest.fixture(params=DATABASES)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Source]:
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
        yield Source(address, address, tmp_path)
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield Source(url.replace("postgresql://", "postgresql+psycopg://"), url, tmp_path)


def test_both_databases_give_the_same_texts(source: Source) -> None:
    source.insert(("a", NOON))
    (page, *rest) = source.read()
    assert page.raws == [
        '{"code":"a","name":"名 a","amount":9000000000,"day":"2026-04-01","gone":false,'
        '"updated_at":"2026-11-20T03:00:00.000000Z"}'.encode()
    ]
    assert page.updated == ["2026-11-20T03:00:00.000000Z"]
    assert not keys_of(rest)


def test_an_empty_table_gives_no_record_and_an_end(source: Source) -> None:
    pages = list(source.read())
    assert not keys_of(pages)
    assert pages[-1].resume is None


def test_rows_come_by_cursor_and_key_and_ties_are_not_lost(source: Source) -> None:
    source.insert(*((f"k{n}", before(5)) for n in range(7)), ("first", before(9)))
    assert keys_of(source.read()) == ["first", *(f"k{n}" for n in range(7))]


def test_the_window_bounds_both_ends_and_the_future_is_left(source: Source) -> None:
    source.insert(
        ("old", before(60)), ("since", before(30)), ("in", before(29)), ("until", NOON),
        ("future", NOON + timedelta(days=900)),
    )  # fmt: skip
    assert keys_of(source.read(window=Window(before(30), NOON))) == ["in", "until"]


@pytest.mark.parametrize("taken", range(1, 4))
def test_reading_on_after_a_kill_at_any_page_gives_what_is_left(source: Source, taken: int) -> None:
    source.insert(*((f"k{n}", before(20 - n // 2)) for n in range(11)))
    had = list(islice(source.read(), taken))
    source.insert(("new", before(0.5)))
    rest = list(source.read(resume=had[-1].resume))
    assert keys_of(had) + keys_of(rest) == [*(f"k{n}" for n in range(11)), "new"]


@pytest.mark.postgresql
def test_a_connection_that_is_lost_between_pages_loses_no_row(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    with postgres_server.database() as url:
        source = Source(url.replace("postgresql://", "postgresql+psycopg://"), url, tmp_path)
        source.insert(*((f"k{n}", before(20 - n // 2)) for n in range(11)))
        wire = Wire(url)
        source.address = wire.address
        try:
            found: list[str] = []
            for page in source.read():
                found += page.keys
                wire.cut()
        finally:
            wire.close()
    assert found == [f"k{n}" for n in range(11)]
    assert source.clock.slept


def test_a_position_of_another_window_begins_anew(source: Source) -> None:
    source.insert(*((f"k{n}", before(20)) for n in range(5)))
    resume = next(source.read()).resume
    again = source.read(window=Window(None, before(1)), resume=resume)
    assert len(keys_of(again)) == 5


def test_one_read_sees_one_state_of_the_data(source: Source) -> None:
    source.insert(*((f"k{n}", before(20 - n)) for n in range(6)))
    pages = source.read()
    first = next(pages)
    source.run("UPDATE items SET name = 'changed'", "DELETE FROM items WHERE code = 'k5'")
    source.insert(("late", before(1)))
    rest = list(pages)
    assert keys_of([first, *rest]) == [f"k{n}" for n in range(6)]
    assert {record["name"][0] for record in records_of(rest)} == {"名"}


def test_a_limit_ends_the_read(source: Source) -> None:
    source.insert(*((f"k{n}", before(20)) for n in range(9)))
    assert keys_of(source.read(limit=2)) == ["k0", "k1"]


def test_a_flagged_row_names_a_deletion(source: Source) -> None:
    source.insert(("a", before(2)))
    source.insert(("b", before(1)), gone=True)
    pages = list(source.read())
    assert keys_of(pages) == ["a"]
    assert [key for page in pages for key in page.deleted] == ["b"]


def test_rows_that_no_window_can_hold_are_read_last(source: Source) -> None:
    source.insert(("a", before(2)), *((f"n{n}", None) for n in range(4)), (None, before(3)))
    pages = list(source.read())
    assert keys_of(pages) == ["a", "n0", "n1", "n2", "n3"]
    (refused,) = [refused for page in pages for refused in page.refused]
    assert refused.rule == "key"


def test_text_that_is_no_instant_is_read_too(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    source = Source(address, address, tmp_path)
    source.insert(("a", before(2)), ("slashes", "2026/11/20 12:00"), ("empty", ""))
    assert sorted(set(keys_of(source.read()))) == ["a", "empty", "slashes"]


def test_a_key_that_is_none_ends_the_read(source: Source) -> None:
    source.insert(*((None, before(n)) for n in range(4)))
    with pytest.raises(ContractError, match="it is no key"):
        list(source.read())


def test_columns_gained_lost_and_retyped_are_drift_and_no_failure(source: Source) -> None:
    source.run(
        "ALTER TABLE items ADD COLUMN extra TEXT",
        "ALTER TABLE items RENAME COLUMN day TO held_on",
        "ALTER TABLE items DROP COLUMN amount",
        "ALTER TABLE items ADD COLUMN amount TEXT",
    )
    source.engine.dispose()
    with source.engine.begin() as connection:
        for n in range(300):
            connection.exec_driver_sql(
                "INSERT INTO items (code, name, gone, updated_at, extra, amount) VALUES "  # noqa: S608
                f"('k{n}', 'n', false, '2026-11-20T01:00:00.{n:06d}Z', 'x', '1,000')"
            )
    connector = source.connector()
    raws = [raw for page in source.read(connector) for raw in page.raws]
    decoded = connector.decoder("items").decode(raws)
    found = {(finding.path, finding.kind) for finding in decoded.drift}
    assert found == {
        ("amount", "retyped"), ("day", "removed"), ("extra", "added"), ("held_on", "added"),
    }  # fmt: skip
    assert decoded.frame.root.height == 300
    assert {refusal.level for refusal in decoded.refusals} == {"field"}


def test_columns_in_another_order_give_the_same_texts(source: Source) -> None:
    source.insert(("a", before(1)))
    first = [page.raws for page in source.read()]
    source.run(
        "ALTER TABLE items RENAME TO kept",
        "CREATE VIEW items AS SELECT updated_at, gone, day, amount, name, code FROM kept",
    )
    assert [page.raws for page in source.read()] == first


def test_a_table_without_key_or_cursor_column_names_it(source: Source) -> None:
    source.run("ALTER TABLE items RENAME COLUMN updated_at TO changed_at")
    with pytest.raises(ContractError, match="no column updated_at") as caught:
        list(source.read())
    assert (caught.value.system, caught.value.stream) == ("ledger", "items")


def test_a_table_that_is_gone_is_told(source: Source) -> None:
    source.run("DROP TABLE items")
    with pytest.raises(NotFound, match="no such table"):
        list(source.read())
    assert source.clock.slept == []


@pytest.mark.postgresql
def test_a_right_that_is_missing_is_told(postgres_server: postgres.Server, tmp_path: Path) -> None:
    with postgres_server.database() as url:
        source = Source(url.replace("postgresql://", "postgresql+psycopg://"), url, tmp_path)
        role = f"reader_{uuid4().hex}"
        source.run(f"CREATE ROLE {role} LOGIN")
        try:
            source.address = url.replace("postgres@", f"{role}@")
            with pytest.raises(Forbidden, match="GRANT SELECT"):
                list(source.read())
            source.run(f"GRANT SELECT ON items TO {role}")
            source.insert(("a", before(1)))
            assert keys_of(source.read()) == ["a"]
        finally:
            source.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_snapshot_stream_reads_all_by_key(source: Source) -> None:
    source.insert(*((f"k{n}", before(n)) for n in range(7)), ("z", NOON + timedelta(days=3)))
    pages = list(source.read(source.connector(mode="mode: snapshot")))
    assert keys_of(pages) == [*(f"k{n}" for n in range(7)), "z"]
    assert pages[0].updated == [None] * 3


def test_a_text_that_is_not_in_the_encoding_refuses_its_row_alone(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    source = Source(address, address, tmp_path)
    source.insert(("a", before(3)), ("b", before(2)), ("c", before(1)))
    source.run("UPDATE items SET name = CAST(x'835C' AS TEXT) WHERE code = 'b'")
    pages = list(source.read())
    assert keys_of(pages) == ["a", "c"]
    (refused,) = pages[0].refused
    assert (refused.key, refused.rule) == ("b", "encoding")
    assert "column name" in refused.message


@pytest.mark.postgresql
def test_values_that_no_calendar_has_refuse_no_more_than_their_row(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    with postgres_server.database() as url:
        source = Source(url.replace("postgresql://", "postgresql+psycopg://"), url, tmp_path)
        source.insert(("a", before(3)), ("b", before(2)))
        source.run("UPDATE items SET day = 'infinity' WHERE code = 'b'")
        assert [record["day"] for record in records_of(source.read())] == ["2026-04-01", "infinity"]


@pytest.mark.postgresql
def test_timestamps_without_a_zone_are_those_of_the_declared_one(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    with postgres_server.database() as url:
        source = Source(url.replace("postgresql://", "postgresql+psycopg://"), url, tmp_path)
        source.run("ALTER TABLE items ALTER COLUMN updated_at TYPE TIMESTAMP")
        source.run(
            "INSERT INTO items (code, gone, updated_at) VALUES ('a', false, '2026-11-20 12:00'),"
            " ('b', false, '2026-11-20 11:59'), ('late', false, '2026-11-20 12:01')"
        )
        connector = source.connector(lag="{replay: true}, timezone: Asia/Tokyo")
        pages = list(source.read(connector))
        assert keys_of(pages) == ["b", "a"]
        assert pages[0].updated[1] == "2026-11-20T03:00:00.000000Z"


def heartbeat(source: Source, at: datetime) -> None:
    source.run(
        "DROP VIEW IF EXISTS beat",
        f"CREATE VIEW beat AS SELECT '{at.isoformat()}' AS at"
        if source.sqlite
        else f"CREATE VIEW beat AS SELECT timestamptz '{at.isoformat()}' AS at",
    )


def test_a_lagging_replica_lowers_the_bound_and_the_next_read_makes_up(source: Source) -> None:
    source.insert(("sure", before(20)), ("early", before(5)))
    heartbeat(source, before(10))
    connector = source.connector(lag="{heartbeat: beat.at}")
    pages = list(source.read(connector))
    assert keys_of(pages) == ["sure"]
    notes = pages[-1].notes
    assert list(notes) == [NOTE]
    assert not any(page.notes for page in pages[:-1])

    source.insert(("slow", before(7)))
    heartbeat(source, NOON + timedelta(hours=2))
    later = Window(NOON, NOON + timedelta(hours=1))
    pages = list(source.read(connector, later, memo=notes))
    assert keys_of(pages) == ["slow", "early"]
    assert pages[-1].notes == {NOTE: ""}


def test_a_replica_that_lags_too_much_or_does_not_tell_is_not_read(source: Source) -> None:
    heartbeat(source, before(60 * 30))
    connector = source.connector(lag="{heartbeat: beat.at, at_most: P1D}")
    with pytest.raises(ReadError, match=r"31\.0 hours behind"):
        list(source.read(connector))
    source.run("DROP VIEW beat", "CREATE TABLE beat (at TEXT)")
    with pytest.raises(ReadError, match="does not tell"):
        list(source.read(connector))


instants = st.integers(0, 500_000).map(before)


@given(st.lists(st.tuples(instants, instants), min_size=1, max_size=8), instants)
def test_every_instant_is_read_when_the_replica_has_it(
    runs: list[tuple[datetime, datetime]], start: datetime
) -> None:
    """Runs one after the other; each (until, certain). What was claimed and not read is a gap."""
    gap, since = Gap(), start
    read_up_to = start
    for until, certain in sorted(runs):
        if until <= since:
            continue
        window = Window(since, until)
        lower = min(since, gap.since) if gap.since else since
        assert lower <= read_up_to
        left = gap.notes(window, Window(lower, until), certain)
        gap = Gap.of(lambda keys, note=left: dict(note)) if left else gap  # type: ignore[misc]
        read_up_to = max(read_up_to, min(until, certain))
        since = until
