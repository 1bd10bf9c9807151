"""Laws of the answers: more never makes smaller; unknown is what completions disagree about."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.eligibility import RuleSet, Span, rule_sets
from mappings.eligibility.industries import classes_of
from mappings.eligibility.judging import Case, judge, questions
from mappings.eligibility.missing import Missing, missing
from mappings.eligibility.values import Truth
from tests.mappings.eligibility.facts import answers_of, completions, fixed

TRUTHS = st.sampled_from([True, False, None])
FEW = settings(max_examples=120, deadline=None)


@st.composite
def spans(draw: st.DrawFn, limits: list[int]) -> Span:
    """A number that is known, known to a unit, or not known, near the limits."""
    near = st.sampled_from([0, *(limit + step for limit in limits for step in (-1, 0, 1))])
    how = draw(st.sampled_from(["exact", "coarse", "unknown"]))
    if how == "unknown":
        return Span()
    value = max(0, draw(near))
    return Span.exactly(value) if how == "exact" else Span.known_to(value, draw(st.just(10)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[RuleSet, Case]:
    """A rule set and a business of which some is known."""
    rules = draw(st.sampled_from(rule_sets()))
    capital = [one.capital for one in rules.limits.values() if one.capital is not None]
    employees = [one.employees for one in rules.limits.values() if one.employees is not None]
    own = [one.employees for one in rules.forms.values() if one.employees is not None]
    some = st.sampled_from([*sorted(rules.forms), "religious"])
    return rules, Case(
        forms=frozenset(draw(st.lists(some, min_size=1, max_size=2))),
        classes=frozenset(
            draw(st.lists(st.sampled_from(sorted(classes_of(rules.industries))), min_size=1,
                          max_size=2))
        ),
        capital=draw(spans(capital)),
        employees=draw(spans([*employees, *own])),
        said={name: draw(TRUTHS) for name in questions(rules)},
    )  # fmt: skip


@FEW
@given(cases())
def test_an_answer_stands_exactly_where_every_completion_gives_it(
    drawn: tuple[RuleSet, Case],
) -> None:
    rules, case = drawn
    answers = answers_of(rules, case)
    assert None not in answers
    told: Truth = answers.pop() if len(answers) == 1 else None
    assert judge(rules, case) is told


@FEW
@given(cases(), st.integers(1, 10**10), st.integers(1, 10**4))
def test_more_capital_or_employees_never_makes_an_sme(
    drawn: tuple[RuleSet, Case], yen: int, persons: int
) -> None:
    rules, case = drawn
    for whole in list(completions(rules, case))[:200]:
        more = Case(whole.forms, whole.classes, Span.exactly(whole.capital.low + yen),
                    Span.exactly(whole.employees.low + persons), whole.said)  # fmt: skip
        assert judge(rules, whole) or not judge(rules, more)


@FEW
@given(cases())
def test_what_is_missing_decides_and_nothing_less_does(drawn: tuple[RuleSet, Case]) -> None:
    rules, case = drawn
    if judge(rules, case) is not None:
        return
    told = missing(rules, case)
    wholes = list(completions(rules, case))
    for whole in wholes[:300]:
        assert judge(rules, fixed(case, whole, frozenset(told.values))) is not None
    for name in told.values:
        rest = frozenset(told.values) - {name}
        assert any(judge(rules, fixed(case, whole, rest)) is None for whole in wholes)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_each_smallest_set_can_decide_and_no_part_of_it_can(drawn: tuple[RuleSet, Case]) -> None:
    rules, case = drawn
    if judge(rules, case) is not None:
        return
    told = missing(rules, case)
    wholes = list(completions(rules, case))
    for answer, sets in ((True, told.eligible), (False, told.not_eligible)):
        assert sets, "something can always decide"
        for chosen in sets:
            assert _can(rules, case, wholes, chosen, answer=answer)
            for part in combinations(sorted(chosen), len(chosen) - 1):
                assert not _can(rules, case, wholes, frozenset(part), answer=answer)


def _can(
    rules: RuleSet, case: Case, wholes: list[Case], chosen: frozenset[str], *, answer: bool
) -> bool:
    return any(judge(rules, fixed(case, whole, chosen)) is answer for whole in wholes)


def test_with_nothing_known_the_smallest_sets_are_named() -> None:
    (rules,) = [one for one in rule_sets() if one.id == "basic_act" and one.valid_until is None]
    case = Case(frozenset({"company"}), classes_of("basic"), Span(), Span(), {})
    assert missing(rules, case) == Missing(
        ("industry", "capital", "employees"),
        (frozenset({"capital"}), frozenset({"employees"})),
        (frozenset({"capital", "employees"}),),
    )
