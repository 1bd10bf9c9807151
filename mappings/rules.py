"""The rules of one stream, resolved against the model and the transforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from base.records import VALUE
from mappings.loading import MappingFile, Place
from mappings.targets import Target, default_transform, entity_of, misfit, resolve
from mappings.transforms import TRANSFORMS, Transform

PERIODS = {"last_closed_year": 0, "year_before_last": 1, "current_year": -1}
"""A rule's `period:` → how many years before the last closed one."""

OWN_NUMBER = "party.corporate_number"
"""The field whose 12 digits are kept as a 会社法人等番号."""

_KNOWN = {"to", "as", "role", "period", "purpose", "first_stated"}
_PARTS = {
    2: ("city", "street"),
    3: ("prefecture", "city", "street"),
    4: ("postal_code", "prefecture", "city", "street"),
    5: ("postal_code", "prefecture", "city", "street", "building"),
}
"""What the fields of an address group are, by their number, where `parts:` does not say.

A group with a field for each input of its transform needs neither: the inputs are in order."""


@dataclass(frozen=True)
class FieldRule:
    """One source field, or group of them, that fills one canonical field or group.

    `sources` are paths in the frame. `outputs` has one column name for each output of the
    transform, None where the entity has no such column. `slots` are the inputs of the transform
    that the sources are, by position.
    """

    sources: tuple[str, ...]
    target: Target
    role: str
    transform: Transform
    options: Mapping[str, Any]
    outputs: tuple[str | None, ...]
    slots: tuple[int, ...]
    line: int
    period: str | None = None
    purpose: str | None = None
    first_stated: bool = False

    def signature(self) -> list[Any]:
        """All that decides what the rule makes of a text."""
        return [
            list(self.sources), self.target.entity.name, list(self.outputs), self.role,
            self.transform.name, self.transform.version, dict(self.options), list(self.slots),
            self.period, self.first_stated, self.target.identity,
        ]  # fmt: skip


@dataclass(frozen=True)
class EachRule:
    """A list of which each element is one claim of `entity`.

    `split` is None for a list of the source, else what stands between the elements of a text.
    """

    source: str
    entity: str
    role: str
    fields: tuple[FieldRule, ...]
    constants: Mapping[str, Any]
    split: tuple[str, ...] | None
    line: int

    def signature(self) -> list[Any]:
        """All that decides what the rule makes of a list."""
        fields = [rule.signature() for rule in self.fields]
        return [self.source, self.entity, self.role, fields, dict(self.constants), self.split]


@dataclass
class StreamRules:
    """Everything that a mapping says of one stream."""

    as_of: tuple[str, ...]
    fields: list[FieldRule] = field(default_factory=list)
    lists: list[EachRule] = field(default_factory=list)
    constants: dict[str, dict[str, Any]] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    def signature(self) -> list[Any]:
        """All that decides what the stream's records become."""
        return [
            list(self.as_of),
            [rule.signature() for rule in self.fields],
            [rule.signature() for rule in self.lists],
            self.constants,
        ]


class RuleReader:
    """Reads the rules of one stream from a mapping file."""

    def __init__(self, file: MappingFile, stream: str) -> None:
        self.file = file
        self.stream = stream
        self.tree: dict[str, Any] = file.tree[stream]
        self.roles: dict[str, str] = self.tree.get("roles", {})

    def read(self) -> StreamRules:
        """The stream's rules.

        Raises:
            MappingError: names file, line and field.
        """
        as_of = self.tree.get("as_of", [])
        rules = StreamRules(tuple([as_of] if isinstance(as_of, str) else as_of))
        self._section(rules, self.tree, (self.stream,), "")
        for prefix, section in self.tree.get("under", {}).items():
            self._section(rules, section, (self.stream, "under", prefix), f"{prefix}.")
        for spelled, value in self.tree.get("set", {}).items():
            target = self._target(spelled, (self.stream, "set", spelled))
            rules.constants.setdefault(target.entity.name, {})[target.name] = value
        return rules

    def _section(self, rules: StreamRules, tree: Any, place: Place, prefix: str) -> None:
        for path, reason in tree.get("ignore", {}).items():
            rules.ignored[prefix + path] = reason
            rules.lines[prefix + path] = self.file.line((*place, "ignore", path))
        for key, given in tree.get("fields", {}).items():
            inner = (*place, "fields", key)
            sources = tuple(prefix + name for name in self.file.groups.get(key, (key,)))
            several = isinstance(given, list)
            for index, rule in enumerate(given if several else [given]):
                at = (*inner, index) if several else inner
                if "each" in rule:
                    rules.lists.append(self._each(sources, rule, at))
                else:
                    rules.fields.append(self._field(sources, rule, at))

    def _target(self, spelled: str, place: Place) -> Target:
        try:
            return resolve(spelled)
        except LookupError as error:
            raise self.file.error(place, str(error.args[0])) from error

    def _role(self, entity: str, given: str | None) -> str:
        root = entity_of(entity).parents
        candidates = [entity, *root]
        stated = next((self.roles[name] for name in candidates if name in self.roles), None)
        return given or stated or ("applicant" if "party" in candidates else "self")

    def _field(
        self, sources: tuple[str, ...], rule: dict[str, Any], place: Place, entity: str = ""
    ) -> FieldRule:
        spelled = f"{entity}.{rule['to']}" if entity else rule["to"]
        target = self._target(spelled, place)
        name = rule.get("as") or default_transform(target)
        transform = TRANSFORMS.get(name)
        if transform is None:
            raise self.file.error(
                place, f"there is no transform {name}", remedy=f"There are {', '.join(TRANSFORMS)}"
            )
        if reason := misfit(target, transform):
            raise self.file.error(place, reason)
        known = target.entity.columns()
        outputs = tuple(c if c in known else None for c in transform.columns(target.name))
        first_stated = bool(rule.get("first_stated"))
        return FieldRule(
            sources,
            target,
            self._role(target.entity.name, rule.get("role")),
            transform,
            self._options(rule, target, transform, place),
            outputs,
            self._slots(sources, rule, transform, place, first_stated=first_stated),
            self.file.line(place),
            rule.get("period"),
            rule.get("purpose"),
            first_stated,
        )

    def _options(
        self, rule: dict[str, Any], target: Target, transform: Transform, place: Place
    ) -> dict[str, Any]:
        given = {key: value for key, value in rule.items() if key not in _KNOWN}
        for key, value in given.items():
            option = transform.options.get(key)
            if option is None:
                known = ", ".join(transform.options) or "none"
                raise self.file.error(
                    (*place, key), f"{transform.name} has no option {key}; it has {known}"
                )
            wrong = not isinstance(value, option.kind) or (
                isinstance(value, bool) and option.kind is not bool
            )
            if wrong or (option.choices and value not in option.choices):
                allowed = ", ".join(map(str, option.choices)) or f"a {option.kind}"
                raise self.file.error((*place, key), f"may be {allowed}, not {value!r}")
        field = target.field
        model = {
            "max_length": field and field.max_length,
            "labels": field and field.codes,
            "registry_number": target.spelling == OWN_NUMBER or None,
        }
        usual = {k: v for k, v in model.items() if k in transform.options and v is not None}
        return transform.complete(usual | given)

    def _slots(
        self,
        sources: tuple[str, ...],
        rule: dict[str, Any],
        transform: Transform,
        place: Place,
        *,
        first_stated: bool,
    ) -> tuple[int, ...]:
        if first_stated or not transform.inputs:
            if len(sources) > 1 and not first_stated:
                raise self.file.error(
                    place, f"{transform.name} reads one field, not a group",
                    remedy="Take `as: address_parts`, or `first_stated: true`",
                )  # fmt: skip
            return (0,)
        whole = transform.inputs if len(sources) == len(transform.inputs) else None
        parts = rule.get("parts") or whole or _PARTS.get(len(sources))
        if parts is None or len(parts) != len(sources) or not set(parts) <= set(transform.inputs):
            inputs = ", ".join(transform.inputs)
            raise self.file.error(place, f"`parts` names one of {inputs} for each field")
        return tuple(transform.inputs.index(part) for part in parts)

    def _each(self, sources: tuple[str, ...], rule: dict[str, Any], place: Place) -> EachRule:
        if len(sources) != 1:
            raise self.file.error(place, "`each` reads one list")
        try:
            entity = entity_of(rule["each"])
        except LookupError as error:
            raise self.file.error(place, str(error.args[0])) from error
        role = self._role(entity.name, rule.get("role"))
        fields = []
        for key, given in rule["fields"].items():
            inner = (*place, "fields", key)
            paths = self.file.groups.get(key, (key,))
            listed = given if isinstance(given, list) else [given]
            for one in listed:
                spelled = {"to": one} if isinstance(one, str) else one
                fields.append(self._field(paths, spelled | {"role": role}, inner, entity.name))
        constants = rule.get("set", {})
        for name in constants:
            self._target(f"{entity.name}.{name}", (*place, "set", name))
        split = rule.get("split")
        if split and set(rule["fields"]) != {VALUE}:
            raise self.file.error(place, f"a split text has one field, {VALUE}")
        return EachRule(
            sources[0], entity.name, role, tuple(fields), constants,
            tuple(split) if split else None, self.file.line(place),
        )  # fmt: skip
