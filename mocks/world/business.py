"""What a synthetic business is, and what it was on an earlier day."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from mocks.world.industries import Industry
from mocks.world.people import Person
from mocks.world.places import Address

Kind = Literal["corporation", "sole_proprietor", "pre_founder"]

LEGAL_FORMS = {
    "301": "株式会社",
    "302": "有限会社",
    "303": "合名会社",
    "304": "合資会社",
    "305": "合同会社",
    "399": "一般社団法人",
}
"""Record kinds of the 国税庁 code list that the world uses."""

LEGAL_FORM_KANA = {
    "301": "カブシキガイシャ",
    "302": "ユウゲンガイシャ",
    "303": "ゴウメイガイシャ",
    "304": "ゴウシガイシャ",
    "305": "ゴウドウガイシャ",
    "399": "イッパンシャダンホウジン",
}


@dataclass(frozen=True, slots=True)
class LegalName:
    """A corporation's name in its parts; `prefix` tells 前株 from 後株 (two different names)."""

    form: str
    core: str
    core_kana: str
    prefix: bool

    @property
    def full(self) -> str:
        """The registered spelling."""
        word = LEGAL_FORMS[self.form]
        return f"{word}{self.core}" if self.prefix else f"{self.core}{word}"

    @property
    def kana(self) -> str:
        """The reading with the legal form in it, as GIF wants it."""
        word = LEGAL_FORM_KANA[self.form]
        return f"{word}{self.core_kana}" if self.prefix else f"{self.core_kana}{word}"


@dataclass(frozen=True, slots=True)
class Officer:
    """A director and the title held."""

    title: str
    person: Person


@dataclass(frozen=True, slots=True)
class Shareholder:
    """A holder of shares; `share` in percent with one decimal, as text."""

    name: str
    address: str
    share: str
    large_company: bool


@dataclass(frozen=True, slots=True)
class Establishment:
    """A place of business apart from the registered office."""

    name: str
    kind: str
    address: Address


@dataclass(frozen=True, slots=True)
class FinancialYear:
    """One closed year; amounts in whole yen, `minimum_wage` in yen an hour."""

    end: date
    sales: int
    cost_of_sales: int
    operating_profit: int
    ordinary_profit: int
    net_profit: int
    personnel_cost: int
    depreciation: int
    payroll: int
    minimum_wage: int
    months: int = 12

    @property
    def value_added(self) -> int:
        """付加価値額: operating profit, personnel cost and depreciation together."""
        return self.operating_profit + self.personnel_cost + self.depreciation


@dataclass(slots=True)
class Business:
    """A business as it is now; `past` keeps what it was up to a day, oldest first."""

    id: str
    kind: Kind
    name: LegalName | None
    corporate_number: str | None
    individual_number: str | None
    account_id: str
    address: Address
    phone: str
    mobile: str
    email: str
    url: str | None
    industry: Industry
    capital_jpy: int | None
    employees: int
    established_on: date | None
    fiscal_year_end_month: int
    representative_title: str
    representative: Person
    contact: Person
    contact_department: str
    trade_names: tuple[str, ...] = ()
    officers: tuple[Officer, ...] = ()
    shareholders: tuple[Shareholder, ...] = ()
    establishments: tuple[Establishment, ...] = ()
    years: tuple[FinancialYear, ...] = ()
    deemed_large: bool = False
    data_use_consent: bool = True
    closed_on: date | None = None
    past: list[tuple[date, dict[str, Any]]] = field(default_factory=list)

    @property
    def display_name(self) -> str:
        """The legal name of a corporation, else the person's."""
        return self.name.full if self.name else self.representative.name

    @property
    def display_kana(self) -> str:
        """The reading of `display_name`."""
        return self.name.kana if self.name else self.representative.kana

    def change(self, on: date, **values: Any) -> None:
        """Take new values from the day `on`; the old ones stay readable with `as_of`."""
        self.past.append((on, {name: getattr(self, name) for name in values}))
        for name, value in values.items():
            setattr(self, name, value)

    def as_of(self, day: date) -> Business:
        """The business as it was on `day` (itself where nothing changed since)."""
        changed: dict[str, Any] = {}
        for on, before in reversed(self.past):
            if day < on:
                changed.update(before)
        return replace(self, **changed, past=[]) if changed else self

    def closed_years(self, day: date) -> list[FinancialYear]:
        """Financial years closed at least two months before `day`, newest first."""
        return [
            year for year in self.years if (day - year.end).days >= 60
        ]  # the tax return is due two months after the year's end
