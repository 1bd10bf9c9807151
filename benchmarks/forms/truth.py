"""What the world knows to be the right answer, question by question; None where it does not know.

Written from the forms themselves and from the world, not from the hub's mappings: units stand here
once more, as the forms print them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from benchmarks.forms import spelled
from mocks.corporate_auth.accounts import Account
from mocks.world.business import Business, FinancialYear
from mocks.world.people import Person

YEN = {"it_subsidy": "千円", "management_plan": "千円", "monozukuri": "千円",
       "yorozu": "万円", "succession": "千円"}  # fmt: skip
"""The unit that a form prints beside its amounts."""
YEN_OF = {
    ("it_subsidy", "capital"): "円", ("it_subsidy", "minimum_wage"): "円",
    ("it_subsidy", "labour_productivity_per_hour"): "円",
    ("monozukuri", "capital"): "円", ("monozukuri", "sales"): "円",
    ("monozukuri", "ordinary_profit"): "円", ("monozukuri", "net_profit"): "円",
    ("monozukuri", "minimum_wage"): "円",
}  # fmt: skip
"""Amounts that stand in another one."""


@dataclass(frozen=True, slots=True)
class Known:
    """A business as it was, on the day on which the form is filled in.

    `shown` are the attributes of its accounts as the identity provider shows them.
    """

    form: str
    business: Business
    day: date
    accounts: tuple[Account, ...] = ()
    shown: tuple[Mapping[str, Any], ...] = ()


Judge = Callable[[Known, Any], bool | None]


def judge(concept: str, known: Known, answer: Any) -> bool | None:
    """Whether an answer is right of a business; None where the world knows no answer."""
    rule = JUDGES.get(concept)
    return rule(known, answer) if rule else None


def _text(of: Callable[[Business], str | None], read: Callable[[str], str]) -> Judge:
    def rule(known: Known, answer: Any) -> bool:
        right = of(known.business)
        return right is not None and read(str(answer)) == read(right)

    return rule


def _people(of: Callable[[Known], Iterable[str]], read: Callable[[str], str]) -> Judge:
    return lambda known, answer: read(str(answer)) in {read(one) for one in of(known)}


def _day(of: Callable[[Business], date | None]) -> Judge:
    return lambda known, answer: spelled.same_day(str(answer), of(known.business))


def _count(of: Callable[[Business], int | None]) -> Judge:
    def rule(known: Known, answer: Any) -> bool:
        right = of(known.business)
        return right is not None and spelled.number(str(answer)) == Decimal(right)

    return rule


def _same_yen(known: Known, concept: str, text: str, right: int) -> bool:
    unit = YEN_OF.get((known.form, concept), YEN[known.form])
    told = spelled.amount(text, unit)
    return told is not None and abs(told[0] - right) < max(told[1], 1)


def _capital(known: Known, answer: Any) -> bool:
    right = known.business.capital_jpy
    return right is not None and _same_yen(known, "capital", str(answer), right)


def _figure(concept: str, of: Callable[[FinancialYear], int]) -> Judge:
    """A figure of the last closed year, or of the years asked for, the newest first."""

    def rule(known: Known, answer: Any) -> bool:
        told = answer if isinstance(answer, list) else [answer]
        return any(
            len(years) >= len(told)
            and all(
                _same_yen(known, concept, str(text), of(year))
                for text, year in zip(told, years, strict=False)
            )
            for years in _last_years(known)
        )

    return rule


def _wage(known: Known, answer: Any) -> bool:
    """The lowest wage of the last closed year: the world knows none for a day."""
    return any(
        years and _same_yen(known, "minimum_wage", str(answer), years[0].minimum_wage)
        for years in _last_years(known)
    )


def _last_years(known: Known) -> Iterable[list[FinancialYear]]:
    """The closed years: all that have ended, and those whose accounts must be settled by now.

    Accounts are settled two months after a year's end, three with leave of the tax office; until
    then either year is a right answer.
    """
    years = sorted(known.business.years, key=lambda year: year.end, reverse=True)
    return tuple(
        [year for year in years if (known.day - year.end).days >= days] for days in (0, 60, 92)
    )


def _industry(known: Known, answer: Any) -> bool:
    right = known.business.industry
    told = answer.values() if isinstance(answer, dict) else [answer]
    allowed = {right.code, right.division, spelled.plain(right.name).replace("、", ",")}
    return all(spelled.plain(str(one)).replace("、", ",") in allowed for one in told)


def _kind(known: Known, answer: Any) -> bool:
    return str(answer) == ("法人" if known.business.kind == "corporation" else "個人")


def _region(known: Known, answer: Any) -> bool:
    place = known.business.address.place
    return list(answer.values()) == [place.prefecture, place.city]


def _whole_place(known: Known, answer: Any) -> bool:
    return spelled.place(str(answer)) in _written(known.business, "city", "town")


def _street(known: Known, answer: Any) -> bool:
    return spelled.place(str(answer)) in _written(known.business, "town")


def _written(business: Business, *parts: str) -> set[str]:
    where = business.address
    before = "".join(getattr(where.place, part) for part in parts)
    return {spelled.place(f"{before}{where.block}{more}") for more in ("", where.building or "")}


def _listed(key: str, of: Callable[[Business], Iterable[str]]) -> Judge:
    def rule(known: Known, answer: Any) -> bool:
        told = sorted(spelled.plain(str(row.get(key, ""))) for row in answer)
        return told == sorted(map(spelled.plain, of(known.business)))

    return rule


def _age(known: Known, answer: Any) -> bool:
    born, day = known.business.representative.born_on, known.day
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return spelled.number(str(answer)) == Decimal(years)


def _contacts(known: Known) -> list[Person]:
    """Whom the business names as contact, and who uses its accounts; no agent among them."""
    users = [one.user for one in known.accounts if not one.agent]
    return [known.business.contact, *users]


def _reached(known: Known, own: str, attribute: str) -> list[str]:
    """What reaches the business's contact, or the user of one of its accounts."""
    return [own, *(str(one[attribute]) for one in known.shown if one.get(attribute))]


def _summary(known: Known, answer: Any) -> bool:
    """What a business does is its industry's: every system words it so."""
    return spelled.plain(known.business.industry.name)[:4] in spelled.plain(str(answer))


def _part_time(business: Business) -> int:
    return business.employees // 4


JUDGES: dict[str, Judge] = {
    "party_kind": _kind,
    "corporate_number": _text(lambda b: b.corporate_number, spelled.digits),
    "party_name": _text(lambda b: b.display_name, spelled.name),
    "party_name_kana": _text(lambda b: b.display_kana, spelled.kana),
    "registered_postal_code": _text(lambda b: b.address.place.postal_code, spelled.digits),
    "registered_prefecture": _text(lambda b: b.address.place.prefecture, spelled.plain),
    "registered_city": _text(lambda b: b.address.place.city, spelled.plain),
    "registered_region": _region,
    "registered_address": _whole_place,
    "registered_street": _street,
    "phone": _text(lambda b: b.phone, spelled.digits),
    "url": _text(lambda b: b.url, lambda text: spelled.plain(text).rstrip("/").lower()),
    "representative_title": _text(lambda b: b.representative_title, spelled.plain),
    "representative_name": _text(lambda b: b.representative.name, spelled.plain),
    "representative_kana": _text(lambda b: b.representative.kana, spelled.kana),
    "representative_birth_on": _day(lambda b: b.representative.born_on),
    "representative_age": _age,
    "contact_name": _people(lambda k: [p.name for p in _contacts(k)], spelled.plain),
    "contact_kana": _people(lambda k: [p.kana for p in _contacts(k)], spelled.kana),
    "contact_phone": _people(
        lambda k: _reached(k, k.business.phone, "user_tel_no_contact"), spelled.digits
    ),
    "contact_email": _people(
        lambda k: _reached(k, k.business.email, "email"), lambda text: spelled.plain(text).lower()
    ),
    "business_summary": _summary,
    "contact_mobile": _text(lambda b: b.mobile, spelled.digits),
    "established_on": _day(lambda b: b.established_on),
    "capital": _capital,
    "employees_regular": _count(lambda b: b.employees),
    "employees_permanent": _count(lambda b: b.employees - _part_time(b)),
    "employees_part_time": _count(_part_time),
    "workers": _count(lambda b: b.employees + 1),
    "main_industry": _industry,
    "fiscal_year_end_month": _count(lambda b: b.fiscal_year_end_month),
    "sales": _figure("sales", lambda y: y.sales),
    "gross_profit": _figure("gross_profit", lambda y: y.sales - y.cost_of_sales),
    "operating_profit": _figure("operating_profit", lambda y: y.operating_profit),
    "ordinary_profit": _figure("ordinary_profit", lambda y: y.ordinary_profit),
    "net_profit": _figure("net_profit", lambda y: y.net_profit),
    "personnel_cost": _figure("personnel_cost", lambda y: y.personnel_cost),
    "depreciation": _figure("depreciation", lambda y: y.depreciation),
    "payroll_total": _figure("payroll_total", lambda y: y.payroll),
    "minimum_wage": _wage,
    "value_added": _figure("value_added", lambda y: y.value_added),
    "shareholders": _listed("氏名", lambda b: (s.name for s in b.shareholders)),
    "officers": _listed("氏名", lambda b: (o.person.name for o in b.officers)),
    "gbiz_account": _people(lambda k: [one.sub for one in k.accounts], spelled.plain),
}
"""What the world tells by itself. Prose, and what was drawn for one record alone, it does not."""
