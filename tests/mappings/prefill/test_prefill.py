"""Every field: filled in, to be confirmed or asked, each for its reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from canonical.model.business import Conflict
from canonical.model.concepts import CONCEPTS
from mappings.prefill import Outcome
from tests.mappings.prefill.businesses import (
    ADDRESS,
    DAY,
    GBIZ,
    LATELY,
    NAME,
    REGISTER,
    Made,
    codes,
    only,
    origin,
)

PREFILL, CONFIRM, ASK = Outcome.PREFILL, Outcome.CONFIRM, Outcome.ASK
YEAR = date(2026, 3, 31)


def test_every_field_of_the_version_in_force_has_an_answer() -> None:
    made = Made().say(REGISTER, **NAME).filled("monozukuri")

    assert made.version == "2026-1"
    assert [answer.field.name for answer in made.answers][:2] == ["商号又は名称", "フリガナ"]
    assert all(answer.why for answer in made.answers)
    for answer in made.answers:
        assert bool(answer.texts) == bool(answer.origins) == (answer.outcome is not ASK)


def test_a_fresh_value_of_the_register_is_filled_in_with_its_source_and_day() -> None:
    answer = Made().say(REGISTER, **NAME).answer("monozukuri", "商号又は名称")

    assert (answer.outcome, only(answer.texts)) == (PREFILL, "株式会社試験標本")
    assert answer.origins == (REGISTER,)
    assert answer.why[0].code == "held"
    assert "2020-04-01" in answer.why[0].en


def test_the_same_address_is_written_as_each_form_asks_for_it() -> None:
    made = Made().say(REGISTER, **ADDRESS)

    assert only(made.answer("monozukuri", "本店所在地").texts) == "長野県長野市七瀬２－１０"
    assert only(made.answer("it_subsidy", "番地・建物").texts) == "七瀬2-10"
    region = made.answer("succession", "所在地（都道府県/市区町村）").texts
    assert region == {"pref_name": "長野県", "city_name": "長野市"}
    assert only(made.answer("it_subsidy", "郵便番号").texts) == "3800922"


def test_a_building_is_not_lost_where_the_form_has_no_place_of_its_own_for_it() -> None:
    answer = (
        Made()
        .say(REGISTER, **ADDRESS, address_building="第一ビル3F")
        .answer("it_subsidy", "番地・建物")
    )

    assert (answer.outcome, only(answer.texts)) == (PREFILL, "七瀬2-10 第一ビル3F")


@pytest.mark.parametrize(
    ("form", "text"),
    [("it_subsidy", "平成10年4月17日"), ("yorozu", "平成10年4月"), ("succession", "平成10年4月")],
)
def test_a_date_is_written_in_the_forms_calendar_as_finely_as_it_asks(form: str, text: str) -> None:
    made = Made().say(REGISTER, established_on=date(1998, 4, 17), established_on_precision="day")
    names = {"it_subsidy": "設立年月日", "yorozu": "創業・設立年月", "succession": "設立年月"}

    answer = made.answer(form, names[form])

    assert (answer.outcome, only(answer.texts)) == (PREFILL, text)


def test_a_date_known_to_the_month_is_confirmed_where_the_day_is_asked() -> None:
    made = Made().say(REGISTER, established_on=date(1998, 4, 1), established_on_precision="month")

    answer = made.answer("it_subsidy", "設立年月日")

    assert (answer.outcome, only(answer.texts)) == (CONFIRM, "平成10年4月")
    assert "coarser" in codes(answer)


@pytest.mark.parametrize(
    ("capital", "unit", "form", "field", "outcome", "text", "code"),
    [
        (10_000_000, 1, "it_subsidy", "資本金", PREFILL, "10000000", "held"),
        (10_000_000, 1, "monozukuri", "資本金", PREFILL, "10,000,000円", "held"),
        (10_000_000, 1, "yorozu", "資本金（万円）", PREFILL, "1000", "held"),
        (10_005_000, 1, "yorozu", "資本金（万円）", CONFIRM, "1000", "rounded"),
        (10_000_000, 1_000, "it_subsidy", "資本金", CONFIRM, "10000000", "coarser"),
        (10_000_000, 1_000, "succession", "資本金", PREFILL, "10000", "held"),
    ],
)
def test_money_is_in_the_forms_unit_and_what_is_lost_is_said(
    capital: int, unit: int, form: str, field: str, outcome: Outcome, text: str, code: str
) -> None:
    made = Made().say(origin(), capital_jpy=capital, capital_jpy_unit=unit)

    answer = made.answer(form, field)

    assert (answer.outcome, only(answer.texts)) == (outcome, text)
    assert code in codes(answer)


def test_the_classes_of_an_industry_are_written_one_by_one() -> None:
    answer = (
        Made()
        .say(origin(), industry_jsic="0911")
        .answer("it_subsidy", "業種（大分類/中分類/コード）")
    )

    texts = {path.rpartition(".")[2]: text for path, text in answer.texts.items()}
    assert texts == {"大分類": "E", "中分類": "09", "コード": "0911"}
    assert answer.outcome is PREFILL


def test_a_class_coarser_than_asked_is_confirmed() -> None:
    answer = (
        Made().say(origin(), industry_jsic="E").answer("it_subsidy", "業種（大分類/中分類/コード）")
    )

    assert answer.outcome is CONFIRM
    assert "incomplete" in codes(answer)


# What is never filled in


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        ("yorozu", "担当コーディネーター", "staff"),
        ("yorozu", "拠点コード", "staff"),
        ("it_subsidy", "IT導入支援事業者名", "agent"),
        ("it_subsidy", "ITツール名", "agent"),
        ("it_subsidy", "データ利活用の同意", "declaration"),
        ("monozukuri", "みなし大企業該当", "declaration"),
        ("monozukuri", "補助金交付申請額", "own"),
        ("monozukuri", "決算書", "attachment"),
    ],
)
def test_what_is_not_the_hubs_to_say_is_asked_whatever_is_held(
    form: str, field: str, code: str
) -> None:
    made = Made().say(origin(), **NAME, deemed_large_company=False)

    answer = made.answer(form, field)

    assert (answer.outcome, dict(answer.texts)) == (ASK, {})
    assert codes(answer) == {code}


def test_a_value_held_as_something_else_is_named_and_not_used() -> None:
    answer = Made().say(origin(), employees_permanent=19).answer("monozukuri", "従業員数")

    assert (answer.outcome, dict(answer.texts)) == (ASK, {})
    assert codes(answer) == {"other_meaning"}
    assert "19" not in answer.why[0].ja + answer.why[0].en


def test_a_plans_prose_is_no_summary_of_the_business() -> None:
    plan = origin("management_plan.plans", LATELY)
    earlier = origin("it_subsidy.applications", date(2025, 12, 1))

    alone = Made().say(plan, business_summary="計画の文").answer("monozukuri", "商号又は名称")
    made = Made().say(plan, business_summary="計画の文")
    assert alone.outcome is ASK
    assert made.answer("it_subsidy", "事業内容").outcome is ASK
    made.say(earlier, business_summary="標本の製造")

    answer = made.answer("it_subsidy", "事業内容")
    assert (answer.outcome, only(answer.texts)) == (PREFILL, "標本の製造")
    assert answer.origins == (earlier,)


def test_a_productivity_by_another_formula_is_not_used() -> None:
    plan = origin("management_plan.plans")
    made = Made().year(
        YEAR, plan, labour_productivity_jpy=8_000_000, labour_productivity_jpy_unit=1_000
    )

    assert made.answer("it_subsidy", "労働生産性（直近）").outcome is ASK
    answer = made.answer("management_plan", "労働生産性（現状）")
    assert (answer.outcome, only(answer.texts)) == (PREFILL, "8000")


def test_the_contact_of_an_application_is_not_the_client_of_a_consultation() -> None:
    made = Made().item("contact", origin(), name="標本 花子", mobile="090-0000-0000")

    assert made.answer("yorozu", "携帯").outcome is ASK
    assert made.answer("it_subsidy", "担当者氏名").outcome is PREFILL


def test_a_sole_proprietors_name_is_not_written_where_the_form_would_read_a_corporation() -> None:
    made = Made().say(GBIZ, name="標本 太郎", kind="sole_proprietor")

    answer = made.answer("yorozu", "企業名・屋号")

    assert (answer.outcome, codes(answer)) == (ASK, {"contradicts"})
    assert only(made.answer("yorozu", "法人/個人区分").texts) == "個人"


def test_what_another_business_said_is_never_filled_in_without_a_look() -> None:
    vendor = origin("it_subsidy.applications", role="vendor")

    answer = Made().say(vendor, **NAME).answer("monozukuri", "商号又は名称")

    assert answer.outcome is CONFIRM
    assert "second_hand" in codes(answer)


# Freshness


@pytest.mark.parametrize(
    ("age", "outcome", "code"),
    [(365, PREFILL, "held"), (366, CONFIRM, "stale"), (730, CONFIRM, "stale"),
     (731, ASK, "too_old"), (None, CONFIRM, "undated")],
)  # fmt: skip
def test_a_value_ages_from_filled_in_to_confirmed_to_asked(
    age: int | None, outcome: Outcome, code: str
) -> None:
    as_of = None if age is None else DAY - timedelta(days=age)

    answer = Made().say(origin(as_of=as_of), employees_regular=12).answer("monozukuri", "従業員数")

    assert (answer.outcome, code in codes(answer)) == (outcome, True)


@pytest.mark.parametrize(("age", "outcome"), [(365, PREFILL), (366, ASK), (None, ASK)])
def test_a_stale_contact_is_not_even_shown(age: int | None, outcome: Outcome) -> None:
    as_of = None if age is None else DAY - timedelta(days=age)
    made = Made().item("contact", origin(as_of=as_of), name="標本 花子")

    answer = made.answer("it_subsidy", "担当者氏名")

    assert answer.outcome is outcome
    assert bool(answer.texts) == (outcome is PREFILL)


# What is odd


@pytest.mark.parametrize(
    ("kind", "code"), [("unregistered", "unregistered"), ("equal_rank", "conflict")]
)
def test_a_value_at_odds_is_confirmed_with_those_that_go_with_it(kind: str, code: str) -> None:
    made = Made().say(REGISTER, **NAME, name_kana="シケンヒョウホン")
    made.conflicts.append(Conflict("name", kind, (1, 2)))

    for field in ("商号又は名称", "フリガナ"):
        answer = made.answer("monozukuri", field)
        assert (answer.outcome, code in codes(answer)) == (CONFIRM, True)


def test_a_name_that_the_register_shows_as_an_image_is_confirmed() -> None:
    made = Made().say(REGISTER, **NAME)
    made.beside("registration_event", REGISTER, name_image_id="00000001")

    answer = made.answer("monozukuri", "商号又は名称")

    assert (answer.outcome, "image" in codes(answer)) == (CONFIRM, True)


def test_what_a_form_cannot_hold_is_shown_and_never_changed() -> None:
    name = {**NAME, "name": "株式会社𠮷野"}

    answer = Made().say(REGISTER, **name).answer("yorozu", "企業名・屋号")

    assert (answer.outcome, only(answer.texts)) == (CONFIRM, "株式会社𠮷野")
    assert answer.cannot == "𠮷"
    assert "not_encodable" in codes(answer)
    assert all("𠮷" not in why.ja + why.en for why in answer.why)


def test_a_control_character_is_what_no_form_can_hold() -> None:
    answer = (
        Made()
        .say(REGISTER, **{**NAME, "name": "株式会社\x0b標本"})
        .answer("monozukuri", "商号又は名称")
    )

    assert (answer.outcome, answer.cannot) == (CONFIRM, "\x0b")


def test_letters_that_a_field_of_katakana_refuses_are_shown() -> None:
    answer = Made().say(REGISTER, **NAME, name_kana="中西").answer("monozukuri", "フリガナ")

    assert (answer.outcome, answer.cannot) == (CONFIRM, "中西")


def test_a_kind_that_the_form_has_no_choice_for_is_asked() -> None:
    answer = Made().say(GBIZ, kind="body").answer("it_subsidy", "法人/個人区分")

    assert (answer.outcome, codes(answer)) == (ASK, {"no_choice"})


# Derived


@pytest.mark.parametrize(("day", "age"), [(date(2026, 11, 1), "55"), (date(2026, 11, 2), "56")])
def test_the_age_follows_from_the_birthday_on_the_day(day: date, age: str) -> None:
    made = Made().say(
        GBIZ,
        representative_name="標本 太郎",
        representative_birth_on=date(1970, 11, 2),
        representative_birth_on_precision="day",
    )

    answer = made.answer("succession", "代表者年齢", day)

    assert (answer.outcome, only(answer.texts)) == (PREFILL, age)
    assert answer.derived_from == ("representative_birth_on",)
    assert answer.origins == (GBIZ,)


def test_the_user_of_the_account_is_offered_as_contact_to_be_confirmed() -> None:
    account: dict[str, Any] = {
        "account_key": "gbiz-000000001", "account_type": "prime", "valid": True,
        "user_name": "標本 太郎", "user_email": "taro@example.jp",
    }  # fmt: skip
    made = Made().say(GBIZ, kind="corporation").beside("account", GBIZ, **account)

    contact = made.answer("management_plan", "担当者氏名")
    assert (contact.outcome, only(contact.texts)) == (CONFIRM, "標本 太郎")
    assert contact.derived_from == ("gbiz_account",)
    assert only(made.answer("it_subsidy", "gBizIDアカウント").texts) == "gbiz-000000001"
    for over in ({"ends_on": DAY - timedelta(days=1)}, {"valid": False},
                 {"starts_on": DAY + timedelta(days=1)}, {"account_type": "entry"}):  # fmt: skip
        ended = Made().beside("account", GBIZ, **(account | over))
        assert ended.answer("management_plan", "担当者氏名").outcome is ASK
        assert ended.answer("it_subsidy", "gBizIDアカウント").outcome is ASK


def test_no_namesake_answers_for_another() -> None:
    from pathlib import Path

    from canonical.model.concepts import Concept
    from mappings.prefill.finding import find
    from mappings.prefill.knowledge import knowledge
    from mappings.prefill.told import Candidate, Told

    rows = Path("tests/canonical/concepts/same_name.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t")[1:3] for line in rows[1:]]
    known = knowledge()

    def held(concept: Concept) -> Made | None:
        """A business that tells just this one thing, as the stream that asks it would."""
        if concept.entity is None or len(concept.fields) != 1 or concept.field is None:
            return None
        if concept.qualifier("whose") == "vendor":
            return None  # said of another party, which is another business
        column = concept.fields[0].name
        value: Any = _SAMPLE.get(concept.fields[0].type.value, "標本")
        streams = [
            f"{form.system}.{form.stream}"
            for form in known.forms.values()
            if any(each.concept is concept for each in form.fields)
        ]
        whose = origin(streams[0] if streams else "subsidy.applications")
        if concept.entity.name == "party":
            return Made().say(whose, **{column: value})
        if concept.entity.name == "contact":
            return Made().item("contact", whose, **{column: value})
        if concept.entity.name == "financial_statement":
            planned = concept.qualifier("year") in {"planned", "year_to_date"}
            taxed = concept.qualifier("tax") == "included"
            return Made().year(
                YEAR, whose, settled=not planned, tax_included=taxed, **{column: value}
            )
        return None

    checked = 0
    for left, right in pairs:
        for one, other in ((left, right), (right, left)):
            made = held(CONCEPTS[one])
            asked = CONCEPTS[other]
            if made is None or not asked.reusable or one == "representative_birth_on":
                continue
            told = Told(made.business(), DAY, known)
            years = int(asked.qualifier("year") == "closed")
            assert not isinstance(find(told, asked, years), Candidate), (one, other)
            checked += 1
    assert checked >= 50


_SAMPLE: dict[str, Any] = {
    "integer": 12, "money": 1_000_000, "date": date(2000, 4, 1), "boolean": True, "rate": "12.5",
}  # fmt: skip
