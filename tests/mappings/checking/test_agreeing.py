"""A check agrees as golden records do: value by value against `canonical.golden.agreement`."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.golden import agreement
from canonical.golden.order import compared
from canonical.golden.units import UNITS
from canonical.model import ENTITIES
from mappings.checking.agreeing import agree, agree_on_address, same_industry, same_phone
from mappings.transforms.names import LEGAL_NAME

PARTY = ENTITIES["party"]
_BY_NAME = {unit.name: unit for unit in UNITS}
_KINDS = {"Int64": pl.Int64, "Int32": pl.Int32, "String": pl.String, "Date": pl.Date,
          "Boolean": pl.Boolean}  # fmt: skip


def golden(unit: str, *rows: dict[str, Any]) -> bool:
    """Whether golden records take two claims to say the same."""
    schema = {name: _KINDS[kind.value] for name, kind in PARTY.columns().items()}
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    first, second = pl.Series([0], dtype=pl.UInt32), pl.Series([1], dtype=pl.UInt32)
    return bool(agreement.agree(_BY_NAME[unit], compared(frame), first, second).item())


def named(name: str) -> dict[str, Any]:
    values = LEGAL_NAME.parse((name,), LEGAL_NAME.complete({})).values
    columns = ("name", "name_core", "legal_form", "legal_form_position", "name_reduced")
    return dict(zip(columns, values, strict=True))


amounts = st.builds(
    lambda value, unit: {"capital_jpy": value * unit, "capital_jpy_unit": unit},
    st.integers(0, 20_000), st.sampled_from([1, 1_000, 10_000]),
)  # fmt: skip
days = st.builds(
    lambda day, sharp: {"established_on": day, "established_on_precision": sharp},
    st.dates(date(1998, 3, 30), date(1999, 2, 2)), st.sampled_from(["day", "month", "year"]),
)  # fmt: skip
names = st.builds(
    lambda shape, core: named(shape.format(core)),
    st.sampled_from(["株式会社{}", "{}株式会社", "㈱{}", "{}", "合同会社{}", "株式会社　{}"]),
    st.sampled_from(
        ["標本製作所", "標本　製作所", "標本商店", "ＡＢＣ商会", "ABC商会", "髙橋工業"]
    ),
)
people = st.builds(
    lambda name: {"representative_name": name},
    st.sampled_from(["標本 太郎", "標本　太郎", "標本太郎", "標本次郎", "髙橋花子", "高橋花子"]),
)
places = st.fixed_dictionaries(
    {"address_prefecture_code": st.sampled_from(["20", "13"])},
    optional={
        "address_municipality_code": st.sampled_from(["20201", "20202"]),
        "address_city": st.sampled_from(["長野市", "松本市"]),
        "address_town": st.sampled_from(["栗田", "大字栗田", "七瀬", "ヶ丘", "ケ丘"]),
        "address_block": st.sampled_from(["1-2", "１－２", "1-3"]),
    },
)


@given(amounts, amounts)
def test_amounts(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert agree(PARTY, "capital_jpy", ours, theirs) is golden("capital_jpy", ours, theirs)


@given(days, days)
def test_days(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert agree(PARTY, "established_on", ours, theirs) is golden("established_on", ours, theirs)


@given(names, names)
def test_names(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert agree(PARTY, "name", ours, theirs) is golden("name", ours, theirs)


@given(people, people)
def test_people(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    found = agree(PARTY, "representative_name", ours, theirs)
    assert found is golden("representative", ours, theirs)


@given(places, places)
def test_places(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert agree_on_address(ours, theirs) is golden("address", ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [("09", "0911", True), ("E", "09", True), ("09", "E", True), ("E", "F", False),
     ("D", "09", False), ("09", "10", False), ("0911", "0912", False)],
)  # fmt: skip
def test_a_class_agrees_with_the_one_that_holds_it(ours: str, theirs: str, same: bool) -> None:
    assert same_industry(ours, theirs) is same


def test_a_number_is_its_digits() -> None:
    assert same_phone("（026）555-0101", "026-555-0101") is True
    assert same_phone("026-555-0101", "026-555-0102") is False


def test_what_is_not_stated_neither_agrees_nor_differs() -> None:
    assert agree(PARTY, "capital_jpy", {}, {"capital_jpy": 1}) is None
    assert agree_on_address({"address_city": "長野市"}, {"address_town": "栗田"}) is None
