"""parse(format(v)) = v up to the declared loss, for every field of every form.

What a form's field writes goes into the sheet of answers and is read again as a check reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.records import VALUE
from mappings.backward import format_rule
from mappings.checking.reading import read_sheet
from mappings.forms import Form, FormField, load_forms
from mappings.forms.agreement import fits
from mappings.forms.form import Binding
from mappings.forms.sheet import sheet_of
from mappings.rules import FieldRule
from tests.mappings.forms.canonical_values import STRATEGIES, Row, kept

FORMS = load_forms()
FIELDS = [(form, each) for form in FORMS.values() for each in form.fields]
IDS = [f"{form.id}.{each.name}" for form, each in FIELDS]


def binding_of(asked: FormField) -> Binding:
    """The rule that writes the field."""
    return next(bound for bound in asked.bindings if fits(asked.concept, bound))


def rules_of(binding: Binding) -> tuple[FieldRule, ...]:
    if binding.rule is not None:
        return (binding.rule,)
    assert binding.each is not None
    return binding.each.fields


def rows_of(binding: Binding) -> st.SearchStrategy[list[Row]]:
    """What the hub may hold for a field: one row, or several where it is a list."""
    parts = st.tuples(*(STRATEGIES[rule.transform.name](rule) for rule in rules_of(binding)))
    row = parts.map(lambda found: {name: value for one in found for name, value in one.items()})
    return st.lists(row, min_size=1, max_size=3 if binding.each else 1)


def written(binding: Binding, rows: list[Row]) -> dict[str, str]:
    """Path → text, as the form's rules write the rows."""
    if binding.each is None:
        assert binding.rule is not None
        return format_rule(binding.rule, rows[0])
    texts: dict[str, str] = {}
    for number, row in enumerate(rows):
        for rule in rules_of(binding):
            for source, text in format_rule(rule, row).items():
                at = f"{binding.each.source}[{number}]"
                texts[at if source == VALUE else f"{at}.{source}"] = text
    return texts


def columns_of(asked: FormField, binding: Binding, rule: FieldRule) -> Iterator[str]:
    """The columns of a rule that the field asks for: a part of an address is a part of it."""
    wanted = {name for field in asked.concept.fields for name in field.columns()}
    for name in filter(None, rule.outputs):
        if name in wanted:
            yield name


def beyond(form: Form, rule: FieldRule) -> frozenset[str]:
    """Columns for which the form has no place: a plan asks for an address without postal code."""
    paths = {path for each in form.fields for path in each.answers}
    whole = rule.transform.inputs and not set(rule.sources) <= paths
    return frozenset({"address_postal_code"} if whole else ())


@pytest.mark.parametrize(("form", "asked"), FIELDS, ids=IDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_a_form_writes_is_read_as_it_was(
    form: Form, asked: FormField, data: st.DataObject
) -> None:
    binding = binding_of(asked)
    rows = data.draw(rows_of(binding))
    texts = written(binding, rows)
    answered = read_sheet(form, sheet_of(form, texts))[asked.name]
    assert not answered.refused
    assert answered.rows or not answered.texts
    lost: list[Any] = [
        (name, before.get(name), after.get(name))
        for before, after in zip(rows, answered.rows, strict=False)
        for rule in rules_of(binding)
        for name in columns_of(asked, binding, rule)
        if name not in beyond(form, rule)
        if before.get(name) is not None and not kept(rule, name, before, after)
    ]
    assert not lost
    assert len(answered.rows) == len(rows)


def test_every_field_has_a_rule_that_fills_what_it_asks() -> None:
    assert len(FIELDS) == 223
    assert all(binding_of(asked) for _, asked in FIELDS)
