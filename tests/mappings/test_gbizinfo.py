"""gBizINFO's mapping: spellings as recorded, and what it leaves to the registers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.contracts.contract import load_contract
from connectors.declaration import load_declaration
from mappings import Plan, compile_mapping
from tests.mappings.frames import source_frame

ROOT = Path(__file__).parents[2]
NUMBER = "7000012050002"


def plan(stream: str) -> Plan:
    declared = load_declaration(ROOT / "connectors" / "gbizinfo").streams[stream]
    schema = load_contract(declared.contract).record_schema(
        record=declared.record, operation=declared.operation, records=declared.records
    )
    return compile_mapping(ROOT / "mappings" / "gbizinfo.yaml", stream, schema)


def one(stream: str, record: dict[str, Any], entity: str) -> dict[str, Any]:
    mapped = plan(stream).map(source_frame({"corporate_number": NUMBER} | record))
    assert mapped.refusals == []
    (row,) = mapped.claims[entity].to_dicts()
    return row


def test_a_corporation_as_recorded() -> None:
    record = {
        "name": "セルコホーム株式会社",
        "kana": "せるこほーむ",
        "postal_code": "1130033",
        "location": "東京都文京区本郷１丁目２５番６号",
        "status": "-",
        "update_date": "2019-01-15T00:00:00+09:00",
        "representative_name": "代表取締役　山田\u00a0太郎",
        "founding_year": 1980,
        "close_date": "20260720",
    }
    party = one("corporations", record, "party")
    assert (party["as_of"], party["role"]) == (date(2019, 1, 15), "self")
    assert (party["name_core"], party["name_kana"]) == ("セルコホーム", "セルコホーム")
    assert party["address_full"] == "東京都文京区本郷1-25-6"
    assert (party["founded_on"], party["founded_on_precision"]) == (date(1980, 1, 1), "year")
    assert party["representative_name"] == "山田 太郎"
    assert party["representative_title"] == "代表取締役"
    assert party["closed_on"] == date(2026, 7, 20)
    assert "activity_status" not in party, '"-" says nothing'


@pytest.mark.parametrize("amount", ["10,000,000", "10000000"])
def test_a_grant_is_dated_by_its_own_day(amount: str) -> None:
    record = {
        "name": "今の名称株式会社",
        "subsidy": {"title": "IT導入補助金", "amount": amount, "date_of_approval": "20200825"},
    }
    grant = one("subsidies", record, "corporate_activity")
    assert (grant["kind"], grant["amount_jpy"], grant["as_of"]) == (
        "subsidy", 10_000_000, date(2020, 8, 25),
    )  # fmt: skip
    party = one("subsidies", record, "party")
    assert "name" not in party, "today's name was not asserted on the day of the grant"


def test_a_year_before_the_cover_is_dated_and_a_foreign_currency_is_not_taken() -> None:
    figures = "net_sales_summary_of_business_results"
    finance = {
        "fiscal_year_cover_page": "第20期（自　2019年11月１日　至　2020年10月31日）",
        "management_index": {"period": "4", figures: 1534160000, f"{figures}_unit_ref": "JPY"},
    }
    year = one("finances", {"finance": finance}, "financial_statement")
    assert (year["period_start"], year["period_end"]) == (date(2015, 11, 1), date(2016, 10, 31))
    assert (year["sales_jpy"], year["settled"]) == (1534160000, True)
    finance["management_index"] = {"period": "0", figures: 1, f"{figures}_unit_ref": "USD"}
    mapped = plan("finances").map(source_frame({"corporate_number": NUMBER, "finance": finance}))
    assert [(refusal.rule, refusal.level) for refusal in mapped.refusals] == [("currency", "field")]


def test_shares_are_fractions_and_workplace_figures_are_percent() -> None:
    finance = {
        "fiscal_year_cover_page": "第20期（自　2019年11月１日　至　2020年10月31日）",
        "major_shareholders": [{"name_major_shareholders": "甲", "shareholding_ratio": "0.0102"}],
    }
    assert one("finances", {"finance": finance}, "shareholder")["share_percent"] == "1.02"
    women = {"female_workers_proportion": "34.6", "gender_total_of_manager": "22"}
    info = {"workplace_info": {"women_activity_infos": women}}
    report = one("workplaces", info, "workplace_report")
    assert (report["women_percent"], report["managers"]) == ("34.6", 22)


@pytest.mark.parametrize(
    ("stream", "row"),
    [
        ("certifications", {"certification": {"title": "認定"}}),
        ("commendations", {"commendation": {"title": "表彰"}}),
        ("subsidies", {"subsidy": {"title": "補助金"}}),
        ("procurements", {"procurement": {"title": "調達"}}),
        ("patents", {"patent": {"title": "特許"}}),
        ("offices", {"corporation-info": {"corporation_name": "本社"}}),
        ("finances", {"finance": {"fiscal_year_cover_page": "第10期"}}),
        ("workplaces", {"workplace_info": {"base_infos": {"average_age": "40"}}}),
    ],
)
def test_every_party_is_a_corporation(stream: str, row: dict[str, Any]) -> None:
    mapped = plan(stream).map(source_frame({"corporate_number": NUMBER} | row))
    (party,) = mapped.claims["party"].to_dicts()
    assert (party["corporate_number"], party["kind"]) == (NUMBER, "corporation")
