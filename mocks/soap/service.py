"""A SOAP 1.1 service: one address, its WSDL, and what answers each operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.soap.message import SOAP, fault
from mocks.soap.security import RefusedToken, TokenGuard

MAX_BODY = 64 * 1024
ADDRESS = "{http://schemas.xmlsoap.org/wsdl/soap/}address"

Handler = Callable[[etree._Element], Response]
"""Answers the element in a message's body."""


class RefusedQuestion(ValueError):
    """The service does not answer this; `code` is its own code for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class SoapService:
    """Takes messages at `path` and gives them to the operation that they ask for.

    `handlers` answer by the tag of the element in the body; `namespace` is that of the service's
    faults. Without a guard everybody is let in.

    A handler may raise RefusedQuestion: then the answer is a fault of the client's.
    """

    contract: bytes
    path: str
    namespace: str
    handlers: Mapping[str, Handler]
    guard: TokenGuard | None

    @property
    def routes(self) -> list[Route]:
        """The service's routes: `GET …?wsdl` and `POST`."""
        return [
            Route(self.path, self.wsdl, methods=["GET"]),
            Route(self.path, self.ask, methods=["POST"]),
        ]

    async def wsdl(self, request: Request) -> Response:
        """`GET …?wsdl`: the contract, with the address under which it was asked for."""
        if "wsdl" not in request.query_params and "WSDL" not in request.query_params:
            return Response("POST a SOAP message, or ask for ?wsdl", 400, media_type="text/plain")
        root = etree.fromstring(self.contract)
        place = root.find(f".//{ADDRESS}")
        if place is not None:
            asked = urlsplit(str(request.url))
            place.set("location", f"{asked.scheme}://{asked.netloc}{self.path}")
        text = etree.tostring(root, encoding="utf-8", xml_declaration=True)
        return Response(text, media_type="text/xml; charset=utf-8")

    async def ask(self, request: Request) -> Response:
        """`POST`: one SOAP message."""
        body = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "text/xml":
            return Response(status_code=415)
        if len(body) > MAX_BODY or b"<!DOCTYPE" in body:
            return self._fault("soap:Client", "REQ-001")
        try:
            envelope = etree.fromstring(body, etree.XMLParser(resolve_entities=False))
        except etree.XMLSyntaxError:
            return self._fault("soap:Client", "REQ-001")
        if envelope.tag != f"{{{SOAP}}}Envelope":
            return self._fault("soap:VersionMismatch", "REQ-001")
        try:
            if self.guard is not None:
                self.guard.check(envelope)
        except RefusedToken as refused:
            return self._fault(f"wsse:{refused.general}", refused.code)
        return self._answer(envelope.find(f"{{{SOAP}}}Body/*"))

    def _answer(self, asked: etree._Element | None) -> Response:
        handler = None if asked is None else self.handlers.get(str(asked.tag))
        if asked is None or handler is None:
            return self._fault("soap:Client", "REQ-001")
        try:
            return handler(asked)
        except RefusedQuestion as refused:
            return self._fault("soap:Client", refused.code)

    def _fault(self, general: str, code: str) -> Response:
        return fault(self.namespace, general, code)


def texts_of(asked: etree._Element) -> dict[str, str]:
    """The parameters of a question by their local names."""
    return {etree.QName(one).localname: (one.text or "").strip() for one in asked}
