"""How programmes are read from jGrants, which has no list of everything.

The list demands a keyword and has no pages, so the union of broad keywords is read and
de-duplicated by id. Each programme's detail is asked for once, then when its list item changed or
the last detail is a week old; the memo notes both, and whether there was a detail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import cast

from base.errors import MappingError
from base.records import Page, RefusedRecord, Window
from connectors.contracts.openapi import OpenApiContract
from connectors.declaration import parse_duration
from connectors.hooks import ReadContext
from connectors.keys import KeyReader
from connectors.slicing import Slicer
from connectors.subsidy.programs import DetailReader
from connectors.transports.rest import pack_position, unpack_position

JST_OFFSET = timedelta(hours=9)
LIST_ONLY = "list"


@dataclass(slots=True)
class Union:
    """List items by id, as received, over all keywords; and items without a usable id."""

    items: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, RefusedRecord] = field(default_factory=dict)


def read_programs(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Every programme that a keyword finds, in the order of ids.

    Each record is the list's item and the details in one (`ProgramRecord` of the contract).
    A programme whose list item is unchanged and whose detail is fresh is only named as unchanged.
    """
    after = unpack_position(resume, window)
    union = list_programs(context)
    ids = sorted(key for key in union.items if after is None or key > str(after))[:limit]
    details = DetailReader(context)
    size = context.stream.page_size
    chunks = [ids[start : start + size] for start in range(0, len(ids), size)] or [[]]
    for number, chunk in enumerate(chunks, start=1):
        page = _page(context, details, {key: union.items[key] for key in chunk})
        if number == 1 and after is None:
            page.refused += union.refused.values()
        page.resume = None if number == len(chunks) else pack_position(chunk[-1], window)
        yield page


def list_programs(context: ReadContext) -> Union:
    """The union over keywords and acceptance; the first answer that names an id counts."""
    stream = context.stream
    operation = cast(OpenApiContract, context.contract).operation(str(stream.operation))
    slicer = Slicer(str(stream.records))
    keys = KeyReader.of(stream.key, identifiers=context.identifiers)
    union = Union()
    for acceptance in stream.options["acceptance"]:
        for keyword in checked_keywords(stream.options["keywords"]):
            params = {**stream.parameters, "keyword": keyword, "acceptance": str(acceptance)}
            answer = context.client.get_json_bytes(operation.path, params)
            found = keys.page(slicer.cut(answer.body).raws)
            for key, raw in zip(found.keys, found.raws, strict=True):
                union.items.setdefault(key, raw)
            for refused in found.refused:
                union.refused.setdefault(refused.key, refused)
    return union


def checked_keywords(keywords: list[str]) -> list[str]:
    """The keywords, each once.

    Raises:
        MappingError: one of them is outside what the API takes (2 to 255 characters, no spaces;
            a single character finds nothing and says nothing).
    """
    for keyword in keywords:
        if not 2 <= len(keyword) <= 255 or any(char.isspace() for char in keyword):
            raise MappingError(
                f"the keyword {keyword!r} must have 2 to 255 characters and no spaces",
                field="streams.programs.options.keywords",
                remedy="Correct it in subsidy/connector.yaml",
            )
    return list(dict.fromkeys(keywords))


@dataclass(frozen=True, slots=True)
class Note:
    """What the memo holds of a programme, as `PRINT DAY`, and ` list` where it had no detail.

    `item` is the fingerprint of the list item as it was when the detail was last asked for, `day`
    that day in Japan. A note that cannot be read counts as old, and as that of a detail.
    """

    item: str
    day: date
    detailed: bool

    @classmethod
    def of(cls, text: str) -> Note:
        """The note in a memo's text."""
        item, _, rest = text.partition(" ")
        day, _, only = rest.partition(" ")
        try:
            return cls(item, date.fromisoformat(day), only != LIST_ONLY)
        except ValueError:
            return cls(item, date.min, detailed=True)

    def __str__(self) -> str:
        text = f"{self.item} {self.day.isoformat()}"
        return text if self.detailed else f"{text} {LIST_ONLY}"


def _page(context: ReadContext, details: DetailReader, items: dict[str, bytes]) -> Page:
    page = Page()
    today = (context.clock.now() + JST_OFFSET).date()
    again = parse_duration(context.stream.options["detail_after"])
    notes = {key: Note.of(text) for key, text in context.memo(list(items)).items()}
    for key, item in items.items():
        noted = notes.get(key)
        now = Note(hashlib.sha256(item).hexdigest()[:16], today, detailed=True)
        if noted is not None and noted.item == now.item and today - noted.day < again:
            page.unchanged.append(key)
            continue
        made = details.read(key, item)
        if made is None and noted is not None and noted.detailed:
            if noted.item == now.item:
                page.unchanged.append(key)
                continue
            made = details.lost(key, item)
        if isinstance(made, RefusedRecord):
            page.refused.append(made)
            continue
        page.keys.append(key)
        page.raws.append(made or details.without_detail(key, item))
        page.updated.append(None)
        page.notes[key] = str(replace(now, detailed=made is not None))
    return page
