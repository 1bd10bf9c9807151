"""Small crowds of synthetic members that share names, places and days, for property tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from canonical.matching.features import FEATURE_SCHEMA

_FEW = {
    "kind": ("corporation", "sole_proprietor", None),
    "name_core": ("鳴瀬精密", "蔵王商会", "鳴瀬精機", None),
    "legal_form": ("301", "302", None),
    "legal_form_position": ("prefix", "suffix", None),
    "name_kana": ("ナルセセイミツ", None),
    "trade_name": ("鵜川堂", None),
    "person_name": ("鵜川瑞樹", "鵜川瑞希", "鵜川節子", "林直", None),
    "family_name": ("鵜川", "林", None),
    "person_kana": ("ウカワミズキ", None),
    "postal_code": ("9811230", None),
    "prefecture_code": ("04", "13", None),
    "municipality_code": ("04207", "04101", None),
    "town": ("愛ノ杜", "増田", None),
    "block": ("1-24", "1-24-11", "5-3", None),
    "building": ("第1ビル2", "第1ビル3", None),
    "phone": ("0221234567", "0221234568", None),
    "email": ("a@example.jp", "b@example.jp", None),
    "birth_precision": ("month", None),
    "established_precision": ("month", None),
}
_DAYS = [date(1961, 3, 7) + timedelta(days=step) for step in (0, 1, 400)]
_DATES = ("birth_on", "established_on", "as_of")


@st.composite
def crowds(draw: st.DrawFn, most: int = 12) -> pl.DataFrame:
    """Features of 2 to `most` members that have much in common."""
    ids = draw(st.lists(st.integers(1, 2**62), min_size=2, max_size=most, unique=True))
    return frame([_member(draw, number) for number in ids])


def _member(draw: st.DrawFn, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {"member_id": number}
    row |= {name: draw(st.sampled_from(values)) for name, values in _FEW.items()}
    return row | {name: draw(st.sampled_from([*_DAYS, None])) for name in _DATES}


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Features of these members; what a row lacks is empty."""
    whole = [{name: row.get(name) for name in FEATURE_SCHEMA} for row in rows]
    return pl.DataFrame(whole, schema=FEATURE_SCHEMA)
