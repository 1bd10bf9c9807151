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

    @classmethod
    def of(cls, samples: Samples, contract: XsdContract) -> XmlFile:
        """The stream's records, within its envelope; documents of their own where it has none."""
        section = samples.stream.section
        if "envelope" not in section:
            return cls(_zip([_text(one.element) for one in samples.records]), "application/zip")
        envelope = global_element(contract.schema, section["envelope"])
        inside = {section["element"]: [one.element for one in samples.records]}
        return cls(_text(element_of(envelope, inside)), "application/xml")

    async def answer(self, _request: Request) -> Response:
        """The file."""
        return Response(self.body, headers=HEADERS, media_type=self.media_type)


def file_words(samples: Samples) -> XmlWords:
    """What the parts of such a document are called."""
    section = samples.stream.section
    return words_of(samples, str(section.get("envelope", "")), str(section["element"]))


def words_of(samples: Samples, holder: str, record: str, token: str | None = None) -> XmlWords:
    """The words of a stream's answers; the text is the first field that is neither key nor time."""
    stream = samples.stream
    cursor = stream.cursor.field if stream.cursor else None
    kept = {stream.key, cursor}
    texts = [leaf.path for leaf in samples.leaves if leaf.path not in kept and not leaf.enum]
    names = (path.rpartition(".")[2] for path in (stream.key, cursor or "", *texts[:1], "note"))
    key, updated, text, *_ = names
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
