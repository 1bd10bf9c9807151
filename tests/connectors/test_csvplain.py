"""Plain rows are the very bytes that the careful way makes of them, or none at all."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.transports.csvplain import JSON, PlainRows

WIDTH = 3
CELLS = st.text(st.sampled_from("ab \t\x00\x0b\x1f\x7f\x85\u2028\\\"'ソ髙～😀{}:"), max_size=5)
ROWS = st.lists(st.lists(CELLS, min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=5)
NAMES = st.lists(st.text(max_size=4), min_size=WIDTH, max_size=WIDTH, unique=True)


@given(ROWS, NAMES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from(",;"))
def test_rows_are_the_bytes_of_the_cells_object(
    rows: list[list[str]], names: list[str], end: str, final: bool, delimiter: str
) -> None:
    text = end.join(map(delimiter.join, rows)) + (end if final else "")
    made = PlainRows(names, delimiter).read(text.encode())
    columns = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    texts = pl.DataFrame(columns, dict.fromkeys(names, pl.String)).select(JSON).to_series()
    plain = not any(
        char < " " or char in '"\\' for char in text.replace("\r\n", "").replace("\n", "")
    )
    assert made == (texts.to_list() if plain else None)


@pytest.mark.parametrize(
    "text",
    ["a,b,c\na,b\n", "a,b,c\na,b,c,\n", "a,b,c\n\na,b,c\n", "a,b,c\ra,b,c\n", "a,b\r,c\n",
     "a,b,c\r\r\n", "a,b,\r\x1a", 'a,b,"c"\n', "a,b,\\\n", "a,b,\t\n", "\n"],
)  # fmt: skip
def test_a_text_with_anything_else_is_left_to_the_careful_way(text: str) -> None:
    assert PlainRows("xyz", ",").read(text.encode()) is None
