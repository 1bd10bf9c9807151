"""The answers of the IT subsidy's form, as an SME and its vendor typed them."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from random import Random
from typing import Any

from mocks.it_subsidy.applications import ItApplication
from mocks.it_subsidy.flaws import INDUSTRY
from mocks.world import spelling
from mocks.world.business import Business, FinancialYear
from mocks.world.founding import year_end

Answers = dict[str, Any]

CERTIFICATES = {"corporation": "履歴事項全部証明書.pdf", "sole_proprietor": "本人確認書類.pdf"}


def answers(application: ItApplication, business: Business, *, draft: bool) -> Answers:
    """The form as filled in; `business` is what it was when the answers were given.

    A draft holds its first part only: the other fields are not sent.
    """
    rng = application.dice("spelling", application.known_until.isoformat())
    form = _company(business, rng) | _people(business, rng)
    if draft:
        return form
    year = next(iter(business.closed_years(application.known_until)), None)
    form |= _figures(business, year, rng)
    form |= {
        "労働生産性（1-3年後）": _plan(business, year, rng),
        "株主一覧": [
            {
                "氏名": spelling.person_name(rng, holder.name),
                "出資比率": spelling.share(rng, holder.share),
            }
            for holder in business.shareholders
        ],
        "役員一覧": [
            {
                "役職": officer.title,
                "氏名": spelling.person_name(rng, officer.person.name),
                "フリガナ": spelling.kana(rng, officer.person.kana),
                "生年月日": spelling.day(rng, officer.person.born_on),
            }
            for officer in business.officers
        ],
    }
    form |= _project(application, rng) | _certificates(application, business)
    form["gBizIDアカウント"] = business.account_id
    form["データ利活用の同意"] = business.data_use_consent
    return form


def _company(business: Business, rng: Random) -> Answers:
    """The business itself; a sole proprietor has no 法人番号 and gives the day of opening."""
    number, place = business.corporate_number, business.address.place
    block, building = business.address.block, business.address.building
    if rng.random() < 0.3:
        block = spelling.spelled_block(rng, block, has_chome=place.has_chome)
    founded = business.established_on
    return {
        "法人/個人区分": "法人" if business.kind == "corporation" else "個人",
        "法人番号": spelling.number13(rng, number) if number else rng.choice((None, "")),
        "事業者名": spelling.legal_name(rng, business.name)
        if business.name
        else spelling.person_name(rng, business.representative.name),
        "事業者名フリガナ": spelling.kana(rng, business.display_kana),
        "郵便番号": spelling.postal_code(rng, place.postal_code),
        "都道府県": place.prefecture,
        "市区町村": place.city,
        "番地・建物": f"{place.town}{block}" + (f"　{building}" if building else ""),
        "代表電話番号": spelling.phone(rng, business.phone),
        "URL": business.url or "",
        "設立年月日": founded and spelling.day(rng, founded),
        "資本金": business.capital_jpy,
        INDUSTRY: {
            "大分類": business.industry.division,
            "中分類": business.industry.code,
            "コード": rng.choice((business.industry.code, None)),
        },
        "正規雇用従業員数": business.employees - _part_time(business),
        "契約社員・パート数": _part_time(business),
        "決算月": business.fiscal_year_end_month,
        "事業内容": f"{business.industry.name}を営む。",
        "経営課題": rng.choice(("受発注の手作業を減らしたい。", "在庫と原価を把握したい。",
                            "人手不足で事務が滞っている。")),
    }  # fmt: skip


def _part_time(business: Business) -> int:
    return business.employees // 4


def _people(business: Business, rng: Random) -> Answers:
    head, contact = business.representative, business.contact
    return {
        "代表者役職": business.representative_title,
        "代表者氏名": spelling.person_name(rng, head.name),
        "代表者フリガナ": spelling.kana(rng, head.kana),
        "代表者生年月日": spelling.day(rng, head.born_on),
        "担当者氏名": spelling.person_name(rng, contact.name),
        "担当者フリガナ": spelling.kana(rng, contact.kana),
        "担当者電話番号": spelling.phone(rng, business.phone),
        "担当者携帯番号（SMS）": business.mobile.replace("-", ""),
        "担当者メールアドレス": spelling.email(rng, business.email),
    }


def _figures(business: Business, year: FinancialYear | None, rng: Random) -> Answers:
    """The last closed year, in 千円; null where there is none yet."""
    names = ("直近決算売上高", "粗利益", "営業利益", "経常利益", "人件費", "減価償却費",
             "給与支給総額")  # fmt: skip
    others = ("事業場内最低賃金", "年間平均労働時間", "労働者数", "労働生産性（直近）")
    if year is None:
        return dict.fromkeys((*names, *others))
    amounts = (
        year.sales, gross_profit(year), year.operating_profit, year.ordinary_profit,
        year.personnel_cost, year.depreciation, year.payroll,
    )  # fmt: skip
    hours = rng.randint(1600, 2100)
    workers = business.employees + 1
    return {
        **{name: amount // 1000 for name, amount in zip(names, amounts, strict=True)},
        "事業場内最低賃金": year.minimum_wage,
        "年間平均労働時間": hours,
        "労働者数": workers,
        "労働生産性（直近）": gross_profit(year) // (workers * hours),
    }


def gross_profit(year: FinancialYear) -> int:
    """Sales less their cost, in yen."""
    return year.sales - year.cost_of_sales


def _plan(business: Business, year: FinancialYear | None, rng: Random) -> list[Answers]:
    """What productivity is expected one, two and three years after the last closed year."""
    if year is None:
        return []
    now = gross_profit(year) // ((business.employees + 1) * 1800)
    return [
        {
            "年後": ahead,
            "決算年月": spelling.month(rng, year_end(year.end.year + ahead, year.end.month)),
            "労働生産性": int(now * (1.03**ahead)),
        }
        for ahead in (1, 2, 3)
    ]


def _project(application: ItApplication, rng: Random) -> Answers:
    return {
        "申請枠・類型": application.frame,
        "IT導入支援事業者名": application.vendor_name,
        "ITツール名": [
            {"ITツール番号": key, "ITツール名": name} for key, name in application.tools
        ],
        "導入費用": [
            {"費目": kind, "金額": amount * 11 // 10, "補助対象経費": amount}
            for kind, amount in application.costs
        ],
        "補助金申請額": application.requested_jpy,
        "資金調達方法": [
            {"調達方法": source, "金額": amount} for source, amount in application.funding
        ],
        "過去の交付履歴": [
            {"補助金名": "IT導入補助金", "年度": spelling.fiscal_year(rng, year), "交付額": amount}
            for year, amount in application.past_grants
        ],
        "SECURITY ACTION宣言ID": application.security_action_id,
    }


def _certificates(application: ItApplication, business: Business) -> Answers:
    """A sole proprietor has no entry in the register: the first list is empty."""
    issued = application.known_until - timedelta(days=20)
    tax = [_file(application, "納税証明書その1.pdf", issued)]
    if business.kind != "corporation":
        return {"履歴事項全部証明書": [], "納税証明書": tax}
    return {
        "履歴事項全部証明書": [_file(application, CERTIFICATES["corporation"], issued)],
        "納税証明書": tax,
    }


def _file(application: ItApplication, name: str, issued: date) -> Answers:
    return {
        "ファイル名": name,
        "sha256": hashlib.sha256(f"{application.id} {name}".encode()).hexdigest(),
        "サイズ": 90_000 + len(application.id) * issued.day,
        "発行日": issued.isoformat(),
    }
