"""The register of support agencies as a SOAP 1.1 service over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import xmlschema
from lxml import etree
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import connectors
from mocks.credentials import ClientCredentials
from mocks.pages import ParameterError
from mocks.support_agency.index import AgencyIndex
from mocks.support_agency.security import WSSE, RefusedToken, TokenGuard
from mocks.world import World

CONTRACT = Path(connectors.__file__).parent / "support_agency" / "support_agency.wsdl"
NAMESPACE = "urn:assumed:support-agency:v1"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
OPERATION = f"{{{NAMESPACE}}}listAgencies"
PATH = "/services/SupportAgencyService"
DEFAULT_SIZE = "100"
MAX_BODY = 64 * 1024


def fault(general: str, code: str, hold: int | None = None) -> Response:
    """A fault with its detail; the text is what such systems write."""
    retry = "" if hold is None else f"<retryAfterSeconds>{hold}</retryAfterSeconds>"
    body = (
        f'<soap:Fault xmlns:wsse="{WSSE}"><faultcode>{general}</faultcode>'
        f"<faultstring>処理できませんでした。</faultstring>"
        f'<detail><serviceFault xmlns="{NAMESPACE}"><code>{code}</code>{retry}</serviceFault>'
        f"</detail></soap:Fault>"
    )
    return answer(body.encode(), 500)


def answer(body: bytes, status: int = 200) -> Response:
    """An envelope around a body."""
    whole = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<soap:Envelope xmlns:soap="%s" xmlns:xsi="%s"><soap:Body>%s</soap:Body></soap:Envelope>'
        % (SOAP.encode(), XSI.encode(), body)
    )
    return Response(whole, status, media_type="text/xml; charset=utf-8")


class Register:
    """Answers requests."""

    def __init__(self, index: AgencyIndex, guard: TokenGuard) -> None:
        self.index = index
        self.guard = guard
        self.contract = CONTRACT.read_bytes()
        types = etree.fromstring(self.contract).find(f".//{{{XSD}}}schema")
        self.schema = xmlschema.XMLSchema10(etree.tostring(types, encoding="unicode"))

    async def wsdl(self, request: Request) -> Response:
        """`GET …?wsdl`: the contract, with the address under which it was asked for."""
        if "wsdl" not in request.query_params and "WSDL" not in request.query_params:
            return Response("POST a SOAP message, or ask for ?wsdl", 400, media_type="text/plain")
        root = etree.fromstring(self.contract)
        place = root.find(".//{http://schemas.xmlsoap.org/wsdl/soap/}address")
        if place is not None:
            asked = urlsplit(str(request.url))
            place.set("location", f"{asked.scheme}://{asked.netloc}{PATH}")
        text = etree.tostring(root, encoding="utf-8", xml_declaration=True)
        return Response(text, media_type="text/xml; charset=utf-8")

    async def ask(self, request: Request) -> Response:
        """`POST`: one SOAP message."""
        body = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "text/xml":
            return Response(status_code=415)
        if len(body) > MAX_BODY or b"<!DOCTYPE" in body:
            return fault("soap:Client", "REQ-001")
        try:
            envelope = etree.fromstring(body, etree.XMLParser(resolve_entities=False))
        except etree.XMLSyntaxError:
            return fault("soap:Client", "REQ-001")
        if envelope.tag != f"{{{SOAP}}}Envelope":
            return fault("soap:VersionMismatch", "REQ-001")
        try:
            self.guard.check(envelope)
        except RefusedToken as refused:
            return fault(f"wsse:{refused.general}", refused.code)
        return self._list(envelope.find(f"{{{SOAP}}}Body/*"))

    def _list(self, asked: etree._Element | None) -> Response:
        if asked is None or asked.tag != OPERATION or not self.schema.is_valid(asked):
            return fault("soap:Client", "REQ-001")
        given = {etree.QName(one).localname: (one.text or "").strip() for one in asked}
        try:
            page = self.index.page(
                given.get("updatedFrom"),
                given.get("updatedUntil"),
                given.get("pageToken"),
                int(given.get("pageSize", DEFAULT_SIZE)),
            )
        except ParameterError as wrong:
            lost = wrong.code == "invalid_cursor"
            return fault("soap:Client", "PAGE-001" if lost else "REQ-001")
        token = json.loads(page.token)
        shown = ' xsi:nil="true"/>' if token is None else f">{escape(token)}</nextPageToken>"
        return answer(
            f'<listAgenciesResponse xmlns="{NAMESPACE}"><total>{page.total}</total>'
            f"<nextPageToken{shown}<agencies>".encode()
            + page.items
            + b"</agencies></listAgenciesResponse>"
        )


def register_app(
    world: World, credentials: ClientCredentials, seconds: Callable[[], float]
) -> Starlette:
    """The application; `app.state.register` gives its index."""
    register = Register(AgencyIndex(world, seconds), TokenGuard(credentials, seconds))
    app = Starlette(
        routes=[
            Route(PATH, register.wsdl, methods=["GET"]),
            Route(PATH, register.ask, methods=["POST"]),
        ]
    )
    app.state.register = register
    return app
