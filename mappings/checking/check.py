"""`check`: everything that can be said of the answers to a form before they are submitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from canonical.model.business import Business
from mappings.checking import versions
from mappings.checking.attachments import attachments_held
from mappings.checking.findings import CheckFinding, Level, error, note
from mappings.checking.formats import formats
from mappings.checking.held import closing_month, contradictions
from mappings.checking.reading import Answered, read_sheet
from mappings.checking.within import within
from mappings.forms.form import Form

_ORDER = list(Level)


def check(
    form: Form,
    sheet: Mapping[str, Any],
    day: date,
    *,
    business: Business | None = None,
    draft: str | None = None,
) -> tuple[CheckFinding, ...]:
    """What is wrong with a form's answers on a day, errors first, in the form's order.

    Args:
        form: with the fields of all its versions.
        sheet: the answers by field, as `mappings.forms.sheet` describes them.
        day: on which they would be submitted.
        business: as far as it may be used for this; without it nothing is held against the answers.
        draft: the version in which the answers were begun.

    Raises:
        LookupError: `draft` is no version of the form.
    """
    found: list[CheckFinding] = []
    if form.version(day) is None:
        first = form.versions[0][1]
        found.append(error("not_in_force", None, f"様式は{first}から使えます",
                           f"the form is in force from {first} on"))  # fmt: skip
    else:
        if draft is not None:
            found += versions.changes(form, sheet, draft, day)
        found += versions.unknown_fields(form, sheet, day)
        answered = read_sheet(form.on(day), sheet)
        found += _of_answers(answered, form)
        found += within(answered, day)
        if business is not None:
            found += contradictions(answered, business, day)
            month = closing_month(answered, business)
            for one in answered.values():
                found += attachments_held(one, business, day, month)
    places = {each.name: number for number, each in enumerate(form.fields)}
    return tuple(
        sorted(
            dict.fromkeys(found),
            key=lambda one: (_ORDER.index(one.level), places.get(one.field or "", -1)),
        )
    )


def _of_answers(answered: Mapping[str, Answered], form: Form) -> Iterator[CheckFinding]:
    """What each answer by itself tells."""
    for one in answered.values():
        if not one.asked.by.staff:
            yield from formats(form, one)
        elif not one.left:
            yield note("staff_field", one.asked.name, "事務局が記入する項目です",
                       "is filled in by the office; the answer is not used")  # fmt: skip
