"""Twelve digits where a 法人番号 is asked for are kept as a 会社法人等番号, never of a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from base.records import Refusal
from mappings import Plan, compile_mapping
from mappings.plan import Mapped
from tests.mappings.frames import source_frame

MAPPINGS = Path(__file__).parents[2] / "mappings"
TWELVE, NUMBER = "000012050002", "7000012050002"
KIND = "company_registration_number"

RECORDS: dict[str, dict[str, Any]] = {
    "it_subsidy.applications": {
        "answers": {"法人/個人区分": "法人", "法人番号": TWELVE, "事業者名": "山田㈱"}
    },
    "smart_sme.vendors": {"法人/個人区分": "法人", "法人番号": TWELVE, "事業者名": "山田㈱"},
    "succession.cases": {"entity_kind": "法人", "corporate_no": TWELVE, "company_name": "山田㈱"},
    "corporate_auth.accounts": {"corp_type": "1", "corporate_number": TWELVE, "name": "山田㈱"},
}


def plan_of(name: str) -> Plan:
    system, _, stream = name.partition(".")
    return compile_mapping(MAPPINGS / f"{system}.yaml", stream)


def told(mapped: Mapped) -> list[tuple[Any, ...]]:
    frame = mapped.claims["party_identifier"]
    return frame.select("#row", "role", "ordinal", "kind", "value").sort("#row", "ordinal").rows()


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("spelled", [TWELVE, "0000-12-050002", "００００１２０５０００２"])
def test_twelve_digits_are_an_identifier_of_their_own(name: str, spelled: str) -> None:
    record = _with(RECORDS[name], TWELVE, spelled)
    mapped = plan_of(name).map(source_frame(record, _with(record, spelled, NUMBER)))
    assert mapped.refusals == []
    assert _rules(mapped.notes) == [(0, "field", "twelve_digits")]
    ((row, _role, ordinal, kind, value),) = told(mapped)
    assert (row, ordinal, kind, value) == (0, 0, KIND, TWELVE)
    party = mapped.claims["party"].sort("#row")
    assert party["corporate_number"].to_list() == [None, NUMBER]


def test_it_stands_behind_the_other_identifiers_of_a_record() -> None:
    agency = {"認定支援機関ID": "123456789012", "名称": "山田㈱", "法人番号": TWELVE}
    plan = plan_of("support_agency.agencies")
    assert [row[2:] for row in told(plan.map(source_frame(agency)))] == [
        (0, "support_agency_id", "123456789012"),
        (1, KIND, TWELVE),
    ]


@pytest.mark.parametrize("name", sorted(RECORDS.keys() - {"corporate_auth.accounts"}))
def test_of_a_person_twelve_digits_are_refused_and_not_shown(name: str) -> None:
    mapped = plan_of(name).map(source_frame(_with(RECORDS[name], "法人", "個人")))
    assert _rules(mapped.refusals) == [(0, "record", "number_of_individual")]
    assert TWELVE not in f"{mapped.refusals[0].value} {mapped.refusals[0].message}"
    assert "party_identifier" not in mapped.claims


def _rules(found: list[Refusal]) -> list[tuple[int, str, str]]:
    return [(one.row, one.level, one.rule) for one in found]


def _with(record: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {
        name: _with(value, old, new) if isinstance(value, dict) else new if value == old else value
        for name, value in record.items()
    }
