"""Whether a field's concept is what the rule at its answer fills."""

from __future__ import annotations

from base.records import VALUE
from canonical.model.concepts import Concept
from mappings.forms.form import Binding
from mappings.rules import StreamRules

Index = dict[str, list[Binding]]
_PARTY_ITSELF = frozenset({"applicant", "client", "self"})


def binding_index(rules: StreamRules) -> Index:
    """The bindings of each source path, as the contract spells it (`list[].leaf`)."""
    index: Index = {}
    for rule in rules.fields:
        for source in rule.sources:
            index.setdefault(source, []).append(Binding(source, rule))
    for each in rules.lists:
        index.setdefault(each.source, []).append(Binding(each.source, None, each))
        for rule in each.fields:
            for source in rule.sources:
                path = f"{each.source}[]" + ("" if source == VALUE else f".{source}")
                index.setdefault(path, []).append(Binding(path, rule, each))
    return index


def fits(concept: Concept, bound: Binding) -> bool:
    """Whether the binding fills the concept's canonical field, of the same year and person."""
    if concept.entity is None or concept.entity.name != bound.entity:
        return False
    return (
        _same_fields(concept, bound) and _same_year(concept, bound) and _same_role(concept, bound)
    )


def _same_fields(concept: Concept, bound: Binding) -> bool:
    whole = "." not in (concept.field or "")
    if bound.rule is None or whole:
        return bound.rule is None and whole and _same_document(concept, bound)
    columns = {field.name for field in concept.fields}
    return not columns.isdisjoint(filter(None, bound.rule.outputs))


def _same_document(concept: Concept, bound: Binding) -> bool:
    kind = bound.each.constants.get("kind") if bound.each else None
    return concept.qualifier("document") == kind


def _same_year(concept: Concept, bound: Binding) -> bool:
    year = concept.qualifier("year")
    settled = bound.each.constants.get("settled") if bound.each else None
    if bound.rule is not None and bound.rule.period == "current_year":
        return year == "year_to_date"
    if settled is None:
        return year != "planned" or bound.entity != "financial_statement"
    return year == ("closed" if settled else "planned")


def _same_role(concept: Concept, bound: Binding) -> bool:
    if bound.role in _PARTY_ITSELF:
        return concept.qualifier("whose") != "vendor"
    return concept.qualifier("whose") == bound.role
