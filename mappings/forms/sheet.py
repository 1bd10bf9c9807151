"""A filled-in form as plain data: the name of each field → what was answered.

An answer is a text; a list of texts where the field is a column of a list (two fiscal years); an
object where the field is several texts (major and medium class of an industry); a list of objects
where it is a whole list (officers). A field that is left is absent, null, "" or empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from mappings.forms.form import Form, FormField

Texts = Mapping[str, str]
"""Path in the form's stream, elements of lists numbered (`answers.決算[0].売上高`) → text."""

_ELEMENT = re.compile(r"\[\d+\]")


class Shape(StrEnum):
    """What the answer of a field looks like."""

    TEXT = "text"
    TEXTS = "texts"
    PARTS = "parts"
    ROWS = "rows"


class WrongShape(ValueError):
    """An answer is not of its field's shape. The message holds no value."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


def shape_of(asked: FormField) -> Shape:
    """The shape of a field's answers."""
    if len(asked.answers) > 1:
        return Shape.PARTS
    if any("[]" in path for path in asked.answers):
        return Shape.TEXTS
    listed = any(bound.rule is None for bound in asked.bindings)
    return Shape.ROWS if listed else Shape.TEXT


def parts_of(asked: FormField) -> dict[str, str]:
    """Name of each part of a field that is several texts → its path."""
    return {path.rpartition(".")[2]: path for path in asked.answers}


def columns_of(asked: FormField) -> tuple[str, ...]:
    """The names under which an element of a whole list is answered."""
    return tuple(
        dict.fromkeys(
            source
            for bound in asked.bindings
            if bound.rule is None and bound.each is not None
            for rule in bound.each.fields
            for source in rule.sources
        )
    )


def answer_of(asked: FormField, texts: Texts) -> Any:
    """What the texts at a field's paths are as its answer; None where there is none."""
    shape = shape_of(asked)
    if shape is Shape.PARTS:
        return {name: texts[path] for name, path in parts_of(asked).items() if path in texts}
    path = asked.answers[0] if asked.answers else asked.name
    if shape is Shape.TEXT:
        return texts.get(path)
    before, _, leaf = path.partition("[]")
    rows: dict[int, dict[str, str]] = {}
    for at, text in texts.items():
        if at.startswith(f"{before}[") and (found := _ELEMENT.match(at, len(before))):
            name = at[found.end() :].lstrip(".")
            rows.setdefault(int(found[0][1:-1]), {})[name] = text
    listed = [rows.get(number, {}) for number in range(max(rows, default=-1) + 1)]
    if shape is Shape.ROWS:
        return listed
    return [row.get(leaf.lstrip(".")) for row in listed]


def texts_of(asked: FormField, answer: Any) -> dict[str, str]:
    """The texts of an answer by their paths; nothing for a field that is left.

    Raises:
        WrongShape: says which shape is wanted.
    """
    if answer is None or answer in ("", [], {}):
        return {}
    shape = shape_of(asked)
    path = asked.answers[0] if asked.answers else asked.name
    if shape is Shape.TEXT:
        return _stated({path: _text(answer, "a text")})
    if shape is Shape.PARTS:
        known = parts_of(asked)
        wanted = f"an object with {', '.join(known)}"
        row = _row(answer, known, wanted)
        return _stated({known[name]: _text(value, wanted) for name, value in row.items()})
    before, _, leaf = path.partition("[]")
    if not isinstance(answer, list):
        raise WrongShape("a list of texts" if shape is Shape.TEXTS else "a list of objects")
    if shape is Shape.TEXTS:
        return _stated(
            {
                f"{before}[{number}]{leaf}": _text(one, "a list of texts")
                for number, one in enumerate(answer)
            }
        )
    names = columns_of(asked)
    wanted = f"a list of objects with {', '.join(names)}"
    return _stated(
        {
            f"{before}[{number}].{name}": _text(value, wanted)
            for number, row in enumerate(answer)
            for name, value in _row(row, names, wanted).items()
        }
    )


def sheet_of(form: Form, texts: Texts) -> dict[str, Any]:
    """The answers to a form's fields, in its order; fields that are left are absent."""
    found = ((each.name, answer_of(each, texts)) for each in form.fields)
    return {name: answer for name, answer in found if answer not in (None, "", [], {})}


def schema_of(form: Form) -> dict[str, Any]:
    """A JSON Schema (2020-12) of the answers to a form."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.ja,
        "description": form.en,
        "type": "object",
        "additionalProperties": False,
        "properties": {each.name: _property(each) for each in form.fields},
    }


def _property(asked: FormField) -> dict[str, Any]:
    told = {"title": asked.concept.ja, "description": asked.concept.definition}
    shape = shape_of(asked)
    text = _text_schema(asked)
    if shape is Shape.TEXT:
        return told | text
    if shape is Shape.TEXTS:
        return told | {"type": ["array", "null"], "items": text}
    names = parts_of(asked) if shape is Shape.PARTS else columns_of(asked)
    row = {
        "type": "object" if shape is Shape.ROWS else ["object", "null"],
        "additionalProperties": False,
        "properties": {name: {"type": _SCALAR} for name in names},
    }
    return told | (row if shape is Shape.PARTS else {"type": ["array", "null"], "items": row})


_SCALAR = ["string", "number", "boolean", "null"]


def _text_schema(asked: FormField) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _SCALAR}
    if asked.format.max_length:
        found["maxLength"] = asked.format.max_length
    if asked.format.choices:
        found["examples"] = list(asked.format.choices)
    if asked.format.unit:
        found["$comment"] = f"unit: {asked.format.unit}"
    return found


def _row(answer: Any, known: Iterable[str], wanted: str) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping) or not set(answer) <= set(known):
        raise WrongShape(wanted)
    return answer


def _text(answer: Any, wanted: str) -> str:
    """A text, or what JSON writes without quotes as a system would write it."""
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if isinstance(answer, str | int | float):
        return str(answer)
    raise WrongShape(wanted)


def _stated(texts: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in texts.items() if text.strip()}
