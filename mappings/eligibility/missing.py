"""What is missing for an answer, and the smallest sets of values that can give one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

from mappings.eligibility.judging import (
    Case,
    deemed_questions,
    judge,
    judge_one,
    size,
    size_limits,
)
from mappings.eligibility.rules import RuleSet
from mappings.eligibility.values import Span

FORM, INDUSTRY, CAPITAL, EMPLOYEES = "form", "industry", "capital", "employees"
_MORE = 10**15


@dataclass(frozen=True, slots=True)
class Missing:
    """What an undetermined answer lacks.

    Attributes:
        values: all that can matter: with these, the answer is sure, whatever they are.
        eligible: the smallest sets of them that can show that it is.
        not_eligible: the smallest sets of them that can show that it is not.
    """

    values: tuple[str, ...]
    eligible: tuple[frozenset[str], ...]
    not_eligible: tuple[frozenset[str], ...]


def missing(rules: RuleSet, case: Case) -> Missing:
    """What an undetermined case lacks."""
    names = _unknown(case)
    yes, no = (_smallest(rules, case, names, answer=answer) for answer in (True, False))
    matter = {name for form in case.forms for one in case.classes
              for name in _open(rules, case, form, one)}  # fmt: skip
    values = tuple(name for name in names if name in matter or _differs(rules, case, name))
    return Missing(values, yes, no)


def _open(rules: RuleSet, case: Case, form: str, industry: str) -> Iterator[str]:
    """What is unknown and decides, for one form and one class of industry."""
    if judge_one(rules, case, form, industry) is not None:
        return
    rule = rules.forms[form]
    yield from (q for q in (*rule.ask, *deemed_questions(rules, form)) if case.said[q] is None)
    if size(rules, rule, case, industry) is None:
        spans = {CAPITAL: case.capital, EMPLOYEES: case.employees}
        for name, limit in size_limits(rules, rule, industry):
            if spans[name].at_most(limit) is None:
                yield name


def _unknown(case: Case) -> list[str]:
    known = {
        FORM: len(case.forms) == 1,
        INDUSTRY: len(case.classes) == 1,
        CAPITAL: case.capital.known,
        EMPLOYEES: case.employees.known,
        **{name: truth is not None for name, truth in case.said.items()},
    }
    return [name for name, is_known in known.items() if not is_known]


def _smallest(
    rules: RuleSet, case: Case, names: list[str], *, answer: bool
) -> tuple[frozenset[str], ...]:
    """The smallest sets whose values can give this answer, whatever the others are.

    Limits and answers work one way (more never makes smaller), so their extremes are enough.
    """
    found: list[frozenset[str]] = []
    for count in range(1, len(names) + 1):
        for chosen in map(frozenset, combinations(names, count)):
            if any(smaller <= chosen for smaller in found):
                continue
            if any(judge(rules, one) is answer for one in _best(rules, case, chosen, answer)):
                found.append(chosen)
    return tuple(found)


def _best(rules: RuleSet, case: Case, chosen: frozenset[str], answer: bool) -> Iterator[Case]:
    """The case with the chosen values as they best serve the answer; every form and class."""
    capital = _extreme(case.capital, low=answer) if CAPITAL in chosen else case.capital
    employees = _extreme(case.employees, low=answer) if EMPLOYEES in chosen else case.employees
    said = {name: _serving(rules, name, answer) if name in chosen else truth
            for name, truth in case.said.items()}  # fmt: skip
    for forms, classes in product(
        map(frozenset, zip(case.forms)) if FORM in chosen else [case.forms],
        map(frozenset, zip(case.classes)) if INDUSTRY in chosen else [case.classes],
    ):
        yield Case(forms, classes, capital, employees, said)


def _extreme(span: Span, *, low: bool) -> Span:
    if low:
        return Span.exactly(span.low)
    return Span.exactly(span.high if span.high is not None else span.low + _MORE)


def _serving(rules: RuleSet, question: str, answer: bool) -> bool:
    """The truth of a question that serves an answer: a test of みなし大企業 serves a no."""
    required = any(question in rule.ask for rule in rules.forms.values())
    return answer if required else not answer


def _differs(rules: RuleSet, case: Case, name: str) -> bool:
    """Whether the form or the class of industry changes the answer once all else is known."""
    if name not in {FORM, INDUSTRY}:
        return False
    for whole in _completions(rules, case):
        table = [
            [judge_one(rules, whole, form, one) for one in case.classes] for form in case.forms
        ]
        groups = table if name == INDUSTRY else zip(*table, strict=True)
        if any(len(set(answers)) > 1 for answers in groups):
            return True
    return False


def _completions(rules: RuleSet, case: Case) -> Iterator[Case]:
    """All else known: numbers on both sides of every limit, questions all one way but for one."""
    open_questions = [question for question, truth in case.said.items() if truth is None]
    capitals = _steps(rules, case.capital, CAPITAL)
    numbers = _steps(rules, case.employees, EMPLOYEES)
    for answer, odd in product((True, False), (None, *open_questions)):
        said = case.said | {
            question: _serving(rules, question, answer is (question != odd))
            for question in open_questions
        }
        for capital, employees in product(capitals, numbers):
            yield replace(case, capital=capital, employees=employees, said=said)


def _steps(rules: RuleSet, span: Span, name: str) -> list[Span]:
    """Numbers within the span on both sides of every limit."""
    limits = {getattr(limit, name) for limit in rules.limits.values()} - {None}
    if name == EMPLOYEES:
        limits |= {rule.employees for rule in rules.forms.values()} - {None}
    top = span.low + _MORE if span.high is None else span.high
    wanted = {span.low, top} | {limit + step for limit in limits for step in (0, 1)}
    return [Span.exactly(number) for number in sorted(wanted) if span.low <= number <= top]
