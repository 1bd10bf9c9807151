"""A sole proprietor's 13 digits are never taken for a 法人番号, whatever their check digit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mappings import Plan, compile_mapping
from tests.mappings.frames import source_frame

MAPPINGS = Path(__file__).parents[2] / "mappings"
NUMBER = "7000012050002"
"""Its check digit is right."""

RECORDS: dict[str, dict[str, Any]] = {
    "it_subsidy.applications": {
        "answers": {"法人/個人区分": "個人", "法人番号": NUMBER, "事業者名": "山田商店"}
    },
    "smart_sme.vendors": {"法人/個人区分": "個人", "法人番号": NUMBER, "事業者名": "山田商店"},
    "support_agency.agencies": {"個人法人区分": "個人", "法人番号": NUMBER, "名称": "山田太郎"},
    "succession.cases": {"entity_kind": "個人", "corporate_no": NUMBER, "company_name": "山田"},
}


def plan_of(name: str) -> Plan:
    system, _, stream = name.partition(".")
    return compile_mapping(MAPPINGS / f"{system}.yaml", stream)


@pytest.mark.parametrize("name", RECORDS)
def test_an_individual_with_a_corporate_number_is_not_loaded(name: str) -> None:
    corporation = _with(RECORDS[name], "個人", "法人")
    nameless = _with(RECORDS[name], NUMBER, "")
    mapped = plan_of(name).map(source_frame(corporation, RECORDS[name], nameless))
    refused = [(one.row, one.level, one.rule) for one in mapped.refusals]
    assert refused == [(1, "record", "number_of_individual")]
    assert NUMBER not in f"{mapped.refusals[0].value} {mapped.refusals[0].message}"
    assert set(mapped.claims["party"]["#row"]) == {0, 2}


def _with(record: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {
        name: _with(value, old, new) if isinstance(value, dict) else new if value == old else value
        for name, value in record.items()
    }
