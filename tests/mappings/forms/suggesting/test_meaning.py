"""Labels taken apart: the head, what changes the meaning, and what is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.forms.suggesting.grams import Grams
from mappings.forms.suggesting.meaning import meaning
from mappings.forms.suggesting.words import japanese, parts


@pytest.mark.parametrize(
    ("label", "head", "core", "facets"),
    [
        ("代表者の氏名", "person_name", "", {"whose": {"representative"}}),
        ("事業者名フリガナ", "kana", "", {}),
        ("担当者携帯番号（SMS）", "mobile", "", {"whose": {"contact"}}),
        ("連携先の法人番号", "corporate_number", "", {"whose": {"partner"}}),
        ("金融機関の担当者名", "name", "", {"whose": {"bank", "contact"}}),
        ("設備等の所在地", "address", "", {"place": {"equipment"}}),
        ("所在地（都道府県/市区町村）", "region", "", {}),
        ("常時使用する従業員の数", None, "従業員数", {"employees": {"regular"}}),
        ("契約社員・パート数", None, "従業員数", {"employees": {"part_time"}}),
        ("従業員数（役員を含む）", None, "従業員数", {"employees": {"with_officers"}}),
        ("売上高（税込）", None, "売上", {"tax": {"included"}}),
        ("連結売上高", None, "売上", {"scope": {"consolidated"}}),
        ("給与支給総額（計画最終年度）", None, "給与支給総額", {"year": {"planned"}}),
        ("最近3か月間の売上高", None, "最近売上", {"period": {"months"}}),
        ("事業計画名（30字）", "name", "事業計画", {}),
        ("商号または屋号", "org_name", "", {}),
        ("企業名・屋号", "org_name", "", {}),
    ],
)
def test_a_label_is_taken_apart(
    label: str, head: str | None, core: str, facets: dict[str, set[str]]
) -> None:
    told = meaning(label)
    assert (told.head, told.core) == (head, core)
    told_facets = {name: set(values) for name, values in told.facets.items() if values != {"self"}}
    assert told_facets == facets


@pytest.mark.parametrize(
    ("label", "rest"),
    [
        ("資本金（万円）", ()),
        ("事業計画名（30字）", ()),
        ("決算月（変更後）", ("変更後",)),
        ("納税証明書（地方税）", ("地方税",)),
        ("被保険者数（工場）", ("工場",)),
        ("商号または屋号", ("屋号",)),
    ],
)
def test_what_nothing_explains_is_kept(label: str, rest: tuple[str, ...]) -> None:
    assert meaning(label).rest == rest


@pytest.mark.parametrize(
    ("label", "bare", "asides"),
    [
        ("③ 資本金（万円）", "資本金", ("万円",)),
        ("1．法人番号【13桁】", "法人番号", ("13桁",)),
        ("（フリガナ）", "フリガナ", ()),
        ("ＴＥＬ：", "tel", ()),
    ],
)
def test_numbering_and_brackets_are_set_aside(
    label: str, bare: str, asides: tuple[str, ...]
) -> None:
    assert parts(label) == (bare, asides)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("corporateNumber", "法人番号"),
        ("rep_last_nm", "代表者氏名"),
        ("user_tel_no_contact", "担当者電話番号"),
        ("parent_company_capital", "親会社資本金"),
        ("資本金", "資本金"),
    ],
)
def test_the_name_of_a_property_is_read_in_japanese(name: str, label: str) -> None:
    assert japanese(name) == label


@given(st.text(max_size=40))
def test_any_label_is_fine(label: str) -> None:
    assert meaning(label).bare == parts(label)[0]
    japanese(label)


@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    grams = Grams(["売上高", "営業利益", "経常利益", one])
    assert 0 <= grams.alike(one, other) <= 1
    assert grams.alike(one, other) == pytest.approx(grams.alike(other, one))
    assert grams.alike(one, one) == 1


def test_what_many_words_share_tells_little() -> None:
    grams = Grams(["営業利益", "経常利益", "当期利益", "売上原価"])
    assert grams.alike("営業利益", "経常利益") < 0.5 < grams.alike("売上原価計", "売上原価")
