"""Businesses for the tests of eligibility, and every completion of what is not known of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

from mappings.eligibility import Facts, Known, RuleSet, Span, assess, on
from mappings.eligibility.judging import Case, judge

TODAY = date(2026, 11, 23)


def rules(name: str, day: date = TODAY) -> RuleSet:
    """The one rule set of a law on a day."""
    (found,) = on(day, (name,))
    return found


def facts(
    form: str | None = "company",
    industry: str | None = None,
    capital: int | Span | None = None,
    employees: int | Span | None = None,
    **answers: bool,
) -> Facts:
    """A business of which this is known."""
    return Facts(
        forms=Known(frozenset({form})) if form else None,
        industry=Known(industry) if industry else None,
        capital=_span(capital),
        employees=_span(employees),
        answers={name: Known(value) for name, value in answers.items()},
    )


def outcome(name: str, known: Facts, day: date = TODAY) -> str:
    """What a law says of it."""
    return assess(rules(name, day), known).outcome.value


def _span(value: int | Span | None) -> Known[Span] | None:
    if value is None:
        return None
    return Known(Span.exactly(value) if isinstance(value, int) else value)


def completions(rule_set: RuleSet, case: Case) -> Iterator[Case]:
    """The case with everything known, in every way that makes a difference."""
    limits = rule_set.limits.values()
    capitals = _numbers(case.capital, [one.capital for one in limits])
    own = [rule.employees for rule in rule_set.forms.values()]
    employees = _numbers(case.employees, [*(one.employees for one in limits), *own])
    said = [[(name, one) for one in ([True, False] if truth is None else [truth])]
            for name, truth in case.said.items()]  # fmt: skip
    for form, industry, capital, count, answers in product(
        sorted(case.forms), sorted(case.classes), capitals, employees, list(product(*said))
    ):
        yield Case(frozenset({form}), frozenset({industry}), capital, count, dict(answers))


def _numbers(span: Span, limits: list[int | None]) -> list[Span]:
    top = span.high if span.high is not None else max([span.low, *(x or 0 for x in limits)]) + 1
    near = {limit + step for limit in limits if limit is not None for step in (0, 1)}
    return [Span.exactly(n) for n in sorted({span.low, top} | near) if span.low <= n <= top]


def answers_of(rule_set: RuleSet, case: Case) -> set[bool | None]:
    """What is answered over all completions."""
    return {judge(rule_set, one) for one in completions(rule_set, case)}


def fixed(case: Case, whole: Case, names: frozenset[str]) -> Case:
    """The case with these values as in a whole one."""
    return replace(
        case,
        forms=whole.forms if "form" in names else case.forms,
        classes=whole.classes if "industry" in names else case.classes,
        capital=whole.capital if "capital" in names else case.capital,
        employees=whole.employees if "employees" in names else case.employees,
        said={n: whole.said[n] if n in names else t for n, t in case.said.items()},
    )
