"""An XML file of sample records: the declaration's envelope around its elements."""

from __future__ import annotations

from typing import Any

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from mocks.sampled.records import Samples

HEADERS = {"X-Synthetic-Data": "true"}


class XmlFile:
    """One document: one record, or an envelope with all of them."""

    def __init__(self, samples: Samples, namespace: str | None) -> None:
        self._namespace = namespace
        section = samples.stream.section
        records = [self._element(section["element"], one.fields) for one in samples.records]
        root = records[0] if records else self._element(section["element"], {})
        if "envelope" in section:
            root = self._element(section["envelope"], {})
            root.extend(records)
        self.body: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")

    def _element(self, name: str, content: Any) -> etree._Element:
        tag = f"{{{self._namespace}}}{name}" if self._namespace else name
        element = etree.Element(tag, nsmap={None: self._namespace} if self._namespace else None)
        if not isinstance(content, dict):
            element.text = str(content).lower() if isinstance(content, bool) else str(content)
            return element
        for child, value in content.items():
            for one in value if isinstance(value, list) else [value]:
                element.append(self._element(child, one))
        return element

    async def answer(self, _request: Request) -> Response:
        """The document."""
        return Response(self.body, headers=HEADERS, media_type="application/xml")
