"""Type 12: the same rows as XML. A row becomes the JSON text that its CSV line would become."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

import msgspec
from lxml import etree

from base.errors import ContractError
from base.records import Page
from connectors.hooks import ReadContext
from connectors.transports.xmlsafe import XmlFault, forbid_doctype, safe_options, syntax_fault

ROW = "corporation"
HEAD = ("lastUpdateDate", "count", "divideNumber", "divideSize")
NUMBER = "sequenceNumber"
PAGE = 2_000
"""Rows of a page of a file."""


def is_xml(file: BinaryIO) -> bool:
    """Whether a file begins as XML does."""
    file.seek(0)
    return file.read(100).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def xml_answer(body: bytes, context: ReadContext) -> tuple[Page, list[str]]:
    """A division's rows, and its head.

    Raises:
        ContractError: the document is broken, or has a DTD.
    """
    head: dict[str, str] = {}
    page = _page(list(_rows(io.BytesIO(body), "the answer", head)), context)
    return page, [head.get(name, "") for name in HEAD]


def xml_pages(file: BinaryIO, name: str, context: ReadContext) -> Iterator[Page]:
    """A file's rows, page by page; memory is bounded by the page.

    Raises:
        ContractError: the document is broken, or has a DTD.
    """
    page = Page(whole=False)
    for number, rows in enumerate(_chunks(_rows(file, name, {}))):
        if number:
            yield page
        page = _page(list(rows), context)
        page.resume = str(number)
    page.resume = None
    yield page


def _chunks(rows: Iterator[bytes]) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == PAGE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _page(raws: list[bytes], context: ReadContext) -> Page:
    return context.keys.page([context.prepare(raw) for raw in raws] if context.prepare else raws)


def _rows(file: BinaryIO, name: str, head: dict[str, str]) -> Iterator[bytes]:
    """Each row as a JSON text; `head` is filled with what stands beside the rows."""
    file.seek(0)
    try:
        forbid_doctype(file.read(4096))
        file.seek(0)
        for _, element in etree.iterparse(file, events=("end",), **safe_options()):
            tag = str(element.tag)
            if tag in HEAD:
                head[tag] = (element.text or "").strip()
            elif tag == ROW:
                texts = {str(child.tag): child.text or "" for child in element}
                yield msgspec.json.encode({"key": texts.pop(NUMBER, ""), **texts})
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except (XmlFault, etree.XMLSyntaxError) as error:
        fault = error if isinstance(error, XmlFault) else syntax_fault(error)
        raise ContractError(
            f"{name}: {fault.message}", remedy="What came before was read; read it again"
        ) from None
