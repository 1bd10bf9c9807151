"""What a system answered over HTTP, and which error it is when it cannot be used."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from base.errors import (
    ContractError,
    Forbidden,
    HubError,
    NotFound,
    RateLimited,
    ReadError,
    ServerFault,
    TokenExpired,
)
from base.redact import redact

_BOM = b"\xef\xbb\xbf"
_ERROR_BYTES = 20_000
_WRONG_SHARE = 0.1
_HTML_START = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
_HTML = ("text/html", "application/xhtml+xml")
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
_SAID_IN = ("title", "errorCode", "error", "code")
_CODE = re.compile(
    r"(?!(?:\D*\d){7})"  # no telephone, postal, personal or corporate number, no birthday
    r"(?=.{1,60}$)[A-Za-z0-9]+(?:[ _.:/-][A-Za-z0-9]+){0,5}"
)
"""`invalid_client`, `E-1`, `Internal Server Error`: ASCII words, at most six."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came: `headers` by lower-case name, `body` decompressed and complete."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """`application/json`, lower case, without parameters; empty when it is not declared."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The declared charset in lower case."""
        found = re.search(r"charset=[\"']?([\w.:-]+)", self.headers.get("content-type", ""), re.I)
        return found[1].lower() if found else None


def check_status(response: Response, place: str, now: datetime) -> None:
    """Raise what a status other than success means.

    Args:
        place: the request as messages may show it (`GET https://host/path`), no query values.
        now: the present instant, against which a Retry-After that is a date is measured.

    Raises:
        HubError: TokenExpired, Forbidden, NotFound, RateLimited, ServerFault or ReadError.
    """
    status = response.status
    if status == 206:
        raise ServerFault(
            f"{place} answered 206: a part, though the whole was asked for",
            remedy="Nothing was read. A cache in between may be wrong: if it recurs, tell the "
            "system's owner",
        )
    if status < 300 or status == 304:
        return
    hold = retry_after(response.headers, now)
    what = f"{place} answered {status}{said(response)}"
    if status == 429 or (status == 503 and hold is not None):
        raise RateLimited(
            what, retry_after=hold, remedy="Lower rate_per_second of the connection if it recurs"
        )
    if status in (408, 425) or status >= 500:
        raise ServerFault(what, remedy="If it recurs, tell the system's owner the time and address")
    raise _refusal(status, what)


def _refusal(status: int, what: str) -> HubError:
    if status == 401:
        return TokenExpired(what, remedy="Check the credentials of the connection")
    if status == 403:
        return Forbidden(what, remedy="Ask the system's owner to allow this client to read it")
    if status in (404, 410):
        return NotFound(what, remedy="Check the address of the connection against the contract")
    return ReadError(what, remedy="Compare the request with the contract of the system")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that Retry-After asks to wait (RFC 9110 §10.2.3): a number, or an HTTP date.

    A date is measured against the answer's own Date, so that clocks need not agree. None where
    the header is absent or unreadable.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII):
        return float(text)
    until = _http_date(text)
    if until is None:
        return None
    since = _http_date(headers.get("date", "")) or now
    return max(0.0, (until - since).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def json_body(response: Response, place: str) -> bytes:
    """The body of an answer that must be JSON, without a byte order mark.

    Single bytes that are not UTF-8 pass: the record that holds them is refused later.

    Raises:
        ContractError: HTML or something else instead of JSON, or another charset than UTF-8.
        ServerFault: the text breaks off before its last bracket.
    """
    body = response.body.removeprefix(_BOM)
    if response.media_type in _HTML or _HTML_START.match(body):
        raise ContractError(
            f"{place} answered {response.status} with a web page instead of JSON",
            remedy="It may be a maintenance or log-in page: open the address, then sync again",
        )
    _check_charset(response, body, place)
    text = body.strip(b" \t\r\n")
    if not text:
        raise ContractError(f"{place} answered {response.status} with an empty body, not JSON")
    if text[:1] not in b"{[":
        raise ContractError(
            f"{place} answered {response.status} with something that is not a JSON object or list"
            f" ({response.media_type or 'no content type'})",
            remedy="Compare the answer with the contract of the system",
        )
    if text[-1:] != (b"}" if text[:1] == b"{" else b"]"):
        raise ServerFault(
            f"{place} answered {response.status} with JSON that breaks off after {len(body)} bytes"
        )
    return body


def _check_charset(response: Response, body: bytes, place: str) -> None:
    declared = response.charset
    if declared and declared not in _UTF8:
        raise _wrong_charset(place, f"declares charset {declared}")
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _wrong_charset(place, "is UTF-16")
    if not _is_utf8(body):
        wrong = body.decode("utf-8", "replace").count("\ufffd")
        foreign = sum(byte > 127 for byte in body)
        if wrong > foreign * _WRONG_SHARE:
            raise _wrong_charset(place, f"is not UTF-8{_looks_like(body)}")


def _is_utf8(body: bytes) -> bool:
    """The test alone: `body.decode()` takes four times as long, with the interpreter locked."""
    import polars as pl

    try:
        pl.Series([body], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def _looks_like(body: bytes) -> str:
    for charset, name in (("cp932", "CP932 (Shift_JIS)"), ("euc_jp", "EUC-JP")):
        try:
            body.decode(charset)
        except UnicodeDecodeError:
            continue
        return f", it reads as {name}"
    return ""


def _wrong_charset(place: str, what: str) -> ContractError:
    return ContractError(
        f"the answer of {place} {what}; JSON is UTF-8 (RFC 8259 §8.1)",
        remedy="Tell the system's owner; nothing of this page was read",
    )


def said(response: Response) -> str:
    """What an answer says of itself, for a message: its error codes, or that it is a web page.

    Nothing else of a body is quoted: free text may name an applicant. May be empty.
    """
    if _HTML_START.match(response.body) or response.media_type in _HTML:
        return ": a web page"
    codes = _codes(response.body) if len(response.body) <= _ERROR_BYTES else []
    return f": {redact(', '.join(codes))}" if codes else ""


def _codes(body: bytes) -> list[str]:
    """The machine codes of an error body: what names the error and cannot name anything else."""
    try:
        told = json.loads(body)
    except ValueError:
        return []
    if not isinstance(told, dict):
        return []
    values = [
        str(told[name])
        for name in _SAID_IN
        if isinstance(told.get(name), str | int) and not isinstance(told[name], bool)
    ]
    return [value for value in dict.fromkeys(values) if _CODE.fullmatch(value)]
