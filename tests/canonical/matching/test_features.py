"""Spellings that mean the same become the same feature."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from canonical.matching import reduction
from canonical.matching.features import FEATURE_SCHEMA, features
from tests.canonical.matching.members import company, made, person


def reduced(by: str, *texts: str) -> set[str | None]:
    column = pl.DataFrame({"text": texts}).select(getattr(reduction, by)(pl.col("text")))
    return set(column.to_series())


@pytest.mark.parametrize(
    ("by", "texts"),
    [
        ("reduced_name", ("ヤマダ・フーズ", "ﾔﾏﾀﾞﾌｰｽﾞ", "やまだ ふーず")),
        ("reduced_name", ("髙﨑濵田", "高崎浜田", "高崎　濱田")),
        ("reduced_name", ("七福釀造", "七福醸造")),
        ("reduced_name", ("me‐row's", "ＭＥ－ＲＯＷ’Ｓ", "MEROWS")),
        ("core_name", ("株式会社鳴瀬精密", "㈱鳴瀬精密", "鳴瀬精密(株)", "（株）鳴瀬精密")),
        ("core_name", ("カブシキガイシャヒグチ", "ヒグチ")),
        ("reduced_kana", ("ヒグチセツビカブシキガイシャ", "ヒグチセツビ", "ﾋｸﾞﾁｾﾂﾋﾞ")),
        ("reduced_town", ("大字三ノ関字狼沢", "三之関狼沢", "三の関狼沢")),
        ("reduced_town", ("霞が関", "霞ヶ関", "霞ケ関", "霞ガ関")),
        ("reduced_town", ("菊水一条", "菊水1条", "菊水１条")),
        ("reduced_block", ("3-12-4", "３－１２－４", "三−12‐4", "3番12-4")),
        ("reduced_building", ("第二ビル3階", "第ニビル３Ｆ", "第2ビル 3")),
        ("reduced_phone", ("(022)123-4567", "022-123-4567 内線5", "+81 22-123-4567")),
        ("reduced_email", (" Info@Example.JP", "info＠example.jp")),
    ],
)
def test_one_value_in_its_spellings(by: str, texts: tuple[str, ...]) -> None:
    assert len(reduced(by, *texts)) == 1
    assert None not in reduced(by, *texts)


@pytest.mark.parametrize(
    ("by", "texts"),
    [
        ("reduced_name", ("斎藤", "斉藤")),
        ("reduced_town", ("八丁堀", "丁堀")),
        ("reduced_block", ("3-12", "31-2")),
    ],
)
def test_different_values_stay_different(by: str, texts: tuple[str, ...]) -> None:
    assert len(reduced(by, *texts)) == len(texts)


def test_nothing_is_left_of_nothing() -> None:
    assert reduced("reduced_name", "・ー　") == {None}
    assert reduced("reduced_phone", "不明") == {None}
    assert reduced("reduced_email", "なし") == {None}


def test_a_corporation_has_a_name_and_a_head() -> None:
    row = made(company(representative_name="鵜川　瑞樹")).row(0, named=True)
    assert (row["name_core"], row["legal_form"]) == ("鳴瀬精密", "301")
    assert (row["person_name"], row["family_name"]) == ("鵜川瑞樹", "鵜川")
    assert row["trade_name"] is None


def test_a_person_has_no_corporate_name() -> None:
    row = made(person()).row(0, named=True)
    assert row["name_core"] is None
    assert row["person_name"] == "鵜川瑞樹"
    assert row["trade_name"] is None


def test_what_a_person_writes_for_a_name_may_be_the_shop() -> None:
    row = made(person(name="鵜川商店")).row(0, named=True)
    assert (row["person_name"], row["trade_name"]) == ("鵜川瑞樹", "鵜川商店")


def test_of_several_trade_names_one_stands_for_all() -> None:
    claims = pl.DataFrame([{"member_id": 1, **person()}])
    names = [{"member_id": 1, "name": "鳴瀬堂"}, {"member_id": 1, "name": "ウカワ屋"}]
    orders = [features(claims, pl.DataFrame(order)) for order in (names, names[::-1])]
    assert orders[0]["trade_name"].to_list() == orders[1]["trade_name"].to_list() == ["ウカワ屋"]


def test_a_frame_may_lack_columns_and_the_order_is_that_of_ids() -> None:
    claims = pl.DataFrame({"member_id": [9, 2], "name": ["鳴瀬精密", "愛の杜"]})
    found = features(claims)
    assert found["member_id"].to_list() == [2, 9]
    assert dict(found.schema) == {
        name: kind() if isinstance(kind, type) else kind for name, kind in FEATURE_SCHEMA.items()
    }


def test_dates_of_a_person_may_be_the_day_the_business_began() -> None:
    began = date(2001, 5, 1)
    assert made(person(founded_on=began))["established_on"].to_list() == [began]
    assert made(company(founded_on=began))["established_on"].to_list() == [None]


@pytest.mark.parametrize("phone", ["0000000000", "09999999999", "00-0000-0000", "1111111111"])
def test_a_telephone_of_one_digit_is_none(phone: str) -> None:
    assert made(person(phone=phone))["phone"].to_list() == [None]
    assert made(person(phone="0300000001"))["phone"].to_list() == ["0300000001"]


@pytest.mark.parametrize("word", ["なし", "無し", "不明", "未定", "ﾅｼ", "該当なし", "N/A"])
def test_a_word_for_nothing_is_no_name(word: str) -> None:
    shops = pl.DataFrame({"member_id": [1], "name": [word]})
    claim = pl.DataFrame([{"member_id": 1, **company(representative_name=word)}])
    found = features(claim, shops)
    assert found.select("trade_name", "person_name").row(0) == (None, None)


def test_a_year_alone_is_no_day() -> None:
    year = {"established_on": date(1985, 1, 1), "established_on_precision": "year"}
    born = {
        "representative_birth_on": date(1960, 1, 1),
        "representative_birth_on_precision": "year",
    }
    found = made(company(**year, **born), company(**{**year, "established_on_precision": "month"}))
    assert found["established_on"].to_list() == [None, date(1985, 1, 1)]
    assert found["birth_on"].to_list() == [None, None]
    assert found["birth_precision"].to_list() == [None, None]
    assert found["established_precision"].to_list() == [None, "month"]
    default = made(
        company(established_on=date(1900, 1, 1), representative_birth_on=date(1900, 1, 2))
    )
    assert default.select("established_on", "birth_on").row(0) == (None, date(1900, 1, 2))


def test_members_are_in_order_however_many_are_made_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claims = pl.DataFrame({"member_id": [5, 2, 4, 1, 3], "name": ["戊", "乙", "丁", "甲", "丙"]})
    monkeypatch.setattr("canonical.matching.features._AT_ONCE", 2)
    made_in_parts = features(claims).select("member_id", "name_core").rows()
    assert made_in_parts == [(1, "甲"), (2, "乙"), (3, "丙"), (4, "丁"), (5, "戊")]
