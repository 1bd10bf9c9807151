"""Businesses as they are told, made by hand; all synthetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from canonical.golden.units import COLUMNS
from canonical.model.business import Business, Conflict, Item, Origin, Said, Unit
from mappings.prefill import Answer, Prefill, knowledge, prefill

DAY = date(2026, 11, 2)
LATELY = date(2026, 9, 1)
HOLDERS = ("corporate_auth.accounts", "it_subsidy.applications", "subsidy.applications")


def origin(
    stream: str = "subsidy.applications", as_of: date | None = LATELY, **changes: Any
) -> Origin:
    """Whose word; a record of its own for each stream and day."""
    system, _, name = stream.partition(".")
    number = abs(hash((stream, as_of))) % 1_000_000 + 1
    made = Origin(
        number, number, system, name, f"K{number}", "applicant", "procedure", as_of,
        datetime(2026, 10, 1, tzinfo=UTC), "",
    )  # fmt: skip
    return replace(made, **changes)


REGISTER = origin(
    "corporate_number.corporations", date(2020, 4, 1), role="self", source_role="base_registry"
)
GBIZ = origin("corporate_auth.accounts", LATELY, role="holder", source_role="identity_provider")


@dataclass
class Made:
    """A business in the making."""

    saids: dict[str, list[Said]] = field(default_factory=dict)
    listed: list[Item] = field(default_factory=list)
    besides: list[Item] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def say(self, whose: Origin, **values: Any) -> Made:
        """What an origin says of the party; what was said first of a unit holds."""
        for unit, columns in COLUMNS.items():
            told = {name: values[name] for name in columns if values.get(name) is not None}
            if told:
                here = self.saids.setdefault(unit, [])
                here.append(Said(whose, told, holds=not here, agrees=True))
        return self

    def item(self, entity: str, whose: Origin, **values: Any) -> Made:
        """A row of a list that holds."""
        self.listed.append(Item(entity, str(values.get("period_end", "")), whose, values))
        return self

    def year(self, end: date, whose: Origin | None = None, **values: Any) -> Made:
        """A settled fiscal year of twelve months, unless told otherwise."""
        usual = {"period_end": end, "period_start": _start(end), "settled": True}
        return self.item("financial_statement", whose or origin(), **(usual | values))

    def beside(self, entity: str, whose: Origin, **values: Any) -> Made:
        """A row beside golden values."""
        self.besides.append(Item(entity, "", whose, values))
        return self

    def business(self) -> Business:
        """The business."""
        values: dict[str, Any] = {}
        for saids in self.saids.values():
            values |= saids[0].values
        origins = {said.origin for saids in self.saids.values() for said in saids}
        return Business(
            1,
            1,
            values,
            tuple(Unit(name, tuple(saids)) for name, saids in self.saids.items()),
            tuple(self.conflicts),
            tuple(self.listed),
            tuple(sorted(origins, key=lambda one: one.member_id)),
            tuple(self.besides),
            HOLDERS,
        )

    def filled(self, form: str, day: date = DAY) -> Prefill:
        """A form filled in."""
        known = knowledge()
        return prefill(known.forms[form], self.business(), day, known)

    def answer(self, form: str, name: str, day: date = DAY) -> Answer:
        """One field of a form filled in."""
        return next(a for a in self.filled(form, day).answers if a.field.name == name)


def _start(end: date) -> date:
    after = date(end.year + end.month // 12, end.month % 12 + 1, 1)
    return after.replace(year=after.year - 1)


def codes(answer: Answer) -> set[str]:
    """The codes of its reasons."""
    return {why.code for why in answer.why}


def only(texts: Mapping[str, str] | Iterable[str]) -> str:
    """The one text of an answer."""
    (text,) = texts.values() if isinstance(texts, Mapping) else texts
    return text


NAME = {
    "name": "株式会社試験標本", "name_core": "試験標本", "legal_form": "301",
    "legal_form_position": "prefix", "name_reduced": "試験標本",
}  # fmt: skip
ADDRESS = {
    "address_postal_code": "3800922", "address_prefecture_code": "20",
    "address_municipality_code": "20201", "address_prefecture": "長野県",
    "address_city": "長野市", "address_town": "七瀬", "address_block": "2-10",
    "address_full": "長野県長野市七瀬2-10", "address_as_received": "長野県長野市七瀬２－１０",
}  # fmt: skip
