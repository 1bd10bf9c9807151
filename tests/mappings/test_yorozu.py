"""What a consultation says, in canonical claims: the client's word, and the consultation's own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.contracts.table import TableContract
from mappings import Plan, compile_mapping
from tests.mappings.frames import source_frame

ROOT = Path(__file__).parents[2]
KARTE = {
    "カルテ番号": "YZ13-2026-0000123",
    "拠点コード": "YZ13",
    "受付日": "令和8年11月2日",
    "相談者氏名": "鈴木　花子",
    "相談者フリガナ": "ｽｽﾞｷ ﾊﾅｺ",
    "相談者役職": "経理担当",
    "相談者区分（既存/創業予定）": "既存",
    "企業名・屋号": "㈱山田\ue000製作所",
    "フリガナ": "ｶﾌﾞｼｷｶﾞｲｼｬﾔﾏﾀﾞｾｲｻｸｼｮ",
    "法人番号": "７０００－０１２０５０００２",
    "法人/個人区分": "法人",
    "郵便番号": "100-0013",
    "住所": "東京都千代田区霞が関3-1-1",
    "電話番号": "03-5253-5111",
    "携帯": "090-1234-5678",
    "メール": "info@example.jp",
    "代表者名": "山田　太郎",
    "代表者年齢": "67歳",
    "創業・設立年月": "昭和63年4月",
    "資本金（万円）": "1,000",
    "従業員数": "２４",
    "業種": "金属製品製造業",
    "年商": "12,345",
    "経常利益": "△120",
    "事業内容": "金属製品製造業を営む",
    "経営課題": "人手不足",
    "相談方法": "来所",
    "相談分類（売上拡大/経営改善/創業/承継ほか）": "経営改善・事業再生",
    "相談内容": "返済の猶予",
    "担当コーディネーター": "CO013 﨑山",
    "対応日時": "2026-11-05 14:30",
    "支援内容": "資金繰り表（12か月）を作成",
    "次回予約": "2026-11-26 14:30",
    "紹介元機関": "信用金庫",
    "連携支援機関": "",
    "活用施策": "",
    "成果（売上・利益・雇用）": "",
    "満足度": "4",
    "情報共有の同意": "同意する",
    "更新日時": "2026-11-05T15:10:00+09:00",
    "削除フラグ": "0",
}
STAFFS = {"advice", "coordinator", "handled_at", "next_at", "outcome", "programs_used"}


def plan() -> Plan:
    contract = TableContract(ROOT / "connectors" / "yorozu" / "consultations.table.yaml")
    schema = contract.record_schema(record="consultations")
    return compile_mapping(ROOT / "mappings" / "yorozu.yaml", "consultations", schema)


def claims(**changed: str) -> dict[str, dict[str, Any]]:
    mapped = plan().map(source_frame(KARTE | changed))
    assert not [refusal for refusal in mapped.refusals if refusal.level == "record"]
    return {entity: frame.row(0, named=True) for entity, frame in mapped.claims.items()}


def test_a_client_speaks_of_the_business_and_the_adviser_of_the_consultation() -> None:
    found = claims()
    expected: dict[str, dict[str, Any]] = {
        "party": {
            "role": "client", "as_of": date(2026, 11, 2), "kind": "corporation",
            "corporate_number": "7000012050002", "name": "㈱山田\ue000製作所",
            "name_kana": "カブシキガイシャヤマダセイサクショ", "representative_age": 67,
            "representative_birth_on": None, "established_on": date(1988, 4, 1),
            "established_on_precision": "month", "capital_jpy": 10_000_000,
            "capital_jpy_unit": 10_000, "employees_regular": 24,
            "address_municipality_code": "13101",
        },
        "consultation": {
            "consultation_key": "YZ13-2026-0000123", "received_on": date(2026, 11, 2),
            "topic": "経営改善・事業再生", "advice": "資金繰り表（12か月）を作成",
            "handled_at": datetime(2026, 11, 5, 5, 30, tzinfo=UTC), "sharing_consent": True,
            "client_name": "鈴木　花子", "client_kana": "スズキ ハナコ",
        },
        "contact": {"name": "鈴木　花子", "mobile": "090-1234-5678", "email": "info@example.jp"},
        "consent": {
            "consent_key": "YZ13-2026-0000123", "state": "given",
            "purpose": "information_sharing",
        },
        "financial_statement": {
            "sales_jpy": 123_450_000, "sales_jpy_unit": 10_000, "ordinary_profit_jpy": -1_200_000,
        },
    }  # fmt: skip
    for entity, values in expected.items():
        assert {name: found[entity].get(name) for name in values} == values
    assert found.keys() == expected.keys()
    assert all(found["party"].get(name) is None for name in STAFFS)


def test_a_character_of_the_bases_own_is_kept_and_noted() -> None:
    mapped = plan().map(source_frame(KARTE))
    read_together = (
        "相談者区分（既存/創業予定）, 法人/個人区分, 企業名・屋号, フリガナ,"
        " 相談者氏名, 相談者フリガナ, 相談者役職, 代表者名"
    )
    assert ("private_character", read_together) in {
        (note.rule, note.field) for note in mapped.notes
    }
    assert claims()["party"]["name_core"] == "山田\ue000製作所"


NOBODYS = {"法人番号": "", "資本金（万円）": "", "法人/個人区分": "個人"}
FOUNDER = NOBODYS | {"相談者区分（既存/創業予定）": "創業予定", "相談者役職": "", "代表者名": ""}


def test_who_has_no_business_yet_is_the_party_by_name() -> None:
    party = claims(**FOUNDER)["party"]
    assert (party["name"], party["name_reduced"]) == ("鈴木　花子", "鈴木花子")
    assert party["name_kana"] == "スズキ ハナコ"


@pytest.mark.parametrize(
    ("title", "head", "name"),
    [
        ("代表", "", "鈴木　花子"),
        ("", "", "鈴木　花子"),
        ("経理担当", "", None),
        ("代表取締役の秘書", "", None),
        ("経理担当", "山田　太郎", "山田　太郎"),
    ],
)
def test_a_visitor_is_the_sole_proprietor_unless_an_employee(
    title: str, head: str, name: str | None
) -> None:
    party = claims(**NOBODYS, 相談者役職=title, 代表者名=head)["party"]
    assert (party["name"], party["name_kana"]) == (
        name, "スズキ ハナコ" if name == "鈴木　花子" else None,
    )  # fmt: skip


def test_a_name_that_an_individual_trades_under_is_not_the_name_of_the_party() -> None:
    given = {"企業名・屋号": "山田　商店", "フリガナ": "ﾔﾏﾀﾞ", "法人番号": "", "資本金（万円）": ""}
    found = claims(**given | {"法人/個人区分": "個人"})
    assert found["party"]["name"] == "山田　太郎"
    assert found["party"]["legal_form"] is None
    trade = found["trade_name"]
    assert (trade["name"], trade["name_reduced"], trade["kana"]) == (
        "山田　商店", "山田商店", "ヤマダ",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "form", "kind"),
    [
        ("創業予定", "個人", "pre_founder"),
        ("創業予定", "", "pre_founder"),
        ("既存", "個人", "sole_proprietor"),
        ("既存", "", None),
    ],
)
def test_who_has_no_business_yet_is_neither_kind_of_one(
    stage: str, form: str, kind: str | None
) -> None:
    given = {"相談者区分（既存/創業予定）": stage, "法人/個人区分": form, "法人番号": ""}
    assert claims(**given)["party"]["kind"] == kind


@pytest.mark.parametrize(
    ("answer", "shared", "state"),
    [("同意する", True, "given"), ("同意しない", False, "refused"), ("", None, None)],
)
def test_consent_is_that_of_the_one_consultation(
    answer: str, shared: bool | None, state: str | None
) -> None:
    found = claims(情報共有の同意=answer)
    assert found["consultation"]["sharing_consent"] is shared
    assert found["consent"]["state"] == state


@pytest.mark.parametrize(
    ("field", "text", "level", "rule"),
    [
        ("法人番号", "2180001015846", "record", "check_digit"),
        ("創業・設立年月", "昭和63年13月", "field", "impossible_date"),
        ("資本金（万円）", "増資予定", "field", "not_an_amount"),
        ("代表者年齢", "六十代", "field", "not_an_integer"),
        ("業種", "よろず屋さん", "field", "unknown_code"),
    ],
)
def test_what_is_wrong_is_refused(field: str, text: str, level: str, rule: str) -> None:
    mapped = plan().map(source_frame(KARTE | {"企業名・屋号": "山田", field: text}))
    assert [(r.level, r.rule, r.field) for r in mapped.refusals] == [(level, rule, field)]


def test_free_text_is_personal() -> None:
    contract = TableContract(ROOT / "connectors" / "yorozu" / "consultations.table.yaml")
    leaves = {leaf.path: leaf for leaf in contract.record_schema(record="consultations").leaves}
    for name in (
        "相談内容",
        "支援内容",
        "成果（売上・利益・雇用）",
        "経営課題",
        "事業内容",
        "相談者氏名",
    ):
        assert leaves[name].personal
