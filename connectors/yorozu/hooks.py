"""The consultations' files: the newest full one, then the difference files after it, day by day.

What is read begins at the first file of this chain that was not read in its present version, and
goes on to its end: a difference file that comes late, or is issued anew, is followed once more by
those after it, so that the newest word stands last. Files count as read when the last page of the
read is committed, all together: a kill in between leaves none of them half told.

A full file makes the read whole: a key that neither it nor the files after it hold is deleted.

A window from the beginning that ends before the oldest full file is read from that one: records
that were changed later are deferred, and of the others it holds what they were.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date

from base.clock import JST
from base.errors import ReadError
from base.records import Page, Window
from connectors.hooks import ReadContext
from connectors.keys import instant_text
from connectors.transports import csvfiles
from connectors.transports.csvfiles import NOTE, layout_of
from connectors.transports.csvrows import (
    BLOCK_BYTES,
    HASHED,
    CsvLayout,
    RowBlock,
    read_rows,
    refused_records,
)
from connectors.transports.files import Fetched, FileSource, RemoteFile, source_of
from connectors.transports.rest import pack_position, unpack_position

NAME = re.compile(r"karte_(full|diff)_(\d{4})(\d{2})(\d{2})\.csv")
FULL_READ = "full"
"""The memo's key for the name of the full file that was read last."""

LINE_ENDS = (b"\n", b"\r", b"\x1a")


def read_files(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """The files up to the window's last day that are not known yet (a `ReadHook`).

    Raises:
        ReadError: there is no full file to begin with, or a file breaks off; nothing of the file
            was taken, and what was read before it stays good.
    """
    if context.file is not None:
        yield from csvfiles.read(context, window, resume=resume, limit=limit)
        return
    source = source_of(context)
    listed = dated(source.list(context.stream.section["path"]))
    until = window.until.astimezone(JST).date()
    chain = chain_of(listed, until)
    if window.since is None and not (chain and chain[0].full):
        chain = [one for one in listed if one.full][:1] or chain
    notes = context.memo([FULL_READ, *(NOTE + one.file.name for one in chain)])
    if not any(one.full for one in listed) and FULL_READ not in notes:
        raise ReadError(
            "there is no full file (karte_full_YYYYMMDD.csv) to begin with",
            remedy="Ask the system's owner whether the files are laid out, and in which folder",
        )
    due = unread(chain, notes)
    read = 0
    whole = bool(due) and due[0].full and due[0].day <= until
    reader = _Read(context, layout_of(context), window, whole)
    for page in reader.pages(due, source, resume):
        read += len(page.keys) + len(page.refused) + len(page.deleted)
        yield page
        if limit is not None and read >= limit:
            return
    if not due:
        yield Page(whole=False)


@dataclass(frozen=True, slots=True)
class DatedFile:
    """A file and the day at whose end it was true."""

    day: date
    full: bool
    file: RemoteFile


def dated(files: Sequence[RemoteFile]) -> list[DatedFile]:
    """The files by their day; those of other names, or of days that no calendar has, are left."""
    found = (_dated(file) for file in files)
    return sorted((one for one in found if one is not None), key=lambda one: one.day)


def _dated(file: RemoteFile) -> DatedFile | None:
    found = NAME.fullmatch(file.name)
    if found is None:
        return None
    kind, *numbers = found.groups()
    try:
        return DatedFile(date(*map(int, numbers)), kind == "full", file)
    except ValueError:
        return None


def chain_of(files: Sequence[DatedFile], until: date) -> list[DatedFile]:
    """The newest full file up to a day, and the difference files after it, oldest first.

    Without a full file, every difference file up to the day.
    """
    in_time = [one for one in files if one.day <= until]
    begun = [one for one in in_time if one.full][-1:]
    return begun + [
        one for one in in_time if not one.full and not (begun and one.day <= begun[0].day)
    ]


def unread(chain: Sequence[DatedFile], notes: dict[str, str]) -> Sequence[DatedFile]:
    """The chain from the first file on that was not read, or not in this version."""
    for number, one in enumerate(chain):
        if notes.get(NOTE + one.file.name) != one.file.mark:
            return chain[number:]
    return []


@dataclass(frozen=True, slots=True)
class _Copy:
    """A file's copy and the file's place in the chain."""

    number: int
    full: bool
    fetched: Fetched

    @property
    def name(self) -> str:
        return self.fetched.file.name

    @property
    def mark(self) -> str:
        return self.fetched.file.mark or ""


@dataclass(frozen=True, slots=True)
class _Position:
    """A place in the chain: behind a block of this version of a file; `late` as in `_Read`."""

    name: str = ""
    mark: str = ""
    offset: int = 0
    line: int = 1
    late: str | None = None


class _Read:
    """One read of the chain, `whole` where it begins with a full file of the window's days.

    `late` is the first file with a record that the window's end keeps out: it and those after it
    are not noted, so that the next run meets the record again.
    """

    def __init__(
        self, context: ReadContext, layout: CsvLayout, window: Window, whole: bool
    ) -> None:
        self._context = context
        self._layout = layout
        self._window = window
        self._whole = whole
        self._end = instant_text(window.until.isoformat()) or ""
        self._late: str | None = None

    def pages(
        self, due: Sequence[DatedFile], source: FileSource, resume: str | None
    ) -> Iterator[Page]:
        """The pages of these files from a position on."""
        with ExitStack() as held:
            copies = [
                _Copy(number, one.full, held.enter_context(_whole_copy(source, one.file)))
                for number, one in enumerate(due)
            ]
            gone = self._gone(copies)
            after = self._position(copies, resume)
            started = [copy.name for copy in copies].index(after.name) if after.name else 0
            for copy in copies[started:]:
                yield from self._file(copy, copies, gone, after)
                after = _Position()

    def _position(self, copies: Sequence[_Copy], resume: str | None) -> _Position:
        packed = unpack_position(resume, self._window)
        if not isinstance(packed, str):
            return _Position()
        found = _Position(*json.loads(packed))
        if (found.name, found.mark) not in {(copy.name, copy.mark) for copy in copies}:
            return _Position()
        self._late = found.late
        return found

    def _file(
        self, copy: _Copy, copies: Sequence[_Copy], gone: dict[str, int], after: _Position
    ) -> Iterator[Page]:
        for block in self._blocks(copy, after):
            page = self._page(block)
            self._take_out(page, copy, gone)
            if page.goes_beyond(self._end):
                self._late = self._late or copy.name
            page.whole = self._whole and not _has_unnamed(page)
            if block.last and copy is copies[-1]:
                page.notes = self._notes(copies)
            else:
                place = [copy.name, copy.mark, block.end, block.line, self._late]
                page.resume = pack_position(json.dumps(place), self._window)
            yield page

    def _blocks(self, copy: _Copy, after: _Position = _Position()) -> Iterator[RowBlock]:
        return read_rows(
            copy.fetched.stream,
            self._layout,
            name=copy.name,
            offset=after.offset,
            line=after.line,
            block_bytes=BLOCK_BYTES,
        )

    def _page(self, block: RowBlock) -> Page:
        context = self._context
        page = context.keys.page(block.raws)
        page.refused += refused_records(
            block.refused, context.identifiers, names=block.names, key=context.stream.key
        )
        return page

    def _gone(self, copies: Sequence[_Copy]) -> dict[str, int]:
        """The keys whose last word in the difference files is that they are deleted: in which."""
        found: dict[str, int] = {}
        for copy in copies if len(copies) > 1 else ():
            for block in self._blocks(copy) if not copy.full else ():
                page = self._context.keys.page(block.raws)
                dated = zip(page.deleted, page.deleted_at, strict=True)
                gone = [key for key, at in dated if at is None or at <= self._end]
                found |= dict.fromkeys(gone, copy.number)
                for key in page.keys:
                    found.pop(key, None)
        return found

    def _take_out(self, page: Page, copy: _Copy, gone: dict[str, int]) -> None:
        """Take a row that a later file deletes for the deletion itself.

        Told one after the other, a key would come to life and die again whenever the files are
        read anew.
        """
        live = [gone.get(key, -1) <= copy.number for key in page.keys]
        if all(live):
            return
        rows = list(zip(page.keys, page.raws, page.updated, live, strict=True))
        page.deleted += [key for key, _, _, stays in rows if not stays]
        page.keys = [key for key, _, _, stays in rows if stays]
        page.raws = [raw for _, raw, _, stays in rows if stays]
        page.updated = [updated for _, _, updated, stays in rows if stays]

    def _notes(self, copies: Sequence[_Copy]) -> dict[str, str]:
        notes = {}
        for copy in copies:
            if copy.name == self._late:
                break
            notes[NOTE + copy.name] = copy.mark
            if copy.full:
                notes[FULL_READ] = copy.name
        return notes


def _has_unnamed(page: Page) -> bool:
    return any(refused.key.startswith(HASHED) for refused in page.refused)


def _whole_copy(source: FileSource, file: RemoteFile) -> Fetched:
    """A copy of a file that ends where a row ends.

    Raises:
        ReadError: it breaks off.
    """
    fetched = source.fetch(file)
    if fetched is None:  # pragma: no cover - nothing was noted
        raise ReadError(f"{file.name} cannot be had")
    stream = fetched.stream
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 1))
    ended = stream.read(1) in LINE_ENDS
    stream.seek(0)
    if size and not ended:
        stream.close()
        raise ReadError(
            f"{file.name} breaks off in the middle of a row",
            remedy="Nothing of it was taken, and the next run reads it again; if it stays so, ask "
            "the system's owner to lay it out anew",
        )
    return fetched
