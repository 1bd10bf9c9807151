"""Operations of a WSDL, answered page by page as the declaration reads them."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from lxml import etree
from starlette.responses import Response
from xmlschema.validators import XsdElement

from connectors.contracts.wsdl import SoapOperation, WsdlContract
from connectors.slicing import steps
from connectors.transports.xmlfields import fields_of
from mocks.fault_xml import XmlWords
from mocks.sampled.elements import element_of
from mocks.sampled.records import Samples
from mocks.sampled.selection import Selection
from mocks.sampled.xml import words_of
from mocks.soap.message import answer
from mocks.soap.service import RefusedQuestion, texts_of

TOTAL = re.compile("total|count|件数", re.IGNORECASE)


class SoapListing:
    """Answers one operation that lists records."""

    def __init__(self, samples: Samples, contract: WsdlContract) -> None:
        self.samples = samples
        self.stream = samples.stream
        self.operation: SoapOperation = contract.operation(str(self.stream.operation))
        self._records = steps(str(self.stream.records))
        following = self.stream.paging.next
        self._token = steps(following) if following else ()
        self._last = contract.at(self.operation, following)[-1] if following else None

    @property
    def words(self) -> XmlWords:
        """What the parts of its answers are called."""
        above = [str(self.operation.answer.local_name), *self._records]
        token = self._token[-1] if self._token else None
        return words_of(self.samples, above[-2], above[-1], token)

    def handle(self, asked: etree._Element) -> Response:
        """One page of records.

        Raises:
            RefusedQuestion: the question is outside the contract.
        """
        if not self.operation.question.is_valid(asked):
            raise RefusedQuestion("REQ-001")
        try:
            page = Selection.of(self.samples, texts_of(asked))
        except ValueError:
            raise RefusedQuestion("REQ-001") from None
        inside = _totals(self.operation.answer, page.total)
        _put(inside, self._records, [deepcopy(one.element) for one in page.records])
        if total_pages := self.stream.paging.total_pages:
            pages = max(1, -(-page.total // page.size))
            _put(inside, steps(total_pages), str(pages))
        if self._last is not None and (page.following is not None or self._last.min_occurs):
            _put(inside, self._token, self._following(self._last, page.following))
        whole = element_of(self.operation.answer, inside)
        return answer(bytes(etree.tostring(whole, encoding="utf-8")))

    def _following(self, token: XsdElement, place: int | None) -> str | None:
        """The next page's token; after the last page null, or empty where it cannot be null."""
        if place is None:
            return None if token.nillable else ""
        return str(place)


def _totals(declaration: XsdElement, total: int) -> dict[str, Any]:
    """How many records there are, wherever an answer tells it."""
    names = [field.name for field in fields_of(declaration.type)]
    return {name: str(total) for name in names if TOTAL.search(name)}


def _put(inside: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        inside = inside.setdefault(name, {})
    inside[path[-1]] = value
