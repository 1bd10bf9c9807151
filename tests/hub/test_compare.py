"""Every record of a batch gets exactly one outcome, from fingerprints alone."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.batching import ReadBatch
from hub.compare import compare

PLAN = "plan-2"
UNTIL = "2026-11-20T00:00:00.000000Z"
EARLY, LATE = "2026-11-18T00:00:00.000000Z", "2026-11-19T00:00:00.000000Z"
FUTURE = "2026-11-21T00:00:00.000000Z"


def batch(*records: tuple[str, bytes, str | None]) -> ReadBatch:
    made = ReadBatch()
    for key, raw, updated in records:
        made.keys.append(key)
        made.raws.append(raw)
        made.updated.append(updated)
    return made.seal()


def known(*rows: tuple[str, bytes, str, str, str | None]) -> pl.DataFrame:
    hashes = batch(*((key, raw, None) for key, raw, *_ in rows)).hashes
    return pl.DataFrame(
        {
            "record_key": [row[0] for row in rows],
            "record_id": list(range(len(rows))),
            "raw_hash": hashes,
            "plan_version": [row[2] for row in rows],
            "status": [row[3] for row in rows],
            "updated": [row[4] for row in rows],
        },
        schema={
            "record_key": pl.String,
            "record_id": pl.Int64,
            "raw_hash": pl.Binary,
            "plan_version": pl.String,
            "status": pl.String,
            "updated": pl.String,
        },
    )


def outcomes(read: ReadBatch, held: pl.DataFrame, until: str | None = UNTIL) -> list[str]:
    return compare(read, held, PLAN, until)["outcome"].to_list()


def test_a_key_the_store_never_saw_is_new() -> None:
    assert outcomes(batch(("a", b"1", EARLY)), known()) == ["new"]


@pytest.mark.parametrize(
    ("raw", "plan", "status", "updated", "expected"),
    [
        (b"1", PLAN, "current", EARLY, "unchanged"),
        (b"1", PLAN, "quarantined", EARLY, "unchanged"),
        (b"1", "plan-1", "current", EARLY, "remapped"),
        (b"2", PLAN, "current", EARLY, "changed"),
        (b"2", PLAN, "current", FUTURE, "superseded"),
        (b"1", PLAN, "deleted", EARLY, "changed"),
    ],
)
def test_a_known_key(raw: bytes, plan: str, status: str, updated: str, expected: str) -> None:
    held = known(("a", b"1", plan, status, updated))
    assert outcomes(batch(("a", raw, LATE)), held) == [expected]


def test_a_record_dated_after_the_window_is_deferred_whatever_the_store_holds() -> None:
    held = known(("a", b"1", PLAN, "current", EARLY))
    assert outcomes(batch(("a", b"1", FUTURE), ("b", b"1", FUTURE)), held) == ["deferred"] * 2


def test_the_newest_version_in_a_batch_wins() -> None:
    read = batch(("a", b"old", EARLY), ("a", b"new", LATE), ("a", b"new", LATE))
    assert outcomes(read, known()) == ["superseded", "duplicate", "new"]


def test_a_deferred_version_does_not_hide_the_one_in_time() -> None:
    assert outcomes(batch(("a", b"1", EARLY), ("a", b"2", FUTURE)), known()) == ["new", "deferred"]


def test_without_a_cursor_the_last_version_wins() -> None:
    read = batch(("a", b"1", None), ("a", b"2", None))
    assert outcomes(read, known(), until=None) == ["superseded", "new"]


def test_a_refused_version_beside_a_good_one_is_not_passed_over() -> None:
    assert outcomes(batch(("a", b"bad", None), ("a", b"good", LATE)), known()) == [
        "new",
        "superseded",
    ]


RECORDS = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from([b"1", b"2"]),
        st.sampled_from([EARLY, LATE, FUTURE]),
    ),
    max_size=12,
)


@given(RECORDS, RECORDS)
def test_one_outcome_a_record_and_one_written_version_a_key(
    read: list[tuple[str, bytes, str]], held: list[tuple[str, bytes, str]]
) -> None:
    store = {key: (key, raw, PLAN, "current", updated) for key, raw, updated in held}
    result = compare(batch(*read), known(*store.values()), PLAN, UNTIL)
    assert result.height == len(read)
    assert result["outcome"].null_count() == 0
    written = result.filter(pl.col("outcome").is_in(["new", "changed", "remapped"]))
    assert written["record_key"].is_unique().all()
