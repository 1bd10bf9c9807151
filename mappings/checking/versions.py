"""What has become of a form since a draft of it was begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from mappings.checking.findings import CheckFinding, error, note, warning
from mappings.forms.form import Filler, Form


def unknown_fields(form: Form, sheet: Mapping[str, Any], day: date) -> Iterator[CheckFinding]:
    """Answers to fields that the form has not on this day."""
    now = {each.name for each in form.on(day).fields}
    ever = {each.name for each in form.fields}
    for name in sheet:
        if name in now:
            continue
        if name in ever:
            yield warning("field_lost", name, "この版の様式にはない項目です",
                          "is no field of the version in force; it is not used")  # fmt: skip
        else:
            yield error("unknown_field", name, "様式にない項目です", "is no field of this form")


def changes(form: Form, sheet: Mapping[str, Any], draft: str, day: date) -> Iterator[CheckFinding]:
    """Fields that the form has lost or gained since the draft's version, if it is another one.

    Raises:
        LookupError: the form never had such a version.
    """
    known = dict(form.versions)
    if draft not in known:
        raise LookupError(f"{form.id} has no version {draft}; it has {', '.join(known)}")
    current = form.version(day)
    if current == draft:
        return
    before = {each.name: each for each in form.on(known[draft]).fields}
    after = {each.name: each for each in form.on(day).fields}
    lost = [name for name in before if name not in after]
    new = [each for name, each in after.items() if name not in before]
    yield warning("form_changed", None,
                  f"様式が{draft}版から{current}版に変わりました（{len(lost)}項目廃止、{len(new)}項目追加）",
                  f"the form has changed from {draft} to {current}:"
                  f" {len(lost)} fields lost, {len(new)} new")  # fmt: skip
    for name in lost:
        if name not in sheet:
            yield note("field_lost", name, "廃止された項目です", "is no longer asked")
    for each in new:
        if each.by is Filler.APPLICANT:
            told = warning if each.required and each.name not in sheet else note
            yield told("field_new", each.name, "新しい項目です", "is new since the draft")
