"""What the register of information-processing supporters says, in canonical claims."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.contracts.table import TableContract
from mappings import Plan, compile_mapping
from tests.mappings.frames import source_frame

ROOT = Path(__file__).parents[2]
VENDOR = {
    "認定番号": "IS-2024-000123",
    "法人/個人区分": "法人",
    "法人番号": "７０００－０１２０５０００２",
    "事業者名": "㈱山田ソフト",
    "フリガナ": "ｶﾌﾞｼｷｶﾞｲｼｬﾔﾏﾀﾞｿﾌﾄ",
    "代表者氏名": "山田　太郎",
    "郵便番号": "100-0013",
    "所在地": "東京都千代田区霞が関3-1-1",
    "電話番号": "(03)5253-5111",
    "担当者氏名": "鈴木 花子",
    "担当者メール": "info@example.jp",
    "URL": "https://example.jp/",
    "設立年月日": "平成元年5月1日",
    "資本金": "1,000万円",
    "従業員数": "24名",
    "支援可能地域": "東京都、大阪府",
    "導入実績": "製造業を中心に15社",
    "認定日": "令和6年8月27日",
    "更新期限": "平成39年8月26日",
    "情報更新日": "2026-02-03",
}
TOOL = {
    "ITツール番号": "TL-000123-01",
    "認定番号": "IS-2024-000123",
    "ITツール名": "表計算ソフト連携\ue000",
    "ITツール分類（業種/業務）": "製造業／生産管理",
    "提供形態（クラウド等）": "クラウド（SaaS）",
    "料金": "月額1,000円～",
    "セキュリティ対策": "",
    "データ連携API有無": "有",
    "情報更新日": "2024-09-01",
}


def plan(stream: str) -> Plan:
    contract = TableContract(ROOT / "connectors" / "smart_sme" / "register.table.yaml")
    mapping = ROOT / "mappings" / "smart_sme.yaml"
    return compile_mapping(mapping, stream, contract.record_schema(record=stream))


def claims(stream: str, record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    mapped = plan(stream).map(source_frame(record))
    assert not [refusal for refusal in mapped.refusals if refusal.level == "record"]
    return {entity: frame.row(0, named=True) for entity, frame in mapped.claims.items()}


def test_a_vendor_is_a_party_with_a_certification() -> None:
    found = claims("vendors", VENDOR)
    expected: dict[str, dict[str, Any]] = {
        "party": {
            "role": "vendor", "as_of": date(2026, 2, 3), "corporate_number": "7000012050002",
            "kind": "corporation", "name_core": "山田ソフト", "legal_form": "301",
            "capital_jpy": 10_000_000, "employees_regular": 24,
            "established_on": date(1989, 5, 1), "address_municipality_code": "13101",
        },
        "vendor": {
            "certification_number": "IS-2024-000123", "certified_on": date(2024, 8, 27),
            "valid_until": date(2027, 8, 26), "areas": "東京都 / 大阪府",
        },
        "contact": {"name": "鈴木 花子", "email": "info@example.jp"},
    }  # fmt: skip
    for entity, values in expected.items():
        assert {name: found[entity][name] for name in values} == values


def test_a_sole_proprietor_needs_no_number() -> None:
    person = {"法人/個人区分": "個人", "法人番号": "", "事業者名": "山田　太郎", "資本金": ""}
    party = claims("vendors", VENDOR | person)["party"]
    assert (party["kind"], party["corporate_number"]) == ("sole_proprietor", None)
    assert party["capital_jpy"] is None


def test_a_tool_stands_beside_its_vendors_number() -> None:
    found = claims("tools", TOOL)
    assert found["vendor"]["certification_number"] == "IS-2024-000123"
    tool = found["tool"]
    assert (tool["tool_key"], tool["name"]) == ("TL-000123-01", "表計算ソフト連携\ue000")
    assert (tool["has_api"], tool["security_measures"]) == (True, None)


@pytest.mark.parametrize(
    ("field", "text", "level", "rule"),
    [
        ("法人番号", "2180001015846", "record", "check_digit"),
        ("設立年月日", "平成13年2月30日", "field", "impossible_date"),
        ("資本金", "1000", "field", "unit_missing"),
    ],
)
def test_what_is_wrong_is_refused(field: str, text: str, level: str, rule: str) -> None:
    mapped = plan("vendors").map(source_frame(VENDOR | {field: text}))
    assert [(r.level, r.rule, r.field) for r in mapped.refusals] == [(level, rule, field)]
