"""A large XML file as it is streamed: bounded between the ends of two records, and forgotten."""

from __future__ import annotations

from typing import IO

from lxml import etree

from connectors.transports.xmlsafe import XmlFault, in_utf8

HEAD = 64 * 1024
"""Bytes at a file's beginning in which its encoding and a DTD show."""


class CountedFile:
    """A file for the parser; raises where no record ends for too long."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self._file = file
        self._limit = limit
        self._head = b""
        self.since = 0

    def head(self) -> bytes:
        """The first `HEAD` bytes; they are read again from the start.

        Raises:
            XmlFault: they declare another encoding than UTF-8.
        """
        self._head = self._file.read(HEAD)
        _check_encoding(self._head)
        return self._head

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Raises:
            XmlFault: one element goes on for more than the limit.
        """
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
        else:
            data = self._file.read(size)
        self.since += len(data)
        if self.since > self._limit:
            raise XmlFault("too_large", f"an element has more than {self._limit:,} bytes")
        return data


def _check_encoding(head: bytes) -> None:
    """Check what a large file says of its encoding; only UTF-8 is streamed.

    Raises:
        XmlFault: it declares another encoding.
    """
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise XmlFault("encoding", "a file of many records must be in UTF-8")
    end = head.find(b"?>")
    declaration = head[: end + 2] if head.startswith(b"<?xml") and end > 0 else b""
    if declaration and in_utf8(declaration) is not declaration:
        raise XmlFault("encoding", "a file of many records must be in UTF-8")


def forget(element: etree._Element) -> None:
    """Free an element and what stands before it."""
    parent = element.getparent()
    element.clear()
    if parent is not None:
        while (before := element.getprevious()) is not None:
            parent.remove(before)
