"""The benchmark's own connector and mapping: every field used, and refused what must be refused."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import polars as pl
import pytest

from base.records import ROW
from benchmarks.contenders.hub import FLAT
from benchmarks.flat.records import record, refusal
from connectors import load_connector
from mappings import compile_mapping

if TYPE_CHECKING:
    from base.settings import Connection
    from mappings.plan import Mapped

RECORDS = 2000


def no_connection(name: str) -> Connection:
    raise AssertionError(name)


@pytest.fixture(scope="module")
def mapped() -> Mapped:
    decoder = load_connector(FLAT, no_connection).decoder("businesses")
    plan = compile_mapping(FLAT / "mapping.yaml", "businesses", decoder.fields)
    decoded = decoder.decode([msgspec.json.encode(record(number)) for number in range(RECORDS)])
    assert (decoded.refusals, decoded.drift) == ([], [])
    return plan.map(decoded.frame)


def test_one_party_claim_a_record(mapped: Mapped) -> None:
    assert set(mapped.claims) == {"party"}
    refused = sum(refusal(number) == "check_digit" for number in range(RECORDS))
    assert mapped.claims["party"].height == RECORDS - refused


def test_exactly_the_wrong_values_are_refused(mapped: Mapped) -> None:
    found = {(r.row, r.level, r.rule, r.field) for r in mapped.refusals}
    assert found == {
        (500, "record", "check_digit", "corporateNumber"),
        (1500, "field", "impossible_date", "establishedOn"),
    }


def test_values_are_typed_and_normalised(mapped: Mapped) -> None:
    source = record(37)
    claim = mapped.claims["party"].row(by_predicate=pl.col(ROW) == 37, named=True)
    assert claim["corporate_number"] == source["corporateNumber"]
    assert claim["capital_jpy"] == int(str(source["capital"])) * 1000
    assert claim["capital_jpy_unit"] == 1000
    assert claim["address_municipality_code"] == "42201"
    assert claim["as_of"] == date.fromisoformat(str(source["appliedOn"]))
    assert claim["deemed_large_company"] is False
