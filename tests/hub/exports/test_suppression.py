"""The laws of suppression, whatever the rows and the ladder."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hub.exports.suppression import SUPPRESSED, Step, hide, suppressed

CELL = ("region", "industry", "age")
WIDER = {"50-59": "under 60", "40-49": "under 60", "70+": "60+"}
LADDER = (Step("age", WIDER), *hide("age", "industry", "region"))

ROWS = st.lists(
    st.tuples(
        st.integers(0, 25),
        st.sampled_from(["関東", "近畿", "unknown"]),
        st.sampled_from("EMI"),
        st.sampled_from(["40-49", "50-59", "70+"]),
    ),
    max_size=80,
)


def framed(rows: list[tuple[int, str, str, str]]) -> pl.DataFrame:
    schema = {"party_id": pl.Int64, **dict.fromkeys(CELL, pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row")


@given(ROWS, st.integers(1, 12))
def test_every_cell_has_enough_businesses(rows: list[tuple[int, str, str, str]], k: int) -> None:
    kept = suppressed(framed(rows), CELL, LADDER, "party_id", k)
    cells = kept.group_by(CELL).agg(pl.col("party_id").n_unique())
    assert cells.filter(pl.col("party_id") < k).is_empty()


@given(ROWS, st.integers(1, 12))
def test_rows_say_what_they_said_or_less(rows: list[tuple[int, str, str, str]], k: int) -> None:
    before = framed(rows)
    kept = suppressed(before, CELL, LADDER, "party_id", k)
    assert kept["row"].n_unique() == kept.height
    both = kept.join(before, on="row", suffix="_was")
    assert both.height == kept.height
    for column in CELL:
        now, was = pl.col(column), pl.col(f"{column}_was")
        wider = was.replace(WIDER) if column == "age" else was
        told_less = (now == was) | (now == wider) | (now == SUPPRESSED)
        assert both.select(told_less.all()).item()
        assert both["party_id"].to_list() == both["party_id_was"].to_list()


@given(ROWS, st.integers(1, 12))
def test_what_is_left_out_could_not_be_a_cell(
    rows: list[tuple[int, str, str, str]], k: int
) -> None:
    before = framed(rows)
    kept = suppressed(before, CELL, LADDER, "party_id", k)
    left = before.join(kept, on="row", how="anti")
    assert left["party_id"].n_unique() < k


@given(ROWS)
def test_large_cells_stay_as_they_are(rows: list[tuple[int, str, str, str]]) -> None:
    before = framed(rows)
    assert suppressed(before, CELL, LADDER, "party_id", 1).equals(before)
