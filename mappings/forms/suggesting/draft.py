"""Suggestions as the `forms:` section of a mapping file, ready to be edited.

What is to be asked is written with its nearest; what is new, or a declaration, as a remark, so
that `hub mapping check` accepts the section as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

import yaml

from mappings.forms.suggesting.asked import AskedField
from mappings.forms.suggesting.meaning import meaning
from mappings.forms.suggesting.suggest import Suggested, Verdict

_WORD = re.compile(r"[^a-z0-9_]+")
_PREFECTURES = 40
"""More choices than this are a code list and are not copied."""


def draft(name: str, title: str, found: Sequence[Suggested], day: date) -> str:
    """YAML. `name` becomes the form's id, `day` the day from which its version is in force."""
    lines = [
        "forms:",
        f"  {form_id(name)}:",
        f"    title: {{ja: {_quoted(title)}, en: {_quoted(title)}}}",
        f"    versions: {{'1': '{day.isoformat()}'}}",
    ]
    fields = list(_lines(found))
    if not any(line.startswith("      ") and not line.lstrip().startswith("#") for line in fields):
        lines = [f"# {line}" for line in lines]
        lines.insert(0, "# No field of this form asks a known concept: add concepts first.")
        return "\n".join([*lines, "#     fields:", *fields]) + "\n"
    return "\n".join([*lines, "    fields:", *fields]) + "\n"


def form_id(name: str) -> str:
    """A form's id out of a file's name; `new_form` where nothing of it can be one."""
    plain = _WORD.sub("_", name.lower()).strip("_")
    return plain if re.match("[a-z]", plain) else "new_form"


def _lines(found: Sequence[Suggested]) -> Iterator[str]:
    names: set[str] = set()
    section = None
    for each in found:
        if each.field.section != section:
            section = each.field.section
            yield f"      # {_one_line(section) or '(no heading)'}"
        name = _name(each.field, names)
        names.add(name)
        yield _line(name, each)


def _name(asked: AskedField, taken: set[str]) -> str:
    """The label; with its heading, and then a number, where the form has it twice."""
    label = _one_line(asked.shown)
    heading = asked.section.rpartition("/")[2].strip()
    tries = [label, *([f"{heading} {label}"] if heading else [])]
    tries += [f"{label} ({n})" for n in range(2, len(taken) + 3)]
    return next(name for name in tries if name not in taken)


def _line(name: str, each: Suggested) -> str:
    key = _quoted(name)
    if each.verdict is Verdict.DECLARATION:
        return f"      # {key}: {{asks: }}  # declaration: a new one, in this form's wording"
    near = [f"{one.concept.id} {one.score:.2f}" for one in each.proposals]
    if each.verdict is Verdict.NEW:
        nearest = f"; nearest: {', '.join(near[:3])}" if near else ""
        return f"      # {key}: {{asks: }}  # new concept{nearest}"
    best = each.proposals[0].concept
    told = ", ".join([f"asks: {best.id}", *_format(each)])
    remark = ""
    if each.verdict is Verdict.ASK:
        others = f"; or {', '.join(near[1:3])}" if near[1:] else ""
        remark = f"  # to be looked at: {_one_line('; '.join(each.unclear))}{others}"
    return f"      {key}: {{{told}}}{remark}"


def _format(each: Suggested) -> Iterator[str]:
    asked = each.field
    if asked.required is False:
        yield "required: false"
    if asked.max_length:
        yield f"max_length: {asked.max_length}"
    if asked.unit:
        yield f"unit: {_quoted(asked.unit)}"
    if meaning(asked.shown).head == "kana":
        yield "characters: katakana"
    choices = dict.fromkeys(asked.choices)
    if 2 <= len(choices) <= _PREFECTURES:
        yield f"choices: [{', '.join(map(_quoted, choices))}]"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """A YAML scalar that stays a text inside braces."""
    flow = yaml.safe_dump([text], allow_unicode=True, default_flow_style=True, width=10_000)
    return flow.strip()[1:-1]
