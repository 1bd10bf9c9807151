"""Answers that follow from others: what they were derived from is said, and whose words those are.

An age follows from the birthday and is filled in. Everything else that is computed is shown to be
confirmed: a formula is the form's, its rounding is not stated, and the user of an account need not
be the contact of an application.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from canonical.model.business import Item
from canonical.model.concepts import CONCEPTS, Concept
from canonical.model.party import INDIVIDUAL_KINDS
from mappings.prefill import reasons
from mappings.prefill.answers import Outcome
from mappings.prefill.told import Candidate, Found, Told
from mappings.prefill.years import closed, end_of, months_of

Finder = Callable[[Told, Concept, int], Found]

_USER = {
    "contact_name": "user_name",
    "contact_kana": "user_kana",
    "contact_department": "user_department",
    "contact_phone": "user_phone",
    "contact_email": "user_email",
}
_APPLYING = ("prime", "member")
"""Types of account that can apply, the first before the second."""


def derive(told: Told, concept: Concept, found_of: Finder) -> Candidate | None:
    """What follows for a concept from other answers; None where nothing does."""
    rule = _RULES.get(concept.id)
    found = rule(told, concept, found_of) if rule else None
    return found if isinstance(found, Candidate) else None


def named_as_person(told: Told, concept: Concept, found_of: Finder) -> Candidate | None:
    """The name of a sole proprietor: the person's, whatever else stands where names stand.

    GビズID shows the trade name of a sole proprietor as its name, and a trade name is no answer to
    商号又は名称.
    """
    column = _PERSON.get(concept.id)
    if column is None or told.business.values.get("kind") not in INDIVIDUAL_KINDS:
        return None
    source = CONCEPTS[column]
    found = found_of(told, source, 0)
    if not isinstance(found, Candidate):
        return None
    row = {concept.fields[0].name: found.rows[0].get(source.fields[0].name)}
    why = reasons.derived([source], "個人事業主は氏名", "a sole proprietor's name is the person's")
    return Candidate((row,), found.origins, found.notes, (why,), (source.id,))


_PERSON = {"party_name": "representative_name", "party_name_kana": "representative_kana"}


def accounts(told: Told) -> list[Item]:
    """The accounts in force that can apply: the prime one, else those of members."""
    rows = [item for item in told.beside("account") if _in_force(item, told.day)]
    for kind in _APPLYING:
        some = [item for item in rows if item.values.get("account_type") == kind]
        if some:
            return some
    return []


def _in_force(item: Item, day: date) -> bool:
    starts, ends = item.values.get("starts_on"), item.values.get("ends_on")
    return (
        item.values.get("valid") is True
        and (starts is None or starts <= day)
        and (ends is None or day <= ends)
    )


def _user(told: Told, concept: Concept, _found_of: Finder) -> Found:
    """The user of the account as contact, to be confirmed.

    An account in force is vouched for by its provider on the day itself, however long ago its user
    confirmed it: fields of an account have no freshness, and its age is said.
    """
    column = concept.fields[0].name
    stated = _USER[concept.id]
    rows = [item for item in accounts(told) if item.values.get(stated)]
    if not rows:
        return ()
    notes = (reasons.ACCOUNT_USER, *((reasons.SEVERAL,) if len(rows) > 1 else ()))
    row = {column: rows[0].values[stated]}
    origin = rows[0].origin
    outcome, _ = told.aged(concept, (origin,), strict=False)
    if outcome is not Outcome.PREFILL:
        notes = (*notes, reasons.stale(origin.as_of, concept.fresh_for or 0))
    return Candidate((row,), (origin,), notes, derived_from=("gbiz_account",))


def _age(told: Told, concept: Concept, found_of: Finder) -> Found:
    """Full years at the day; the law counts from the day before the birthday, forms do not."""
    birthday = CONCEPTS["representative_birth_on"]
    found = found_of(told, birthday, 0)
    if not isinstance(found, Candidate):
        return ()
    born = found.rows[0].get("representative_birth_on")
    precision = found.rows[0].get("representative_birth_on_precision") or "day"
    if not isinstance(born, date) or precision != "day" or born > told.day:
        return ()
    age = told.day.year - born.year - ((told.day.month, told.day.day) < (born.month, born.day))
    why = reasons.derived([birthday], f"{told.day}現在", f"at {told.day}")
    return Candidate(
        ({concept.fields[0].name: age},), found.origins, found.notes, (why,), (birthday.id,)
    )


def _month(told: Told, concept: Concept, _found_of: Finder) -> Found:
    """The month in which the last settled year of twelve months ended."""
    whole = [item for item in closed(told) if months_of(item) in {None, 12}]
    if not whole:
        return ()
    last = max(whole, key=lambda item: end_of(item) or date.min)
    end = end_of(last)
    if end is None:
        return ()
    why = reasons.derived([CONCEPTS["sales"]], f"{end}に閉じた年度", f"the year closed on {end}")
    return Candidate(({concept.fields[0].name: end.month},), (last.origin,), (why,), (), ("sales",))


def _computed(
    parts: tuple[str, ...], formula: Callable[..., int | None], ja: str, en: str
) -> Callable[[Told, Concept, Finder], Found]:
    """A figure of the last closed year from others of that year, all told and none of another."""

    def rule(told: Told, concept: Concept, found_of: Finder) -> Found:
        concepts = [CONCEPTS[name] for name in parts]
        found = [found_of(told, part, 1) for part in concepts]
        whole = [part for part in found if isinstance(part, Candidate)]
        if len(whole) < len(parts) or len({_end(part) for part in whole}) != 1:
            return ()
        columns = [each.fields[0].name for each in concepts]
        values = [part.rows[0][name] for part, name in zip(whole, columns, strict=True)]
        result = formula(*values)
        if result is None:
            return ()
        notes = (
            reasons.derived(concepts, ja, en),
            *(note for part in whole for note in part.notes),
        )
        column = concept.fields[0].name
        units = [p.rows[0].get(f"{n}_unit") or 1 for p, n in zip(whole, columns, strict=True)]
        row: dict[str, Any] = {
            **{name: whole[0].rows[0].get(name) for name in ("period_start", "period_end")},
            column: result,
            f"{column}_unit": max(units) if concept.id == "value_added" else 1,
        }
        origins = tuple(dict.fromkeys(origin for part in whole for origin in part.origins))
        return Candidate((row,), origins, tuple(dict.fromkeys(notes)), (), parts)

    return rule


def _end(found: Candidate) -> object:
    return found.rows[0].get("period_end") or found.rows[0].get("settled_on")


def _rounded(numerator: int, denominator: int) -> int | None:
    """Half up, away from nought; None for a division by nothing."""
    if denominator <= 0:
        return None
    whole = (abs(numerator) * 2 + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


_ADDED = ("operating_profit", "personnel_cost", "depreciation")

_RULES: dict[str, Callable[[Told, Concept, Finder], Found]] = {
    "representative_age": _age,
    "fiscal_year_end_month": _month,
    "value_added": _computed(
        _ADDED, lambda *parts: sum(parts), "営業利益＋人件費＋減価償却費", "their sum"
    ),
    "labour_productivity_per_worker": _computed(
        (*_ADDED, "workers"),
        lambda profit, cost, worn, heads: _rounded(profit + cost + worn, heads),
        "（営業利益＋人件費＋減価償却費）÷労働者数",
        "(operating profit + personnel cost + depreciation) / workers",
    ),
    "labour_productivity_per_hour": _computed(
        ("gross_profit", "workers", "hours_per_worker"),
        lambda gross, heads, hours: _rounded(gross, heads * hours),
        "粗利益÷（労働者数×年間平均労働時間）",
        "gross profit / (workers × hours)",
    ),
    **dict.fromkeys(_USER, _user),
}
