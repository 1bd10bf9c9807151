"""CSV files, over HTTPS or SFTP, or a local one.

A file that has not changed since the last run is not read. That a file was read to its end is noted
with its last page, so that a run which was killed before reads it again. It is not noted of a file
with rows that cannot be read: they may have been spoilt on their way; nor of one with rows that the
window's end keeps out: a later window must meet them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from base.errors import ContractError
from base.records import Page, Window
from connectors.contracts.table import TableContract
from connectors.hooks import ReadContext
from connectors.keys import instant_text
from connectors.transports.csvrows import (
    BLOCK_BYTES,
    HASHED,
    CsvLayout,
    RowBlock,
    read_rows,
    refused_records,
)
from connectors.transports.files import Fetched, FileSource, source_of
from connectors.transports.rest import pack_position, unpack_position

NOTE = "file:"
"""Begins the memo's key for a file; the note is the mark of the version that was read."""


def read(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Read a stream from its file or files; see `connectors.hooks.ReadHook`."""
    position = unpack_position(resume, window)
    end = instant_text(window.until.isoformat())
    reader = CsvReader(context, layout_of(context), source_of(context), end)
    read = 0
    held: Page | None = None
    for page, end_of_file in reader.pages(Position.of(position)):
        if held is not None:
            yield held
            held = None
        if isinstance(page.resume, str):
            page.resume = pack_position(page.resume, window)
        read += len(page.keys) + len(page.refused) + len(page.deleted)
        if limit is not None and read >= limit:
            yield page
            return
        if end_of_file:
            held = page
        else:
            yield page
    held = held or Page(whole=False)
    held.resume = None
    yield held


def layout_of(context: ReadContext) -> CsvLayout:
    """How the stream's files are written, after its section `csv` and its contract.

    Raises:
        ContractError: the contract is no table.
    """
    if not isinstance(context.contract, TableContract):
        raise ContractError(f"{context.contract.name} is no table (*.table.yaml)")
    section = context.stream.section
    return CsvLayout(
        columns=tuple(context.contract.columns(context.stream.record)),
        encoding=section.get("encoding", "auto"),
        header=section.get("header", True),
        delimiter=section.get("delimiter", ","),
        skip_lines=section.get("skip_lines", 0),
    )


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a stream's files: behind a block of this version of a file.

    `sound` says that no row up to there was refused, or kept out by the window's end.
    """

    name: str = ""
    mark: str | None = None
    offset: int = 0
    line: int = 1
    sound: bool = True

    @classmethod
    def of(cls, position: object) -> Position:
        """The place that a resume position names; the beginning where there is none."""
        return cls(*json.loads(position)) if isinstance(position, str) else cls()

    def packed(self) -> str:
        """As text."""
        return json.dumps([self.name, self.mark, self.offset, self.line, self.sound])


@dataclass(frozen=True, slots=True)
class CsvReader:
    """Reads the files of one stream; `end` is the window's, as the pages' `updated` are written."""

    context: ReadContext
    layout: CsvLayout
    source: FileSource
    end: str | None = None

    def pages(self, after: Position) -> Iterator[tuple[Page, bool]]:
        """Every page from a place on, and whether it is its file's last one.

        No key counts as absent where a row's key is unknown, or another file may hold it.
        """
        files = self.source.list(self.context.stream.section["path"])
        files = [file for file in files if file.name >= after.name]
        notes = self.context.memo([NOTE + file.name for file in files])
        for file in files:
            fetched = self.source.fetch(file, notes.get(NOTE + file.name))
            if fetched is None:
                continue
            with fetched:
                for page, last in self._file(fetched, after):
                    if len(files) > 1:
                        page.whole = False
                    yield page, last

    def _file(self, fetched: Fetched, after: Position) -> Iterator[tuple[Page, bool]]:
        file = fetched.file
        if (file.name, file.mark) != (after.name, after.mark):
            after = Position(file.name, file.mark)
        sound = after.sound
        for block in read_rows(
            fetched.stream,
            self.layout,
            name=file.name,
            offset=after.offset,
            line=after.line,
            block_bytes=BLOCK_BYTES,
        ):
            page = self._page(block)
            sound &= not block.refused and not page.goes_beyond(self.end)
            here = Position(file.name, file.mark, block.end, block.line, sound)
            page.resume = here.packed()
            if block.last and sound and file.mark is not None:
                page.notes[NOTE + file.name] = file.mark
            yield page, block.last

    def _page(self, block: RowBlock) -> Page:
        prepare, context = self.context.prepare, self.context
        page = context.keys.page(list(map(prepare, block.raws)) if prepare else block.raws)
        page.refused += refused_records(
            block.refused, context.identifiers, names=block.names, key=context.stream.key
        )
        if any(refused.key.startswith(HASHED) for refused in page.refused):
            page.whole = False
        return page
