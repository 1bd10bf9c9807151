"""Answers that cannot both be true: laws of the figures and dates of one form, and nothing softer.

Amounts are compared as far as their units tell: figures in 千円 may each be off by a thousand yen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from mappings.checking.findings import CheckFinding, error
from mappings.checking.reading import Answered

_PAST = {
    "established_on": ("設立", "establishment"),
    "founded_on": ("創業", "founding"),
    "representative_birth_on": ("代表者の誕生", "the representative's birth"),
}
_WHOLE_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, and the unit to which it is told; one less than a unit is known of it."""

    value: int
    unit: int = 1


@dataclass(frozen=True, slots=True)
class _Law:
    """Something that holds of several concepts of one party and year."""

    code: str
    concepts: tuple[str, ...]
    holds: Callable[[Sequence[Amount]], bool]
    ja: str
    en: str


def _at_most(amounts: Sequence[Amount]) -> bool:
    part, whole = amounts
    return part.value - whole.value < part.unit + whole.unit


def _sum(amounts: Sequence[Amount]) -> bool:
    whole, *parts = amounts
    slack = sum(each.unit for each in amounts)
    return abs(whole.value - sum(part.value for part in parts)) < slack


def _count(amounts: Sequence[Amount]) -> bool:
    part, whole = amounts
    return part.value <= whole.value


LAWS = (
    _Law("part_over_whole", ("employees_permanent", "employees_regular"), _count,
         "正社員が常時使用する従業員より多くなっています",
         "more permanent employees than regular employees"),
    _Law("part_over_whole", ("employees_regular", "employees_with_officers"), _count,
         "常時使用する従業員が役員を含む人数より多くなっています",
         "more regular employees than employees with officers"),
    _Law("part_over_whole", ("gross_profit", "sales"), _at_most,
         "粗利益が売上高を超えています", "gross profit is more than sales"),
    _Law("part_over_whole", ("operating_profit", "gross_profit"), _at_most,
         "営業利益が粗利益を超えています", "operating profit is more than gross profit"),
    _Law("does_not_add_up",
         ("value_added", "operating_profit", "personnel_cost", "depreciation"), _sum,
         "付加価値額が営業利益・人件費・減価償却費の合計と合いません",
         "value added is not the sum of operating profit, personnel cost and depreciation"),
)  # fmt: skip


def within(answered: Mapping[str, Answered], day: date) -> Iterator[CheckFinding]:
    """What the answers contradict among themselves."""
    yield from _twice(answered)
    by_concept: dict[str, Answered] = {}
    for one in answered.values():
        if one.rows:
            by_concept.setdefault(one.asked.concept.id, one)
    for law in LAWS:
        yield from _broken(law, by_concept)
    for one in by_concept.values():
        yield from _future(one, day)
    if (holders := by_concept.get("shareholders")) is not None:
        yield from _shares(holders)
    yield from _period(by_concept)
    yield from _number_of_a_person(by_concept)


def _twice(answered: Mapping[str, Answered]) -> Iterator[CheckFinding]:
    """Two fields of the form that are kept as one answer."""
    first: dict[str, Answered] = {}
    for one in answered.values():
        for path, text in one.texts.items():
            other = first.setdefault(path, one)
            if other.texts[path].strip() != text.strip():
                yield error("two_answers", one.asked.name,
                            f"「{other.asked.name}」と同じ内容を書いてください",
                            f"must be answered as {other.asked.name} is")  # fmt: skip
                break


def _broken(law: _Law, by_concept: Mapping[str, Answered]) -> Iterator[CheckFinding]:
    found = [by_concept.get(name) for name in law.concepts]
    amounts = [_amount(one) for one in found if one is not None]
    stated = [amount for amount in amounts if amount is not None]
    if len(stated) < len(law.concepts) or law.holds(stated):
        return
    first = found[0]
    assert first is not None  # noqa: S101 (all are stated)
    yield error(law.code, first.asked.name, law.ja, law.en)


def _amount(one: Answered) -> Amount | None:
    column = one.asked.concept.fields[0].name
    value = one.values.get(column)
    if value is None or len(one.rows) > 1:
        return None
    return Amount(int(value), int(one.values.get(f"{column}_unit") or 1))


def _future(one: Answered, day: date) -> Iterator[CheckFinding]:
    for column, (ja, en) in _PAST.items():
        told = one.values.get(column)
        if one.asked.concept.id == column and told is not None and told > day:
            yield error("in_future", one.asked.name, f"{ja}の日が未来です",
                        f"the day of {en} is in the future")  # fmt: skip


def _shares(one: Answered) -> Iterator[CheckFinding]:
    total = Decimal(0)
    for row in one.rows:
        try:
            total += Decimal(row.get("share_percent") or 0)
        except InvalidOperation:
            return
    rounding = Decimal("0.1") * len(one.rows)
    if total > _WHOLE_PERCENT + rounding:
        yield error("part_over_whole", one.asked.name, "出資比率の合計が100%を超えています",
                    "shares add up to more than 100 %")  # fmt: skip


def _period(by_concept: Mapping[str, Answered]) -> Iterator[CheckFinding]:
    one = by_concept.get("plan_period")
    if one is None:
        return
    starts, ends = one.values.get("starts_on"), one.values.get("ends_on")
    if starts is not None and ends is not None and ends < starts:
        yield error("ends_before_start", one.asked.name, "終了が開始より前です",
                    "ends before it starts")  # fmt: skip


def _number_of_a_person(by_concept: Mapping[str, Answered]) -> Iterator[CheckFinding]:
    kind, number = by_concept.get("party_kind"), by_concept.get("corporate_number")
    if kind is None or number is None:
        return
    if kind.values.get("kind") == "sole_proprietor" and number.values.get("corporate_number"):
        yield error("number_of_a_person", number.asked.name, "個人事業主に法人番号はありません",
                    "a sole proprietor has no corporate number")  # fmt: skip
