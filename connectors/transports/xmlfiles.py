"""Files of XML documents, alone or in ZIPs.

A document is one record, or an envelope around many. What the schema, the parser or the ZIP's
limits refuse is quarantined with rule, line and bytes, and the others are read all the same; a
file that breaks off in its middle ends the read with an error after the pages before it.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from typing import IO, Any, cast

from lxml import etree

from base.errors import ContractError, ReadError, Stage
from base.records import Page, RefusedRecord, Window
from connectors.contracts.xsd import XsdContract
from connectors.hooks import ReadContext
from connectors.keys import KeyReader, instant_text
from connectors.transports.files import source_of
from connectors.transports.rest import pack_position, unpack_position
from connectors.transports.xmlkept import kept_bytes
from connectors.transports.xmlrecords import TooDeepError
from connectors.transports.xmlsafe import (
    Limits,
    XmlFault,
    check_limits,
    forbid_doctype,
    parse_document,
    safe_options,
    salvage,
    syntax_fault,
)
from connectors.transports.xmlstream import CountedFile, forget
from connectors.transports.xmlverdict import ValidRecords
from connectors.transports.zipfiles import Member, ZipLimits, ZipMembers

READ_AHEAD = 256 * 1024
"""Bytes that the parser may have read of a record before the end of the one before it."""

Found = bytes | RefusedRecord
"""One record's JSON text, or why there is none."""


def read(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Read a stream from one file: `path` of its section, or a local file.

    A file that has the mark of the last run is not read again. It is not noted as read where the
    window's end keeps out one of its records: a later window must meet it.

    Raises:
        ReadError: there is not exactly one such file.
        HubError: whatever else ended the read; pages given before stay good.
    """
    yield from _bounded(_pages(context, window, resume), limit)


def _pages(context: ReadContext, window: Window, resume: str | None) -> Iterator[Page]:
    reader, source = XmlReader.of(context), source_of(context)
    wanted = str(context.stream.section.get("path", ""))
    listed = source.list(wanted)
    if len(listed) != 1:
        raise ReadError(
            f"{len(listed)} files are called {wanted}, where there must be one",
            remedy="Ask the system's owner which file counts, or whether it was moved",
        )
    note = f"file:{listed[0].name}"
    fetched = source.fetch(listed[0], context.memo([note]).get(note))
    if fetched is None:
        yield Page(whole=False)
        return
    mark, end = fetched.file.mark, instant_text(window.until.isoformat()) or ""
    with fetched:
        first, late = _place(unpack_position(resume, window), mark)
        for page, following in reader.pages(fetched.stream, fetched.file.name, first):
            late = late or page.goes_beyond(end)
            if following is not None:
                page.resume = pack_position(json.dumps([mark, following, late]), window)
            elif mark is not None and not late:
                page.notes[note] = mark
            yield page


def _place(position: object, mark: str | None) -> tuple[int, bool]:
    """The number to read on from, and whether a record was late; of another version, none."""
    version, number, late = json.loads(position) if isinstance(position, str) else (None, 0, False)
    return (int(number), bool(late)) if version == mark else (0, False)


def _bounded(pages: Iterator[Page], limit: int | None) -> Iterator[Page]:
    read = 0
    for page in pages:
        read += len(page.raws) + len(page.refused)
        yield page
        if limit is not None and read >= limit:
            return


@dataclass(frozen=True, slots=True)
class XmlReader:
    """Reads the documents of files; `keys` makes pages of their records.

    `envelope` is the element around many records in one document, None where a document is one
    record; `headers` are what else the schema has in the envelope, which is no record. `members`
    are the names of a ZIP's members that are documents.
    """

    records: ValidRecords
    keys: KeyReader
    page_size: int
    envelope: str | None = None
    members: str = "*.xml"
    limits: Limits = field(default_factory=Limits)
    zip_limits: ZipLimits = field(default_factory=ZipLimits)
    headers: frozenset[str] = frozenset()
    prepare: Callable[[bytes], bytes] | None = None

    @classmethod
    def of(cls, context: ReadContext) -> XmlReader:
        """As the stream's section `xml` says.

        Raises:
            ContractError: the contract is no XML Schema, or lacks the element.
        """
        if not isinstance(context.contract, XsdContract):
            raise ContractError(f"{context.contract.name} is no XML Schema (*.xsd)")
        contract = context.contract
        section = context.stream.section
        element = context.stream.record or str(section["element"])
        defaults = Limits()
        envelope = contract.valid_records(section["envelope"]) if "envelope" in section else None
        return cls(
            records=contract.valid_records(element),
            keys=context.keys,
            page_size=context.stream.page_size,
            envelope=envelope.tag if envelope else None,
            headers=envelope.children if envelope else frozenset(),
            members=section.get("members", "*.xml"),
            limits=Limits(
                section.get("max_document", defaults.document),
                section.get("max_text", defaults.text),
                section.get("max_depth", defaults.depth),
            ),
            prepare=context.prepare,
        )

    def within(
        self, file: IO[bytes], name: str, window: Window, resume: str | None
    ) -> Iterator[Page]:
        """A file's pages from a window's position on."""
        done = unpack_position(resume, window)
        for page, following in self.pages(file, name, done if isinstance(done, int) else 0):
            page.resume = None if following is None else pack_position(following, window)
            yield page

    def pages(
        self, file: IO[bytes], name: str, first: int = 0
    ) -> Iterator[tuple[Page, int | None]]:
        """A file's pages from its record (or refused document) number `first` on.

        Each comes with the number to read on from, None after the last one. There is always one.
        """
        found = self.found(file, name)
        done = sum(1 for _ in islice(found, first))
        chunk = list(islice(found, self.page_size))
        while True:
            following = list(islice(found, self.page_size))
            done += len(chunk)
            yield self.page(chunk), done if following else None
            if not following:
                return
            chunk = following

    def page(self, found: list[Found]) -> Page:
        """A page of records and refused documents."""
        raws = [one for one in found if isinstance(one, bytes)]
        page = self.keys.page(list(map(self.prepare, raws)) if self.prepare else raws)
        page.refused += [one for one in found if isinstance(one, RefusedRecord)]
        return page

    def found(self, file: IO[bytes], name: str) -> Iterator[Found]:
        """Every record of a ZIP or XML file, in its order.

        Raises:
            ReadError: the file is no ZIP and no XML, or breaks off.
        """
        head = file.read(4)
        file.seek(0)
        if head[:2] == b"PK" or name.lower().endswith(".zip"):
            yield from self._zip(ZipMembers(file, name, self.zip_limits), name)
        elif self.envelope is None:
            yield self.document(file.read(self.limits.document + 1), name)
        else:
            yield from self._envelope(file, name)

    def _zip(self, members: ZipMembers, name: str) -> Iterator[Found]:
        for member in members:
            place = f"{name}/{member.name}"
            try:
                self._expect(member)
                if self.envelope is not None:
                    yield from self._enveloped(members, member, place)
                else:
                    yield self.document(members.read(member, self.limits.document), place)
            except XmlFault as fault:
                yield self._refused(fault, place, b"")

    def _expect(self, member: Member) -> None:
        if member.fault is not None:
            raise member.fault
        if not fnmatchcase(member.name.lower(), self.members):
            raise XmlFault("unexpected_member", "the member is none of the documents")

    def _enveloped(self, members: ZipMembers, member: Member, place: str) -> Iterator[Found]:
        with members.open(member) as stream:
            yield from self._envelope(stream, place)

    def document(self, data: bytes, name: str) -> Found:
        """The record that a document is, or its refusal."""
        try:
            root = parse_document(data, self.limits)
        except XmlFault as fault:
            return self._refused(fault, name, data, self._salvaged(fault, data))
        return self._record(root, name, lambda: data)

    def _record(self, element: etree._Element, name: str, raw: Callable[[], bytes]) -> Found:
        try:
            return self.records.convert(element)
        except XmlFault as fault:
            return self._refused(fault, name, raw(), element)
        except TooDeepError as error:
            return self._refused(XmlFault("too_deep", str(error)), name, raw(), element)

    def _envelope(self, file: IO[bytes], name: str) -> Iterator[Found]:
        """The records of an envelope, one at a time: memory holds one of them.

        Raises:
            ReadError: the file is not well-formed, or an element in it has no end.
        """
        counted = CountedFile(file, self.limits.document)
        try:
            head = counted.head()
            for element in self._elements(counted, head, name):
                size, counted.since = counted.since + READ_AHEAD, 0
                yield self._inner(element, name, size)
                forget(element)
        except XmlFault as fault:
            raise ReadError(
                f"{name}: {fault.message}",
                remedy="The records before it were taken; the next run reads the file again",
            ) from None
        except etree.XMLSyntaxError as error:
            raise ReadError(
                f"{name}: {syntax_fault(error).message}",
                remedy="The records before it were taken; the next run reads the file again",
            ) from None
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ReadError(f"{name} breaks off: {type(error).__name__}") from None

    def _elements(self, file: CountedFile, head: bytes, name: str) -> Iterator[etree._Element]:
        """The envelope's children, each when its end has come."""
        forbid_doctype(head)
        events = etree.iterparse(
            cast(Any, file), events=("start", "end"), tag=(self.records.tag, self.envelope or ""),
            **safe_options(),
        )  # fmt: skip
        opened = False
        for event, element in events:
            if event == "start":
                opened = opened or (element.tag == self.envelope and element.getparent() is None)
                if not opened:
                    raise XmlFault("schema", "the file does not begin with its envelope")
            elif element.tag == self.records.tag:
                yield from self._strangers(reversed(list(element.itersiblings(preceding=True))))
                yield element
            else:
                yield from self._strangers(element)
        if not opened:
            raise XmlFault("schema", f"{name} does not hold the envelope")

    def _strangers(self, elements: Iterable[etree._Element]) -> Iterator[etree._Element]:
        """What stands in the envelope and has no place there; records that were read are empty."""
        for element in elements:
            if element.tag != self.records.tag and element.tag not in self.headers:
                yield element

    def _inner(self, element: etree._Element, name: str, size: int) -> Found:
        def raw() -> bytes:
            return cast(bytes, etree.tostring(element, encoding="utf-8", with_tail=False))

        try:
            check_limits(element, self.limits, size=size)
        except XmlFault as fault:
            return self._refused(fault, name, raw(), element)
        return self._record(element, name, raw)

    def _refused(
        self, fault: XmlFault, name: str, raw: bytes, element: etree._Element | None = None
    ) -> RefusedRecord:
        """A document kept raw for the quarantine, under its own key where that can be read."""
        kept = kept_bytes(raw)
        key = self._key(element) if element is not None else None
        if key is None:
            digest = hashlib.sha256(kept or name.encode()).hexdigest()[:16]
            key = f"sha256:{digest}"
        return RefusedRecord(key, kept, Stage.CONTRACT, fault.rule, f"{name}: {fault.message}")

    def _salvaged(self, fault: XmlFault, data: bytes) -> etree._Element | None:
        """A broken document whose key can still be read without doubt: it stands there once."""
        if fault.rule not in {"malformed", "encoding", "text_too_long"}:
            return None
        last = self.keys.key.rpartition(".")[2]
        if data.count(f"</{last}>".encode()) != 1:
            return None
        return salvage(data, self.limits)

    def _key(self, element: etree._Element) -> str | None:
        try:
            page = self.keys.page([self.records.loosely(element)])
        except (TooDeepError, RecursionError):
            return None
        return next(iter(page.keys or page.deleted), None)
