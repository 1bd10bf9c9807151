"""Cursors: pages join to the whole whatever comes or goes; nobody's own cursor does harm."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.limits import Limits
from api.paging import page, read, written
from api.problems import Refused

CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
KEYS = st.lists(st.tuples(st.integers(-5, 5), st.text(CHARACTERS, max_size=3)), unique=True)


def _same(row: tuple[int, str]) -> tuple[int, str]:
    return row


@given(KEYS, st.integers(1, 7))
def test_pages_join_to_the_whole(rows: list[tuple[int, str]], limit: int) -> None:
    rows = sorted(rows)
    found, cursor = [], None
    while True:
        shown, cursor = page(rows, _same, read(cursor, int, str), limit)
        assert len(shown) <= limit
        found += shown
        if cursor is None:
            break
    assert found == rows


@given(KEYS, KEYS, st.integers(1, 7))
def test_what_comes_and_goes_meanwhile_shifts_no_row(
    before: list[tuple[int, str]], after: list[tuple[int, str]], limit: int
) -> None:
    first, cursor = page(sorted(before), _same, None, limit)
    if cursor is None:
        return
    rest, _ = page(sorted(after), _same, read(cursor, int, str), 1000)
    assert rest == [row for row in sorted(after) if row > first[-1]]


@given(st.text(max_size=60))
def test_no_text_but_a_cursor_is_one(text: str) -> None:
    try:
        found = read(text, int, str)
    except Refused:
        return
    assert found is not None
    assert [type(part) for part in found] == [int, str]


@pytest.mark.parametrize("key", [(2**63, "x"), (-(2**63), "x"), (1, "a\0"), (1, "\ud800")])
def test_what_no_database_can_be_asked_for_is_no_cursor(key: tuple[int, str]) -> None:
    text = base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")
    with pytest.raises(Refused):
        read(text, int, str)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_no_other_json_is_one(value: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps(value).encode()).decode()
    if isinstance(value, list) and [type(part) for part in value] == [int, str]:
        return
    with pytest.raises(Refused):
        read(text, int, str)


@given(
    st.tuples(
        st.integers(-(2**63) + 1, 2**63 - 1),
        st.text(CHARACTERS),
    )
)
def test_what_was_written_is_read(key: tuple[int, str]) -> None:
    assert read(written(key), int, str) == key


@given(st.integers(1, 50), st.lists(st.floats(0, 3), max_size=200))
def test_no_window_holds_more_than_rate_and_burst(rate: int, gaps: list[float]) -> None:
    limits, now, passed = Limits(rate), 0.0, []
    for gap in gaps:
        now += gap / 10
        if not limits.take("client", now):
            passed.append(now)
    for start in passed:
        within = sum(start <= at <= start + 1 for at in passed)
        assert within <= rate + max(2 * rate, 1) + 1


def test_whoever_waits_as_long_as_is_said_gets_through() -> None:
    limits, now = Limits(0.5), 0.0
    assert limits.take("a", now) == 0
    wait = limits.take("a", now)
    assert wait > 0
    assert limits.take("b", now) == 0
    assert limits.take("a", now + wait) == 0
