"""A store with many source records and 90 days of runs behind it; rows as a sync leaves them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url

from base.clock import JST
from canonical.store import Store
from canonical.store.tables import first_id
from connectors.registry import declarations

DAYS = 90
RUNS_A_DAY = 24
QUARANTINED = 100
"""One record in so many was refused; of those, one in four is still open."""
MEMBERS = 2
"""One record in so many stands in the crosswalk."""
IN_DOUBT = 2_000
RULES = ("check_digit", "not_a_number", "unknown_code", "too_long", "impossible_date")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def fill(url: str, records: int) -> dict[str, int]:
    """Fill an empty SQLite store; how many rows of what."""
    with Store.open(url) as store:
        store.upgrade()
        streams = {
            f"{name}.{stream}": store.stream_id(name, stream)
            for name, system in declarations().items()
            for stream in system.streams
        }
    share = records // len(streams)
    made = {"records": share * len(streams), "runs": DAYS * RUNS_A_DAY * len(streams)}
    with sqlite3.connect(Path(make_url(url).database or "")) as database:
        database.execute("PRAGMA synchronous = OFF")
        for number in streams.values():
            _stream(database, number, share)
        _parties(database, made["records"] // MEMBERS, share)
        database.execute("ANALYZE")
    return made


def _put(database: sqlite3.Connection, table: str, columns: str, rows: Iterable[tuple]) -> None:  # type: ignore[type-arg]
    marks = ", ".join("?" * len(columns.split(", ")))
    database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _stream(database: sqlite3.Connection, number: int, records: int) -> None:
    first = first_id(number)
    runs = list(_runs(number))
    database.execute(
        "UPDATE stream_state SET next_record_no = ?, next_batch_no = ? WHERE stream_id = ?",
        (records + 1, len(runs) + 1, number),
    )
    _put(
        database, "run",
        'run_id, stream_id, "trigger", mode, since, until, started_at, ended_at, status, error',
        runs,
    )  # fmt: skip
    _put(
        database, "batch",
        "stream_id, batch_no, run_id, recorded_at, plan_no, contract_version, read_count,"
        " new_count, changed_count, remapped_count, unchanged_count, duplicate_count,"
        " superseded_count, deferred_count, deleted_count, quarantined_count, archive_path,"
        " archive_rows",
        (
            (number, place, run[0], run[6], 1, "1", 500, 5, 20, 0, 470, 0, 0, 0, 0, 5, None, 0)
            for place, run in enumerate(runs, start=1)
        ),
    )  # fmt: skip
    _put(
        database, "source_record",
        "record_id, stream_id, record_key, raw_hash, plan_no, status, updated, batch_no, position",
        (
            (first + at, number, f"R{at:09d}", at.to_bytes(16, "big"), 1,
             "quarantined" if at % QUARANTINED == 0 else "current", None, 1 + at % len(runs), at)
            for at in range(1, records + 1)
        ),
    )  # fmt: skip
    _put(
        database, "quarantine_item",
        "item_id, stream_id, record_key, level, stage, rule, field, value, message, status,"
        " opened_at, opened_batch, closed_batch, raw_hash",
        (
            (first + at // QUARANTINED, number, f"R{at:09d}", "record", "map",
             RULES[at // QUARANTINED % len(RULES)], f"answers.項目{at // QUARANTINED % 7}", "9999",
             "is not what it should be", "closed" if at // QUARANTINED % 4 else "open",
             _text(NOW), 1, None, at.to_bytes(16, "big"))
            for at in range(QUARANTINED, records + 1, QUARANTINED)
        ),
    )  # fmt: skip


def _runs(number: int) -> Iterator[tuple]:  # type: ignore[type-arg]
    for back in range(DAYS):
        day = NOW.astimezone(JST).replace(hour=8, minute=0) - timedelta(days=back)
        for at in range(RUNS_A_DAY):
            began = day + timedelta(minutes=30 * at)
            if began > NOW:
                continue
            run_id = f"{number}-{back}-{at}"
            status = "failed" if (back + at) % 97 == 0 else "succeeded"
            ended = _text(began + timedelta(seconds=20))
            yield (run_id, number, "dag", "incremental", None, None, _text(began), ended, status,
                   "the system answered 500" if status == "failed" else None)  # fmt: skip


def _parties(database: sqlite3.Connection, members: int, share: int) -> None:
    """Every second claim is in the party of the one before it; some pairs are in doubt."""
    at = _text(NOW)
    each = range(1, members + 1)
    _put(
        database, "crosswalk",
        "member_id, recorded_from, recorded_to, party_id, record_id, role, ordinal, basis,"
        " probability, model_no, scope",
        ((no, at, None, (no + 1) // 2, _record(no, share), "applicant", 0, "match", 1.0, 1, "")
         for no in each),
    )  # fmt: skip
    _put(
        database, "match_identifier", "kind, value, member_id",
        (("gbiz_account", f"A{(no + 1) // 2:09d}", no) for no in each),
    )  # fmt: skip
    _put(
        database, "match_edge", "low, high, probability, outcome",
        ((no, no + 1, 1.0, "same") for no in range(1, members, 2)),
    )  # fmt: skip
    step = max(4, members // IN_DOUBT // 4 * 4)
    _put(
        database, "match_edge", "low, high, probability, outcome",
        ((no, no + 2, 0.5 + no / members / 4, "review") for no in range(1, members - 2, step)),
    )  # fmt: skip


def _record(member: int, share: int) -> int:
    """The record of a member: those of the first stream, then of the second."""
    stream, place = divmod(member - 1, share)
    return first_id(stream + 1) + place + 1
