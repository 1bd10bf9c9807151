"""A case as the database's view shows it: masked until the agreement, then with its name."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import connectors
from connectors.contracts.table import TableContract
from mocks.succession.cases import DELETED, Case
from mocks.world import World, spelling
from mocks.world.business import LEGAL_FORMS, Business
from mocks.world.dice import dice
from mocks.world.numbers import personal_number, wrong_corporate_number
from mocks.world.truth import RecordKey

CONTRACT = Path(connectors.__file__).parent / "succession" / "cases.table.yaml"
BOOKKEEPING = {"case_no", "center_cd", "registered_on", "status", "deleted_flg", "updated_at"}
"""Columns that nobody is asked for."""

Row = dict[str, Any]

REASONS = (
    "後継者不在のため", "代表者の高齢化", "事業の選択と集中", "健康上の理由", "業績の先行き不安",
)  # fmt: skip
STRENGTHS = ("地元の固定客", "熟練した技能者", "特許と独自の治具", "好立地の店舗", "官公庁との取引")
AGENCIES = ("", "商工会議所", "地方銀行", "信用金庫", "税理士会", "よろず支援拠点")


@cache
def columns() -> dict[str, dict[str, Any]]:
    """The columns of the contract by name, in its order."""
    return {field["name"]: field for field in TableContract(CONTRACT).table()["fields"]}


def row(world: World, case: Case) -> Row | None:
    """The row of a case as it stands now; None before it is registered. States the truth beside."""
    now = world.now
    shown = case.shown(now)
    if not shown:
        return None
    business = world.businesses[case.business].as_of(case.known_until)
    rng = dice(world.seed, "succession row", case.key, case.known_until.isoformat())
    disclosed = case.disclosed(now)
    made: Row = _case_sheet(case, shown[-1].status, disclosed, rng)
    made |= _business(business, case.known_until, rng) | _figures(business, case, rng)
    made |= _identity(business, rng) if disclosed else _masked(business, rng)
    statuses = [step.status for step in shown if step.status != DELETED]
    made["status"] = statuses[-1]
    made["deleted_flg"] = shown[-1].status == DELETED
    made["updated_at"] = max([shown[-1].at, *case.touched])
    spoilt = () if made["deleted_flg"] else case.flaws
    flaws = tuple(flaw for flaw in spoilt if made[flaw.field] is not None)
    for flaw in flaws:
        made[flaw.field] = _spoilt(flaw.rule, made[flaw.field], business, case)
    world.truth.state(
        RecordKey("succession", "cases", case.key),
        case.business,
        flaws,
        frozenset(
            column["title"]
            for name, column in columns().items()
            if name not in BOOKKEEPING and made[name] not in (None, "")
        ),
    )
    return {name: made[name] for name in columns()}


def _case_sheet(case: Case, status: str, disclosed: bool, rng: Random) -> Row:
    selling = case.side == "譲渡"
    return {
        "case_no": case.key,
        "center_cd": case.center,
        "registered_on": case.registered_on,
        "side": case.side,
        "nda_on": case.nda_on if disclosed else None,
        "wished_timing": rng.choice(("1年以内", "3年以内", "5年以内", "時期未定", None)),
        "succession_type": rng.choice(("親族内", "従業員", "第三者", "第三者"))
        if selling
        else None,
        "transfer_reason": rng.choice(REASONS) if selling else None,
        "scheme": rng.choice(("株式譲渡", "事業譲渡", "未定", None)),
        "strengths": rng.choice(STRENGTHS),
        "introduced_by": rng.choice(AGENCIES) or None,
        "has_successor": rng.random() < 0.25,
        "disclosure_consent": disclosed or status == "登録" or rng.random() < 0.3,
    }


def _business(business: Business, on: date, rng: Random) -> Row:
    founded = business.established_on
    age = (on - business.representative.born_on).days // 365
    return {
        "entity_kind": "法人" if business.kind == "corporation" else "個人",
        "pref_name": business.address.place.prefecture,
        "industry": spelling.industry(rng, business.industry),
        "business_desc": f"{business.industry.name}を営む",
        "founded_ym": None if founded is None else spelling.month(rng, founded),
        "employees": business.employees,
        "rep_age": age,
    }


def _figures(business: Business, case: Case, rng: Random) -> Row:
    """In 千円; null where there is no closed year yet."""
    year = next(iter(business.closed_years(case.known_until)), None)
    names = ("sales", "operating_profit", "ordinary_profit", "net_assets", "debt", "asking_price")
    capital = business.capital_jpy
    made: Row = dict.fromkeys(names)
    made["capital"] = None if capital is None or capital < 1000 else capital // 1000
    if year is not None:
        amounts = (
            year.sales, year.operating_profit, year.ordinary_profit,
            int(year.sales * rng.uniform(-0.1, 0.8)), int(year.sales * rng.uniform(0, 0.6)),
            int(year.sales * rng.uniform(0.1, 0.9)),
        )  # fmt: skip
        made |= {name: amount // 1000 for name, amount in zip(names, amounts, strict=True)}
    if case.side == "譲受" or rng.random() < 0.2:
        made["asking_price"] = None  # 応相談
    return made


def _identity(business: Business, rng: Random) -> Row:
    name = (
        spelling.legal_name(rng, business.name)
        if business.name
        else next(iter(business.trade_names), business.representative.name)
    )
    number = business.corporate_number
    holders = [f"{holder.name} {holder.share}%" for holder in business.shareholders]
    contact = business.contact
    return {
        "company_name": name,
        "corporate_no": spelling.number13(rng, number) if number else None,
        "city_name": business.address.place.city,
        "tel": spelling.phone(rng, business.phone),
        "rep_name": spelling.person_name(rng, business.representative.name),
        "shareholding": "、".join(holders) or None,
        "contact_name": spelling.person_name(rng, contact.name),
        "contact_tel": spelling.phone(rng, business.mobile),
        "contact_mail": spelling.email(rng, business.email),
    }


def _masked(business: Business, rng: Random) -> Row:
    """The noname sheet: each centre masks in its own way."""
    form = LEGAL_FORMS[business.name.form] if business.name else ""
    word = rng.choice(business.industry.words)
    return {
        "company_name": rng.choice(
            (f"●●{form}", f"○○{word}", "Ａ社", "（非公開）", "NDA前", "＊＊＊＊")
        ),
        "corporate_no": None,
        "city_name": None,
        "tel": None,
        "rep_name": rng.choice(("●● ●●", "（非公開）", None)),
        "shareholding": None,
        "contact_name": None,
        "contact_tel": None,
        "contact_mail": None,
    }


def _spoilt(rule: str, value: Any, business: Business, case: Case) -> Any:
    number = business.corporate_number or ""
    if rule == "check_digit":
        return wrong_corporate_number(number)
    if rule == "twelve_digits":
        return number[1:]
    if rule == "personal_number":
        return f"{value}（マイナンバー {personal_number(case.index)}）"
    return {"impossible_date": "昭和63年13月", "unknown_code": "宇宙開拓業"}[rule]


def instant(at: datetime) -> str:
    """UTC with microseconds, as SQLite keeps instants so that text order is time order."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}Z"
