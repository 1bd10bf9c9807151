"""The register's differences, division by division, or one of its files.

A row's key is its corporation, day of change and process: a corrected row and one that is sent
again have the key that they had, so an older one never takes a newer one's place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import BinaryIO

import msgspec

from base.errors import ServerFault
from base.records import Page, Window
from connectors.corporate_number.api import Answer, Register, TooMany
from connectors.corporate_number.xmlrows import is_xml, xml_pages
from connectors.hooks import ReadContext
from connectors.keys import instant_text
from connectors.transports import csvfiles
from connectors.transports.rest import JST, pack_position, unpack_position

LONGEST_PERIOD = 50
"""Days of one question, both ends included (Web-API 仕様書, 差分取得)."""

TRIES = 3
"""Times a period is read from its beginning where the register was updated meanwhile."""


class _Row(msgspec.Struct):
    corporateNumber: str  # noqa: N815
    process: str
    changeDate: str  # noqa: N815
    updateDate: str  # noqa: N815


_row = msgspec.json.Decoder(_Row)
_rows = msgspec.json.Decoder(list[_Row])


def with_key(raw: bytes) -> bytes:
    """A row with its key in the place of its first value, the row's number in its answer.

    A row without a corporation's number gets an empty key, and is refused for it.
    """
    row = _row.decode(raw)
    number = row.corporateNumber.strip()
    key = f"{number}-{row.changeDate}-{row.process}" if number else ""
    return b'{"key":%s%s' % (msgspec.json.encode(key), raw[raw.index(b',"') :])


def read_register(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """The rows of a local file, or else the register's differences of the window's days.

    Raises:
        HubError: whatever the register answers instead of rows; pages given before stay good.
    """
    if context.file is None:
        yield from _differences(context, window, resume, limit)
        return
    with context.file.open("rb") as file:
        if is_xml(file):
            yield from map(_dated, xml_pages(file, context.file.name, context))
            return
        section = {**context.stream.section, "skip_lines": int(_has_head(file))}
    of_file = replace(context, stream=replace(context.stream, section=section))
    yield from map(_dated, csvfiles.read(of_file, window, resume=resume, limit=limit))


def _has_head(file: BinaryIO) -> bool:
    """Whether the first line is the head of an answer (day, count, division, divisions)."""
    file.seek(0)
    return file.readline(1000).count(b",") == len(Answer.HEAD) - 1


def _dated(page: Page) -> Page:
    """The page with the instants at which its rows' days of update begin in Japan."""
    rows: Sequence[_Row] = _rows.decode(b"[%s]" % b",".join(page.raws))
    page.updated = [_midnight(row.updateDate) for row in rows]
    return page


@lru_cache(maxsize=4096)
def _midnight(day: str) -> str | None:
    return instant_text(f"{day}T00:00:00+09:00")


def _differences(
    context: ReadContext, window: Window, resume: str | None, limit: int | None
) -> Iterator[Page]:
    register = Register.of(context)
    position = unpack_position(resume, window)
    begun = msgspec.json.decode(position, type=_Position) if isinstance(position, str) else None
    periods = _periods(context, window, begun)
    read = 0
    while periods:
        first, last = periods.pop(0)
        start, begun = begun or _Position(first, last, 0), None
        try:
            for page, behind in _period(register, start):
                following = behind
                if behind is None and periods:
                    following = _Position(*periods[0], 0)
                if following is not None:
                    packed = msgspec.json.encode(following).decode()
                    page.resume = pack_position(packed, window)
                read += len(page.keys) + len(page.refused)
                yield _dated(page)
                if limit is not None and read >= limit:
                    return
        except TooMany:
            if first == last:
                raise
            middle = first + (last - first) // 2
            periods[:0] = [(first, middle), (middle + timedelta(days=1), last)]


class _Position(msgspec.Struct, array_like=True, frozen=True):
    """A period, the last division that was read of it, and the head that its answer had."""

    first: date
    last: date
    division: int
    head: tuple[str, int, int] | None = None


def _periods(
    context: ReadContext, window: Window, begun: _Position | None
) -> list[tuple[date, date]]:
    """The window's days in Japan, cut into periods that the register answers.

    One that is begun comes first; the days after it are cut anew, for it may be the half of one.
    """
    last = window.until.astimezone(JST).date()
    found = []
    if begun is not None:
        found.append((begun.first, begun.last))
        first = begun.last + timedelta(days=1)
    elif window.since is None:
        first = date.fromisoformat(context.stream.options["first_day"])
    else:
        cursor = context.stream.cursor
        lookback = cursor.lookback if cursor else timedelta(0)
        first = (_aware(window.since) - lookback).astimezone(JST).date()
    while first <= last:
        end = min(last, first + timedelta(days=LONGEST_PERIOD - 1))
        found.append((first, end))
        first = end + timedelta(days=1)
    return found


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _period(register: Register, start: _Position) -> Iterator[tuple[Page, _Position | None]]:
    """The pages of a period from a position on, each with the next position, None for the last.

    Where the register was updated between two divisions, rows may have passed from one to the
    other: the period is read again.

    Raises:
        ServerFault: it is updated again and again.
    """
    first, last = start.first, start.last
    division, head, tries = start.division + 1, start.head, 1
    while True:
        answer = register.differences(first, last, division)
        if head is not None and answer.head != head:
            if tries == TRIES:
                raise ServerFault(
                    f"the register was updated {TRIES} times while a period was read",
                    remedy="The next run reads the period again, when the register is at rest",
                )
            division, tries, head = 1, tries + 1, None
            continue
        head = answer.head
        ended = division >= answer.divisions
        yield answer.page, None if ended else _Position(first, last, division, head)
        if ended:
            return
        division += 1
