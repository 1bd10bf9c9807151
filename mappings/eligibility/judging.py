"""Whether a business is what a rule set asks for: yes, no or unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from mappings.eligibility.facts import Facts
from mappings.eligibility.forms import forms
from mappings.eligibility.industries import possible_classes
from mappings.eligibility.rules import OFFICER_TEST, SHARE_TESTS, DeemedTest, FormRule, RuleSet
from mappings.eligibility.shares import large_companies_hold, officers_reach
from mappings.eligibility.values import Span, Truth, all_of, any_of, negated

SHAREHOLDERS, OFFICERS = "shareholders", "officers"


@dataclass(frozen=True, slots=True)
class Case:
    """A business as one rule set sees it.

    Attributes:
        forms, classes: the legal forms and classes of industry that it can have.
        said: answers by name; both tests of shares are one answer, `shareholders`.
    """

    forms: frozenset[str]
    classes: frozenset[str]
    capital: Span
    employees: Span
    said: dict[str, Truth]


def case_of(rules: RuleSet, facts: Facts) -> Case:
    """What the rule set sees of these facts."""
    industry = facts.industry.value if facts.industry else None
    return Case(
        forms=facts.forms.value if facts.forms else frozenset(forms()),
        classes=possible_classes(rules.industries, industry),
        capital=facts.capital.value if facts.capital else Span(),
        employees=facts.employees.value if facts.employees else Span(),
        said={name: _said(rules, facts, name) for name in questions(rules)},
    )


def questions(rules: RuleSet) -> tuple[str, ...]:
    """What the rule set asks beside form, industry, capital and employees."""
    asked = [question for rule in rules.forms.values() for question in rule.ask]
    return tuple(dict.fromkeys([*asked, *(question_of(test) for test in rules.deemed)]))


def question_of(test: DeemedTest) -> str:
    """The question that answers a test of みなし大企業."""
    if test.test in SHARE_TESTS:
        return SHAREHOLDERS
    return OFFICERS if test.test == OFFICER_TEST else test.test


def _said(rules: RuleSet, facts: Facts, name: str) -> Truth:
    if (answer := facts.answers.get(name)) is not None:
        return answer.value
    shares = {test.test: test.share for test in rules.deemed}
    same_meaning = rules.large_company == facts.large_by
    if name == SHAREHOLDERS and facts.shareholders:
        holders = facts.shareholders.value
        return large_companies_hold(
            holders if same_meaning else tuple(replace(h, large=None) for h in holders),
            one=shares.get("one_large_holds"),
            together=shares.get("large_hold"),
        )
    if name == OFFICERS and facts.officers and same_meaning:
        return officers_reach(facts.officers.value, shares[OFFICER_TEST])
    return None


def judge(rules: RuleSet, case: Case) -> Truth:
    """The answer in which all forms and classes that are possible agree; else unknown."""
    pairs = product(case.forms, case.classes)
    first = judge_one(rules, case, *next(pairs))
    return first if all(judge_one(rules, case, *pair) is first for pair in pairs) else None


def judge_one(rules: RuleSet, case: Case, form: str, industry: str) -> Truth:
    """The answer for one form and one class of industry."""
    rule = rules.forms.get(form)
    if rule is None:
        return False
    return all_of(
        [
            size(rules, rule, case, industry),
            *(case.said[question] for question in rule.ask),
            *(negated(case.said[question]) for question in deemed_questions(rules, form)),
        ]
    )


def size(rules: RuleSet, rule: FormRule, case: Case, industry: str) -> Truth:
    """Whether the business is small enough; yes where its form has no limits."""
    limits = dict(size_limits(rules, rule, industry))
    if not limits:
        return True
    spans = {"capital": case.capital, "employees": case.employees}
    return any_of(spans[name].at_most(limit) for name, limit in limits.items())


def size_limits(rules: RuleSet, rule: FormRule, industry: str) -> Iterator[tuple[str, int]]:
    """The limits of which one is enough: `capital` or `employees`, and the number."""
    if rule.employees is not None:
        yield "employees", rule.employees
    limits = rules.limits[industry]
    for name, limit in (("capital", limits.capital), ("employees", limits.employees)):
        if name in rule.by and limit is not None:
            yield name, limit


def deemed_questions(rules: RuleSet, form: str) -> list[str]:
    """The questions of みなし大企業 that are put to a legal form."""
    asked = [question_of(t) for t in rules.deemed if t.forms is None or form in t.forms]
    return list(dict.fromkeys(asked))
