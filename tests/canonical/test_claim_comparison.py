"""A claim is written again only if it states something else: what is read back is what was sent."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest

from canonical.store import Store
from tests.canonical.builders import Syncing

TEXTS = [
    "",
    " ",
    "株式会社いろは",
    "𠮷",
    '"',
    ",",
    "a\nb",
    "a\r\nb",
    "\t",
    "\\N",
    "\\.",
    "NULL",
    "\x1f",
]
VALUES: dict[str, dict[str, list[Any]]] = {
    "party": {
        "name": TEXTS,
        "name_kana": TEXTS,
        "capital_jpy": [0, -1, 2**62, -(2**62)],
        "fiscal_year_end_month": [1, 12],
        "deemed_large_company": [True, False],
        "established_on": [date(1, 1, 1), date(1868, 1, 25), date(9999, 12, 31)],
        "as_of": [date(2026, 4, 1), date(2026, 4, 2)],
    },
    "notice": {
        "title": TEXTS,
        "sent_at": [
            datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            datetime(1900, 1, 1, tzinfo=UTC),
        ],
    },
}


@pytest.fixture
def sync(store: Store) -> Syncing:
    return Syncing(store)


def claims(draw: random.Random, number: int) -> dict[str, list[dict[str, Any]]]:
    """A claim of each entity for each record, some of their values left out."""

    def stated(columns: dict[str, list[Any]]) -> dict[str, Any]:
        return {
            name: draw.choice(values) if draw.random() < 0.7 else None
            for name, values in columns.items()
        }

    return {
        entity: [{"key": str(n)} | stated(columns) for n in range(number)]
        for entity, columns in VALUES.items()
    }


def test_whatever_a_claim_states_is_recognised_when_it_comes_again(sync: Syncing) -> None:
    said = claims(random.Random(1), 60)
    sync.commit({str(n): "first" for n in range(60)}, said)
    again = sync.commit({str(n): "second" for n in range(60)}, said)
    assert (again.claims_written, again.claims_closed) == ({}, {})


@pytest.mark.parametrize("entity", VALUES)
def test_each_other_value_is_a_new_version(sync: Syncing, entity: str) -> None:
    for name, values in VALUES[entity].items():
        ladder = [None, *values]
        for number, value in enumerate(ladder):
            told = {entity: [{"key": name, "role": "self", name: value}]}
            result = sync.commit({name: str(number)}, told)
            assert result.claims_written == {entity: 1}, (name, value)
            assert result.claims_closed == ({entity: 1} if number else {})


def test_a_column_that_is_not_there_states_nothing(sync: Syncing) -> None:
    sync.commit({"a": "1"}, {"party": [{"key": "a", "name": "甲", "phone": None}]})
    fewer = sync.commit({"a": "2"}, {"party": [{"key": "a", "name": "甲"}]})
    more = sync.commit({"a": "3"}, {"party": [{"key": "a", "url": None, "name": "甲"}]})
    assert fewer.claims_written == more.claims_written == {}


def test_only_the_claims_that_differ_are_written(sync: Syncing) -> None:
    def said(second: str) -> dict[str, list[dict[str, Any]]]:
        return {"party": [{"key": "a", "name": "甲"}, {"key": "b", "name": second}]}

    sync.commit({"a": "1", "b": "1"}, said("乙"))
    result = sync.commit({"a": "2", "b": "2"}, said("丙"))
    assert (result.claims_written, result.claims_closed) == ({"party": 1}, {"party": 1})
