"""One business row by row is what frames make of it: the same winners, conflicts and lists."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.golden import agreement, alone, lists
from canonical.golden.lists import LISTS
from canonical.golden.survivorship import survive
from canonical.golden.units import COLUMNS, UNITS
from canonical.model import ENTITIES
from canonical.store.frames import TYPES
from tests.canonical.golden.claims import SCHEMA, frame

_DAYS = st.sampled_from(
    [None, date(2019, 3, 31), date(2023, 4, 1), date(2023, 4, 17), date(2023, 11, 1)]
)
_ROLES = st.sampled_from(
    ["base_registry", "register", "identity_provider", "aggregator", "procedure", "adviser"]
)
_PARTS = st.sampled_from(["self", "applicant", "vendor", "holder"])
_TEXTS = st.none() | st.sampled_from(["髙橋", "高橋", "高 橋", "１丁目２番", "1-2", "ヶ丘", "ケ丘"])
_YEN = st.none() | st.sampled_from([1_000_000, 1_000_001, 1_000_400, 2_000_000])
_SETTINGS = settings(deadline=None, max_examples=40)


@st.composite
def _claims(draw: st.DrawFn) -> dict[str, Any]:
    """A claim that says much: each column of a party, as its type has it, or nothing."""
    said: dict[str, Any] = {}
    for field in ENTITIES["party"].fields:
        kind = TYPES[field.columns()[field.name]]
        if kind == pl.Date():
            said[field.name] = draw(_DAYS)
            said[f"{field.name}_precision"] = draw(st.sampled_from(["day", "month", "year", None]))
        elif kind == pl.Boolean():
            said[field.name] = draw(st.none() | st.booleans())
        elif kind == pl.String():
            said[field.name] = draw(_TEXTS)
        elif f"{field.name}_unit" in field.columns():
            said[field.name] = draw(_YEN)
            said[f"{field.name}_unit"] = draw(st.sampled_from([1, 1_000, 10_000, None]))
        else:
            said[field.name] = draw(st.none() | st.integers(1, 3))
    return {
        **said,
        "kind": draw(st.sampled_from([None, "corporation", "sole_proprietor"])),
        "legal_form": draw(st.sampled_from([None, "301", "302", "399"])),
        "legal_form_position": draw(st.sampled_from([None, "none", "prefix", "suffix"])),
        "party_id": 1,
        "source_role": draw(_ROLES),
        "role": draw(_PARTS),
        "as_of": draw(_DAYS),
        "precedence": draw(st.sampled_from([0, 0, 1, 15])),
    }


def _rows(claims: pl.DataFrame) -> list[dict[str, Any]]:
    return list(claims.iter_rows(named=True))


@_SETTINGS
@given(st.lists(_claims(), min_size=1, max_size=6))
def test_winners_and_conflicts_are_those_of_the_frames(claims: list[dict[str, Any]]) -> None:
    made = frame(claims)
    whole = survive(made)
    found = alone.survive(_rows(made))

    winners = dict(whole.winners.select("unit", "member_id").iter_rows())
    assert {name: found.rows[row]["member_id"] for name, row in found.picked.items()} == winners
    assert [(c.field, c.kind, list(c.members)) for c in found.conflicts] == [
        (row["field"], row["kind"], row["members"]) for row in whole.conflicts.iter_rows(named=True)
    ]
    values = whole.values.row(0, named=True)
    assert set(winners) <= set(COLUMNS)
    for name, row in found.picked.items():
        assert all(found.rows[row][column] == values[column] for column in COLUMNS[name])


@_SETTINGS
@given(st.lists(_claims(), min_size=2, max_size=2))
def test_two_claims_agree_row_by_row_as_they_do_in_frames(claims: list[dict[str, Any]]) -> None:
    from canonical.golden.order import compared

    made = compared(frame(claims))
    ours, theirs = (alone.compared(row) for row in _rows(frame(claims)))
    for unit in UNITS:
        told = agreement.agree(unit, made, pl.Series([0]), pl.Series([1])).item()
        assert alone.agree(unit, ours, theirs) == told, unit.name


def _values(kind: Any) -> st.SearchStrategy[Any]:
    if kind == pl.String:
        return _TEXTS
    if kind == pl.Date:
        return _DAYS
    return st.none() | (st.booleans() if kind == pl.Boolean else st.integers(1, 3))


@st.composite
def _children(draw: st.DrawFn, entity: str) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, kind in ENTITIES[entity].columns().items():
        said[name] = draw(_values(TYPES[kind]))
    return {
        **said,
        "party_id": 1,
        "member_id": draw(st.integers(1, 3)),
        "source_role": draw(_ROLES),
        "role": draw(_PARTS),
        "precedence": draw(st.sampled_from([0, 1])),
        "as_of": draw(_DAYS),
    }


@_SETTINGS
@given(st.data())
def test_lists_hold_row_by_row_as_they_do_in_frames(data: st.DataObject) -> None:
    for entity in LISTS:
        drawn = data.draw(st.lists(_children(entity), max_size=5))
        rows = [
            {**row, "record_id": row["member_id"], "ordinal": place}
            for place, row in enumerate(drawn)
        ]
        if not rows:
            continue
        schema = {
            **{name: SCHEMA[name] for name in ("party_id", "member_id", "source_role", "role")},
            "record_id": pl.Int64, "precedence": pl.Int8, "ordinal": pl.Int32, "as_of": pl.Date,
            **{name: TYPES[kind] for name, kind in ENTITIES[entity].columns().items()},
        }  # fmt: skip
        chosen = lists.survive(entity, pl.DataFrame(rows, schema=schema))
        wanted = {
            (row["item"], row["record_id"], row["role"], row["ordinal"])
            for row in chosen.iter_rows(named=True)
        }
        whole = LISTS[entity].item is None
        assert {
            (item, row["record_id"], row["role"], lists.WHOLE if whole else row["ordinal"])
            for item, row in alone.items(entity, rows)
        } == wanted
