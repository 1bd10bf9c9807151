"""Whether the rules read what the contract says a field holds: its unit, and its list of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from base.errors import RefusedValue
from base.records import VALUE
from canonical.model import FieldType
from mappings.rules import FieldRule, StreamRules
from mappings.transforms.money import UNITS

YEN = "円"


class Leaf(Protocol):
    """A contract's field: its path in its frame, its unit (`x-unit`) and its values (`enum`)."""

    @property
    def path(self) -> str:
        """Dotted path; `#value` for the element of a list of scalars."""
        ...

    @property
    def unit(self) -> str | None:
        """The unit of its numbers, as the contract spells it."""
        ...

    @property
    def enum(self) -> AbstractSet[str] | None:
        """All values that it may have; None where the contract does not list them."""
        ...


@runtime_checkable
class HasLeaves(Protocol):
    """A contract that knows more of its fields than their paths."""

    @property
    def leaves(self) -> Sequence[Any]:
        """Scalar fields of the record itself, each a `Leaf`."""
        ...

    @property
    def lists(self) -> Mapping[str, Sequence[Any]]:
        """Scalar fields of each list's elements, by the list's path."""
        ...


class Disagreement(NamedTuple):
    """A rule that does not read what the contract says is there."""

    kind: Literal["unit", "enum"]
    line: int
    field: str
    message: str


def disagreements(rules: StreamRules, contract: HasLeaves) -> Iterator[Disagreement]:
    """Where units and values of rules and contract differ."""
    yield from _of_frame(rules.fields, contract.leaves, "")
    for each in rules.lists:
        if each.split is None:
            yield from _of_frame(each.fields, contract.lists.get(each.source, ()), each.source)


def _of_frame(
    rules: Sequence[FieldRule], leaves: Sequence[Leaf], listed: str
) -> Iterator[Disagreement]:
    known = {leaf.path: leaf for leaf in leaves}
    writes: set[str] = set()
    for rule in rules:
        for source in rule.sources:
            leaf = known.get(source)
            if leaf is None:
                continue
            inner = "" if source == VALUE else f".{source}"
            shown = f"{listed}[]{inner}" if listed else source
            if (reason := _unit(rule, leaf)) is not None:
                yield Disagreement("unit", rule.line, shown, f"{shown} {reason}")
            if leaf.enum is not None and not rule.transform.inputs:
                # Backward, the first rule of a field writes it.
                for reason in _values(rule, leaf.enum, writes=source not in writes):
                    yield Disagreement("enum", rule.line, shown, f"{shown} {reason}")
            writes.add(source)


def _unit(rule: FieldRule, leaf: Leaf) -> str | None:
    money = rule.target.field is not None and rule.target.field.type is FieldType.MONEY
    if leaf.unit not in UNITS or not money:
        return None
    read = rule.options.get("unit", YEN)
    if read == leaf.unit:
        return None
    told = f"is read in {read}" if read else "is read without a unit"
    return f"{told}; the contract says {leaf.unit}"


def _values(rule: FieldRule, listed: AbstractSet[str], *, writes: bool) -> Iterator[str]:
    stated = sorted(value for value in listed if value.strip())
    for value in stated:
        try:
            values = rule.transform.parse((value,), rule.options).values
        except RefusedValue as refused:
            yield f"may be {value!r} by the contract, which the rule refuses: {refused.what}"
            continue
        (written,) = rule.transform.format(values, rule.options)
        if writes and written and written not in listed:
            yield f"is written {written!r} for {value!r}, which the contract does not list"
    for word in rule.options.get("codes") or {}:
        if word not in listed:
            yield f"is {word!r} in `codes`, which the contract does not list"
