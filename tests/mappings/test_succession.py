"""The succession mapping: amounts in 千円, the coarse address, and masks that claim nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contracts.table import TableContract
from mappings import Plan, compile_mapping
from mappings.transforms import TRANSFORMS
from mappings.transforms.disclosure import MASKED, is_masked
from tests.mappings.conftest import ROOT
from tests.mappings.frames import source_frame

NAMED = {
    "case_no": "JS13-2026-00001", "center_cd": "JS13", "registered_on": "2026-04-01",
    "side": "譲渡", "company_name": "㈱山田製作所", "corporate_no": "7000012050002",
    "entity_kind": "法人", "pref_name": "東京都", "city_name": "千代田区", "tel": "03-1234-5678",
    "industry": "24", "business_desc": "金属プレス", "founded_ym": "昭和63年4月",
    "capital": 10_000, "employees": 12, "rep_name": "山田　太郎", "rep_age": 71,
    "has_successor": False, "wished_timing": "1年以内", "succession_type": "第三者",
    "sales": 235_219, "operating_profit": -3_322, "ordinary_profit": 0, "net_assets": None,
    "debt": 2_261, "shareholding": "山田 太郎 100%", "transfer_reason": "後継者不在",
    "scheme": "株式譲渡", "asking_price": 138_231, "strengths": "固定客",
    "contact_name": "佐藤 花子", "contact_tel": "090-1201-2443", "contact_mail": "a@example.jp",
    "introduced_by": "信用金庫", "nda_on": "2026-06-01", "status": "面談",
    "disclosure_consent": True, "deleted_flg": False, "updated_at": "2026-06-01T01:00:00.000000Z",
}  # fmt: skip
MASK = {
    "company_name": "●●株式会社", "corporate_no": None, "city_name": None, "tel": None,
    "rep_name": "●● ●●", "shareholding": None, "contact_name": None, "contact_tel": None,
    "contact_mail": None, "nda_on": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def cases() -> Plan:
    contract = TableContract(ROOT / "connectors" / "succession" / "cases.table.yaml")
    return compile_mapping(ROOT / "mappings" / "succession.yaml", "cases", contract.record_schema())


def claim(plan: Plan, entity: str, **changes: Any) -> dict[str, Any]:
    mapped = plan.map(source_frame(NAMED | changes))
    assert not mapped.refusals
    (row,) = mapped.claims[entity].to_dicts()
    return row


def test_a_named_case(cases: Plan) -> None:
    party = claim(cases, "party")
    assert (party["role"], party["name"], party["kind"]) == (
        "client",
        "㈱山田製作所",
        "corporation",
    )
    assert party["corporate_number"] == "7000012050002"
    assert (party["capital_jpy"], party["capital_jpy_unit"]) == (10_000_000, 1000)
    assert (party["established_on"], party["established_on_precision"]) == (
        date(1988, 4, 1), "month",
    )  # fmt: skip
    assert (party["address_municipality_code"], party["address_town"]) == ("13101", None)
    assert party["as_of"] == date(2026, 6, 1)
    assert (party["representative_age"], party["has_successor"]) == (71, False)


def test_the_case_itself(cases: Plan) -> None:
    case = claim(cases, "succession_case")
    assert (case["side"], case["kind"], case["status"]) == ("transferor", "third_party", "meeting")
    assert (case["asking_price_jpy"], case["asking_price_jpy_unit"]) == (138_231_000, 1000)
    assert case["nda_on"] == date(2026, 6, 1)
    year = claim(cases, "financial_statement")
    assert (year["operating_profit_jpy"], year["ordinary_profit_jpy"]) == (-3_322_000, 0)
    assert year["net_assets_jpy"] is None
    assert year["interest_bearing_debt_jpy"] == 2_261_000


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("登録", "registered"),
        ("マッチング中", "matching"),
        ("面談", "meeting"),
        ("基本合意", "basic_agreement"),
        ("成約", "concluded"),
        ("中止", "discontinued"),
    ],
)
def test_a_state_is_a_code(word: str, state: str, cases: Plan) -> None:
    assert claim(cases, "succession_case", status=word)["status"] == state


def test_an_unknown_state_is_refused(cases: Plan) -> None:
    mapped = cases.map(source_frame(NAMED | {"status": "思案中"}))
    assert [(r.field, r.rule) for r in mapped.refusals] == [("status", "unknown_code")]


def test_a_masked_case_has_no_name_and_a_coarse_address(cases: Plan) -> None:
    party = claim(cases, "party", **MASK)
    names = [name for name in party if "name" in name or name == "corporate_number"]
    assert len(names) >= 5
    assert not any(party[name] for name in names)
    assert (party["address_prefecture_code"], party["address_municipality_code"]) == ("13", None)
    assert party["as_of"] == date(2026, 4, 1)
    contacts = cases.map(source_frame(NAMED | MASK)).claims.get("contact")
    assert contacts is None or contacts.is_empty()


def test_a_sole_proprietor(cases: Plan) -> None:
    party = claim(cases, "party", entity_kind="個人", corporate_no=None, company_name="山田商店")
    assert (party["kind"], party["corporate_number"]) == ("sole_proprietor", None)


@pytest.mark.parametrize(
    "name",
    [
        "日本赤十字社",
        "有限会社三省堂",
        "〇八商店",
        "○八商店",
        "×一",
        "株式会社Ａ社会計",
        "ミスターＸ",
    ],
)
def test_a_real_name_is_no_mask(name: str) -> None:
    assert not is_masked(name)
    parsed = TRANSFORMS["disclosed_name"].parse((name,), TRANSFORMS["disclosed_name"].complete({}))
    assert parsed.values[0] == name


@given(st.sampled_from(MASKED), st.text("山田製作所 　ＡB株式会社", max_size=6))
def test_the_column_path_never_claims_a_mask(mask: str, beside: str) -> None:
    import polars as pl

    transform = TRANSFORMS["disclosed_name"]
    fast = transform.fast
    assert fast is not None
    for text in (mask, mask + beside, beside + mask):
        found = fast([pl.col("t")], transform.complete({}))
        frame = pl.DataFrame({"t": [text]})
        for stage in found.shared.stages if found.shared else []:
            frame = frame.with_columns(stage)
        settled = frame.select(found.settled.alias("s"))["s"][0]
        assert not (settled and is_masked(text))
