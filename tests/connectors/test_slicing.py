"""Cutting records out of pages, and the small parts of paging and keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import ServerFault
from connectors.keys import instant_text
from connectors.slicing import Slicer
from connectors.transports.paging import next_link

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(st.lists(JSON, max_size=5), JSON, st.integers(0, 2), st.booleans())
def test_salvage_cuts_where_msgspec_does(
    members: list[Any], other: Any, indent: int, nested: bool
) -> None:
    answer: Any = {"before": other, "items": members, "next": "t"}
    path, token = ("$.data.items", "$.data.next") if nested else ("$.items", "$.next")
    body = json.dumps({"x": other, "data": answer} if nested else answer, indent=indent or None)
    slicer = Slicer(path, [token])
    usual = slicer.cut(body.encode())
    salvaged = slicer._salvage(body.encode())
    assert [json.loads(raw) for raw in usual.raws] == members
    assert salvaged == usual


@pytest.mark.parametrize("end", range(2, 40))
def test_an_answer_that_breaks_off_anywhere_is_the_servers_fault(end: int) -> None:
    body = b'{"items":[{"caseId":"C1"},{"n":"]}"}],"x":1}'
    with pytest.raises(ServerFault):
        Slicer("$.items").cut(body[:end])


def test_the_answer_itself_may_be_the_list() -> None:
    assert Slicer("$").cut(b'[{"a":1}, 2]').raws == [b'{"a":1}', b"2"]
    assert Slicer("$").cut(b'[{"a":"\\q"},2]').raws == [b'{"a":"\\q"}', b"2"]


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", None),
        ('<https://a/?p=2>; rel="next"', "https://a/?p=2"),
        ("<https://a/?p=2>; rel=next", "https://a/?p=2"),
        ('<https://a/?p=1>; rel="prev", <https://a/?p=3>; title="x"; rel="next"', "https://a/?p=3"),
        ('<https://a/?p=3,4>; rel="last next"', "https://a/?p=3,4"),
        ('<https://a/?p=9>; rel="last"', None),
        ('<https://a/?p=9>; rel="nextish"', None),
    ],
)
def test_link_headers(header: str, target: str | None) -> None:
    assert next_link(header) == target


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-04-01T00:55Z", "2026-04-01T00:55:00.000000Z"),
        ("2026-04-01T00:55:00.123Z", "2026-04-01T00:55:00.123000Z"),
        ("2020-02-28 16:41:41.090000+00:00", "2020-02-28T16:41:41.090000Z"),
        ("2026-04-01T09:55:00+09:00", "2026-04-01T00:55:00.000000Z"),
        ("2026-04-01T09:55:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-04-01T00:55:00+09:00Z", None),
        ("2026-04-01Z", None),
        ("2026-W14-3Z", None),
        ("0001-01-01T00:00:00+09:00", None),
        ("令和8年4月1日", None),
        ("", None),
    ],
)
def test_instants_are_comparable_as_text(text: str, utc: str | None) -> None:
    assert instant_text(text) == utc
