"""`check_forms`: every field of a form asks one concept, and the rule of its answer agrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mappings.forms.agreement import fits
from mappings.forms.form import Form, FormField
from mappings.forms.loading import read_forms
from mappings.loading import load_mapping


@dataclass(frozen=True, slots=True)
class FormProblem:
    """One thing that is wrong with a form: the line of the mapping file, the field, what to do."""

    line: int
    field: str
    message: str


@dataclass
class FormReport:
    """What `hub mapping check` found in one form."""

    system: str
    form: str
    fields: int
    concepts: int
    problems: list[FormProblem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the form may be used."""
        return not self.problems


def check_forms(path: Path) -> list[FormReport]:
    """Check the forms of one mapping file against the concepts and the rules beside them.

    Raises:
        MappingError: the file has another shape, or names what is not there.
    """
    return [check_form(form) for form in read_forms(load_mapping(path))]


def check_form(form: Form) -> FormReport:
    """Check one form."""
    concepts = {each.concept.id for each in form.fields}
    report = FormReport(form.system, form.id, len(form.fields), len(concepts))
    for each in form.fields:
        report.problems += (
            FormProblem(each.line, each.name, message) for message in _wrong(form, each)
        )
    return report


def _wrong(form: Form, asked: FormField) -> Iterator[str]:
    bound = {binding.path for binding in asked.bindings}
    for path in asked.answers:
        if path not in bound:
            yield f"no rule of {form.stream} reads {path}: map it, or name the field with `answer`"
    if asked.bindings and not any(fits(asked.concept, binding) for binding in asked.bindings):
        filled = ", ".join(dict.fromkeys(_filled(asked)))
        wanted = asked.concept.field or "no canonical field"
        yield f"asks {asked.concept.id} ({wanted}), but its rule fills {filled}"
    rule = next((b.rule for b in asked.bindings if b.rule and fits(asked.concept, b)), None)
    stated = rule.options.get("unit") if rule else None
    if stated and asked.format.unit != stated:
        yield f"is in {asked.format.unit}, but its rule reads {stated}: leave `unit` out"
    if asked.since and asked.until and asked.until < asked.since:
        yield f"ends on {asked.until}, before it begins on {asked.since}"


def _filled(asked: FormField) -> Iterator[str]:
    for binding in asked.bindings:
        role = f" of the {binding.role}" if binding.role == "vendor" else ""
        yield (binding.rule.target.spelling if binding.rule else binding.entity) + role
