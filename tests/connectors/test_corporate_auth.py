"""Accounts and delegations read from GビズID's mock: every record once, credentials nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import pytest

from base.clock import ManualClock
from base.connection import Connection
from base.errors import AuthenticationError, ContractError, ReadError, ServerFault, SettingsError
from base.http import HttpClient
from base.http_answer import Response
from base.http_auth import Method
from base.records import Page, Window
from connectors.connector import Connector
from connectors.corporate_auth.question import DelegationDesk
from connectors.declaration import IN_THE_MESSAGE
from connectors.registry import load_connector
from mocks.corporate_auth.app import CorporateAuth
from mocks.corporate_auth.records import Records
from mocks.faults import Fault
from mocks.serve import MockServers, serve
from mocks.world import World
from tests.connectors.helpers import read_pages

pytestmark = pytest.mark.network

T = TypeVar("T")
PAGE_SIZE = 40
STREAMS = pytest.mark.parametrize("stream", ["accounts", "delegations"])
PATHS = {"accounts": "/api/accounts", "delegations": "/api/delegation/changes"}
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
WHOLE = Window(None, NOW)


@pytest.fixture(scope="module")
def still() -> Iterator[MockServers]:
    with serve(World(7, 400), only=["corporate_auth"]) as running:
        yield running


@pytest.fixture
def servers(still: MockServers) -> Iterator[MockServers]:
    still.faults.clear()
    yield still
    still.faults.clear()


def records(servers: MockServers, stream: str) -> Records:
    app = cast(Any, servers.systems.mocks["corporate_auth"].app)
    register = cast(CorporateAuth, app.state.corporate_auth).register
    return register.accounts_stream if stream == "accounts" else register.delegations_stream


def connector(servers: MockServers, **changed: object) -> Connector:
    """The connector on the mock, with small pages, on a clock that does not wait."""
    settings = {**servers.connections()["corporate_auth"], "rate_per_second": 0, **changed}
    connection = Connection.from_mapping("corporate_auth", settings)
    clock = ManualClock(NOW)
    made = load_connector(
        "corporate_auth",
        lambda _name: connection,
        open_client=lambda where, method: HttpClient(
            where, clock, auth=cast(Method, "none" if method in IN_THE_MESSAGE else method)
        ),
    )
    for name, stream in made.streams.items():
        made.streams[name] = replace(stream, page_size=PAGE_SIZE)
    return made


def read(made: Connector, stream: str, window: Window = WHOLE, **more: Any) -> list[Page]:
    return read_pages(made, stream, window, clock=ManualClock(NOW), **more)


def keys(pages: list[Page]) -> list[str]:
    return [key for page in pages for key in page.keys]


@STREAMS
def test_every_record_comes_once_as_it_was_sent(servers: MockServers, stream: str) -> None:
    pages = read(connector(servers), stream)
    held = records(servers, stream)
    assert len(pages) > 1
    assert keys(pages) == [key for _, key in held.pages.snapshot.positions]
    raws = {key: raw for page in pages for key, raw in zip(page.keys, page.raws, strict=True)}
    assert raws == {key: row.body for key, row in held.rows.items()}
    assert [page.refused for page in pages] == [[]] * len(pages)


@STREAMS
def test_reads_are_bounded_on_both_sides(servers: MockServers, stream: str) -> None:
    middle = NOW - timedelta(days=300)
    before, after = Window(None, middle), Window(middle, NOW)
    first, second = (read(connector(servers), stream, window) for window in (before, after))
    assert set(keys(first)) | set(keys(second)) == set(records(servers, stream).rows)
    limit = middle.isoformat()
    assert all(at is not None and at <= limit for page in first for at in page.updated)
    assert 0 < len(keys(first)) < len(records(servers, stream).rows)


@STREAMS
def test_reading_goes_on_after_every_page(servers: MockServers, stream: str) -> None:
    made = connector(servers)
    pages = read(made, stream)
    for place, page in enumerate(pages[:-1]):
        assert page.resume is not None
        rest = read(made, stream, resume=page.resume)
        assert keys(rest) == keys(pages[place + 1 :])
    assert pages[-1].resume is None


@STREAMS
@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "unavailable", "truncated"])
def test_passing_faults_lose_nothing(servers: MockServers, stream: str, kind: str) -> None:
    servers.faults.add(
        Fault(kind, path=PATHS[stream], skip=1, retry_after="2" if kind == "rate_limited" else None)
    )
    assert len(set(keys(read(connector(servers), stream)))) == len(records(servers, stream).rows)


@STREAMS
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("html", ContractError),
        ("server_error", ServerFault),
        ("expired_token", AuthenticationError),
    ],
)
def test_lasting_faults_are_named_and_hold_no_secret(
    servers: MockServers, stream: str, kind: str, error: type[Exception]
) -> None:
    servers.faults.add(Fault(kind, path=PATHS[stream], count=None))
    with pytest.raises(error) as caught:
        read(connector(servers), stream)
    assert f"corporate_auth.{stream}" in str(caught.value)
    assert not any(secret in str(caught.value) for secret in servers.systems.secrets())


@pytest.mark.parametrize(
    ("stream", "secret"),
    [("accounts", "api_token"), ("delegations", "client_token"), ("delegations", "client_key")],
)
def test_wrong_credentials_are_refused_without_being_named(
    servers: MockServers, stream: str, secret: str
) -> None:
    wrong = "a-wrong-secret-value"
    with pytest.raises(AuthenticationError) as caught:
        read(connector(servers, **{secret: wrong}), stream)
    assert wrong not in str(caught.value)


def test_a_missing_credential_names_the_setting(servers: MockServers) -> None:
    with pytest.raises(SettingsError, match="client_key"):
        read(connector(servers, client_key=None), "delegations")


@STREAMS
def test_a_field_that_the_contract_does_not_know_is_drift(
    servers: MockServers, stream: str
) -> None:
    servers.faults.add(Fault("field_gained", path=PATHS[stream], record=3))
    made = connector(servers)
    pages = read(made, stream)
    drift = made.decoder(stream).decode([raw for page in pages for raw in page.raws]).drift
    assert [(found.kind, found.count) for found in drift] == [("added", 1)]


@STREAMS
def test_what_the_mock_sends_is_what_the_contract_says(servers: MockServers, stream: str) -> None:
    made = connector(servers)
    decoded = made.decoder(stream).decode([raw for page in read(made, stream) for raw in page.raws])
    spoilt = {
        record.key for record, flaws in servers.world.truth.flaws.items()
        if record.stream == stream and any(flaw.rule == "nul" for flaw in flaws)
    }  # fmt: skip
    assert decoded.drift == []
    assert [refusal.rule for refusal in decoded.refusals] == ["nul"] * len(spoilt)


def test_the_check_of_the_connection_reads_both_streams(servers: MockServers) -> None:
    lines = connector(servers).check()
    assert [line.ok for line in lines] == [True] * 4


@dataclass
class Asked:
    """A client that keeps what it was asked, and answers with what it was given."""

    answer: Response
    seen: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)

    def post(
        self,
        path: str,
        message: Callable[[], bytes],
        read: Callable[[Response], T],
        headers: Mapping[str, str] | None = None,
    ) -> T:
        self.seen.append((path, message(), dict(headers or {})))
        return read(self.answer)


def desk(answer: Response) -> tuple[DelegationDesk, Asked]:
    secrets = {"client_key": "K-1", "client_token": "T-1"}
    connection = Connection("corporate_auth", "http://127.0.0.1:9", secrets=secrets)
    client = Asked(answer)
    return DelegationDesk(connection, client, ManualClock(NOW)), client


def test_credentials_stand_in_the_body_alone() -> None:
    made, client = desk(Response(200, {"content-type": "application/json"}, b'{"items":[]}'))
    made.get_json_bytes("/api/delegation/changes", {"limit": "5", "cursor": "c"})
    ((path, body, headers),) = client.seen
    assert path == "/api/delegation/changes"
    assert json.loads(body) == {
        "client_key": "K-1", "client_token": "T-1", "limit": 5, "cursor": "c",
    }  # fmt: skip
    assert "K-1" not in str(headers)


def test_a_refusal_names_its_code_and_nothing_of_the_question() -> None:
    made, _ = desk(Response(400, {"content-type": "application/json"}, b'{"error":"bad_key"}'))
    with pytest.raises(ReadError, match="400: bad_key") as caught:
        made.get_json_bytes("/api/delegation/changes", {})
    assert "T-1" not in str(caught.value)
