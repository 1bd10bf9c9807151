"""The answers of ものづくり補助金's form, as an applicant typed them."""

from __future__ import annotations

import hashlib
from datetime import date
from random import Random
from typing import Any

from mocks.world import spelling
from mocks.world.applications import Application
from mocks.world.business import Business, FinancialYear
from mocks.world.dirt import AMBIGUOUS_CITY, LOST_ZEROS, Flaw, outlived_era
from mocks.world.numbers import personal_number, wrong_corporate_number
from mocks.world.places import Address, ambiguous_cities

Answers = dict[str, Any]


def answers(
    application: Application, business: Business, rng: Random, *, consent: bool, draft: bool
) -> Answers:
    """The form as filled in; `business` is what it was when the answers were given.

    A draft holds its first part only: the other fields are not sent.
    """
    form = _applicant(business, rng) | _people(business, rng)
    form |= _lists(business, rng)
    form["決算"] = _two_years(business, application.known_until, rng)
    if draft:
        return _spoil(form, application, business)
    form |= _plan(application, business, rng) | _figures(business, application.known_until)
    form |= _money(application, rng)
    form |= {
        "認定支援機関名": application.agency[0],
        "認定支援機関ID": application.agency[1],
        "みなし大企業該当": "該当" if business.deemed_large else "非該当",
        "課税所得15億円超": "非該当",
        "決算書": _files(business, application.known_until),
        "データ利活用の同意": consent,
    }
    return _spoil(form, application, business)


def _applicant(business: Business, rng: Random) -> Answers:
    """The business itself. A sole proprietor has no 法人番号."""
    number = business.corporate_number and spelling.number13(rng, business.corporate_number)
    name = (
        spelling.legal_name(rng, business.name)
        if business.name
        else spelling.person_name(rng, business.representative.name)
    )
    founded = business.established_on
    return {
        "商号又は名称": name,
        "フリガナ": spelling.kana(rng, business.display_kana),
        "法人番号": number if number else rng.choice((None, "")),
        "郵便番号": spelling.postal_code(rng, business.address.place.postal_code),
        "本店所在地": spelling.address(rng, business.address),
        "補助事業の実施場所": spelling.address(rng, site(business)),
        "電話番号": spelling.phone(rng, business.phone),
        "URL": business.url,
        "資本金": None
        if business.capital_jpy is None
        else spelling.money(rng, business.capital_jpy),
        "従業員数": business.employees,
        "創業・設立日": founded and spelling.day(rng, founded),
        "主たる業種": spelling.industry(rng, business.industry),
        "決算月": business.fiscal_year_end_month,
    }


def _people(business: Business, rng: Random) -> Answers:
    head, contact = business.representative, business.contact
    return {
        "代表者役職": business.representative_title,
        "代表者氏名": spelling.person_name(rng, head.name),
        "代表者フリガナ": spelling.kana(rng, head.kana),
        "代表者生年月日": spelling.day(rng, head.born_on),
        "担当者氏名": spelling.person_name(rng, contact.name),
        "担当者所属・役職": business.contact_department,
        "担当者電話番号": spelling.phone(rng, business.phone),
        "担当者携帯": spelling.phone(rng, business.mobile),
        "担当者メール": spelling.email(rng, business.email),
    }


def _lists(business: Business, rng: Random) -> Answers:
    return {
        "株主等一覧": [
            {
                "氏名": holder.name,
                "所在地": holder.address,
                "出資比率": spelling.share(rng, holder.share),
            }
            for holder in business.shareholders
        ],
        "役員一覧": [
            {
                "役職": officer.title,
                "氏名": spelling.person_name(rng, officer.person.name),
                "生年月日": spelling.day(rng, officer.person.born_on),
            }
            for officer in business.officers
        ],
    }


def closed_years(business: Business, on: date) -> list[FinancialYear]:
    """The last two years that a form of that day asks about, newest first."""
    return business.closed_years(on)[:2]


def _two_years(business: Business, on: date, rng: Random) -> list[Answers]:
    return [
        {
            "決算年月": spelling.month(rng, year.end),
            "売上高": spelling.money(rng, year.sales),
            "経常利益": spelling.money(rng, year.ordinary_profit),
            "当期利益": spelling.money(rng, year.net_profit),
        }
        for year in closed_years(business, on)
    ]


def _plan(application: Application, business: Business, rng: Random) -> Answers:
    return {
        "申請枠・類型": application.frame,
        "事業計画名": application.plan_title,
        "事業計画の概要": application.plan_summary,
        "補助対象事業の業種": spelling.industry(rng, business.industry),
        "導入予定の機械装置名": application.machine,
    }


def _figures(business: Business, on: date) -> Answers:
    """The last closed year in 千円; null where there is none yet."""
    year = next(iter(closed_years(business, on)), None)
    names = ("付加価値額", "営業利益", "人件費", "減価償却費", "給与支給総額")
    if year is None:
        return {**dict.fromkeys(names), "事業場内最低賃金": None}
    amounts = (
        year.value_added, year.operating_profit, year.personnel_cost, year.depreciation,
        year.payroll,
    )  # fmt: skip
    thousands = {name: amount // 1000 for name, amount in zip(names, amounts, strict=True)}
    return {**thousands, "事業場内最低賃金": year.minimum_wage}


def _money(application: Application, rng: Random) -> Answers:
    return {
        "経費明細表": [
            {"費目": kind, "内容": what, "金額": amount * 11 // 10, "補助対象経費": amount}
            for kind, what, amount in application.expenses
        ],
        "補助金交付申請額": application.requested_jpy,
        "資金調達内訳": [
            {"調達先": source, "金額": amount} for source, amount in application.funding
        ],
        "過去の補助金実績": [
            {
                "補助金名": name,
                "年度": spelling.fiscal_year(rng, year),
                "交付額": spelling.money(rng, amount),
            }
            for name, year, amount in application.past_grants
        ],
    }


def _files(business: Business, on: date) -> list[Answers]:
    return [
        {
            "ファイル名": f"決算書_{year.end:%Y%m}.pdf",
            "sha256": hashlib.sha256(f"{business.id} {year.end}".encode()).hexdigest(),
            "サイズ": 180_000 + year.sales % 90_001,
        }
        for year in closed_years(business, on)
    ]


def _spoil(form: Answers, application: Application, business: Business) -> Answers:
    for flaw in application.flaws:
        if not spoils(flaw, form):
            continue
        SPOILERS[flaw.rule](form, application, business)
    return form


def spoils(flaw: Flaw, form: Answers) -> bool:
    """Whether the form holds the field that the flaw spoils (a draft may not have it yet)."""
    name = flaw.field.removeprefix("answers.").partition("[]")[0]
    return bool(form.get(name)) or (name == "法人番号" and name in form)


def remarks(form: Answers, business: Business) -> tuple[Flaw, ...]:
    """Flaws that came with the spelling drawn."""
    found = []
    if sum(sign.isdecimal() for sign in form["郵便番号"]) < 7:
        found.append(LOST_ZEROS)
    place = site(business).place
    if place.city in ambiguous_cities() and place.prefecture not in form["補助事業の実施場所"]:
        found.append(AMBIGUOUS_CITY)
    return tuple(found)


def site(business: Business) -> Address:
    """Where the project happens: the first establishment, else the registered office."""
    return business.establishments[0].address if business.establishments else business.address


def _era_too_long(form: Answers, application: Application, business: Business) -> None:
    """平成 goes on: 平成37年3月 for 令和7年3月. The same month, in an era that had ended."""
    years = closed_years(business, application.known_until)
    for entry, year in zip(form["決算"], years, strict=True):
        if year.end > date(2019, 4, 30):
            entry["決算年月"] = outlived_era(year.end.year, year.end.month)


def _set(name: str, value: str) -> Any:
    def spoil(form: Answers, application: Application, business: Business) -> None:
        del application, business
        form[name] = value

    return spoil


def _check_digit(form: Answers, application: Application, business: Business) -> None:
    """A mistyped number; a sole proprietor types the 13-digit GビズID number, which is none."""
    del application
    number = business.corporate_number
    form["法人番号"] = wrong_corporate_number(number) if number else business.individual_number


def _twelve_digits(form: Answers, application: Application, business: Business) -> None:
    del application
    form["法人番号"] = (business.corporate_number or "")[1:]


def _unit_missing(form: Answers, application: Application, business: Business) -> None:
    del application
    form["資本金"] = str((business.capital_jpy or 0) // 1000)


def _nul(form: Answers, application: Application, business: Business) -> None:
    del business
    form["事業計画の概要"] = application.plan_summary.replace("、", "\0", 1)


def _personal_number(form: Answers, application: Application, business: Business) -> None:
    """An applicant types a 個人番号 (made up) into a text field; the guard must blank it."""
    del business
    number = personal_number(application.index)
    form["事業計画の概要"] = f"{application.plan_summary}（連絡先マイナンバー {number}）"


SPOILERS = {
    "check_digit": _check_digit,
    "impossible_date": _set("創業・設立日", "平成13年2月30日"),
    "unit_missing": _unit_missing,
    "unknown_code": _set("主たる業種", "宇宙開拓業"),
    "nul": _nul,
    "era_out_of_range": _era_too_long,
    "number_missing": _set("法人番号", ""),
    "twelve_digits": _twelve_digits,
    "personal_number": _personal_number,
}
