"""GIF's forms of values: codes with their check digits, dates, numbers, names."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.exports import texts
from mappings.transforms.phones import PHONE

CODES = st.from_regex(r"(?:0[1-9]|[1-3][0-9]|4[0-7])[0-9]{3}", fullmatch=True)
WEIGHTS = (6, 5, 4, 3, 2, 1)


@pytest.mark.parametrize(
    ("code", "whole"),
    [("13101", "131016"), ("01100", "011002"), ("27140", "271403"), ("47207", "472077")],
)
def test_municipality_codes_as_published(code: str, whole: str) -> None:
    assert texts.municipality(code) == whole


@given(CODES)
def test_the_check_digit_follows_from_the_five(code: str) -> None:
    whole = texts.municipality(code)
    assert whole is not None
    assert whole[:5] == code
    assert re.fullmatch(texts.MUNICIPALITY, whole)
    weighed = sum(int(digit) * weight for digit, weight in zip(whole, WEIGHTS, strict=True))
    assert weighed % 11 == {"0": 1, "1": weighed % 11 % 2}.get(whole[5], 0)


@given(CODES, st.integers(0, 4), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(code: str, place: int, change: int) -> None:
    other = list(code)
    other[place] = str((int(code[place]) + change) % 10)
    one, two = texts.municipality(code), texts.municipality("".join(other))
    assert one is not None
    assert two is not None
    remainders_0_and_10 = one[5] == two[5] == "1"
    assert one[5] != two[5] or remainders_0_and_10


@pytest.mark.parametrize("code", [None, "", "1310", "131016", "１３１０１", "1310a", "13101\n"])
def test_what_is_no_code_has_no_check_digit(code: str | None) -> None:
    assert texts.municipality(code) is None


@given(st.dates(date(1868, 1, 25), date(2100, 1, 1)))
def test_a_date_says_no_more_than_is_known(day: date) -> None:
    assert date.fromisoformat(texts.day(day, "day")) == day
    assert texts.day(day, None) == texts.day(day, "day")
    assert texts.day(day, "month") == f"{day:%Y-%m}"
    assert texts.day(day, "year") == f"{day.year:04}"
    for precision in ("day", "month", "year"):
        assert re.fullmatch(texts.DATE, texts.day(day, precision))


@given(st.text())
def test_only_what_xml_can_hold_is_left(text: str) -> None:
    told = texts.plain(text)
    assert texts.plain(told) == told
    assert not set(told) - set(text)
    for character in told:
        code = ord(character)
        assert code in {9, 10, 13} or code >= 0x20
        assert not 0xD800 <= code <= 0xDFFF
        assert code not in {0xFFFE, 0xFFFF}


def test_nul_and_control_characters_go() -> None:
    assert texts.plain("a\x00b\x0bc\x1fd\x7fe\x85f\ud800g\uffff") == "abcdefg"
    assert texts.plain("一行\n二行\t終\r") == "一行\n二行\t終\r"


@pytest.mark.parametrize("number", sorted({str(e.values[0]) for e in PHONE.examples if e.values}))
def test_the_hubs_telephone_numbers_are_in_gifs_form(number: str) -> None:
    assert texts.phones(number) == number.split(" / ")


@pytest.mark.parametrize(
    "text",
    ["03-5253-5111", "0352535111", "(03)5253-5111 / x", "（03）5253-5111", "(03)5253-5111\n"],
)
def test_other_telephone_numbers_are_not(text: str) -> None:
    assert texts.phones(text) == []


@pytest.mark.parametrize("text", ["100-0013", "100001", "１００００１３", "1000013\n", None])
def test_postal_codes_are_seven_digits(text: str | None) -> None:
    assert texts.postal_code("1000013") == "1000013"
    assert texts.postal_code(text) is None


@pytest.mark.parametrize("text", ["ftp://a.jp", "http://a b", "www.a.jp", "https://a/<x>", None])
def test_addresses_of_the_web(text: str | None) -> None:
    assert texts.url("https://a.example.jp/x?y=1#z") == "https://a.example.jp/x?y=1#z"
    assert texts.url(text) is None


@pytest.mark.parametrize(
    ("name", "core", "kana", "told"),
    [
        ("株式会社山田", "山田", "ヤマダ", "カブシキガイシャヤマダ"),
        ("山田合同会社", "山田", "ヤマダ", "ヤマダゴウドウガイシャ"),
        ("株式会社山田", "山田", "カブシキガイシャヤマダ", "カブシキガイシャヤマダ"),
        ("株式会社ヤマダ", "ヤマダ", None, "カブシキガイシャヤマダ"),
        ("株式会社山田", "山田", None, None),
        ("山田商店", None, "ヤマダショウテン", "ヤマダショウテン"),
        ("㈱山田", "山田", "ヤマダ", "ヤマダ"),
    ],
)
def test_a_name_is_read_with_its_legal_form(
    name: str, core: str | None, kana: str | None, told: str | None
) -> None:
    assert texts.kana_with_form(name, core, kana) == told


def test_letters_of_a_name_are_wide() -> None:
    assert texts.wide_letters("株式会社ABCz-1") == "株式会社ＡＢＣｚ-1"


@pytest.mark.parametrize(
    ("month", "start"), [(3, "--04-01"), (12, "--01-01"), (0, None), (13, None), (None, None)]
)
def test_the_fiscal_year_begins_after_its_last_month(month: int | None, start: str | None) -> None:
    assert texts.fiscal_year_start(month) == start
