"""Proposals: by label, by other words, by samples; and what is not proposed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.suggest import SURE, SourceField, Suggestion, suggest
from mocks.world.numbers import corporate_number

F = SourceField
NUMBERS = tuple(corporate_number(n) for n in range(5))


def only(*fields: SourceField) -> Suggestion:
    (found,) = suggest(fields)
    return found


@pytest.mark.parametrize(
    ("field", "target"),
    [
        (F("corporateNumber"), "party.corporate_number"),
        (F("x1", "法人番号（13桁）"), "party.corporate_number"),
        (F("企業名"), "party.name"),
        (F("company_name"), "party.name"),
        (F("applicant.電話番号"), "party.phone"),
        (F("従業員数", samples=("12", "3名")), "party.employees_regular"),
        (F("設立日", samples=("平成3年4月1日", "2001-02-03")), "party.established_on"),
        (F("担当者メールアドレス"), "contact.email"),
        (F("mail"), "party.email"),
    ],
)
def test_called_by_its_name(field: SourceField, target: str) -> None:
    found = only(field)
    assert (found.to, found.sure) == (target, True)


def test_a_check_digit_tells_whatever_the_column_is_called() -> None:
    found = only(F("番号", samples=NUMBERS))
    assert (found.to, found.sure) == ("party.corporate_number", True)
    assert "check digit" in found.why


def test_samples_that_cannot_be_read_speak_against_a_name() -> None:
    found = only(F("設立年月日", samples=("不定", "あ", "い")))
    assert found.score < SURE
    assert "0% of its samples" in found.why


def test_an_amount_without_a_unit_is_not_sure() -> None:
    assert not only(F("資本金", samples=("1000", "300"))).sure
    assert only(F("資本金", "資本金（千円）")).options == {"unit": "千円"}
    assert only(F("資本金", samples=("1,000万円",))).sure


def test_parts_of_an_address_are_one_rule() -> None:
    found = only(F("zip", "郵便番号"), F("都道府県"), F("市区町村"), F("番地"), F("建物名"))
    assert found.sources == ("zip", "都道府県", "市区町村", "番地", "建物名")
    assert found.options["parts"] == ["postal_code", "prefecture", "city", "street", "building"]


def test_each_target_is_proposed_once() -> None:
    found = suggest([F("会社名"), F("商号"), F("法人名")])
    assert [one.to for one in found].count("party.name") == 1


@pytest.mark.parametrize("name", ["状態", "amount", "画面表示順", "xyz"])
def test_what_is_called_otherwise_is_not_proposed(name: str) -> None:
    assert not [one for one in suggest([F(name)]) if one.sure]


@given(st.lists(st.text(max_size=20), max_size=6, unique=True), st.text(max_size=20))
def test_any_names_and_samples_are_fine(names: list[str], sample: str) -> None:
    found = suggest([F(name or "x", name, samples=(sample,)) for name in names])
    assert all(0 <= one.score <= 1 for one in found)
