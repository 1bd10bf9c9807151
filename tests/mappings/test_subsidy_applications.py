"""What an application says, in canonical claims."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from base.records import ROW
from mappings import Plan
from tests.mappings.frames import source_frame

APPLICATION: dict[str, Any] = {
    "applicationId": "a0B000000000001AAA",
    "updatedAt": "2026-10-01T03:00:00Z",
    "programId": "a0WJ200000CDR9HMAX",
    "projectNumber": "R8-0001",
    "status": "交付決定",
    "submittedAt": "2026-09-30T15:30:00.000Z",
    "applicant": {
        "kind": "法人",
        "gbizAccountId": "g-1",
        "soleProprietorNumber": None,
        "tradeNames": ["髙橋屋", "カフェ　高橋"],
    },
    "answers": {
        "商号又は名称": "㈱髙橋製作所",
        "法人番号": "７０００－０１２０５０００２",
        "郵便番号": "100-0013",
        "本店所在地": "東京都千代田区霞が関１丁目３番１号 別館3階",
        "代表者氏名": "高橋　太郎",
        "代表者生年月日": "昭和45年3月1日",
        "担当者氏名": "佐藤 花子",
        "資本金": "1,000万円",
        "従業員数": 12,
        "創業・設立日": "平成32年3月31日",
        "主たる業種": "食料品製造業",
        "決算月": 3,
        "役員一覧": [
            {"役職": "取締役", "氏名": "高橋 次郎", "生年月日": "S50.1.1"},
            {"役職": "監査役", "氏名": "高橋 三郎", "生年月日": ""},
        ],
        "決算": [
            {"決算年月": "2025年3月", "売上高": "12,000千円", "経常利益": "△100千円"},
            {"決算年月": "令和8年3月期", "売上高": "13,000千円", "経常利益": "200千円"},
        ],
        "付加価値額": 5000,
        "事業場内最低賃金": 1100,
        "みなし大企業該当": "非該当",
        "データ利活用の同意": True,
        "決算書": [{"ファイル名": "決算書.pdf", "sha256": "0" * 64, "サイズ": 1024}],
    },
    "procedures": [
        {"procedureId": "p1", "kind": "公募申請", "state": "採択", "decision": "採択",
         "decidedAt": "2026-10-31T15:00:00Z", "dueAt": None},
        {"procedureId": "p2", "kind": "交付申請", "state": "交付決定", "decision": "交付決定"},
    ],
    "history": [{"procedureId": "p1", "state": "申請済", "at": "2026-09-30T15:30:00Z"}],
    "notices": [],
}  # fmt: skip


def test_party(applications: Plan) -> None:
    mapped = applications.map(source_frame(APPLICATION))
    assert mapped.refusals == []
    party = mapped.claims["party"].to_dicts()[0]
    expected = {
        "#row": 0,
        "role": "applicant",
        "ordinal": 0,
        "as_of": date(2026, 10, 1),
        "corporate_number": "7000012050002",
        "kind": "corporation",
        "name": "㈱髙橋製作所",
        "name_core": "髙橋製作所",
        "legal_form": "301",
        "legal_form_position": "prefix",
        "name_reduced": "高橋製作所",
        "address_postal_code": "1000013",
        "address_municipality_code": "13101",
        "address_town": "霞が関",
        "address_block": "1-3-1",
        "address_building": "別館3階",
        "address_as_received": "東京都千代田区霞が関１丁目３番１号 別館3階",
        "representative_birth_on": date(1970, 3, 1),
        "representative_birth_on_precision": "day",
        "capital_jpy": 10000000,
        "capital_jpy_unit": 10000,
        "employees_regular": 12,
        "established_on": date(2020, 3, 31),
        "industry_jsic": "09",
        "industry_text": "食料品製造業",
        "fiscal_year_end_month": 3,
        "deemed_large_company": False,
    }
    assert {name: party[name] for name in expected} == expected


def test_an_era_beyond_its_end_is_accepted_and_noted(applications: Plan) -> None:
    mapped = applications.map(source_frame(APPLICATION))
    assert [(note.rule, note.field) for note in mapped.notes] == [
        ("era_out_of_range", "answers.創業・設立日")
    ]


def test_children_keep_their_order(applications: Plan) -> None:
    claims = applications.map(source_frame(APPLICATION)).claims
    officers = claims["officer"].select("role", "ordinal", "title", "birth_on").rows()
    assert officers == [
        ("applicant", 0, "取締役", date(1975, 1, 1)),
        ("applicant", 1, "監査役", None),
    ]
    names = claims["trade_name"].select("ordinal", "name", "name_reduced").rows()
    assert names == [(0, "髙橋屋", "高橋屋"), (1, "カフェ　高橋", "カフエ高橋")]
    assert claims["attachment"].select("role", "kind", "size_bytes").rows() == [
        ("self", "決算書", 1024)
    ]


def test_selection_is_not_the_grant_decision(applications: Plan) -> None:
    claims = applications.map(source_frame(APPLICATION)).claims
    assert claims["project"].select("role", "status", "submitted_on").rows() == [
        ("self", "grant_decided", date(2026, 10, 1))
    ]
    procedures = claims["procedure"].select("kind", "state", "decision", "decided_on").rows()
    assert procedures == [
        ("call_application", "selected", "selected", date(2026, 11, 1)),
        ("grant_application", "grant_decided", "grant_decided", None),
    ]
    event = claims["procedure_event"].row(0, named=True)
    assert event["occurred_at"] == datetime(2026, 9, 30, 15, 30, tzinfo=UTC)
    assert "notice" not in claims


def test_figures_asked_apart_join_the_year_that_closed_last(applications: Plan) -> None:
    years = applications.map(source_frame(APPLICATION)).claims["financial_statement"]
    rows = years.sort("ordinal").select(
        "period_start", "period_end", "sales_jpy", "ordinary_profit_jpy", "value_added_jpy",
        "minimum_wage_jpy", "settled",
    ).rows()  # fmt: skip
    assert rows == [
        (date(2024, 4, 1), date(2025, 3, 31), 12000000, -100000, None, None, True),
        (date(2025, 4, 1), date(2026, 3, 31), 13000000, 200000, 5000000, 1100, True),
    ]


def test_figures_without_a_listed_year_are_dated_by_the_closing_month(applications: Plan) -> None:
    alone = APPLICATION | {"answers": {"付加価値額": 5000, "決算月": 12}}
    years = applications.map(source_frame(alone)).claims["financial_statement"]
    assert years.select("ordinal", "period_end", "value_added_jpy").rows() == [
        (0, date(2025, 12, 31), 5000000)
    ]


def test_a_wrong_check_digit_refuses_the_record_and_no_other(applications: Plan) -> None:
    wrong = APPLICATION | {"answers": APPLICATION["answers"] | {"法人番号": "2180001015846"}}
    mapped = applications.map(source_frame(APPLICATION, wrong, APPLICATION))
    refusal = next(refusal for refusal in mapped.refusals if refusal.level == "record")
    assert (refusal.row, refusal.rule, refusal.field) == (1, "check_digit", "answers.法人番号")
    assert "法人番号" in refusal.message
    assert refusal.value == "9" * 13, "it may be the number that GビズID gives to a person"
    for entity, claims in mapped.claims.items():
        assert set(claims[ROW]) == {0, 2}, entity


def test_a_refused_field_stays_empty_and_the_record_loads(applications: Plan) -> None:
    bad = APPLICATION["answers"] | {
        "創業・設立日": "令和6年2月30日",
        "資本金": "1000",
        "事業計画の概要": "長" * 4001,
        "事業計画名": "<b>新事業</b>",
        "申請枠・類型": "一般\x00枠",
        "主たる業種": "何でも",
    }
    mapped = applications.map(source_frame(APPLICATION | {"status": "謎", "answers": bad}))
    assert {(r.level, r.field, r.rule) for r in mapped.refusals} == {
        ("field", "status", "unknown_code"),
        ("field", "answers.創業・設立日", "impossible_date"),
        ("field", "answers.資本金", "unit_missing"),
        ("field", "answers.事業計画の概要", "too_long"),
        ("field", "answers.事業計画名", "html"),
        ("field", "answers.申請枠・類型", "nul"),
        ("field", "answers.主たる業種", "unknown_code"),
    }
    party = mapped.claims["party"].row(0, named=True)
    assert party["established_on"] is None
    assert party["industry_text"] == "何でも"
    assert mapped.claims["project"]["status"].to_list() == [None]
    assert not any("\x00" in (refusal.value or "") for refusal in mapped.refusals)


def test_personal_values_are_masked(applications: Plan) -> None:
    bad = APPLICATION["answers"] | {
        "代表者生年月日": "山田の誕生日",
        "担当者メール": "yamada",
        "商号又は名称": "山田" * 300,  # a sole proprietor's name is a person's
    }
    mapped = applications.map(source_frame(APPLICATION | {"answers": bad}))
    shown = " ".join(f"{refusal.value} {refusal.message}" for refusal in mapped.refusals)
    assert len(mapped.refusals) == 3
    assert "山田" not in shown
    assert "yamada" not in shown


def test_numbers_that_look_like_numbers_stay_text(applications: Plan) -> None:
    odd = APPLICATION["answers"] | {"事業計画名": "1.10", "申請枠・類型": "1e3"}
    project = applications.map(source_frame(APPLICATION | {"answers": odd})).claims["project"]
    assert project.select("title", "frame").rows() == [("1.10", "1e3")]


def test_absent_null_and_empty_state_nothing(applications: Plan) -> None:
    nothing = APPLICATION | {"answers": {"商号又は名称": "", "法人番号": None}}
    nothing |= {"applicant": {}, "procedures": []}
    mapped = applications.map(source_frame(APPLICATION, nothing))
    assert mapped.refusals == []
    assert mapped.claims["party"][ROW].to_list() == [0]
    assert mapped.claims["project"][ROW].to_list() == [0, 1]


def test_columns_have_the_models_types(applications: Plan) -> None:
    from canonical.model import ENTITIES
    from mappings.columns import dtype

    for entity, frame in applications.map(source_frame(APPLICATION)).claims.items():
        kinds = ENTITIES[entity].columns()
        assert frame.columns[:4] == [ROW, "role", "ordinal", "as_of"]
        assert frame.schema["ordinal"] == pl.Int32
        for name in frame.columns[4:]:
            assert frame.schema[name] == dtype(kinds[name]), (entity, name)
