"""One record that the fast path would not take, read with the standard library's parser.

Slower, and it can say what is wrong: each fault becomes a refusal of the record or of one field,
each difference from the contract a drift finding, and everything else of the record loads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from base.errors import Stage
from base.records import ABSENT, Level, Refusal
from connectors.drift import Findings
from connectors.schema import Leaf, ListNode, ObjectNode
from connectors.structs import RAW_NULL, Shape

KEPT = 200
"""Characters of a refused value that are kept for the reader of the quarantine."""


class Number(str):
    """A JSON number's source text."""

    __slots__ = ()


class _Refused(Exception):
    """The record cannot be loaded at all."""

    def __init__(self, rule: str, message: str, path: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.path = path


class DuplicateKeyError(ValueError):
    """An object holds a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def parse(raw: bytes) -> Any:
    """JSON to Python, numbers as `Number`.

    Raises:
        DuplicateKeyError: an object holds a key twice.
        UnicodeDecodeError: not UTF-8.
        ValueError: not JSON (NaN and Infinity are not).
    """
    return json.loads(
        raw.decode("utf-8"),
        parse_float=Number,
        parse_int=Number,
        parse_constant=_no_constant,
        object_pairs_hook=_object,
    )


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise DuplicateKeyError(key)
            seen.add(key)
    return made


@dataclass
class TolerantReader:
    """Reads records one by one; what it finds goes into `refusals` and `findings`.

    `keys` counts the keys of the contract in the records that were not refused.
    """

    shape: Shape
    findings: Findings
    refusals: list[Refusal] = field(default_factory=list)
    keys: int = 0
    _row: int = 0

    def read(self, row: int, raw: bytes) -> Any | None:
        """The record as the fast path's type, or None where the record is refused."""
        self._row = row
        keys = self.keys
        try:
            return self._record(raw)
        except _Refused as refused:
            self.keys = keys
            self._refuse("record", refused.rule, str(refused), refused.path)
            return None

    def _record(self, raw: bytes) -> Any:
        try:
            value = parse(raw)
        except DuplicateKeyError as error:
            raise _Refused("duplicate_key", f"the key {error.key[:40]!r} stands twice") from error
        except UnicodeDecodeError as error:
            raise _Refused("encoding", f"not UTF-8 at byte {error.start}") from error
        except RecursionError as error:
            raise _Refused("malformed", "nested too deeply") from error
        except ValueError as error:
            place = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
            raise _Refused("malformed", f"not JSON{place}") from error
        if (path := _surrogate(value, "")) is not None:
            raise _Refused("lone_surrogate", "half of a surrogate pair stands alone", path or None)
        if not isinstance(value, dict):
            raise _Refused("structure", f"expected object, got {_name(value)}")
        return self._read_object(self.shape, value, "")

    def _read_object(self, shape: Shape, value: dict[str, Any], place: str) -> Any:
        for name in value.keys() - shape.attributes.keys():
            self.findings.add(place + name, "added", "not in the contract; it is not loaded")
        fields = {}
        for name, child in shape.node.fields.items():
            path = place + name
            if name in value:
                self.keys += 1
                inner = shape.children.get(name)
                fields[shape.attributes[name]] = self._child(child, inner, value[name], path)
            elif child.required:
                self.findings.add(path, "removed", "required by the contract, not sent")
                raise _Refused("required", "required by the contract, not sent", path)
        return shape.type(**fields)

    def _child(
        self, child: Leaf | ObjectNode | ListNode, inner: Shape | None, value: Any, path: str
    ) -> Any:
        if value is None and not child.nullable:
            self.findings.add(path, "null", "null, which the contract does not allow")
            if child.required:
                raise _Refused("required", "required by the contract, sent as null", path)
        if isinstance(child, Leaf):
            return self._leaf(child, value, path)
        if value is None:
            return inner.null if isinstance(child, ObjectNode) and inner else None
        expected = "object" if isinstance(child, ObjectNode) else "array"
        if _name(value) != expected:
            self._structure(expected, value, path)
        if isinstance(child, ObjectNode):
            assert inner is not None  # noqa: S101
            return self._read_object(inner, value, f"{path}.")
        return [self._element(child, inner, element, f"{path}[]") for element in value]

    def _element(self, node: ListNode, inner: Shape | None, value: Any, path: str) -> Any:
        if isinstance(node.element, Leaf):
            return self._child(node.element, None, value, path)
        assert inner is not None  # noqa: S101
        if not isinstance(value, dict):
            self._structure("object", value, path)
        return self._read_object(inner, value, f"{path}.")

    def _structure(self, expected: str, value: Any, path: str) -> None:
        detail = f"expected {expected}, got {_name(value)}"
        self.findings.add(path, "retyped", detail)
        raise _Refused("structure", detail, path)

    def _leaf(self, leaf: Leaf, value: Any, path: str) -> Any:
        raw = leaf.kind in {"number", "mixed"}
        if value is None:
            return RAW_NULL if raw else None
        if isinstance(value, dict | list):
            if not leaf.types:
                return msgspec.Raw(json.dumps(value, ensure_ascii=False).encode())
            self._structure(leaf.expected, value, path)
        if leaf.types and not _fits(value, leaf.types):
            detail = f"expected {leaf.expected}, got {_name(value)}"
            self.findings.add(path, "retyped", detail)
            self._refuse("field", "retyped", detail, path, self._shown(leaf, value))
            return RAW_NULL if raw else None
        if type(value) is str and ("\x00" in value or value == ABSENT):
            rule = "noncharacter" if value == ABSENT else "nul"
            name = "NUL (U+0000)" if rule == "nul" else "the noncharacter U+FDD0"
            message = f"the text holds {name}, which no text may"
            self._refuse("field", rule, message, path, self._shown(leaf, value))
            return RAW_NULL if raw else None
        if not raw:
            return value
        return msgspec.Raw(value.encode() if isinstance(value, Number) else _json(value))

    def _shown(self, leaf: Leaf, value: Any) -> str:
        text = value if isinstance(value, str) else _json(value).decode()
        text = text.replace("\x00", "\u2400").replace(ABSENT, "\ufffd")[:KEPT]
        if not leaf.personal:
            return text
        from base.redact import mask

        return mask(text)

    def _refuse(
        self,
        level: Level,
        rule: str,
        message: str,
        path: str | None,
        value: str | None = None,
    ) -> None:
        self.refusals.append(
            Refusal(self._row, level, Stage.CONTRACT, rule, message, field=path, value=value)
        )


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _name(value: Any) -> str:
    if isinstance(value, Number):
        return "number" if set(value) & set(".eE") else "integer"
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names[type(value)]


def _fits(value: Any, types: frozenset[str]) -> bool:
    if isinstance(value, Number):
        return "number" in types or ("integer" in types and _integral(value))
    return _name(value) in types


def _integral(text: str) -> bool:
    try:
        number = Decimal(text)
        return abs(number.adjusted()) < 400 and number == number.to_integral_value()
    except ArithmeticError:
        return False


def _surrogate(value: Any, path: str) -> str | None:
    """Path of a text that holds half of a surrogate pair; None if there is none."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return path
        return None
    children: Any = ()
    if isinstance(value, dict):
        if any(_surrogate(key, path) is not None for key in value):
            return path
        children = ((f"{path}.{key}".lstrip("."), child) for key, child in value.items())
    elif isinstance(value, list):
        children = ((f"{path}[]", child) for child in value)
    for place, child in children:
        if (found := _surrogate(child, place)) is not None:
            return found
    return None
