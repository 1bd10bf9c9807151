"""The records of a SOAP answer: streamed, each one JSON text, and what else the answer says.

The tree of a large answer is never whole in memory: each record is emptied as soon as it is taken.
An answer that is not well-formed is cut into its records, so that one bad byte costs one record.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lxml import etree

from base.errors import ContractError, ServerFault
from base.http_answer import Response, check_status
from base.records import RefusedRecord
from connectors.contracts.wsdl import SoapOperation, WsdlContract
from connectors.transports.paging import Position
from connectors.transports.soapcut import Broken, cut
from connectors.transports.soapfault import FAULT, SOAP, FaultWords, fault_error
from connectors.transports.xmlfields import fields_of
from connectors.transports.xmlrecords import NIL, XmlRecords
from connectors.transports.xmlsafe import (
    XmlFault,
    forbid_doctype,
    in_utf8,
    safe_options,
    syntax_fault,
)

ENVELOPE, BODY = f"{{{SOAP}}}Envelope", f"{{{SOAP}}}Body"
LONGEST_RECORD = 4 * 1024 * 1024
"""Bytes of one record's JSON text."""

WHOLE = 4 * 1024 * 1024
"""Bytes of an answer whose tree may be whole in memory; of a larger one, records are emptied."""

FEW = 2
"""So many broken records say nothing about the whole answer yet."""

_END = re.compile(rb"</(?:[^\s<>/:]+:)?Envelope\s*>\s*\Z")
_CLOSING_BYTES = 200
_HTML = re.compile(rb"\s*<(?:!doctype html|html|head|body)", re.IGNORECASE)
_PLAIN = frozenset({b"utf-8", b"utf8", b"us-ascii"})
_UNICODE = frozenset({"utf-8", "utf8", "us-ascii", "utf-16", "utf-16le", "utf-16be"})
_DECLARED = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


@dataclass(slots=True)
class SoapPage:
    """One answer: records as JSON texts, records that cannot be read, and what leads on.

    `token` is what the answer says of the next page, `pages` how many there are; `following` is
    where the next one lies, as the reader makes it out.
    """

    raws: list[bytes] = field(default_factory=list)
    refused: list[RefusedRecord] = field(default_factory=list)
    token: str | None = None
    pages: int | None = None
    following: Position = None


class AnswerReader:
    """Reads the answers of one operation.

    Args:
        records: path of the list, `$.agencies.agency`.
        following: path of the next page's token, None where answers have none.
        pages: path of the number of pages, None where answers have none.
        key: the records' key, a name at their top; for records that cannot be read otherwise.
    """

    def __init__(
        self,
        contract: WsdlContract,
        operation: SoapOperation,
        *,
        records: str,
        following: str | None,
        pages: str | None = None,
        key: str,
        words: FaultWords,
    ) -> None:
        self.operation = operation
        self.records: XmlRecords = contract.records(operation.id, records)
        *above, _record = (operation.answer, *contract.at(operation, records))
        self._steps = [str(one.name) for one in above]
        self._listed = {field.tag for field in fields_of(above[-1].type)}
        leads = contract.at(operation, following) if following else []
        self._following = [str(one.name) for one in leads]
        self._ends_without = any(one.min_occurs == 0 for one in leads)
        self._pages = [str(one.name) for one in contract.at(operation, pages)] if pages else []
        self._key = key
        self._words = words

    def read(self, response: Response, place: str, now: Any) -> SoapPage:
        """What an answer holds.

        Args:
            place: the request as messages may show it.
            now: the present instant, against which a Retry-After that is a date is measured.

        Raises:
            HubError: a fault, as the error that it means; another status than success; an answer
                that breaks off (ServerFault), or is outside the contract (ContractError).
        """
        if response.status != 200:
            fault = _fault_in(response)
            if fault is not None and response.status != 429:
                raise fault_error(fault, place, self._words)
            check_status(response, place, now)
        return self.page(_checked(response, place), place)

    def page(self, body: bytes, place: str) -> SoapPage:
        """What the text of an answer holds; see `read`."""
        try:
            data = _utf8(body)
            forbid_doctype(data)
        except XmlFault as fault:
            if fault.rule == "doctype":
                raise _outside(place, "with a DTD, which SOAP forbids (SOAP 1.1, 3)") from None
            return self._cut(body, place, fault)
        page = SoapPage()
        try:
            root = self._whole(data, page) if len(data) <= WHOLE else self._stream(data, page)
        except etree.XMLSyntaxError as error:
            return self._cut(data, place, _fault_of(data, error))
        self._close(page, root, place)
        return page

    def _whole(self, data: bytes, page: SoapPage) -> etree._Element:
        """Take the records of an answer whose tree may be whole in memory; its root."""
        parser = etree.XMLParser(encoding="utf-8", collect_ids=False, **safe_options())
        root = etree.fromstring(data, parser)
        listed = root.find("/".join((BODY, *self._steps)))
        if listed is not None:
            for element in listed.iterchildren(self.records.tag):
                self._take(page, element)
        return root

    def _stream(self, data: bytes, page: SoapPage) -> etree._Element:
        """Take the records of a large answer one by one; the root of what is left."""
        events = etree.iterparse(
            BytesIO(data), ("end",), tag=self.records.tag, encoding="utf-8", **safe_options()
        )
        above = self._steps[-1]
        for _, element in events:
            parent = element.getparent()
            if parent is not None and parent.tag == above:
                self._take(page, element)
                element.clear()
        root: etree._Element = events.root
        return root

    def _take(self, page: SoapPage, element: etree._Element) -> None:
        try:
            raw = self.records.convert(element)
        except ValueError as error:
            page.refused.append(self._broken("structure", str(error)).of(element))
            return
        if len(raw) > LONGEST_RECORD:
            what = f"the record has more than {LONGEST_RECORD:,} bytes"
            page.refused.append(self._broken("too_large", what).of(element))
            return
        page.raws.append(raw)

    def _broken(self, rule: str, what: str) -> Broken:
        return Broken(self.records.tag, self._key, rule, what)

    def _close(self, page: SoapPage, root: etree._Element, place: str) -> None:
        """Read what stands around the records.

        Raises:
            HubError: a fault stands there, or another element than the contract's.
        """
        body = root.find(BODY) if root.tag == ENVELOPE else None
        if body is None:
            raise _outside(place, f"with {_named(root)} instead of a SOAP 1.1 envelope")
        fault = body.find(FAULT)
        if fault is not None:
            raise fault_error(fault, place, self._words)
        here = body
        for tag in self._steps:
            found = here.find(tag)
            if found is None:
                have = ", ".join(map(_named, here)) or "nothing"
                raise _outside(place, f"without {_local(tag)}; there is {have}")
            here = found
        strange = sorted({_named(one) for one in here if one.tag not in self._listed})
        if strange:
            what = f"with {', '.join(strange[:5])} where {_local(self.records.tag)} should stand"
            raise _outside(place, what)
        page.token = self._token(body, place)
        if self._pages:
            text = body.findtext("/".join((self._steps[0], *self._pages)), "").strip()
            page.pages = int(text) if text.isdecimal() else None

    def _token(self, body: etree._Element, place: str) -> str | None:
        if not self._following:
            return None
        here = body.find(self._steps[0])
        for tag in self._following:
            found = None if here is None else here.find(tag)
            if found is None and self._ends_without:
                return None
            if found is None:
                raise _outside(place, f"without {_local(tag)}, so that nobody knows what follows")
            here = found
        if here is None or here.get(NIL) in ("true", "1"):
            return None
        return (here.text or "").strip() or None

    def _cut(self, body: bytes, place: str, fault: XmlFault) -> SoapPage:
        """Save what can be saved of an answer that is not well-formed.

        Raises:
            ServerFault: it breaks off.
            ContractError: nothing can be saved.
        """
        if not _END.search(body[-_CLOSING_BYTES:]):
            raise ServerFault(
                f"{place} answered with XML that breaks off",
                remedy="If it recurs, tell the system's owner; or ask for smaller pages",
            )
        page = SoapPage()
        pieces = cut(body, self.records.tag, self._key)
        if pieces is None:
            raise _unreadable(place, body, fault)
        for piece in pieces.records:
            if isinstance(piece, RefusedRecord):
                page.refused.append(piece)
            else:
                self._take(page, piece)
        if len(page.refused) > max(FEW, len(page.raws)):
            raise _unreadable(place, body, fault)
        self._close(page, pieces.rest, place)
        return page


def _checked(response: Response, place: str) -> bytes:
    """The body of an answer that must be XML in the encoding that its header names."""
    body = response.body
    if response.media_type == "text/html" or _HTML.match(body):
        raise _outside(
            place, "with a web page instead of SOAP",
            "It may be a maintenance or log-in page: open the address, then sync again",
        )  # fmt: skip
    found = _DECLARED.match(body)
    declared = found[1].decode().lower() if found else None
    named = [one for one in (declared, response.charset) if one is not None]
    for one in named:
        if one not in _UNICODE:
            raise _outside(place, f"in {one}; SOAP is UTF-8 or UTF-16 (WS-I Basic Profile R1012)")
    if len({"16" in one for one in named}) > 1:
        raise _outside(place, f"in {declared}, which its header calls {response.charset}")
    return body


def _utf8(body: bytes) -> bytes:
    """The text in UTF-8; whether it is valid is left to the parser, where it says UTF-8 itself.

    Raises:
        XmlFault: it is in another encoding than it declares.
    """
    found = _DECLARED.match(body)
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (
        found and found[1].lower() not in _PLAIN
    ):
        return in_utf8(body)
    return body.removeprefix(codecs.BOM_UTF8)


def _fault_of(data: bytes, error: etree.XMLSyntaxError) -> XmlFault:
    """What is wrong with a text that the parser refused: its encoding before its syntax."""
    try:
        in_utf8(data)
    except XmlFault as fault:
        return fault
    return syntax_fault(error)


def _fault_in(response: Response) -> etree._Element | None:
    """The fault that an answer of another status than success holds."""
    if "xml" not in response.media_type:
        return None
    try:
        data = in_utf8(response.body)
        forbid_doctype(data)
        parser = etree.XMLParser(encoding="utf-8", **safe_options())
        root = etree.fromstring(data, parser)
    except (XmlFault, etree.XMLSyntaxError):
        return None
    return None if root is None else root.find(f"{BODY}/{FAULT}")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _named(element: etree._Element) -> str:
    """An element's name with its namespace, short enough for a message."""
    return str(element.tag)[:120]


def _outside(place: str, what: str, remedy: str | None = None) -> ContractError:
    return ContractError(
        f"{place} answered {what}",
        remedy=remedy or "The system may have changed; compare its WSDL with the contract",
    )


def _unreadable(place: str, body: bytes, fault: XmlFault) -> ContractError:
    looks = next(_readable(body), "") if fault.rule == "encoding" else ""
    return ContractError(
        f"{place} answered XML that cannot be read: {fault.message}{looks}",
        remedy="Tell the system's owner; nothing of this page was read",
    )


def _readable(body: bytes) -> Iterator[str]:
    for charset, name in (("cp932", "CP932 (Shift_JIS)"), ("euc_jp", "EUC-JP")):
        try:
            body.decode(charset)
        except UnicodeDecodeError:
            continue
        yield f"; it reads as {name}"
