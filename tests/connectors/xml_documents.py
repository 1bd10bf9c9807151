"""A small schema, documents of it, and readers for them."""

from __future__ import annotations

import io
import zipfile
from random import Random
from typing import Any

import xmlschema

from base.records import Page
from connectors.keys import KeyReader
from connectors.transports.xmlfiles import XmlReader
from connectors.transports.xmlverdict import ValidRecords, Verdict

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:element name="plans"><xs:complexType><xs:sequence>
  <xs:element name="count" type="xs:int" minOccurs="0"/>
  <xs:element ref="plan" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType></xs:element>
<xs:element name="plan"><xs:complexType><xs:sequence>
  <xs:element name="id" type="xs:string"/>
  <xs:element name="amount" type="xs:int"/>
  <xs:element name="note" type="xs:string" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>"""

LONG = "".join(Random(1).choices("0123456789", k=2_000_000))


def reader(**given: Any) -> XmlReader:
    schema = xmlschema.XMLSchema(SCHEMA)
    return XmlReader(
        records=ValidRecords(schema, "plan", Verdict(schema)),
        keys=KeyReader.of("id"),
        page_size=given.pop("page_size", 100),
        **given,
    )


def enveloped(**given: Any) -> XmlReader:
    return reader(envelope="plans", headers=frozenset({"count"}), **given)


def plan(key: str = "P1", amount: str = "1", note: str = "") -> bytes:
    return f"<plan><id>{key}</id><amount>{amount}</amount><note>{note}</note></plan>".encode()


def zipped(*members: tuple[str, bytes], **options: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as made:
        for name, data in members:
            made.writestr(name, data)
    return buffer.getvalue()


def only(found: XmlReader, data: bytes, name: str = "") -> Page:
    name = name or ("day.zip" if data[:2] == b"PK" else "day.xml")
    pages = [page for page, _ in found.pages(io.BytesIO(data), name)]
    assert len(pages) == 1
    return pages[0]


def refused(page: Page) -> list[tuple[str, str]]:
    return [(one.key, one.rule) for one in page.refused]
