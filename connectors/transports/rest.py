"""REST with JSON: an operation of the contract, read page by page.

A resume position encodes where in the window a page ended. It is good for that window only; given
with another one it is ignored, and the window is read from its beginning. The same happens, once,
when a system no longer knows a page token: reading a record again is harmless, missing one is not.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol, cast

from base.errors import NotFound, PagingError, ReadError, ServerFault
from base.records import Page, Window
from connectors.contracts.openapi import OpenApiContract
from connectors.declaration import Cursor, Stream
from connectors.hooks import ReadContext
from connectors.slicing import Sliced, Slicer
from connectors.transports.fetch import Answer, Fetch
from connectors.transports.paging import EndlessGuard, PageEnd, Pager, Position, Request, pager_of
from connectors.transports.tally import Tally

JST = timezone(timedelta(hours=9))
TRIES = 3
"""Times a page is asked for when its JSON breaks off in a way only its parser notices."""

Prepare = Callable[[bytes], bytes]


def read(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Read a stream over REST; see `RestReader.read`."""
    reader = RestReader(
        stream=context.stream,
        contract=cast(OpenApiContract, context.contract),
        client=context.client,
        address=context.connection.address,
        prepare=context.prepare,
        keys=context.keys,
    )
    yield from reader.read(window, resume=resume, limit=limit)


class MakesPages(Protocol):
    """Makes pages of what stands at `records`; a hook's own may cut several records out of one."""

    def page(self, raws: Sequence[bytes]) -> Page:
        """The page of these elements, each as received."""


@dataclass(frozen=True, slots=True)
class RestReader:
    """Reads one stream over REST.

    Args:
        address: the connection's, which a next page's address must not leave.
        prepare: a hook that changes each record's bytes before its key is read.
        keys: makes pages of records.
        owner: see `connectors.transports.tally.Tally`; None where no two records are equal.
    """

    stream: Stream
    contract: OpenApiContract
    client: Fetch
    address: str
    keys: MakesPages
    prepare: Prepare | None = None
    owner: Callable[[str], str] | None = None

    def read(self, window: Window, *, resume: str | None, limit: int | None) -> Iterator[Page]:
        """The window's pages from `resume` on, at least `limit` records if the window has them.

        Raises:
            PagingError: paging does not come to an end.
            HubError: whatever ended the read; pages given before stay good.
        """
        position = unpack_position(resume, window)
        read = 0
        restarted = False
        first, pager, slicer = self._plan(window, limit)
        guard = EndlessGuard(self.stream.paging.max_pages)
        count = self.stream.paging.total_count
        tally = Tally(count, self.owner) if count is not None and position is None else None
        while True:
            try:
                answer, sliced = self._page(pager.request(first, position), slicer)
            except ReadError as error:
                if restarted or position is None or type(error) not in (ReadError, NotFound):
                    raise
                position, restarted = None, True
                guard = EndlessGuard(self.stream.paging.max_pages)
                continue
            following = pager.following(position, self._end(answer, sliced))
            guard.check(sliced.raws, following, numbered=self._numbered(sliced))
            page = self.keys.page(
                list(map(self.prepare, sliced.raws)) if self.prepare else sliced.raws
            )
            page.resume = None if following is None else pack_position(following, window)
            read += len(sliced.raws)
            if tally is not None:
                tally.add(page)
                if following is None:
                    page.findings = tally.shortfall(sliced.values.get(tally.path))
            yield page
            if following is None or (limit is not None and read >= limit):
                return
            position = following

    def _plan(self, window: Window, limit: int | None) -> tuple[Request, Pager, Slicer]:
        stream, paging = self.stream, self.stream.paging
        operation = self.contract.operation(str(stream.operation))
        params = {**stream.parameters, **bounds(stream.cursor, window)}
        if paging.size is not None:
            params[paging.size] = str(min(stream.page_size, limit or stream.page_size))
        told = (paging.next, paging.total_pages, paging.number, paging.total_count)
        others = [path for path in told if path is not None]
        return (
            Request(operation.path, params),
            pager_of(paging, self.address),
            Slicer(str(stream.records), others),
        )

    def _page(self, request: Request, slicer: Slicer) -> tuple[Answer, Sliced]:
        for attempt in range(TRIES):
            answer = self.client.get_json_bytes(request.path, request.params)
            try:
                sliced = slicer.cut(answer.body)
                self._check_number(request, sliced)
            except (ServerFault, PagingError):
                if attempt + 1 == TRIES:
                    raise
            else:
                return answer, sliced
        raise AssertionError("unreachable")

    def _numbered(self, sliced: Sliced) -> bool:
        """Whether the answer says which page it is, and how many there are."""
        paging = self.stream.paging
        told = (sliced.values.get(path or "") for path in (paging.number, paging.total_pages))
        return all(str(value).isdigit() for value in told)

    def _check_number(self, request: Request, sliced: Sliced) -> None:
        """Make sure that the page is the one that was asked for.

        Raises:
            PagingError: it says that it is another one.
        """
        paging = self.stream.paging
        told = sliced.values.get(paging.number or "")
        asked = request.params.get(paging.parameter or "")
        if told is not None and str(told).isdigit() and asked and int(told) != int(asked):
            raise PagingError(
                f"page {asked} was asked for, and page {told} came",
                remedy="What was read before is kept. If it recurs, tell the system's owner",
            )

    def _end(self, answer: Answer, sliced: Sliced) -> PageEnd:
        paging = self.stream.paging
        pages = sliced.values.get(paging.total_pages or "")
        return PageEnd(
            count=len(sliced.raws),
            token=sliced.values.get(paging.next or ""),
            pages=int(pages) if pages is not None and str(pages).isdigit() else None,
            headers=answer.headers,
        )


def bounds(cursor: Cursor | None, window: Window) -> dict[str, str]:
    """The parameters that bound a read on both sides; the look-back widens the lower one."""
    if cursor is None:
        return {}
    found = {cursor.until: _bound(cursor, window.until)}
    if window.since is not None:
        found[cursor.from_] = _bound(cursor, window.since - cursor.lookback)
    return found


def _bound(cursor: Cursor, instant: datetime) -> str:
    if cursor.format == "instant":
        return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    form = "%Y-%m-%d" if cursor.format == "date" else "%Y%m%d"
    return instant.astimezone(JST).strftime(form)


def pack_position(position: Position, window: Window) -> str:
    """A position as opaque text, bound to its window."""
    text = json.dumps([_name(window), position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def unpack_position(resume: str | None, window: Window) -> Position:
    """The position in `resume`, or None where there is none or it belongs to another window."""
    if resume is None:
        return None
    try:
        name, position = json.loads(base64.urlsafe_b64decode(resume))
    except (ValueError, TypeError):
        return None
    return position if name == _name(window) and isinstance(position, str | int) else None


def _name(window: Window) -> str:
    return f"{window.since}/{window.until}"
