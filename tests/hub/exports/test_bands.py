"""Bands at their edges, and the tables of regions and industries against their sources."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.exports import bands
from mappings.transforms.codes import industries
from mappings.transforms.places import prefectures


def one(expression: pl.Expr) -> object:
    return pl.select(expression).item()


def text(value: str | None) -> pl.Expr:
    return pl.lit(value, pl.String)


def test_every_prefecture_is_in_a_region() -> None:
    found = {name: one(bands.region(text(code))) for name, code in prefectures().items()}
    assert len(found) == 47
    assert set(found.values()) == {
        "北海道", "東北", "関東", "中部", "近畿", "中国", "四国", "九州・沖縄",
    }  # fmt: skip
    assert (found["新潟県"], found["三重県"], found["福岡県"]) == ("中部", "近畿", "九州・沖縄")
    assert [one(bands.region(text(code))) for code in (None, "", "00", "48", "x")] == [
        "unknown"
    ] * 5


def test_divisions_are_the_classifications() -> None:
    letter = ""
    for code in industries():
        letter = code if code.isalpha() else letter
        assert one(bands.division(text(code))) == letter
        assert one(bands.division(text(f"{code}11"[:4]))) == (
            letter if code.isdecimal() else "unknown"
        )
    assert [one(bands.division(text(c))) for c in (None, "", "00", "Z")] == ["unknown"] * 4
    assert set(bands.SECTORS) == {code for code in industries() if code.isalpha()}


@pytest.mark.parametrize(
    ("birth", "years"),
    [(date(1956, 11, 2), 70), (date(1956, 11, 3), 69), (date(1956, 2, 29), 70)],
)
def test_age_changes_on_the_birthday(birth: date, years: int) -> None:
    assert one(bands.age(pl.lit(birth), date(2026, 11, 2))) == years


def test_seventy_is_seventy_and_more() -> None:
    assert [one(bands.age_band(pl.lit(n, pl.Int64))) for n in (39, 40, 69, 70, 101, None)] == [
        "under 40", "40-49", "60-69", "70+", "70+", "unknown",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("band", "labels"),
    [
        (bands.employees, bands.EMPLOYEES),
        (bands.capital, bands.CAPITAL),
        (bands.amount, bands.AMOUNTS),
        (bands.profit, bands.PROFITS),
        (bands.grant, bands.GRANTS),
        (bands.age_band, bands.AGES),
    ],
)
def test_more_is_never_in_a_lower_band(band: object, labels: tuple[str, ...]) -> None:
    @given(st.lists(st.integers(-(10**12), 10**12), min_size=2, max_size=30))
    def rises(values: list[int]) -> None:
        frame = pl.DataFrame({"value": sorted(values)}, schema={"value": pl.Int64})
        found = frame.select(band(pl.col("value"))).to_series().to_list()  # type: ignore[operator]
        places = [labels.index(label) for label in found]
        assert all(one <= other for one, other in pairwise(places))

    rises()
    assert one(band(pl.lit(None, pl.Int64))) == bands.UNKNOWN  # type: ignore[operator]
    assert one(band(pl.lit(10**12))) == labels[-1]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 3, 31), "2025"), (date(2026, 4, 1), "2026"), (None, "unknown")]
)
def test_the_fiscal_year_begins_in_april(day: date | None, year: str) -> None:
    assert one(bands.fiscal_year(pl.lit(day, pl.Date))) == year
