"""What a check finds in answers, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mappings.checking import CheckFinding, Level, check
from mappings.forms import Form, load_forms
from tests.mappings.checking.businesses import (
    DAY,
    EARLIER,
    IT_SUBSIDY,
    NUMBER,
    OTHER_NUMBER,
    REGISTER,
    held,
    item,
)

FORMS = load_forms()
FORM = FORMS["it_subsidy"]
OFFICERS = "役員一覧"


def found(changes: dict[str, Any], form: Form = FORM, **more: Any) -> set[tuple[str, str | None]]:
    """Codes and fields of what is found in the good answers so changed."""
    sheet = {n: a for n, a in (IT_SUBSIDY | changes).items() if a is not None}
    return {(one.code, one.field) for one in check(form, sheet, DAY, **more)}


def one(changes: dict[str, Any], **more: Any) -> CheckFinding:
    """The single finding."""
    (it,) = check(FORM, IT_SUBSIDY | changes, DAY, **more)
    return it


def test_nothing_is_wrong_with_good_answers() -> None:
    assert check(FORM, IT_SUBSIDY, DAY) == ()


def test_what_is_required_and_left() -> None:
    assert found({"資本金": None, "URL": "", "代表者役職": " "}) == {("missing", "代表者役職")}
    assert found({"データ利活用の同意": None}) == {("missing", "データ利活用の同意")}
    told = one({"データ利活用の同意": None})
    assert "declaration" in told.en


@pytest.mark.parametrize(
    ("field", "answer", "code"),
    [
        ("法人番号", "70000120500020", "too_long"),
        ("法人番号", "７000012050002", "characters"),
        ("事業者名フリガナ", "ひょうほん", "characters"),
        ("法人/個人区分", "法人格", "not_a_choice"),
        ("設立年月日", "1998-04-17", "date_style"),
        ("設立年月日", "平成10年4月", "date_precision"),
        ("設立年月日", "平成13年2月30日", "not_read"),
        ("資本金", "1000万円", "other_unit"),
        ("直近決算売上高", "3億円", "other_unit"),
        ("資本金", "一千万", None),
        ("資本金", "たくさん", "not_read"),
        ("正規雇用従業員数", "20名", None),
        ("正規雇用従業員数", "-1", "not_read"),
        ("決算月", "13", "not_read"),
        ("担当者メールアドレス", "なし", "not_read"),
        ("資本金", ["10000000"], "wrong_shape"),
        ("事業内容", "a\x00b", "encoding"),
        ("事業内容", "a\ud842b", "encoding"),
        ("会社名", "標本", "unknown_field"),
    ],
)
def test_a_format(field: str, answer: Any, code: str | None) -> None:
    codes = {name for name, where in found({field: answer}) if where == field}
    assert code in codes if code else not codes


def test_a_wrong_element_of_a_list_is_named_by_its_place_and_column() -> None:
    rows = [{"役職": "代表取締役", "氏名": "標本 太郎", "生年月日": "昭和45年4月1日"}]
    told = one({OFFICERS: [*rows, {"役職": "取締役", "氏名": "標本 花子", "生年月日": "13月"}]})
    assert (told.code, told.place) == ("not_read", "[2].生年月日")


def test_what_the_form_cannot_hold_is_named_by_number_and_never_shown() -> None:
    sheet = {"企業名・屋号": "𠮷田〜商店", "法人/個人区分": "法人"}
    told = [f for f in check(FORMS["yorozu"], sheet, DAY) if f.code == "encoding"]
    assert [f.field for f in told] == ["企業名・屋号"]
    assert "U+20BB7" in told[0].en
    assert "character 1" in told[0].en
    assert "𠮷" not in told[0].ja + told[0].en


@pytest.mark.parametrize("changed", "¢£¬‖−〜")
def test_a_character_that_would_come_back_as_another_is_not_held(changed: str) -> None:
    """CP932 takes these and gives back their full-width likes: the form would change the answer."""
    sheet = {"企業名・屋号": f"標本{changed}商店", "法人/個人区分": "法人"}
    told = [f for f in check(FORMS["yorozu"], sheet, DAY) if f.code == "encoding"]
    assert [f.field for f in told] == ["企業名・屋号"]
    assert f"character 3 (U+{ord(changed):04X})" in told[0].en


def test_a_field_of_the_office_is_no_answer() -> None:
    told = check(FORMS["yorozu"], {"担当コーディネーター": "標本"}, DAY)
    assert ("staff_field", Level.NOTE) in {(f.code, f.level) for f in told}
    assert all(f.field != "支援内容" for f in told)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"粗利益": "300100"}, ("part_over_whole", "粗利益")),
        ({"営業利益": "120100"}, ("part_over_whole", "営業利益")),
        ({"代表者生年月日": "令和30年4月1日"}, ("in_future", "代表者生年月日")),
        ({"設立年月日": "令和8年11月24日"}, ("in_future", "設立年月日")),
        (
            {"株主一覧": [{"氏名": "甲", "出資比率": "60"}, {"氏名": "乙", "出資比率": "41"}]},
            ("part_over_whole", "株主一覧"),
        ),
        ({"法人/個人区分": "個人"}, ("number_of_a_person", "法人番号")),
    ],
)
def test_a_contradiction_within(changes: dict[str, Any], where: tuple[str, str]) -> None:
    assert where in found(changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"粗利益": "300001"},
        {"設立年月日": "令和8年11月23日"},
        {"株主一覧": [{"氏名": n, "出資比率": "33.4"} for n in "甲乙丙"]},
        {"株主一覧": [{"氏名": "甲", "出資比率": "60%"}, {"氏名": "乙", "出資比率": "40％"}]},
    ],
)
def test_roundings_and_limits_are_no_contradiction(changes: dict[str, Any]) -> None:
    assert found(changes) == set()


def test_value_added_is_a_sum_up_to_its_unit() -> None:
    figures = {"営業利益": "9000", "人件費": "90000", "減価償却費": "4000"}
    form = FORMS["monozukuri"]
    for value, wrong in (("103000", False), ("103003", False), ("103004", True)):
        codes = {f.code for f in check(form, figures | {"付加価値額": value}, DAY)}
        assert ("does_not_add_up" in codes) is wrong


def test_two_fields_of_one_answer_must_say_the_same() -> None:
    form = FORMS["management_plan"]
    sheet = {"名称": "株式会社標本", "事業者の氏名又は名称（別紙）": "株式会社標本商店"}
    codes = {(f.code, f.field) for f in check(form, sheet, DAY)}
    assert ("two_answers", "事業者の氏名又は名称（別紙）") in codes


NAME = ("name", REGISTER, {"name": "株式会社標本製作所"})


@pytest.mark.parametrize(
    ("unit", "changes", "code"),
    [
        (NAME, {"事業者名": "㈱標本製作所"}, None),
        (NAME, {"事業者名": "標本製作所"}, None),
        (NAME, {"事業者名": "標本製作所株式会社"}, "differs"),
        (NAME, {"事業者名": "株式会社標本商店"}, "differs"),
        (("corporate_number", REGISTER, {"corporate_number": OTHER_NUMBER}), {}, "another_party"),
        (("established_on", EARLIER, {"established_on": date(1998, 1, 1),
                                      "established_on_precision": "year"}), {}, None),
        (("established_on", EARLIER, {"established_on": date(1998, 4, 18),
                                      "established_on_precision": "day"}), {}, "differs"),
        (("capital_jpy", EARLIER, {"capital_jpy": 10_000_999, "capital_jpy_unit": 1}), {},
         "changed"),
        (("capital_jpy", EARLIER, {"capital_jpy": 10_000_000, "capital_jpy_unit": 1000}),
         {"資本金": "10000999"}, None),
        (("employees_permanent", EARLIER, {"employees_permanent": 21}), {}, "changed"),
        (("industry_jsic", EARLIER, {"industry_jsic": "0911"}), {}, None),
        (("industry_jsic", EARLIER, {"industry_jsic": "E"}), {}, None),
        (("industry_jsic", EARLIER, {"industry_jsic": "10"}), {}, "changed"),
        (("business_summary", EARLIER, {"business_summary": "他の言い方"}), {}, None),
        (("phone", EARLIER, {"phone": "0260000000"}), {}, None),
        (("representative", REGISTER, {"representative_name": "標本太郎"}), {}, None),
        (("representative", REGISTER, {"representative_name": "標本次郎"}), {}, "differs"),
        (("name_kana", REGISTER, {"name_kana": "ヒョウホンセイサクショ"}), {}, None),
        (("address", REGISTER, {"address_city": "長野市", "address_prefecture_code": "20",
                                "address_town": "栗田", "address_block": "1-2-3"}), {}, None),
        (("address", REGISTER, {"address_city": "松本市", "address_municipality_code": "20202"}),
         {}, "differs"),
    ],
)  # fmt: skip
def test_what_is_held(unit: Any, changes: dict[str, Any], code: str | None) -> None:
    told = check(FORM, IT_SUBSIDY | changes, DAY, business=held({}, unit))
    assert {f.code for f in told} == ({code} if code else set())
    if code:
        assert {(f.sources[0].system, f.sources[0].as_of) for f in told} == {
            (unit[1].system, unit[1].as_of)
        }


def test_how_bad_a_difference_is_follows_from_whose_word_counts() -> None:
    wrong = ("corporate_number", REGISTER, {"corporate_number": OTHER_NUMBER})
    other = ("name", REGISTER, {"name": "株式会社標本商店"})
    newer = ("employees_permanent", EARLIER, {"employees_permanent": 21})
    levels = [one({}, business=held({}, unit)).level for unit in (wrong, other, newer)]
    assert levels == [Level.ERROR, Level.WARNING, Level.NOTE]


@pytest.mark.parametrize(
    ("end", "sales", "differs"),
    [
        (date(2026, 3, 31), 300_000_500, False),
        (date(2026, 3, 31), 310_000_000, True),
        (date(2025, 3, 31), 310_000_000, False),
        (date(2026, 12, 31), 310_000_000, False),
    ],
)
def test_a_figure_is_held_against_its_own_year_alone(end: date, sales: int, differs: bool) -> None:
    year = item("financial_statement", EARLIER, period_end=end, settled=True, sales_jpy=sales,
                sales_jpy_unit=1)  # fmt: skip
    told = check(FORM, IT_SUBSIDY, DAY, business=held({}, items=(year,)))
    assert {(f.code, f.field) for f in told} == (
        {("differs", "直近決算売上高")} if differs else set()
    )


def test_a_planned_year_is_no_figure() -> None:
    year = item("financial_statement", EARLIER, period_end=date(2026, 3, 31), settled=False,
                sales_jpy=1, sales_jpy_unit=1)  # fmt: skip
    assert check(FORM, IT_SUBSIDY, DAY, business=held({}, items=(year,))) == ()


def test_a_list_tells_how_many_came_and_went_and_no_name() -> None:
    rows = [{"役職": "取締役", "氏名": "標本　太郎"}, {"役職": "取締役", "氏名": "標本三郎"}]
    listed = [item("officer", EARLIER, name=name) for name in ("標本太郎", "標本花子", "標本五郎")]
    told = one({OFFICERS: rows}, business=held({}, items=tuple(listed)))
    assert told.code == "changed"
    assert "1 new, 2 gone" in told.en
    assert "標本" not in told.ja + told.en


def test_an_age_is_held_against_the_birthday() -> None:
    born = ("representative_birth_on", EARLIER, {"representative_birth_on": date(1970, 11, 24)})
    for age, wrong in (("55", False), ("56", True)):
        told = check(FORMS["yorozu"], {"代表者年齢": age}, DAY, business=held({}, born))
        assert any(f.code == "differs" for f in told) is wrong


@pytest.mark.parametrize(
    ("issued", "code", "en"),
    [
        (date(2026, 8, 23), "attachment_held", "issued on 2026-08-23"),
        (date(2026, 8, 22), "attachment_expired", "older than 3 months"),
        (None, "attachment_held", "see that it is not older"),
    ],
)
def test_an_attachment_of_another_procedure(issued: date | None, code: str, en: str) -> None:
    paper = item("attachment", EARLIER, kind="履歴事項全部証明書", name="a.pdf", issued_on=issued)
    other = item("attachment", EARLIER, kind="公募要領")
    told = one({}, business=held({}, beside=(paper, other)))
    assert (told.code, told.field, told.level) == (code, "履歴事項全部証明書", Level.NOTE)
    assert en in told.en
    assert "it_subsidy.applications IT-1, handed in on 2026-10-01" in told.en


@pytest.mark.parametrize(
    ("handed_in", "month", "code"),
    [
        (date(2026, 10, 1), 3, "attachment_held"),
        (date(2026, 3, 31), 3, "attachment_expired"),
        (date(2026, 4, 1), 3, "attachment_held"),
        (date(2025, 4, 1), None, "attachment_held"),
    ],
)
def test_accounts_of_an_earlier_year_are_not_the_ones_asked_for(
    handed_in: date, month: int | None, code: str
) -> None:
    by = replace(EARLIER, as_of=handed_in)
    paper = item("attachment", by, kind="決算書", name="a.pdf")
    values = {} if month is None else {"fiscal_year_end_month": month}
    told = check(FORMS["monozukuri"], {}, DAY, business=held(values, beside=(paper,)))
    assert [(f.field, f.code) for f in told if f.sources] == [("決算書", code)]


def changed_form() -> Form:
    """A form of which a second version has lost a field and gained two."""
    versions = (("2026-1", date(2026, 4, 1)), ("2026-2", date(2026, 11, 1)))
    until, since = date(2026, 10, 31), date(2026, 11, 1)
    changes: dict[str, dict[str, Any]] = {
        "URL": {"until": until}, "経営課題": {"since": since}, "株主一覧": {"since": since},
    }  # fmt: skip
    fields = tuple(replace(f, **changes.get(f.name, {})) for f in FORM.fields)
    return replace(FORM, versions=versions, fields=fields)


def test_a_form_that_changed_since_the_draft() -> None:
    form = changed_form()
    assert found({"URL": "https://example.jp"}, form) == {("field_lost", "URL")}
    told = found({"経営課題": None}, form, draft="2026-1")
    assert told == {
        ("form_changed", None), ("field_lost", "URL"), ("field_new", "経営課題"),
        ("field_new", "株主一覧"), ("missing", "経営課題"),
    }  # fmt: skip
    assert found({}, form, draft="2026-2") == set()
    with pytest.raises(LookupError, match="2026-1, 2026-2"):
        found({}, form, draft="2025-9")


def test_before_its_first_version_a_form_is_not_in_force() -> None:
    (told,) = check(FORM, IT_SUBSIDY, date(2026, 3, 31))
    assert (told.code, told.level) == ("not_in_force", Level.ERROR)


def test_errors_come_first_then_the_order_of_the_form() -> None:
    told = check(FORM, IT_SUBSIDY | {"代表者役職": "", "法人番号": "", "事業者名": None,
                                     "設立年月日": "平成10年4月"}, DAY)  # fmt: skip
    assert [(f.level, f.field) for f in told] == [
        (Level.ERROR, "事業者名"), (Level.ERROR, "代表者役職"), (Level.WARNING, "設立年月日"),
    ]  # fmt: skip


def test_no_finding_shows_an_answer() -> None:
    marked = {n: "秘密標本" for n, a in IT_SUBSIDY.items() if isinstance(a, str)}
    business = held({}, NAME, ("corporate_number", REGISTER, {"corporate_number": NUMBER}))
    told = check(FORM, IT_SUBSIDY | marked, DAY, business=business)
    assert len(told) > 20
    assert not [f for f in told if "秘密" in f"{f}" or "製作所" in f"{f}"]
