"""The IT subsidy's mapping: what one application says of whom, and how a form is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.contracts.contract import load_contract
from connectors.schema import RecordSchema
from mappings import Plan, compile_mapping
from tests.mappings.frames import source_frame

ROOT = Path(__file__).parents[2]
INDUSTRY = "業種（大分類/中分類/コード）"

APPLICATION: dict[str, Any] = {
    "applicationId": "IT2026-00000001",
    "updatedAt": "2026-07-20T00:00:00.000Z",
    "status": "事業者入力中",
    "submittedAt": "2026-07-14T15:30:00.000Z",
    "program": {"programKey": "IT-03", "name": "IT導入補助金", "round": "第3次締切"},
    "vendor": {"vendorKey": "V000123", "corporateNumber": "7000012050002", "confirmedAt": None},
    "answers": {
        "法人/個人区分": "法人",
        "法人番号": "8000012010038",
        "事業者名": "髙橋食品㈱",
        "郵便番号": "100-0013",
        "都道府県": "東京都",
        "市区町村": "千代田区",
        "番地・建物": "霞が関一丁目３番１号　中央ビル3F",
        "担当者携帯番号（SMS）": "09012345678",
        "資本金": 10_000_000,
        INDUSTRY: {"大分類": "E", "中分類": "09", "コード": None},
        "正規雇用従業員数": 12,
        "契約社員・パート数": 3,
        "決算月": 3,
        "直近決算売上高": 120_000,
        "粗利益": 48_000,
        "経常利益": -1_500,
        "年間平均労働時間": 1850,
        "労働者数": 13,
        "労働生産性（直近）": 1995,
        "労働生産性（1-3年後）": [
            {"年後": 1, "決算年月": "令和9年3月", "労働生産性": 2055},
            {"年後": 2, "決算年月": "2028年3月", "労働生産性": 2117},
        ],
        "IT導入支援事業者名": "株式会社ITサポート",
        "ITツール名": [{"ITツール番号": "TL01", "ITツール名": "受発注クラウド"}],
        "導入費用": [{"費目": "クラウド利用費", "金額": 1_100_000, "補助対象経費": 1_000_000}],
        "過去の交付履歴": [{"補助金名": "IT導入補助金", "年度": "令和5年度", "交付額": 300_000}],
        "SECURITY ACTION宣言ID": "４０１２３４５６７８９",
        "納税証明書": [{"ファイル名": "その1.pdf", "発行日": "2026-07-01"}],
        "データ利活用の同意": False,
    },
}


@pytest.fixture(scope="module")
def schema() -> RecordSchema:
    contract = load_contract(ROOT / "connectors" / "it_subsidy" / "openapi.yaml")
    return contract.record_schema(operation="listApplications", records="$.items")


@pytest.fixture(scope="module")
def plan(schema: RecordSchema) -> Plan:
    return compile_mapping(ROOT / "mappings" / "it_subsidy.yaml", "applications", schema)


def rows(plan: Plan, record: dict[str, Any], entity: str, role: str | None = None) -> list[Any]:
    mapped = plan.map(source_frame(record))
    assert mapped.refusals == []
    found = mapped.claims[entity].sort("ordinal").to_dicts()
    return [row for row in found if role is None or row["role"] == role]


def test_applicant_and_vendor_are_two_parties_of_one_application(plan: Plan) -> None:
    (applicant,) = rows(plan, APPLICATION, "party", "applicant")
    (vendor,) = rows(plan, APPLICATION, "party", "vendor")
    assert (applicant["corporate_number"], applicant["kind"]) == ("8000012010038", "corporation")
    assert (applicant["industry_jsic"], applicant["address_building"]) == ("09", "中央ビル3F")
    assert (applicant["employees_permanent"], applicant["employees_part_time"]) == (12, 3)
    assert applicant.get("employees_regular") is None
    assert applicant["security_action_id"] == "40123456789"
    assert (vendor["corporate_number"], vendor["name_core"]) == ("7000012050002", "ITサポート")
    assert vendor["capital_jpy"] is None
    (identifier,) = rows(plan, APPLICATION, "party_identifier")
    assert [identifier[name] for name in ("role", "kind", "value", "issued_by")] == [
        "vendor", "source", "V000123", "IT導入補助金",
    ]  # fmt: skip


def test_figures_of_the_closed_year_stay_out_of_the_planned_ones(plan: Plan) -> None:
    years = rows(plan, APPLICATION, "financial_statement")
    shown = sorted(
        (y["period_end"], y["settled"], y["sales_jpy"], y["labour_productivity_jpy"]) for y in years
    )
    assert shown == [
        (date(2026, 3, 31), True, 120_000_000, 1995),
        (date(2027, 3, 31), False, None, 2055),
        (date(2028, 3, 31), False, None, 2117),
    ]
    closed = next(year for year in years if year["settled"])
    assert (closed["sales_jpy_unit"], closed["ordinary_profit_jpy"]) == (1000, -1_500_000)
    assert (closed["workers"], closed["hours_per_worker"]) == (13, 1850)


def test_the_day_of_submission_in_japan_is_the_day_of_the_answers(plan: Plan) -> None:
    (project,) = rows(plan, APPLICATION, "project")
    assert project["as_of"] == project["submitted_on"] == date(2026, 7, 15)
    assert (project["status"], project["data_use_consent"]) == ("draft", False)
    (tool,) = rows(plan, APPLICATION, "tool")
    assert (tool["tool_key"], tool["name"]) == ("TL01", "受発注クラウド")


def test_a_wrong_vendor_number_refuses_the_record(plan: Plan) -> None:
    wrong = APPLICATION | {"vendor": APPLICATION["vendor"] | {"corporateNumber": "2180001015846"}}
    (refusal,) = plan.map(source_frame(wrong)).refusals
    assert (refusal.level, refusal.field) == ("record", "vendor.corporateNumber")


def test_a_form_is_written_in_its_own_units(plan: Plan) -> None:
    years = [
        {"period_end": date(2026, 3, 31), "settled": True, "sales_jpy": 120_000_000},
        {"period_end": date(2027, 3, 31), "settled": False, "labour_productivity_jpy": 2055},
    ]
    party = {"capital_jpy": 10_000_000, "kind": "sole_proprietor"}
    contact = {"mobile": "090-1234-5678"}
    written = plan.format({"party": party, "financial_statement": years, "contact": contact})
    assert written["answers.直近決算売上高"] == "120000"
    assert written["answers.資本金"] == "10000000"
    assert written["answers.担当者携帯番号（SMS）"] == "09012345678"
    assert written["answers.労働生産性（1-3年後）[0].決算年月"] == "2027年3月"
    assert "answers.労働生産性（1-3年後）[1].決算年月" not in written
