"""What a prefilled form is: for every field an answer, and why it is filled in, shown or asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from canonical.model.business import Origin
from mappings.forms.form import FormField


class Outcome(StrEnum):
    """What becomes of a field; `confirm` is filled in and put to the applicant to be looked at."""

    PREFILL = "prefill"
    CONFIRM = "confirm"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason, by a code for programs and a sentence for people; it holds no value."""

    code: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the hub can say to one field of a form.

    Attributes:
        texts: path of the answer in the form's stream → text as this form writes it; empty where
            the field is asked.
        values: the canonical columns behind the texts.
        origins: whose word the values are; of a derived value, of all that it was derived from.
        derived_from: concepts from which the value was computed.
        cannot: characters of the texts that the form cannot hold; they are as personal as these.
    """

    field: FormField
    outcome: Outcome
    why: tuple[Why, ...]
    texts: Mapping[str, str]
    values: Mapping[str, Any]
    origins: tuple[Origin, ...] = ()
    derived_from: tuple[str, ...] = ()
    cannot: str = ""


@dataclass(frozen=True, slots=True)
class Prefill:
    """A form as far as the hub can fill it in for a business on a day.

    `answers` has every field of the form's version in force, in the form's order; a field that
    the office fills in itself is asked of nobody and has the reason `staff`.
    """

    form: str
    version: str | None
    party_id: int
    day: date
    answers: tuple[Answer, ...]

    def count(self, outcome: Outcome) -> int:
        """How many fields have this outcome."""
        return sum(answer.outcome is outcome for answer in self.answers)
