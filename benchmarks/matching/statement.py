"""What one claim states about a business, before it is spelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from mocks.world import spelling
from mocks.world.business import Business, LegalName
from mocks.world.dice import Weighted
from mocks.world.people import Person
from mocks.world.places import Address

TODAY = date(2026, 11, 1)

KINDS = {"corporation": "法人", "sole_proprietor": "個人事業主", "pre_founder": "創業予定"}

STATED = {
    "kana": 0.85,
    "postal_code": 0.92,
    "phone": 0.85,
    "email": 0.35,
    "representative": 0.95,
    "representative_kana": 0.6,
    "born_on": 0.55,
    "established_on": 0.85,
    "trade_name": 0.8,
}
"""How often a system asks for a field and gets an answer; name, address and kind always."""

FIELDS = ("kind", "name", "address", *STATED, "stated_on")
"""The columns of the source frame that `mapping.yaml` reads."""


@dataclass(slots=True)
class Statement:
    """A business as one record states it: any of these may be wrong, old or left out.

    `typed_name` stands in place of the spelled name where somebody wrote another thing there.
    `month_only` says that the day of establishment is known to the month.
    """

    kind: str
    legal_name: LegalName | None
    person: Person | None
    trade_name: str | None
    address: Address
    phone: str
    email: str
    established_on: date | None
    stated_on: date
    typed_name: str | None = None
    month_only: bool = False

    @classmethod
    def of(cls, business: Business, rng: Random) -> Statement:
        """What is true of the business, stated on some day of the last three years."""
        return cls(
            kind=business.kind,
            legal_name=business.name,
            person=business.representative,
            trade_name=business.trade_names[0] if business.trade_names else None,
            address=business.address,
            phone=business.phone,
            email=business.email,
            established_on=business.established_on,
            stated_on=TODAY - timedelta(days=rng.randrange(3 * 365)),
        )


def spell(statement: Statement, rng: Random) -> dict[str, str | None]:
    """The statement as source text, in one of the spellings of each value, some left out."""
    person, legal = statement.person, statement.legal_name
    values: dict[str, str | None] = dict.fromkeys(FIELDS)
    values["kind"] = KINDS[statement.kind]
    values["stated_on"] = statement.stated_on.isoformat()
    values["address"] = spelling.address(rng, statement.address)
    values["postal_code"] = spelling.postal_code(rng, statement.address.place.postal_code)
    values["phone"] = spelling.phone(rng, statement.phone)
    values["email"] = spelling.email(rng, statement.email)
    values["trade_name"] = statement.trade_name
    if statement.established_on:
        date_of = spelling.month if statement.month_only else spelling.day
        values["established_on"] = date_of(rng, statement.established_on)
    if legal:
        values["name"] = spelling.legal_name(rng, legal)
        values["kana"] = spelling.kana(rng, legal.kana if rng.random() < 0.5 else legal.core_kana)
    elif person:
        values["name"] = spelling.person_name(rng, person.name)
        values["kana"] = spelling.kana(rng, person.kana)
    if person:
        values["representative"] = spelling.person_name(rng, person.name)
        values["representative_kana"] = spelling.kana(rng, person.kana)
        values["born_on"] = spelling.day(rng, person.born_on)
    values["name"] = statement.typed_name or values["name"]
    for name, share in STATED.items():
        if rng.random() >= share:
            values[name] = None
    return values


@cache
def homophones(family: bool) -> dict[str, tuple[str, ...]]:
    """Kanji of surnames (or given names) by their reading, where there are several."""
    from mocks.world.people import families, givens

    found: dict[str, set[str]] = {}
    if family:
        for kanji, kana, _ in families().values:
            found.setdefault(kana, set()).add(kanji)
    else:
        both: tuple[Weighted[tuple[str, str]], ...] = (givens("man"), givens("woman"))
        for names in both:
            for kanji, kana in names.values:
                found.setdefault(kana, set()).add(kanji)
    return {kana: tuple(sorted(kanji)) for kana, kanji in found.items() if len(kanji) > 1}
