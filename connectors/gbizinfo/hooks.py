"""Rows that gBizINFO groups by corporation, each as a record with a key of its own.

Why a row's key is its content: see the contract. All that was sent of the corporation stays in
the record, so that a field that is new there shows as drift.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec

from base.records import Page, Window
from connectors.contracts.openapi import OpenApiContract
from connectors.hooks import ReadContext
from connectors.keys import KeyReader
from connectors.tolerant import parse
from connectors.transports.rest import RestReader

META = "meta-data"
PERIOD = "period"

Fields = dict[str, bytes]
"""An object's values as received, by name."""

Cut = Callable[[Fields], list[bytes]]
"""A corporation's fields into records."""

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
_list = msgspec.json.Decoder(list[msgspec.Raw] | None)


def read_rows(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Each row of the list that `options.rows` names; `limit` counts corporations."""
    name = str(context.stream.options["rows"])
    yield from _read(
        context,
        window,
        resume,
        limit,
        lambda fields: rows_of(fields, name),
        owner=corporation_of,
    )


def read_years(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Each year of the financial figures, and what belongs to none of the years."""
    yield from _read(context, window, resume, limit, years_of)


def _read(
    context: ReadContext,
    window: Window,
    resume: str | None,
    limit: int | None,
    cut: Cut,
    *,
    owner: Callable[[str], str] | None = None,
) -> Iterator[Page]:
    reader = RestReader(
        stream=context.stream,
        contract=cast(OpenApiContract, context.contract),
        client=context.client,
        address=context.connection.address,
        keys=Rows(context.keys, cut),
        owner=owner,
    )
    yield from reader.read(window, resume=resume, limit=limit)


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes pages of the records cut out of corporations.

    A corporation that cannot be cut is handed on as it is: it has no key and is refused.
    """

    keys: KeyReader
    cut: Cut

    def page(self, raws: Sequence[bytes]) -> Page:
        """The page of a page's corporations; see `connectors.transports.rest.MakesPages`."""
        return self.keys.page([record for raw in raws for record in self._cut(raw)])

    def _cut(self, raw: bytes) -> list[bytes]:
        try:
            parse(raw)
            return self.cut({name: bytes(value) for name, value in _object.decode(raw).items()})
        except (ValueError, RecursionError):
            return [raw]


def rows_of(fields: Fields, name: str) -> list[bytes]:
    """A record for each row of the list `name`, with all else that the corporation has.

    Raises:
        ValueError: it is no list.
    """
    rows = _list.decode(fields.get(name, b"null")) or []
    number = _text(fields.get("corporate_number"))
    return [
        _joined({"key": _json(f"{number}-{fingerprint(bytes(row))}"), **fields, name: bytes(row)})
        for row in rows
    ]


def corporation_of(key: str) -> str:
    """The corporation whose row has this key."""
    return key.partition("-")[0]


def years_of(fields: Fields) -> list[bytes]:
    """A record for each element of `management_index`, and one for the rest of `finance`.

    Raises:
        ValueError: `finance` is no object, or `management_index` no list of objects.
    """
    number = _text(fields.get("corporate_number"))
    sent = _object.decode(fields.get("finance", b"{}"))
    finance = {name: bytes(value) for name, value in sent.items()}
    years = _list.decode(finance.pop("management_index", b"null")) or []
    records = [_joined({"key": _json(number), **fields, "finance": _joined(finance)})]
    finance.pop("major_shareholders", None)
    for place, year in enumerate(years):
        period = _text(bytes(_object.decode(year).get(PERIOD, b"null"))) or f"place {place}"
        whole = _joined({**finance, "management_index": bytes(year)})
        records.append(_joined({"key": _json(f"{number}-{period}"), **fields, "finance": whole}))
    return records


def fingerprint(row: bytes) -> str:
    """24 letters and digits that tell a row's content from another's.

    Order of fields, meta-data, null and fields left out count for nothing; a number and its text
    are the same.

    Raises:
        ValueError: it is no JSON.
    """
    content = parse(row)
    if isinstance(content, dict):
        content = {
            name: value
            for name, value in content.items()
            if name != META and value not in (None, "")
        }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest[:15]).decode().lower()


def _joined(parts: Fields) -> bytes:
    return b"{" + b",".join(_json(name) + b":" + raw for name, raw in parts.items()) + b"}"


def _json(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _text(raw: bytes | None) -> str:
    value = msgspec.json.decode(raw or b"null")
    return value if isinstance(value, str) else ""
