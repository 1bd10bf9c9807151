"""What forms ask twice: totals do not depend on the order, declarations are never shared."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from canonical.model.concepts import CONCEPTS, concept_of
from mappings.forms import Filler, Form, Format, FormField, load_forms, overlap

FORMS = list(load_forms().values())
BY_ID = {form.id: form for form in FORMS}


def field(name: str, concept: str, by: Filler = Filler.APPLICANT, years: int = 0) -> FormField:
    return FormField(name, concept_of(concept), by, True, Format(), 1, years=years)


def made(name: str, *fields: FormField) -> Form:
    return Form(name, "demo", None, name, name, (), fields)


fields = st.builds(
    lambda concept, by, years: field(concept, concept, by, years),
    st.sampled_from(list(CONCEPTS)),
    st.sampled_from(list(Filler)),
    st.integers(0, 3),
)
forms = st.lists(st.lists(fields, max_size=12), max_size=5).map(
    lambda all_fields: [made(f"f{n}", *each) for n, each in enumerate(all_fields)]
)


def test_the_five_forms() -> None:
    found = overlap(FORMS)
    assert found.total("fields") == 223
    assert {name: found.total(name) for name in ("staff", "agent", "declarations", "own")} == {
        "staff": 19, "agent": 3, "declarations": 8, "own": 53
    }  # fmt: skip
    assert (found.total("reusable"), len(found.questions)) == (140, 58)
    assert (found.asked, found.left, found.saved) == (201, 119, 82)
    assert found.concepts == 136


def test_the_five_forms_in_every_order() -> None:
    totals = set()
    for order in permutations(FORMS):
        found = overlap(order)
        assert [step.form for step in found.order] == [form.id for form in order]
        assert sum(step.new for step in found.order) == len(found.questions)
        totals.add((len(found.questions), found.left, found.concepts))
    assert len(totals) == 1


@given(forms, st.randoms())
def test_totals_do_not_depend_on_the_order(given_forms: list[Form], chance: object) -> None:
    shuffled = list(given_forms)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = overlap(given_forms), overlap(shuffled)
    assert {each.concept for each in one.questions} == {each.concept for each in other.questions}
    assert (one.asked, one.left, one.concepts) == (other.asked, other.left, other.concepts)
    assert sum(step.new for step in one.order) == len(one.questions)
    assert one.left <= one.asked


@given(forms)
def test_every_field_is_counted_once(given_forms: list[Form]) -> None:
    found = overlap(given_forms)
    for form, count in zip(given_forms, found.forms, strict=True):
        parts = count.staff + count.agent + count.declarations + count.own + count.reusable
        assert parts == count.fields == len(form.fields)
    placed = sum(len(each.places) for each in (*found.questions, *found.repeated_own))
    assert placed == found.total("fields")


@given(forms)
def test_no_declaration_and_nothing_of_one_filing_is_shared(given_forms: list[Form]) -> None:
    for each in overlap(given_forms).questions:
        assert concept_of(each.concept).reusable


@given(forms)
def test_a_form_given_twice_counts_once(given_forms: list[Form]) -> None:
    assert overlap([*given_forms, *given_forms]) == overlap(given_forms)


@given(forms)
def test_pairs_agree_with_the_questions(given_forms: list[Form]) -> None:
    found = overlap(given_forms)
    for pair in found.pairs:
        both = sum({pair.left, pair.right} <= each.forms for each in found.questions)
        assert pair.both == both <= pair.either
        assert 0 <= pair.jaccard <= 1


def test_an_address_is_one_question_however_it_is_split() -> None:
    parts = ("registered_prefecture", "registered_city", "registered_street")
    split = made("split", *(field(part, part) for part in parts))
    whole = made("whole", field("住所", "registered_address"))
    region = made("region", field("地域", "registered_region"))
    assert len(overlap([split, whole, region]).questions) == 1
    assert [step.finer for step in overlap([split, whole, region]).order] == [(), (), ()]
    assert overlap([region, whole]).order[1].finer == ("registered_address",)


def test_a_second_year_is_told() -> None:
    one, two = made("one", field("a", "sales", years=1)), made("two", field("b", "sales", years=2))
    assert overlap([one, two]).order[1].finer == ("sales",)
    assert overlap([two, one]).order[1].finer == ()


def test_what_staff_and_agents_fill_in_is_no_question() -> None:
    asked = [field("a", "sales", by) for by in (Filler.OFFICER, Filler.SYSTEM, Filler.AGENT)]
    found = overlap([made("f", *asked)])
    assert (found.asked, found.left, found.questions) == (0, 0, ())


def test_alike_and_different_is_told() -> None:
    apart = overlap([BY_ID["it_subsidy"], BY_ID["management_plan"], BY_ID["yorozu"]]).apart
    pairs = {frozenset((each.left_concept, each.right_concept)) for each in apart}
    assert {
        frozenset({"labour_productivity_per_hour", "labour_productivity_per_worker"}),
        frozenset({"funding", "plan_fund_source"}),
        frozenset({"contact_mobile", "client_mobile"}),
        frozenset({"data_use_consent", "plan_data_use_consent"}),
    } <= pairs


def test_a_field_that_is_gone_is_not_asked() -> None:
    form = BY_ID["yorozu"]
    shorter = replace(form, fields=form.fields[1:])
    assert overlap([shorter]).total("fields") == overlap([form]).total("fields") - 1
