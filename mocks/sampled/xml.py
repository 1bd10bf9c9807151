"""Files of sample records in XML: one document with an envelope, or a ZIP with a document each."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from connectors.contracts.xsd import XsdContract
from connectors.transports.xmlfields import global_element
from mocks.fault_xml import XmlWords
from mocks.sampled.elements import element_of
from mocks.sampled.records import Samples

HEADERS = {"X-Synthetic-Data": "true"}
MOMENT = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class XmlFile:
    """One file as the hub fetches it."""

    body: bytes
    media_type: str
    words: XmlWords

    @classmethod
    def of(cls, samples: Samples, contract: XsdContract) -> XmlFile:
        """The stream's records, within its envelope; documents of their own where it has none."""
        section = samples.stream.section
        element = str(section["element"])
        words = words_of(samples, str(section.get("envelope", "")), element)
        if "envelope" not in section:
            documents = [_text(one.element) for one in samples.records]
            return cls(_zip(documents), "application/zip", words)
        envelope = global_element(contract.schema, section["envelope"])
        inside = {element: [one.element for one in samples.records]}
        return cls(_text(element_of(envelope, inside)), "application/xml", words)

    async def answer(self, _request: Request) -> Response:
        """The file."""
        return Response(self.body, headers=HEADERS, media_type=self.media_type)


def words_of(samples: Samples, holder: str, record: str, token: str | None = None) -> XmlWords:
    """The words of a stream's answers; for the text see `Samples.plain_text`."""
    cursor = samples.stream.cursor.field if samples.stream.cursor else None
    named = (samples.stream.key, cursor or "", samples.plain_text or "note")
    key, updated, text = (path.rpartition(".")[2] for path in named)
    return XmlWords(holder, key, updated, text, record=record, token=token)


def _text(element: Any) -> bytes:
    return bytes(etree.tostring(element, xml_declaration=True, encoding="UTF-8"))


def _zip(documents: list[bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for number, document in enumerate(documents, 1):
            info = zipfile.ZipInfo(f"{number:04d}.xml", MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, document)
    return buffer.getvalue()
