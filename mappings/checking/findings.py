"""What a check finds: a code for programs, sentences for people, and no answer's value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Level(StrEnum):
    """`error`: the form would be refused or says what cannot be. `warning`: look at it again.
    `note`: what is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Source:
    """Where it stands what a finding holds against an answer, and of which day it is."""

    system: str
    stream: str
    record_key: str
    as_of: date | None


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One finding.

    Attributes:
        code: see docs/guides/forms.md.
        field: the form's field; None where the finding is about the form.
        place: in a list, the element and its column: `[2].生年月日`.
        rule: of an answer that cannot be read, the rule that refused it.
        sources: who says otherwise, or has what is asked for.
    """

    code: str
    level: Level
    field: str | None
    ja: str
    en: str
    place: str = ""
    rule: str | None = None
    sources: tuple[Source, ...] = ()


def error(
    code: str, field: str | None, ja: str, en: str, *, place: str = "", rule: str | None = None
) -> CheckFinding:
    """What the form would be refused for."""
    return CheckFinding(code, Level.ERROR, field, ja, en, place, rule)


def warning(
    code: str, field: str | None, ja: str, en: str, *, place: str = "", rule: str | None = None
) -> CheckFinding:
    """What is to be looked at again."""
    return CheckFinding(code, Level.WARNING, field, ja, en, place, rule)


def note(code: str, field: str | None, ja: str, en: str) -> CheckFinding:
    """What is good to know."""
    return CheckFinding(code, Level.NOTE, field, ja, en)
