"""How one answer leads to the next, and how a source that never ends is noticed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urljoin, urlsplit

from base.errors import PagingError
from connectors.declaration import Paging

Position = str | int | None
"""Where in a window a page lies: a token, a page number, an offset or an address; None at first."""


@dataclass(frozen=True, slots=True)
class Request:
    """One GET: a path below the connection's address, and query parameters."""

    path: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class PageEnd:
    """What an answer says about what follows it.

    `token` is the value at the paging's `next`, `pages` that at `total_pages`; `count` the
    records it holds.
    """

    count: int
    token: str | int | None
    pages: int | None
    headers: Mapping[str, str]


class Pager(Protocol):
    """One paging strategy."""

    def request(self, first: Request, position: Position) -> Request:
        """The request for the page at a position."""

    def following(self, position: Position, end: PageEnd) -> Position:
        """The position after this page; None when it was the last one."""


@dataclass(frozen=True, slots=True)
class OnePage:
    """Everything in one answer."""

    def request(self, first: Request, position: Position) -> Request:
        """The only request."""
        return first

    def following(self, position: Position, end: PageEnd) -> Position:
        """Nothing follows."""
        return None


@dataclass(frozen=True, slots=True)
class CursorPager:
    """An opaque token in the answer is the next request's parameter."""

    parameter: str

    def request(self, first: Request, position: Position) -> Request:
        """The first request, with the token added."""
        if position is None:
            return first
        return Request(first.path, {**first.params, self.parameter: str(position)})

    def following(self, position: Position, end: PageEnd) -> Position:
        """The token; empty and null mean the end."""
        return None if end.token in (None, "") else str(end.token)


@dataclass(frozen=True, slots=True)
class PageNumberPager:
    """Pages counted from `start`; ends at the number of pages, or with an empty page.

    A short page is not taken for the last one: a source may hold pages smaller than asked for.
    """

    parameter: str
    start: int

    def request(self, first: Request, position: Position) -> Request:
        """The first request, with the page's number."""
        number = self.start if position is None else position
        return Request(first.path, {**first.params, self.parameter: str(number)})

    def following(self, position: Position, end: PageEnd) -> Position:
        """The next number."""
        number = self.start if position is None else int(position)
        last = end.count == 0 or (end.pages is not None and number - self.start + 1 >= end.pages)
        return None if last else number + 1


@dataclass(frozen=True, slots=True)
class OffsetPager:
    """The number of records to skip; ends with an empty page."""

    parameter: str

    def request(self, first: Request, position: Position) -> Request:
        """The first request, with the offset."""
        return Request(first.path, {**first.params, self.parameter: str(position or 0)})

    def following(self, position: Position, end: PageEnd) -> Position:
        """The records seen so far."""
        return None if end.count == 0 else int(position or 0) + end.count


@dataclass(frozen=True, slots=True)
class LinkPager:
    """The next page's address, in the answer or in the Link header (RFC 8288, rel=next).

    Only addresses below the connection's are followed: credentials go nowhere else.
    """

    address: str
    in_header: bool

    def request(self, first: Request, position: Position) -> Request:
        """The address that the answer named, as a path below the connection's address."""
        if position is None:
            return first
        parts = urlsplit(str(position))
        return Request(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))

    def following(self, position: Position, end: PageEnd) -> Position:
        """Path and query of the next page.

        Raises:
            PagingError: the address leads away from the connection's.
        """
        target = next_link(end.headers.get("link", "")) if self.in_header else end.token
        if target in (None, ""):
            return None
        found = urljoin(f"{self.address}/", str(target))
        if not found.startswith(f"{self.address}/"):
            raise PagingError(
                "the next page lies outside the connection's address",
                remedy="Compare the address of the connection with what the system answers",
            )
        return found.removeprefix(self.address)


def next_link(header: str) -> str | None:
    """The target with rel=next in a Link header (RFC 8288)."""
    for target, parameters in re.findall(r"<([^>]*)>((?:\s*;\s*[^,;]+)*)", header):
        if re.search(r"""\brel\s*=\s*(?:"[^"]*\bnext\b[^"]*"|next\b)""", parameters, re.I):
            return str(target)
    return None


def pager_of(paging: Paging, address: str) -> Pager:
    """The strategy that a stream declares; `address` is its connection's."""
    if paging.kind == "cursor":
        return CursorPager(str(paging.parameter))
    if paging.kind == "page":
        return PageNumberPager(str(paging.parameter), paging.first)
    if paging.kind == "offset":
        return OffsetPager(str(paging.parameter))
    if paging.kind in {"link", "next_url"}:
        return LinkPager(address.rstrip("/"), in_header=paging.kind == "link")
    return OnePage()


@dataclass
class EndlessGuard:
    """Notices a page that repeats, a token that leads back, and too many pages."""

    most: int
    _pages: set[bytes] = field(default_factory=set)
    _positions: set[Any] = field(default_factory=set)
    _count: int = 0

    def check(self, raws: Sequence[bytes], following: Position, *, numbered: bool = False) -> None:
        """Take note of a page.

        One that says which page it is of how many (`numbered`) may hold the same as another: where
        the order is not stable or rows are equal, that is no sign of an endless source.

        Raises:
            PagingError: paging does not come to an end.
        """
        self._count += 1
        digest = _digest(raws)
        if raws and digest in self._pages and not numbered:
            raise _endless(f"page {self._count} repeats an earlier page, record for record")
        if following is not None and following in self._positions:
            raise _endless(f"the page token after page {self._count} leads back to an earlier page")
        if self._count >= self.most and following is not None:
            raise _endless(f"there are more than {self.most} pages")
        self._pages.add(digest)
        self._positions.add(following)


def _digest(raws: Sequence[bytes]) -> bytes:
    """What tells one page from the next: its first and last record, and the length of each.

    Paging that comes to both of them again in one page has not moved on.
    """
    lengths = str(list(map(len, raws))).encode()
    return hashlib.sha256(b"\n".join((lengths, *raws[:1], *raws[-1:]))).digest()[:16]


def _endless(what: str) -> PagingError:
    return PagingError(
        f"{what}: paging does not come to an end",
        remedy="What was read before is kept. Tell the system's owner; or correct paging in "
        "connector.yaml",
    )
