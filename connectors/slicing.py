"""The exact bytes of each record of a page, cut out of the page without changing any.

The quick way is msgspec's `Raw`. A page that it refuses (one bad escape in one record is enough)
is cut by looking at brackets and strings only, so that the other records are not lost with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec

from base.errors import ContractError, ServerFault

TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}:,]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sliced:
    """A page's records as bytes, and what else of the answer was asked for, by path."""

    raws: list[bytes]
    values: dict[str, Any]


class Slicer:
    """Cuts the answers of one operation.

    Args:
        records: path of the list, `$.items`, or `$` where the answer is the list.
        others: paths of further values (page token, number of pages); None where not sent.
    """

    def __init__(self, records: str, others: Sequence[str] = ()) -> None:
        self.records = records
        self.others = tuple(others)
        wanted: dict[str, Any] = {records: list[msgspec.Raw]}
        wanted |= dict.fromkeys(self.others, str | int | None)
        self._decoder = msgspec.json.Decoder(envelope(wanted, required={records}))

    def cut(self, body: bytes) -> Sliced:
        """The records of one answer.

        Raises:
            ContractError: it is JSON, but has no list at the records' path.
            ServerFault: it breaks off, or is no JSON at all.
        """
        try:
            answer = self._decoder.decode(body)
        except msgspec.ValidationError as error:
            raise ContractError(
                f"the answer does not have the contract's form: {error}",
                remedy="The system may have changed; compare its answer with the contract",
            ) from error
        except (ValueError, RecursionError):
            return self._salvage(body)
        raws = [bytes(raw) for raw in value_at(answer, self.records)]
        return Sliced(raws, {path: value_at(answer, path) for path in self.others})

    def _salvage(self, body: bytes) -> Sliced:
        found = _find_list(body, steps(self.records))
        if found is None:
            raise ServerFault("the answer breaks off, or is no JSON")
        spans, start, end = found
        try:
            rest = self._decoder.decode(body[:start] + b"[]" + body[end:])
        except (ValueError, RecursionError) as error:
            raise ServerFault("the answer around its records is no JSON") from error
        raws = [body[begin:stop].strip(b" \t\r\n") for begin, stop in spans]
        return Sliced(raws, {path: value_at(rest, path) for path in self.others})


def steps(path: str) -> tuple[str, ...]:
    """The names in `$.a.b`."""
    return tuple(path.split(".")[1:])


def envelope(wanted: Mapping[str, Any], required: set[str]) -> Any:
    """A type that decodes the values at some paths of an object and skips everything else."""
    if "$" in wanted:
        return wanted["$"]
    return _level({steps(path): (kind, path in required) for path, kind in wanted.items()})


def _level(wanted: Mapping[tuple[str, ...], tuple[Any, bool]]) -> Any:
    names = list(dict.fromkeys(path[0] for path in wanted))
    fields: list[Any] = []
    for index, name in enumerate(names):
        inside = {path[1:]: kind for path, kind in wanted.items() if path[0] == name}
        if () in inside:
            kind, needed = inside[()]
        else:
            needed = any(need for _kind, need in inside.values())
            kind = _level(inside) if needed else _level(inside) | None
        fields.append((f"f{index}", kind) if needed else (f"f{index}", kind, None))
    rename = {f"f{index}": name for index, name in enumerate(names)}
    made = msgspec.defstruct("Envelope", fields, rename=rename, kw_only=True, gc=False)
    made.__paths__ = {name: f"f{index}" for index, name in enumerate(names)}  # type: ignore[attr-defined]
    return made


def value_at(answer: Any, path: str) -> Any:
    """The value at a path of a decoded envelope; None where it was not sent."""
    for name in steps(path):
        if answer is None:
            return None
        answer = getattr(answer, answer.__paths__[name])
    return answer


def getter(envelope_type: Any, path: str) -> Callable[[Any], Any]:
    """`value_at` for one path of an envelope, made once for many answers."""
    names = steps(path)
    if len(names) == 1:
        return attrgetter(envelope_type.__paths__[names[0]])
    return lambda answer: value_at(answer, path)


def _find_list(body: bytes, path: tuple[str, ...]) -> tuple[list[tuple[int, int]], int, int] | None:
    """Spans of the elements of the list at `path`, and the list's own; None if it breaks off."""
    stack: list[bytes] = []
    keys: list[str | None] = []
    last: bytes | None = None
    spans: list[tuple[int, int]] = []
    start = begin = inside = 0
    for token in TOKEN.finditer(body):
        text = token[0]
        if text in (b"{", b"["):
            here = tuple(key for key in keys if key is not None)
            if text == b"[" and not inside and here == path and len(here) == len(stack):
                inside, start, begin = len(stack) + 1, token.start(), token.end()
            stack.append(text)
            keys.append(None)
        elif text in (b"}", b"]"):
            if not stack or (stack.pop() == b"{") != (text == b"}"):
                return None
            keys.pop()
            if inside and len(stack) == inside - 1:
                if body[begin : token.start()].strip():
                    spans.append((begin, token.start()))
                return spans, start, token.end()
        elif text == b",":
            if inside and len(stack) == inside:
                spans.append((begin, token.start()))
                begin = token.end()
        elif text == b":":
            if not inside and keys and last is not None:
                keys[-1] = last[1:-1].decode("utf-8", "replace")
        else:
            last = text
    return None
