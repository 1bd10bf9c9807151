"""GビズID's records as claims: numbers by kind, prefectures by code, open ends, both parties."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.contracts.openapi import OpenApiContract
from mappings import Plan, compile_mapping
from mappings.plan import Mapped
from tests.mappings.conftest import ROOT
from tests.mappings.frames import source_frame

FOLDER = ROOT / "connectors" / "corporate_auth"
ACCOUNT = {
    "sub": "gbiz-000007001", "updated_at": "2026-11-01T00:00:00.000Z", "active_flg": True,
    "valid_from": "2024-05-01", "valid_to": None, "confirmed_on": "2026-04-01",
    "account_type": "2", "assurance_level": "ial2", "parent_id": None,
    "role": "jp_gbizid_prime", "branch_name": None,
    "corp_type": "1", "corporate_number": "7000012050002", "name": "株式会社山田製作所",
    "en_name": "", "prefecture_name": "13", "address1": "千代田区",
    "address2": "霞が関１－３－１", "rep_last_nm": "山田", "rep_first_nm": "太郎",
    "rep_last_nm_kana": "ﾔﾏﾀﾞ", "rep_first_nm_kana": "タロウ", "birthday_ymd": "19600401",
    "user_last_nm": "佐藤", "user_first_nm": "花子", "user_last_nm_kana": "サトウ",
    "user_first_nm_kana": "ハナコ", "user_birthday_ymd": "19900202", "user_post_code": "1000013",
    "user_prefecture_name": "13", "user_address1": "千代田区", "user_address2": "霞が関1-3-1",
    "user_address3": "経済産業ビル", "user_department": "総務部",
    "user_tel_no_contact": "0312345678", "email": "a@example.jp",
}  # fmt: skip
DELEGATION = {
    "delegation_no": "D1", "updated_at": "2026-11-01T00:00:00.000Z", "active_flg": True,
    "delegated_on": "20260320", "withdrawn_on": None, "delegation_kind": "1",
    "delegator_id": "gbiz-000007001", "delegate_id": "gbiz-000014002",
    "delegate": {
        "business_type": "個人事業主", "corp_no": "3000000000003", "firm_nm": "田中事務所",
    },
    "system_cd": "JGRTS", "delegation_start": "20260401", "delegation_end": "20990101",
    "category_info": [
        {"category_cd": "K01", "category_nm": "申請", "active_flg": True, "procedure_cd": "P0101",
         "procedure_nm": "公募申請"},
        {"category_cd": "K03", "category_nm": "照会", "active_flg": False},
    ],
    "meti_id": 7001, "business_type": "法人", "corp_no": "7000012050002",
    "firm_nm": "株式会社山田製作所", "firm_nm_en": "", "address_pref": "東京都",
    "address_city": "千代田区", "address_number": "霞が関1-3-1", "last_nm": "山田",
    "first_nm": "太郎", "last_nm_kana": "ヤマダ", "first_nm_kana": "タロウ",
    "birthday": "19600401", "note": "",
}  # fmt: skip


def plan(stream: str) -> Plan:
    contract = OpenApiContract(FOLDER / f"{stream}.openapi.yaml")
    record = {"accounts": "Account", "delegations": "Delegation"}[stream]
    return compile_mapping(
        ROOT / "mappings" / "corporate_auth.yaml", stream, contract.record_schema(record=record)
    )


PLANS = {stream: plan(stream) for stream in ("accounts", "delegations")}


def mapped(stream: str, **changed: Any) -> Mapped:
    record = ACCOUNT if stream == "accounts" else DELEGATION
    return PLANS[stream].map(source_frame({**record, **changed}))


def claim(found: Mapped, entity: str, role: str) -> dict[str, Any]:
    rows = [row for row in found.claims[entity].to_dicts() if row["role"] == role]
    assert len(rows) == 1
    return {name: value for name, value in rows[0].items() if value is not None}


def test_an_account_its_user_and_its_business() -> None:
    found = mapped("accounts")
    assert (found.refusals, found.notes) == ([], [])
    party = claim(found, "party", "holder")
    assert (party["corporate_number"], party["kind"]) == ("7000012050002", "corporation")
    assert "sole_proprietor_number" not in party
    assert (party["address_prefecture"], party["address_municipality_code"]) == ("東京都", "13101")
    assert party["address_full"] == "東京都千代田区霞が関1-3-1"
    assert (party["representative_name"], party["representative_kana"]) == (
        "山田 太郎", "ヤマダ タロウ",
    )  # fmt: skip
    assert (party["representative_birth_on"], party["as_of"]) == (
        date(1960, 4, 1), date(2026, 4, 1),
    )  # fmt: skip
    account = claim(found, "account", "self")
    assert (account["account_key"], account["account_type"], account["rights"]) == (
        "gbiz-000007001", "prime", "prime",
    )  # fmt: skip
    assert (account["user_name"], account["user_address_building"]) == ("佐藤 花子", "経済産業ビル")
    assert (account["starts_on"], account["valid"]) == (date(2024, 5, 1), True)
    assert "ends_on" not in account
    person = claim(found, "person", "user")
    assert (person["family_name"], person["birth_on"], person["phone"]) == (
        "佐藤", date(1990, 2, 2), "(03)1234-5678",
    )  # fmt: skip


@pytest.mark.parametrize("stream", ["accounts", "delegations"])
def test_a_sole_proprietors_number_is_never_a_corporate_number(stream: str) -> None:
    given = (
        {"corp_type": "2", "corporate_number": "3000000000003"}
        if stream == "accounts"
        else {"business_type": "個人事業主", "corp_no": "3000000000003"}
    )
    party = claim(
        mapped(stream, **given), "party", "holder" if stream == "accounts" else "delegator"
    )
    assert (party["kind"], party["sole_proprietor_number"]) == (
        "sole_proprietor", "3000000000003",
    )  # fmt: skip
    assert "corporate_number" not in party


SOLE_PROPRIETOR = {
    "accounts": {"corp_type": "2", "corporate_number": "3000000000003"},
    "delegations": {"business_type": "個人事業主", "corp_no": "3000000000003"},
}
NAME = {"accounts": "name", "delegations": "firm_nm"}
ROLE = {"accounts": "holder", "delegations": "delegator"}


@pytest.mark.parametrize("stream", ["accounts", "delegations"])
def test_a_sole_proprietor_is_called_by_the_persons_name_and_trades_under_another(
    stream: str,
) -> None:
    found = mapped(stream, **SOLE_PROPRIETOR[stream], **{NAME[stream]: "山田商店"})
    party = claim(found, "party", ROLE[stream])
    assert (party["name"], party["name_reduced"]) == ("山田 太郎", "山田太郎")
    trade = claim(found, "trade_name", ROLE[stream])
    assert (trade["name"], trade["name_reduced"]) == ("山田商店", "山田商店")


@pytest.mark.parametrize("stream", ["accounts", "delegations"])
def test_a_sole_proprietor_without_a_trade_name_has_none(stream: str) -> None:
    found = mapped(stream, **SOLE_PROPRIETOR[stream], **{NAME[stream]: "山田太郎"})
    assert claim(found, "party", ROLE[stream])["name"] == "山田 太郎"
    assert "trade_name" not in found.claims


@pytest.mark.parametrize("stream", ["accounts", "delegations"])
def test_a_corporation_keeps_its_name_and_has_no_trade_name(stream: str) -> None:
    found = mapped(stream)
    party = claim(found, "party", ROLE[stream])
    assert (party["name"], party["legal_form"]) == ("株式会社山田製作所", "301")
    assert "trade_name" not in found.claims


def test_a_number_that_is_none_refuses_the_record_and_is_not_shown() -> None:
    found = mapped("accounts", corporate_number="3000000000003")
    (refusal,) = found.refusals
    assert (refusal.level, refusal.rule) == ("record", "check_digit")
    assert "3000000000003" not in f"{refusal.message}{refusal.value}"
    assert not found.claims


def test_a_code_that_is_no_prefecture_leaves_the_address_empty() -> None:
    found = mapped("accounts", prefecture_name="48")
    assert [(one.level, one.rule) for one in found.refusals] == [("field", "unknown_code")]
    assert "address_full" not in claim(found, "party", "holder")


def test_an_entry_has_neither_birthday_nor_number() -> None:
    found = mapped(
        "accounts", account_type="1", role=None, corporate_number=None, assurance_level="ial1",
        birthday_ymd=None,
    )  # fmt: skip
    party = claim(found, "party", "holder")
    assert party["kind"] == "corporation"
    assert not {"corporate_number", "representative_birth_on"} & party.keys()
    assert "rights" not in claim(found, "account", "self")


def test_a_member_names_its_prime_and_its_branch() -> None:
    account = claim(
        mapped(
            "accounts", account_type="3", parent_id="gbiz-000007001", role="jp_gbizid_member",
            branch_name="大阪営業所", active_flg=False, valid_to="2026-10-31",
        ),
        "account", "self",
    )  # fmt: skip
    assert (account["parent_account"], account["branch_name"], account["rights"]) == (
        "gbiz-000007001", "大阪営業所", "member",
    )  # fmt: skip
    assert (account["valid"], account["ends_on"]) == (False, date(2026, 10, 31))


def test_a_delegation_between_two_parties() -> None:
    found = mapped("delegations")
    assert (found.refusals, found.notes) == ([], [])
    delegation = claim(found, "delegation", "self")
    assert (delegation["delegation_key"], delegation["system_code"], delegation["kind"]) == (
        "D1", "JGRTS", "to_other",
    )  # fmt: skip
    assert (delegation["delegator_account"], delegation["delegate_account"]) == (
        "gbiz-000007001", "gbiz-000014002",
    )  # fmt: skip
    assert (delegation["starts_on"], delegation["as_of"]) == (date(2026, 4, 1), date(2026, 3, 20))
    assert not {"ends_on", "withdrawn_on", "note"} & delegation.keys()
    assert claim(found, "party", "delegator")["address_prefecture_code"] == "13"
    delegate = claim(found, "party", "delegate")
    assert (delegate["sole_proprietor_number"], delegate["name"]) == (
        "3000000000003", "田中事務所",
    )  # fmt: skip
    categories = found.claims["delegation_category"].sort("ordinal").to_dicts()
    assert [(c["category_code"], c["procedure_code"], c["active"]) for c in categories] == [
        ("K01", "P0101", True), ("K03", None, False),
    ]  # fmt: skip


def test_a_delegation_that_ends_or_was_withdrawn_says_when() -> None:
    delegation = claim(
        mapped(
            "delegations", delegation_end="20270331", withdrawn_on="20261015", active_flg=False
        ),
        "delegation", "self",
    )  # fmt: skip
    assert (delegation["ends_on"], delegation["withdrawn_on"], delegation["active"]) == (
        date(2027, 3, 31), date(2026, 10, 15), False,
    )  # fmt: skip


def test_backward_the_same_words_are_written() -> None:
    values = {
        "party": {"corporate_number": "7000012050002", "kind": "corporation",
                  "representative_name": "山田 太郎",
                  "representative_birth_on": date(1960, 4, 1),
                  "representative_birth_on_precision": "day"},
        "account": {"account_type": "prime", "rights": "prime", "user_phone": "(03)1234-5678"},
    }  # fmt: skip
    written = PLANS["accounts"].format(values)
    assert {name: written[name] for name in (
        "corp_type", "corporate_number", "rep_last_nm", "rep_first_nm", "birthday_ymd",
        "account_type", "role", "user_tel_no_contact",
    )} == {
        "corp_type": "1", "corporate_number": "7000012050002", "rep_last_nm": "山田",
        "rep_first_nm": "太郎", "birthday_ymd": "19600401", "account_type": "2",
        "role": "jp_gbizid_prime", "user_tel_no_contact": "0312345678",
    }  # fmt: skip
