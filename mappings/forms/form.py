"""A form: what each of its fields asks, who fills it in, and which rule reads and writes it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from canonical.model.concepts import Concept, Kind
from mappings.rules import EachRule, FieldRule


class Filler(StrEnum):
    """Who fills a field in; what an officer or the system fills in is no question to a business."""

    APPLICANT = "applicant"
    AGENT = "agent"
    OFFICER = "officer"
    SYSTEM = "system"

    @property
    def staff(self) -> bool:
        """Whether the office itself fills it in."""
        return self in {Filler.OFFICER, Filler.SYSTEM}


@dataclass(frozen=True, slots=True)
class Format:
    """What an answer looks like on the form; None where the form does not say.

    Args:
        max_length: longest answer in characters.
        characters: the only ones it takes: `katakana`, `digits`, `ascii`.
        date: `era` or `iso`.
        precision: the finest part of a date: `day`, `month`, `year`.
        unit: unit of a number, as the form spells it (`千円`).
        choices: all answers that it takes.
    """

    max_length: int | None = None
    characters: str | None = None
    date: str | None = None
    precision: str | None = None
    unit: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """A rule of the stream at a field's answer, and the list in which the answer stands, if any."""

    path: str
    rule: FieldRule | None
    each: EachRule | None = None

    @property
    def entity(self) -> str:
        """The canonical entity that it fills."""
        if self.rule is not None:
            return self.rule.target.entity.name
        return self.each.entity if self.each else ""

    @property
    def role(self) -> str | None:
        """The role of that entity in the record."""
        rule = self.rule or self.each
        return rule.role if rule else None


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form, under the name that the form gives it.

    `consent` names the declaration of the form by which this answer may be used elsewhere.
    `years` is how many closed fiscal years are asked for, 0 for what is of no closed year.
    `bindings` are the stream's rules that read the answer and write it, those first that fill the
    concept's own canonical field.
    """

    name: str
    concept: Concept
    by: Filler
    required: bool
    format: Format
    line: int
    answers: tuple[str, ...] = ()
    years: int = 0
    consent: str | None = None
    since: date | None = None
    until: date | None = None
    bindings: tuple[Binding, ...] = field(default=(), compare=False)

    @property
    def declaration(self) -> bool:
        """Whether it is put afresh, and never filled in for anybody."""
        return self.concept.kind is Kind.DECLARATION

    @property
    def reusable(self) -> bool:
        """Whether the applicant answers it, and the answer serves other forms."""
        return self.by is Filler.APPLICANT and self.concept.reusable

    def in_force(self, day: date) -> bool:
        """Whether the form has this field on that day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A form of one system. `versions` are in the order in which they came into force."""

    id: str
    system: str
    stream: str | None
    ja: str
    en: str
    versions: tuple[tuple[str, date], ...]
    fields: tuple[FormField, ...]
    encoding: str = "utf-8"

    def version(self, day: date) -> str | None:
        """The version in force on that day; None before the first."""
        return next((label for label, start in reversed(self.versions) if start <= day), None)

    def on(self, day: date) -> Form:
        """The form with the fields that it has on that day."""
        return replace(self, fields=tuple(each for each in self.fields if each.in_force(day)))

    def field(self, name: str) -> FormField:
        """The field of this name.

        Raises:
            KeyError: the form has no such field.
        """
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(f"{self.id} has no field {name}")


def format_of(given: dict[str, Any], bindings: tuple[Binding, ...]) -> Format:
    """The format that the form states, with unit and words from the rule where it states none."""
    options = next((dict(b.rule.options) for b in bindings if b.rule is not None), {})
    words = tuple(str(options[name]) for name in ("yes", "no") if options.get(name))
    plain = words in {("true", "false"), ()}
    return Format(
        given.get("max_length"),
        given.get("characters"),
        given.get("date"),
        given.get("precision"),
        given.get("unit") or options.get("unit"),
        tuple(given.get("choices", ())) or (() if plain else words),
    )
