"""The register of support agencies as a SOAP 1.1 service over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import xmlschema
from lxml import etree
from starlette.applications import Starlette
from starlette.responses import Response

import connectors
from mocks.credentials import ClientCredentials
from mocks.pages import ParameterError
from mocks.soap.message import answer
from mocks.soap.security import TokenGuard
from mocks.soap.service import RefusedQuestion, SoapService, texts_of
from mocks.support_agency.index import AgencyIndex
from mocks.world import World

CONTRACT = Path(connectors.__file__).parent / "support_agency" / "support_agency.wsdl"
NAMESPACE = "urn:assumed:support-agency:v1"
XSD = "http://www.w3.org/2001/XMLSchema"
OPERATION = f"{{{NAMESPACE}}}listAgencies"
PATH = "/services/SupportAgencyService"
DEFAULT_SIZE = "100"


class Register:
    """Answers `listAgencies`."""

    def __init__(self, index: AgencyIndex, contract: bytes) -> None:
        self.index = index
        types = etree.fromstring(contract).find(f".//{{{XSD}}}schema")
        self.schema = xmlschema.XMLSchema10(etree.tostring(types, encoding="unicode"))

    def list(self, asked: etree._Element) -> Response:
        """One page of agencies.

        Raises:
            RefusedQuestion: the question is outside the contract, or its page token is unknown.
        """
        if not self.schema.is_valid(asked):
            raise RefusedQuestion("REQ-001")
        given = texts_of(asked)
        try:
            page = self.index.page(
                given.get("updatedFrom"),
                given.get("updatedUntil"),
                given.get("pageToken"),
                int(given.get("pageSize", DEFAULT_SIZE)),
            )
        except ParameterError as wrong:
            lost = wrong.code == "invalid_cursor"
            raise RefusedQuestion("PAGE-001" if lost else "REQ-001") from wrong
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
    contract = CONTRACT.read_bytes()
    register = Register(AgencyIndex(world, seconds), contract)
    guard = TokenGuard(credentials, seconds)
    service = SoapService(contract, PATH, NAMESPACE, {OPERATION: register.list}, guard)
    app = Starlette(routes=service.routes)
    app.state.register = register
    return app
