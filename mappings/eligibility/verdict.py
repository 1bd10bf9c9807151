"""The answer to "is it an SME?" under one rule set, with what it stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mappings.eligibility import evidence
from mappings.eligibility.evidence import Line
from mappings.eligibility.facts import Facts
from mappings.eligibility.judging import case_of, judge
from mappings.eligibility.missing import Missing, missing
from mappings.eligibility.rules import RuleSet, on
from mappings.eligibility.values import Truth


class Outcome(StrEnum):
    """What comes of a rule set."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNDETERMINED = "undetermined"


_OUTCOMES: dict[Truth, Outcome] = {
    True: Outcome.ELIGIBLE,
    False: Outcome.NOT_ELIGIBLE,
    None: Outcome.UNDETERMINED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer under one rule set.

    Attributes:
        evidence: what the answer stands on, value by value.
        missing: of an undetermined answer, what would decide; else None.
        stale: the values used that are past their freshness, by name.
    """

    rules: RuleSet
    outcome: Outcome
    evidence: tuple[Line, ...]
    missing: Missing | None
    stale: tuple[str, ...]


def assess(rules: RuleSet, facts: Facts) -> Verdict:
    """Whether the business is what the rule set asks for."""
    case = case_of(rules, facts)
    truth = judge(rules, case)
    lines = tuple(evidence.lines(rules, facts, case))
    return Verdict(
        rules=rules,
        outcome=_OUTCOMES[truth],
        evidence=lines,
        missing=missing(rules, case) if truth is None else None,
        stale=tuple(line.about for line in lines if line.stale),
    )


def assess_all(facts: Facts, day: date, ids: tuple[str, ...] = ()) -> list[Verdict]:
    """The answers under every rule set in force on a day, or under those named."""
    return [assess(rules, facts) for rules in on(day, ids)]
