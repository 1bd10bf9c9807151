"""What is held of a business that an answer contradicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from canonical.model import ENTITIES
from canonical.model.business import Business, Item, Origin, Unit
from canonical.model.fields import Authority
from mappings.checking.agreeing import agree, agree_on_address, same_name
from mappings.checking.findings import CheckFinding, Level, Source
from mappings.checking.reading import Answered
from mappings.periods import closed_year

_PARTY = ENTITIES["party"]
_STATEMENT = ENTITIES["financial_statement"]
_LISTS = ("officer", "shareholder")
_FOR_EVER = frozenset({"established_on", "founded_on", "representative_birth_on"})
"""Self-declared or not: what cannot change."""
_UNCOMPARED = frozenset({"labour_productivity_jpy"})
"""Held per hour and per worker alike."""
_YEARS_BACK = 3
"""Closed years that an applicant may mean by "the last one"."""


def contradictions(
    answered: Mapping[str, Answered], business: Business, day: date
) -> Iterator[CheckFinding]:
    """Answers that say something else than what holds of the business."""
    month = closing_month(answered, business)
    for one in answered.values():
        concept = one.asked.concept
        if not one.rows or not concept.reusable or concept.entity is None:
            continue
        if concept.entity.name == "party":
            yield from _of_party(one, business, day)
        elif concept.entity.name == "financial_statement":
            yield from _of_year(one, business, day, month)
        elif concept.entity.name in _LISTS:
            yield from _of_list(one, business)


def _of_party(one: Answered, business: Business, day: date) -> Iterator[CheckFinding]:
    columns = [field.name for field in one.asked.concept.fields]
    if "representative_age" in columns:
        yield from _of_age(one, business, day)
        return
    unit = next((u for u in business.units if _holder(u, columns)), None)
    if unit is None:
        return
    ours, theirs = one.values, unit.said[0].values
    address = unit.name == "address" and "address_postal_code" not in columns[:1]
    if len(columns) > 1 or address:
        same = agree_on_address(ours, theirs)
    else:
        same = agree(_PARTY, columns[0], ours, theirs)
    if same is False:
        yield _differs(one, columns[0], _others(unit))


def _holder(unit: Unit, columns: Sequence[str]) -> bool:
    """Whether a unit's value that holds states one of these columns."""
    return (
        bool(unit.said) and unit.said[0].holds and not set(columns).isdisjoint(unit.said[0].values)
    )


def _others(unit: Unit) -> tuple[Source, ...]:
    """Those who say what holds."""
    return tuple(source_of(said.origin) for said in unit.said if said.holds or said.agrees)


def source_of(origin: Origin) -> Source:
    """Where a word stands."""
    return Source(origin.system, origin.stream, origin.record_key, origin.as_of)


def _differs(
    one: Answered, column: str, sources: tuple[Source, ...], place: str = ""
) -> CheckFinding:
    name = one.asked.name
    if column == "corporate_number":
        return CheckFinding(
            "another_party", Level.ERROR, name, "別の事業者の法人番号です",
            "is the corporate number of another business", place, None, sources,
        )  # fmt: skip
    authority = _PARTY.field(column).authority if column in _PARTY.columns() else None
    if authority in {Authority.REGISTERED, Authority.ATTESTED} or column in _FOR_EVER:
        return CheckFinding(
            "differs", Level.WARNING, name,
            "登録されている内容と異なります（変更後であれば、登記・登録の変更を済ませてください）",
            "is not what is registered; if it has changed, have the registration changed",
            place, None, sources,
        )  # fmt: skip
    return CheckFinding(
        "changed", Level.NOTE, name, "以前の申告と異なります（最新であればこのままで結構です）",
        "is not what was declared before; leave it if it is the newer", place, None, sources,
    )  # fmt: skip


def _of_age(one: Answered, business: Business, day: date) -> Iterator[CheckFinding]:
    """An age is held against the date of birth, never against an age of another day."""
    born = business.values.get("representative_birth_on")
    stated = one.values.get("representative_age")
    sharp = business.values.get("representative_birth_on_precision") or "day"
    if born is None or stated is None or sharp != "day":
        return
    if stated != age(born, day):
        unit = next((u for u in business.units if u.name == "representative_birth_on"), None)
        sources = _others(unit) if unit else ()
        yield CheckFinding(
            "differs", Level.WARNING, one.asked.name, "生年月日から計算した年齢と異なります",
            "is not the age that follows from the date of birth", "", None, sources,
        )  # fmt: skip


def age(born: date, day: date) -> int:
    """Full years lived by a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def closing_month(answered: Mapping[str, Answered], business: Business) -> int | None:
    """The month in which years end, as answered, else as held; None where neither says."""
    stated = (
        one.values.get("fiscal_year_end_month")
        for one in answered.values()
        if one.asked.concept.id == "fiscal_year_end_month"
    )
    held = business.values.get("fiscal_year_end_month")
    return next((month for month in stated if month), None) or (int(held) if held else None)


def _of_year(
    one: Answered, business: Business, day: date, month: int | None
) -> Iterator[CheckFinding]:
    """A figure of a closed year against the same year's.

    A form rarely says which year it means: nothing is a contradiction that agrees with a year
    closed lately, or where the last closed year is not held.
    """
    concept = one.asked.concept
    column = concept.fields[0].name
    if month is None or concept.qualifier("year") != "closed" or column in _UNCOMPARED:
        return
    years = [closed_year(day, month, number)[1] for number in range(_YEARS_BACK)]
    held = [_statement(business, end, column) for end in years]
    for number, row in enumerate(one.rows):
        last = held[number] if number < len(held) else None
        if last is None or row.get(column) is None:
            continue
        if not any(agree(_STATEMENT, column, row, item.values) for item in held if item):
            yield CheckFinding(
                "differs", Level.WARNING, one.asked.name,
                "同じ事業年度について提出された数字と異なります",
                "is not the figure that was handed in for the same fiscal year",
                f"[{number + 1}]" if len(one.rows) > 1 else "", None, (source_of(last.origin),),
            )  # fmt: skip


def _statement(business: Business, end: date, column: str) -> Item | None:
    for item in business.items:
        closes = item.values.get("period_end")
        if item.entity != "financial_statement" or closes is None:
            continue
        settled = item.values.get("settled") is not False and item.values.get(column) is not None
        if settled and (closes.year, closes.month) == (end.year, end.month):
            return item
    return None


def _of_list(one: Answered, business: Business) -> Iterator[CheckFinding]:
    """Officers or shareholders who are in one list and not in the other."""
    entity = one.asked.bindings[0].entity
    held = [item for item in business.items if item.entity == entity and item.values.get("name")]
    ours = [str(row["name"]) for row in one.rows if row.get("name")]
    if not held or not ours:
        return
    theirs = [str(item.values["name"]) for item in held]
    new = sum(not any(same_name(name, other) for other in theirs) for name in ours)
    gone = sum(not any(same_name(other, name) for name in ours) for other in theirs)
    if new or gone:
        yield CheckFinding(
            "changed", Level.NOTE, one.asked.name,
            f"以前の一覧と異なります（新たに{new}名、なくなった者{gone}名）",
            f"is not the list that was handed in before: {new} new, {gone} gone",
            "", None, (source_of(held[0].origin),),
        )  # fmt: skip
