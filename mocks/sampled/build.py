"""A mock out of a connector's folder: REST and SOAP operations, files, tables."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from base.errors import SettingsError
from connectors.connector import Connector
from connectors.contracts.openapi import OpenApiContract
from connectors.contracts.wsdl import WsdlContract
from connectors.contracts.xsd import XsdContract
from connectors.declaration import Stream, load_declaration
from connectors.registry import ROOT
from mocks.credentials import ClientCredentials
from mocks.fault_bodies import JsonWords, json_bodies
from mocks.fault_sql import KINDS
from mocks.fault_xml import XmlWords, xml_bodies
from mocks.faults import Bodies
from mocks.sampled.database import write_tables
from mocks.sampled.files import CsvFile
from mocks.sampled.records import Samples
from mocks.sampled.rest import Listing
from mocks.sampled.soap import SoapListing
from mocks.sampled.xml import XmlFile
from mocks.settings import RATE, http_address
from mocks.soap.security import TokenGuard
from mocks.soap.service import SoapService
from mocks.subsidy.app import error, json_answer
from mocks.systems import Environment, Mock
from mocks.tokens import TokenDesk
from mocks.world import World

TOKEN_HEADER = "X-Api-Token"
TOKEN_PATH = "/oauth/token"
FILE = "{}.sqlite"

Build = Callable[[Environment], Mock]
Connections = Callable[[int | None, ClientCredentials, Path], dict[str, dict[str, Any]]]


def sampled_system(name: str) -> tuple[Build, Connections]:
    """What a `system.py` needs: `build` and `connections` of the connector `name`."""

    def build(environment: Environment) -> Mock:
        connector = Connector(load_declaration(ROOT / name), _no_connection)
        streams = [Samples(connector, one, environment.world) for one in connector.streams.values()]
        tables = [samples for samples in streams if samples.stream.protocol == "sql"]
        if tables:
            return Mock(
                trial=write_tables(environment.folder / FILE.format(name), tables), kinds=KINDS
            )
        return _over_http(connector, streams, environment)

    def connections(
        port: int | None, credentials: ClientCredentials, folder: Path
    ) -> dict[str, dict[str, Any]]:
        declaration = load_declaration(ROOT / name)
        return {
            stream.connection: _settings(stream, name, port, credentials, folder)
            for stream in declaration.streams.values()
        }

    return build, connections


def _no_connection(name: str) -> Any:
    raise SettingsError(f"the mock of {name} asks nobody")


def _settings(
    stream: Stream, name: str, port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, Any]:
    if stream.protocol == "sql":
        return {"address": f"sqlite:///{folder / FILE.format(name)}", "rate_per_second": RATE}
    address = http_address(port)
    usual: dict[str, Any] = {"address": address, "rate_per_second": RATE}
    if stream.auth.method == "wsse_username_token":
        return usual | {"username": credentials.client_id, "password": credentials.client_secret}
    if stream.auth.method == "token_header":
        return usual | {"token_header": TOKEN_HEADER, "api_token": credentials.client_secret}
    if stream.auth.method in {"client_secret_basic", "private_key_jwt"}:
        token = {"client_id": credentials.client_id, "token_url": f"{address}{TOKEN_PATH}"}
        if stream.auth.method == "private_key_jwt":
            return usual | token | {"private_key": credentials.private_key}
        return usual | token | {"client_secret": credentials.client_secret}
    return usual


def _over_http(connector: Connector, streams: list[Samples], environment: Environment) -> Mock:
    desk = environment.desk(
        environment.credentials,
        scope=next((s.stream.auth.scope for s in streams if s.stream.auth.scope), ""),
        lifetime=environment.token_lifetime,
    )
    door = _Door(desk, environment.credentials.client_secret)
    routes = [Route(TOKEN_PATH, door.token, methods=["POST"])]
    words: list[XmlWords | JsonWords] = []
    asked = [samples for samples in streams if samples.stream.protocol == "soap"]
    if asked:
        listings = [SoapListing(one, _wsdl(connector, one.stream)) for one in asked]
        routes += _services(connector, listings, environment)
        words += [listing.words for listing in listings]
    for samples in streams:
        stream = samples.stream
        found = _answer(connector.contract(stream.name), samples, environment.world)
        if found is not None:
            path, served = found
            routes.append(Route(path, door.guarded(served.answer, stream), methods=["GET", "HEAD"]))
            words += [served.words] if not isinstance(served, CsvFile) else []
    return Mock(Starlette(routes=routes), revoke=desk.revoke_all, secrets=desk.given_out,
                bodies=_bodies(words))  # fmt: skip


def _bodies(words: list[XmlWords | JsonWords]) -> dict[bytes, Bodies]:
    """The faults that answers in these words can have, by the first byte of an answer."""
    in_xml = [one for one in words if isinstance(one, XmlWords)]
    in_json = [one for one in words if isinstance(one, JsonWords)]
    found: dict[bytes, Bodies] = {b"<": xml_bodies(*in_xml)} if in_xml else {}
    spoilt = json_bodies(*in_json) if in_json else {}
    return found | ({b"{": spoilt, b"[": spoilt} if spoilt else {})


def _wsdl(connector: Connector, stream: Stream) -> WsdlContract:
    return cast(WsdlContract, connector.contract(stream.name))


def _services(
    connector: Connector, listings: list[SoapListing], environment: Environment
) -> Iterator[Route]:
    """The addresses that messages are sent to, each with its operations."""
    by_path: dict[str, list[SoapListing]] = {}
    for listing in listings:
        by_path.setdefault(listing.operation.path or "/", []).append(listing)
    for path, here in by_path.items():
        stream = here[0].stream
        signed = stream.auth.method == "wsse_username_token"
        guard = TokenGuard(environment.credentials, environment.seconds) if signed else None
        handlers = {str(one.operation.question.name): one.handle for one in here}
        contract = _wsdl(connector, stream)
        namespace = str(here[0].operation.answer.target_namespace)
        service = SoapService(contract.path.read_bytes(), path, namespace, handlers, guard)
        yield from service.routes


def _answer(
    contract: object, samples: Samples, world: World
) -> tuple[str, Listing | CsvFile | XmlFile] | None:
    """Where a stream is read with GET, and what answers there; None for what is asked otherwise."""
    stream = samples.stream
    if isinstance(contract, OpenApiContract):
        operation = contract.operation(str(stream.operation))
        return operation.path, Listing(samples, operation, contract.resolver)
    if "path" not in stream.section:
        return None
    path = f"/{stream.section['path']}"
    if stream.protocol == "csv":
        return path, CsvFile(samples, world)
    if isinstance(contract, XsdContract):
        return path, XmlFile.of(samples, contract)
    return None


class _Door:
    """Lets in whoever enters as the stream declares."""

    def __init__(self, desk: TokenDesk, secret: str) -> None:
        self._desk = desk
        self._secret = secret

    async def token(self, request: Request) -> Response:
        """`POST /oauth/token`: client credentials."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        status, body = self._desk.issue(form, request.headers.get("authorization"))
        return json_answer(body, status, {"Cache-Control": "no-store"})

    def guarded(self, answer: Any, stream: Stream) -> Any:
        """The endpoint behind the stream's way of entering."""

        async def endpoint(request: Request) -> Response:
            if self._admits(request, stream):
                return cast(Response, await answer(request))
            return error("invalid_token", "no access token, or it has expired", 401)

        return endpoint

    def _admits(self, request: Request, stream: Stream) -> bool:
        if stream.auth.method == "token_header":
            given = request.headers.get(TOKEN_HEADER, "")
            return hmac.compare_digest(given.encode(), self._secret.encode())
        if stream.auth.method in {"client_secret_basic", "private_key_jwt"}:
            return self._desk.admits(request.headers.get("authorization"))
        return True
