"""The plans' files: a listing, and a ZIP of XML documents for each day.

A ZIP whose ETag was noted has been read, and is passed over. One that was issued anew under the
same name has another ETag and is read again. A ZIP that holds a plan updated after the window's
end is not noted: the plan is deferred, and the next run must meet it again.

A ZIP that is broken as a whole holds up no other: it is quarantined under its name, and read again
with every run that lists it. Once it can be read, its item is closed.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Annotated

import msgspec

from base.errors import ContractError, ReadError, Stage
from base.records import Page, RefusedRecord, Window
from connectors.hooks import ReadContext
from connectors.keys import instant_text
from connectors.transports.files import check_no_page
from connectors.transports.rest import bounds, pack_position, unpack_position
from connectors.transports.xmlfiles import XmlReader

MOST_FILES = 10_000


class PlanFile(msgspec.Struct, forbid_unknown_fields=False):
    """One entry of the listing."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]+$", max_length=100)]
    date: str
    etag: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

    @property
    def note(self) -> str:
        """The key of what the connector notes about the file."""
        return f"file:{self.name}"

    @property
    def broken(self) -> str:
        """The key of the note that the file was broken when it was last read; empty: mended."""
        return f"broken:{self.name}"


class _Listing(msgspec.Struct):
    items: list[PlanFile]


def read_plans(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """The plans of every ZIP of the window's days that is not known yet, the oldest day first.

    Raises:
        ReadError: the local file is a broken ZIP; nothing of it was taken.
        ContractError: the listing is not what the contract says.
    """
    reader = XmlReader.of(context)
    if context.file is not None:
        with context.file.open("rb") as file:
            yield from reader.within(file, context.file.name, window, resume)
        return
    listed = _listed(context, window)
    notes = context.memo([key for file in listed for key in (file.note, file.broken)])
    files = [one for one in listed if notes.get(one.note) != one.etag or notes.get(one.broken)]
    position = _position(resume, window)
    for number, one in enumerate(files):
        if one.name == position.name:
            files = files[number + position.ended(one) :]
            break
    read = 0
    for number, one in enumerate(files):
        last = number + 1 == len(files)
        before = bool(notes.get(one.broken))
        for page in _pages(context, reader, one, window, position, last=last, mending=before):
            read += len(page.raws) + len(page.refused)
            yield page
            if limit is not None and read >= limit:
                return
    if not files:
        yield Page()


class _Position(msgspec.Struct, array_like=True, frozen=True):
    """How far a read had come: a ZIP, its next document (None at its end), and whether one of its
    plans was updated after the window's end."""

    name: str = ""
    etag: str = ""
    following: int | None = 0
    late: bool = False

    def ended(self, file: PlanFile) -> bool:
        """Whether the ZIP was read to its end as it is now."""
        return self.following is None and self.etag == file.etag

    def within(self, file: PlanFile) -> _Position:
        """The position in a ZIP: this one, or its beginning."""
        same = (self.name, self.etag) == (file.name, file.etag)
        return self if same else _Position(file.name, file.etag)


def _pages(
    context: ReadContext,
    reader: XmlReader,
    file: PlanFile,
    window: Window,
    position: _Position,
    *,
    last: bool,
    mending: bool,
) -> Iterator[Page]:
    """The pages of one ZIP from the position on; its last one notes that it was read.

    `mending`: the ZIP was broken before, and is quarantined; its last page ends that.
    """
    position = position.within(file)
    answer = context.client.get(f"{context.stream.options['listing']}/{file.name}")
    check_no_page(file.name, answer.headers)
    end = instant_text(window.until.isoformat()) or ""
    late = position.late
    for page, following in _whole_or_refused(reader, file, answer.body, position.following or 0):
        broken = file.broken in page.notes
        late = late or page.goes_beyond(end)
        if following is None and mending and not broken:
            page.deleted.append(file.note)
            page.notes[file.broken] = ""
        if following is None and not late and not broken:
            page.notes[file.note] = answer.headers.get("etag", file.etag)
        if following is not None or not last:
            reached = _Position(file.name, file.etag, following, late)
            page.resume = pack_position(msgspec.json.encode(reached).decode(), window)
        yield page


def _whole_or_refused(
    reader: XmlReader, file: PlanFile, body: bytes, first: int
) -> Iterator[tuple[Page, int | None]]:
    """A ZIP's pages, or one page that refuses it as a whole."""
    try:
        yield from reader.pages(io.BytesIO(body), file.name, first)
    except ReadError as error:
        told = {
            "file": file.name,
            "etag": file.etag,
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        refused = RefusedRecord(
            file.note, msgspec.json.encode(told), Stage.READ, "broken_file", error.what
        )
        yield Page(refused=[refused], notes={file.broken: file.etag}), None


def _listed(context: ReadContext, window: Window) -> list[PlanFile]:
    params = bounds(context.stream.cursor, window)
    answer = context.client.get_json_bytes(context.stream.options["listing"], params)
    try:
        items = msgspec.json.decode(answer.body, type=_Listing).items
    except msgspec.ValidationError as error:
        raise ContractError(
            f"the listing of files is not as agreed: {error}",
            remedy="Compare it with management_plan/files.openapi.yaml",
        ) from None
    if len(items) > MOST_FILES:
        raise ContractError(f"the listing names {len(items):,} files, more than {MOST_FILES:,}")
    return sorted(items, key=lambda file: (file.date, file.name))


def _position(resume: str | None, window: Window) -> _Position:
    found = unpack_position(resume, window)
    try:
        return msgspec.json.decode(str(found or "[]"), type=_Position)
    except msgspec.DecodeError:
        return _Position()
