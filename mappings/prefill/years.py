"""Figures of fiscal years: which year is asked, which is held, and which row says it best."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from canonical.model.business import Item
from canonical.model.concepts import Concept
from mappings.periods import closed_year
from mappings.prefill import reasons
from mappings.prefill.answers import Why
from mappings.prefill.told import Candidate, Found, Told

_ENTITY = "financial_statement"
SETTLING = timedelta(days=92)
"""Accounts are settled within three months of the year's end: until then the year before counts."""


def figures(told: Told, concept: Concept, years: int) -> Found:
    """The figure of the last closed years, the latest first; of no certain year where none is
    asked."""
    column = concept.fields[0].name
    if concept.qualifier("year") not in {None, "closed"}:
        return ()
    if years == 0:
        return _latest(told, concept, column)
    end, notes = _last_end(told)
    if end is None:
        return notes
    rows: list[dict[str, Any]] = []
    origins = []
    for _ in range(years):
        item = row_of(told, concept, column, end) if end else None
        if item is None:
            break
        notes = (*notes, *_odd(told, item, column, concept))
        rows.append(dict(item.values))
        origins.append(item.origin)
        end = _before(told, item)
    if not rows:
        return _nothing(told, concept, column, end)
    if len(rows) < years:
        notes = (*notes, reasons.INCOMPLETE)
    return told.fresh(concept, Candidate(tuple(rows), tuple(origins), tuple(dict.fromkeys(notes))))


def end_of(item: Item) -> date | None:
    """The last day of a row's fiscal year."""
    found = item.values.get("period_end") or item.values.get("settled_on")
    return found if isinstance(found, date) else None


def closed(told: Told) -> list[Item]:
    """Every row of a settled year that ended by the day, those that hold first."""
    everyone = [*told.items(_ENTITY), *told.beside(_ENTITY)]
    return [
        item
        for item in everyone
        if item.values.get("settled") is not False
        and (end := end_of(item)) is not None
        and end <= told.day
    ]


def row_of(told: Told, concept: Concept, column: str, end: date) -> Item | None:
    """The row that says a column of the year until `end`: the one that holds, else the newest.

    A row that agrees with it and says it more finely is taken instead.
    """
    rows = [
        item
        for item in closed(told)
        if end_of(item) == end
        and item.values.get(column) is not None
        and told.means(item.origin, _ENTITY, column, concept)
        and not _wrong_tax(item, concept)
    ]
    if not rows:
        return None
    held = [item for item in rows if item in told.items(_ENTITY)]
    first = held[0] if held else max(rows, key=_newest)
    agreeing = [item for item in rows if _agree(item, first, column)]
    return min(agreeing, key=lambda item: _unit(item, column)) if agreeing else first


def _newest(item: Item) -> tuple[date, int]:
    return item.origin.as_of or date.min, -item.origin.member_id


def _unit(item: Item, column: str) -> int:
    return item.values.get(f"{column}_unit") or 1


def _agree(one: Item, other: Item, column: str) -> bool:
    coarser = max(_unit(one, column), _unit(other, column))
    return bool(abs(one.values[column] - other.values[column]) < coarser)


def _wrong_tax(item: Item, concept: Concept) -> bool:
    tax = concept.qualifier("tax")
    return tax is not None and bool(item.values.get("tax_included")) == (tax == "excluded")


def _last_end(told: Told) -> tuple[date | None, tuple[Why, ...]]:
    """The end of the last closed year as far as it is held, and what is odd about it.

    Without an end: why no held year is the one asked for.
    """
    ends = sorted({end for item in closed(told) if (end := end_of(item)) is not None})
    if not ends:
        undated = any(end_of(item) is None for item in told.items(_ENTITY))
        return None, (reasons.YEAR_UNKNOWN,) if undated else ()
    latest = ends[-1]
    month = told.business.values.get("fiscal_year_end_month") or latest.month
    wanted = closed_year(told.day, month, 0)[1]
    if latest == wanted:
        return latest, ()
    if latest > wanted:
        own = closed_year(told.day, latest.month, 0)[1]
        return (latest, (reasons.CONFLICT,)) if latest == own else (None, ())
    if wanted + SETTLING >= told.day and latest == closed_year(told.day, month, 1)[1]:
        return latest, (reasons.NEW_YEAR,)
    return None, (reasons.other_year(latest, wanted),)


def _before(told: Told, item: Item) -> date | None:
    """The end of the year before the one of a row."""
    start = item.values.get("period_start")
    if isinstance(start, date):
        return start - timedelta(days=1)
    end = end_of(item)
    return None if end is None else closed_year(end, end.month, 1)[1]


def months_of(item: Item) -> int | None:
    """How many months a row's year has; None where it does not tell."""
    stated = item.values.get("months")
    start, end = item.values.get("period_start"), end_of(item)
    if stated is not None or not isinstance(start, date) or end is None:
        return stated
    after = end + timedelta(days=1)
    return (after.year - start.year) * 12 + after.month - start.month


def _odd(told: Told, item: Item, column: str, concept: Concept) -> tuple[Why, ...]:
    months = months_of(item)
    short = (reasons.SHORT_YEAR,) if months is not None and months < 12 else ()
    unsure = (reasons.YEAR_UNSURE,) if _maybe_of_the_year_before(item) else ()
    against = any(
        end_of(other) == end_of(item)
        and other.values.get(column) is not None
        and other.origin.as_of == item.origin.as_of
        and told.means(other.origin, _ENTITY, column, concept)
        and not _agree(other, item, column)
        for other in closed(told)
    )
    return (*short, *unsure, *((reasons.CONFLICT,) if against else ()))


def _maybe_of_the_year_before(item: Item) -> bool:
    """Whether "the last closed year" was asked when accounts of the latest were hardly settled.

    A year that was stated with its end tells its months; one that the mapping counted back from the
    day of the answer does not.
    """
    end, day = end_of(item), item.origin.as_of
    counted = item.values.get("months") is None
    return counted and end is not None and day is not None and day <= end + SETTLING


def _latest(told: Told, concept: Concept, column: str) -> Found:
    """A figure that is of no closed year: as it was last stated."""
    rows = [
        item
        for item in [*told.items(_ENTITY), *told.beside(_ENTITY)]
        if item.values.get(column) is not None and item.values.get("settled") is not False
    ]
    if not rows:
        return ()
    item = max(rows, key=_newest)
    return told.fresh(concept, Candidate((item.values,), (item.origin,)))


def _nothing(told: Told, concept: Concept, column: str, end: date | None) -> tuple[Why, ...]:
    """Why the year that is held does not say the figure, if it says something like it."""
    for item in closed(told):
        if item.values.get(column) is None or end_of(item) != end:
            continue
        stream = (item.origin.system, item.origin.stream)
        other = told.knowledge.asked_as(stream, _ENTITY, column)
        if other is not None and other.id != concept.id:
            return (reasons.other_meaning(other, concept),)
    return ()
