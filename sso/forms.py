"""Reads the form of a request: the body alone, each parameter once, small, and plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from sso.refusals import Refused

LARGEST_BODY = 64 * 1024
MOST_FIELDS = 60
_TYPE = "application/x-www-form-urlencoded"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TARGETS = frozenset({"audience", "resource"})


@dataclass(frozen=True, slots=True)
class Form:
    """What a client sent: parameters that are not empty, its Authorization header, its address."""

    values: dict[str, str] = field(repr=False)
    authorization: str | None = field(repr=False)
    address: str

    def get(self, name: str) -> str | None:
        """A parameter; None where it was not sent or was empty."""
        return self.values.get(name)


async def read(request: Request, address: str) -> Form:
    """The form of a request.

    Raises:
        Refused: `form.…` or `target.several`.
    """
    if request.scope.get("query_string"):
        raise Refused("form.query")
    values = await fields(request)
    given = request.headers.getlist("authorization")
    if len(given) > 1:
        raise Refused("client.two_methods")
    return Form(values, given[0] if given else None, address)


async def fields(request: Request) -> dict[str, str]:
    """The parameters in the body of a request, wherever it goes.

    Raises:
        Refused: `form.…` or `target.several`.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _TYPE:
        raise Refused("form.type")
    return parsed(await _body(request))


async def _body(request: Request) -> bytes:
    length = request.headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY:
        raise Refused("form.size")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refused("form.size")
    return body


def parsed(body: bytes) -> dict[str, str]:
    """The parameters of a body that have a value; each stands there once.

    Raises:
        Refused: it is no such form.
    """
    try:
        pairs = [_pair(part) for part in _parts(body.decode("ascii"))]
    except ValueError:
        raise Refused("form.text") from None
    values: dict[str, str] = {}
    if any(_CONTROL.search("".join(pair)) for pair in pairs):
        raise Refused("form.text")
    for name, value in pairs:
        if name in values:
            raise Refused("target.several" if name in _TARGETS else "form.repeated")
        values[name] = value
    return {name: value for name, value in values.items() if value}


def _parts(text: str) -> list[str]:
    parts = [part for part in text.split("&") if part]
    if len(parts) > MOST_FIELDS:
        raise ValueError("too many fields")
    return parts


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return _unquoted(name), _unquoted(value)


def _unquoted(text: str) -> str:
    spaced = text.replace("+", " ")
    return unquote_to_bytes(spaced).decode("utf-8") if "%" in spaced else spaced
