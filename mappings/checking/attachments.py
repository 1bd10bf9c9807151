"""Documents that another procedure already has, and whether they are new enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from canonical.model.business import Business, Item
from mappings.checking.findings import CheckFinding, Level
from mappings.checking.held import source_of
from mappings.checking.reading import Answered
from mappings.periods import closed_year

VALID_MONTHS = {"履歴事項全部証明書": 3, "納税証明書": 3}
"""How long after its issue a document is taken, in months."""
OF_A_YEAR = frozenset({"決算書"})
"""What is of a fiscal year: handed in before the last one closed, it is of an earlier one."""


def attachments_held(
    one: Answered, business: Business, day: date, month: int | None
) -> Iterator[CheckFinding]:
    """That a document which this field asks for was handed in with another procedure.

    `month` is the one in which fiscal years end, where it is known.
    """
    document = one.asked.concept.qualifier("document")
    having = [
        item
        for item in business.beside
        if item.entity == "attachment" and document and item.values.get("kind") == document
    ]
    if not having:
        return
    newest = max(having, key=lambda item: (_issued(item) or date.min, _handed_in(item)))
    issued, months = _issued(newest), VALID_MONTHS.get(document or "")
    source = source_of(newest.origin)
    shown = f"{source.system}.{source.stream} {source.record_key}"
    ja = f"{shown}、{source.as_of}提出" + (f"、{issued}発行" if issued else "")
    en = f"{shown}, handed in on {source.as_of}" + (f", issued on {issued}" if issued else "")
    if months is not None and issued is not None and day > months_after(issued, months):
        yield _finding(
            "attachment_expired", one, f"提出済みの書類は発行後{months}か月を過ぎています（{ja}）",
            f"another procedure has it, but it is older than {months} months: {en}", newest,
        )  # fmt: skip
    elif document in OF_A_YEAR and month and _handed_in(newest) <= closed_year(day, month, 0)[1]:
        yield _finding(
            "attachment_expired", one, f"提出済みの書類は直近の決算より前のものです（{ja}）",
            f"another procedure has it, but of a year before the last closed one: {en}", newest,
        )  # fmt: skip
    elif months is not None and issued is None:
        yield _finding(
            "attachment_held", one,
            f"別の手続に提出済みです。発行後{months}か月以内か確かめてください（{ja}）",
            f"another procedure has it; see that it is not older than {months} months: {en}",
            newest,
        )  # fmt: skip
    else:
        yield _finding("attachment_held", one, f"別の手続に提出済みです（{ja}）",
                       f"another procedure has it: {en}", newest)  # fmt: skip


def _issued(item: Item) -> date | None:
    return item.values.get("issued_on")


def _handed_in(item: Item) -> date:
    return item.origin.as_of or date.min


def _finding(code: str, one: Answered, ja: str, en: str, item: Item) -> CheckFinding:
    sources = (source_of(item.origin),)
    return CheckFinding(code, Level.NOTE, one.asked.name, ja, en, sources=sources)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (31, 30, 29):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    return date(year, month + 1, 28)
