"""The mapping of management plans: units, dates and the answers of each filing."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.transports.xmlsafe import parse_document
from mappings import Plan, compile_mapping
from tests.connectors.plans import ELEMENT, contract, documents
from tests.mappings.frames import source_frame

FILE = Path(__file__).parents[2] / "mappings" / "management_plan.yaml"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_mapping(FILE, "plans", contract().record_schema(record=ELEMENT))


@pytest.fixture
def record() -> dict[str, Any]:
    """A corporation's plan, as the transport gives it, with some answers of a test's own."""
    records = contract().valid_records(ELEMENT)
    made = (json.loads(records.convert(parse_document(data))) for data in documents())
    found: dict[str, Any] = next(one for one in made if one["申請書"]["申請者"]["区分"] == "法人")
    found = deepcopy(found)
    found["申請書"]["申請年月日"] = "令和8年4月1日"
    found["申請書"]["申請者"] |= {
        "資本金又は出資の額": "10000",
        "法人番号": "７００００１２０５０００２",
    }
    found["計画"]["財務"] |= {"決算年月": "2025-09", "売上高": "123456", "営業利益": "-1500"}
    found["計画"]["目標"] |= {"指標の種類": "労働生産性", "現状": "-12", "計画終了時": "12345.50"}
    found["計画"]["実施時期"] = {"開始": "2026-05", "終了": "2029-04"}
    found["設備一覧"]["設備"] = [
        {"連番": "1", "名称型式": "旋盤 X-1", "種類": "機械装置", "所在地": "千代田区霞が関1-3-1",
         "取得年月": "2026-10", "単価": "1500", "数量": "2", "金額": "3000"},
    ]  # fmt: skip
    found["同意"] = {
        "公表の可否": "否",
        "データ利活用": "同意しない",
        "回答日時": "2026-04-01T09:00:00+09:00",
    }
    return found


def rows(plan: Plan, record: dict[str, Any], entity: str) -> list[dict[str, Any]]:
    mapped = plan.map(source_frame(record))
    assert mapped.refusals == []
    return mapped.claims[entity].sort("ordinal").to_dicts()


def test_amounts_are_in_thousands_and_known_to_the_thousand(
    plan: Plan, record: dict[str, Any]
) -> None:
    (party,) = rows(plan, record, "party")
    assert (party["capital_jpy"], party["capital_jpy_unit"]) == (10_000_000, 1000)
    assert (party["corporate_number"], party["kind"]) == ("7000012050002", "corporation")
    (year,) = rows(plan, record, "financial_statement")
    assert (year["sales_jpy"], year["operating_profit_jpy"]) == (123_456_000, -1_500_000)
    assert (year["period_start"], year["period_end"]) == (date(2024, 10, 1), date(2025, 9, 30))
    assert year["settled"] is True
    (line,) = rows(plan, record, "plan_equipment")
    assert (line["unit_price_jpy"], line["quantity"], line["amount_jpy"]) == (
        1_500_000,
        2,
        3_000_000,
    )
    assert (line["acquired_on"], line["acquired_on_precision"]) == (date(2026, 10, 1), "month")
    assert line["location_municipality_code"] == "13101"


def test_an_indicator_is_a_plain_number_with_its_sign(plan: Plan, record: dict[str, Any]) -> None:
    (found,) = rows(plan, record, "plan")
    assert (found["indicator_now"], found["indicator_target"]) == ("-12", "12345.5")
    assert (found["starts_on"], found["starts_on_precision"]) == (date(2026, 5, 1), "month")
    assert found["as_of"] == found["submitted_on"] == date(2026, 4, 1)


def test_consent_and_publication_are_the_filings_own(plan: Plan, record: dict[str, Any]) -> None:
    (found,) = rows(plan, record, "plan")
    assert (found["publication_allowed"], found["data_use_consent"]) == (False, False)
    (consent,) = rows(plan, record, "consent")
    assert consent["consent_key"] == found["plan_key"]
    assert (consent["state"], consent["purpose"]) == ("refused", "data_use")
    assert consent["given_at"] == datetime(2026, 4, 1, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "status"),
    [("受付", "received"), ("補正依頼", "sent_back"), ("認定", "certified"), ("取下げ", "withdrawn"),  # noqa: E501
     ("取消", "revoked"), ("不認定", "rejected")],
)  # fmt: skip
def test_states_are_told_apart(plan: Plan, record: dict[str, Any], said: str, status: str) -> None:
    record["管理情報"]["状態"] = said
    (found,) = rows(plan, record, "plan")
    assert found["status"] == status


def test_the_plans_field_of_business_is_no_claim_about_the_applicants_industry(
    plan: Plan, record: dict[str, Any]
) -> None:
    (party,) = rows(plan, record, "party")
    assert party.get("industry_jsic") is None
    (found,) = rows(plan, record, "plan")
    assert found["industry_jsic"]


def test_a_form_is_written_in_its_own_units(plan: Plan) -> None:
    written = plan.format({
        "party": {"capital_jpy": 10_000_000, "kind": "corporation"},
        "plan": {"publication_allowed": True, "data_use_consent": False},
    })  # fmt: skip
    assert written["申請書.申請者.資本金又は出資の額"] == "10000"
    assert written["申請書.申請者.区分"] == "法人"
    assert written["同意.公表の可否"] == "可"
    assert written["同意.データ利活用"] == "同意しない"
