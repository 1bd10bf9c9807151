"""Which of a stream's sample records a question asks for: the window, and the page of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.declaration import Stream
from connectors.keys import instant_text
from connectors.transports.rest import JST
from mocks.sampled.records import Sample, Samples

USUAL_SIZE = 25


@dataclass(frozen=True, slots=True)
class Selection:
    """One page: its records, the place of the next page (None after the last), and all there are.

    `size` is how many records a page has.
    """

    records: list[Sample]
    following: int | None
    total: int
    size: int

    @classmethod
    def of(cls, samples: Samples, query: Mapping[str, str]) -> Selection:
        """What the parameters of a question select.

        Raises:
            ValueError: a bound or a place is malformed.
        """
        stream = samples.stream
        found = [one for one in samples.records if _within(stream, one, query)]
        if stream.paging.kind == "none":
            return cls(found, None, len(found), max(1, len(found)))
        first, size = _place(stream, query)
        more = first + size < len(found)
        page = found[first : first + size]
        return cls(page, first + size if more else None, len(found), size)


def _place(stream: Stream, query: Mapping[str, str]) -> tuple[int, int]:
    """The first record of the page that is asked for, and how many fit."""
    paging = stream.paging
    size = min(int(query.get(paging.size or "") or USUAL_SIZE), USUAL_SIZE)
    given = query.get(paging.parameter or "after")
    if paging.kind == "page":
        return (int(given or paging.first) - paging.first) * size, size
    return int(given or 0), size


def _within(stream: Stream, one: Sample, query: Mapping[str, str]) -> bool:
    cursor = stream.cursor
    if cursor is None or not one.updated:
        return True
    bounds = (query.get(cursor.from_), query.get(cursor.until))
    if cursor.format == "instant":
        at = instant_text(one.updated) or ""
        low, high = (instant_text(text) if text else None for text in bounds)
    else:
        at = _day(one.updated)
        low, high = (text.replace("-", "") if text else None for text in bounds)
    return (low is None or low <= at) and (high is None or at <= high)


def _day(text: str) -> str:
    """A day in Japan as yyyymmdd."""
    if len(text) == len("2026-01-01"):
        return text.replace("-", "")
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(JST).strftime("%Y%m%d")
