"""Servers come up on loopback, answer the admin API, and leave nothing behind."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
import requests
import responses

from mocks.corpus import register
from mocks.credentials import ClientCredentials
from mocks.serve import MockServers, PortTaken, listen, serve
from mocks.settings import connection_variables, http_address
from mocks.systems import HOST, build_systems, default_ports, modules, ports_from
from mocks.world import World

SEARCH = "/exp/v1/public/subsidies?keyword=事業&sort=created_date&order=ASC&acceptance=0"


def test_servers_listen_on_loopback_and_go_away(credentials: ClientCredentials) -> None:
    before = threading.active_count()
    with serve(World(1, 5), credentials=credentials) as servers:
        ports = {name: servers[name].port for name in servers.systems.apps}
        for port in ports.values():
            with pytest.raises(PortTaken):
                listen("another", port)
        assert all(
            servers[name].address.startswith("http://127.0.0.1:") for name in servers.systems.apps
        )
    for port in ports.values():
        listen("free again", port).close()
    assert threading.active_count() == before


def test_a_taken_port_is_named(credentials: ClientCredentials) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        ports = {**dict.fromkeys(default_ports(), 0), "subsidy": port}
        with (
            pytest.raises(PortTaken, match=f"port {port} for the mock system subsidy is taken"),
            serve(World(1, 5), credentials=credentials, ports=ports),
        ):
            pass


def test_the_row_of_ports_can_begin_elsewhere() -> None:
    assert ports_from(9001) == {name: port + 200 for name, port in default_ports().items()}


def test_the_admin_api(credentials: ClientCredentials) -> None:
    with serve(World(7, 120), credentials=credentials) as servers:
        admin = f"{servers['admin'].address}/admin"
        world = requests.get(f"{admin}/world", timeout=10).json()
        assert (world["seed"], world["today"], world["businesses"]) == (7, "2026-11-20", 120)
        event = requests.post(f"{admin}/world/events", json={"kind": "moved"}, timeout=10)
        assert event.json()["events"][0]["business"]
        several = {"events": [{"kind": "founded"}, {"kind": "renamed"}]}
        done = requests.post(f"{admin}/world/events", json=several, timeout=10).json()["events"]
        assert [e["kind"] for e in done] == ["founded", "renamed"]
        moved = requests.post(f"{admin}/advance", json={"days": 11}, timeout=10).json()
        assert moved["today"] == "2026-12-01"
        assert moved["applications"] > 0
        assert requests.post(f"{admin}/advance", timeout=10).json()["today"] == "2026-12-02"
        fault = requests.post(f"{admin}/faults", json={"kind": "html"}, timeout=10).json()
        assert fault["faults"][0]["kind"] == "html"
        assert requests.delete(f"{admin}/faults", timeout=10).json() == {"faults": []}
        truth = requests.get(f"{admin}/truth", timeout=10).json()
        assert [e["kind"] for e in truth["events"]] == ["moved", "founded", "renamed"]
        assert truth["records"] == len(servers.world.truth.business_of)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("world/events", '{"kind": "exploded"}'),
        ("world/events", "no json"),
        ("world/events", "[1]"),
        ("advance", '{"days": -1}'),
        ("advance", '{"days": "many"}'),
        ("faults", '{"kind": "fire"}'),
    ],
)
def test_the_admin_api_says_what_is_wrong(servers: MockServers, path: str, body: str) -> None:
    url = f"{servers['admin'].address}/admin/{path}"
    answer = requests.post(url, data=body.encode(), timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_connections_lead_to_the_servers(servers: MockServers) -> None:
    found = servers.connections()
    assert found["subsidy"]["address"] == servers["subsidy"].address
    assert "HUB_CONNECTION_SUBSIDY" in connection_variables(found)
    assert set(found) >= set(modules())
    assert http_address(default_ports()["subsidy"]) == "http://127.0.0.1:8802"


def test_the_hub_reads_these_connections(servers: MockServers) -> None:
    from base.connection import Connection

    for name, given in servers.connections().items():
        assert Connection.from_mapping(name, given).address == given["address"]


def test_a_slow_client_is_told_to_wait(credentials: ClientCredentials) -> None:
    with serve(World(1, 5), credentials=credentials, rate_per_second=1) as servers:
        url = servers["subsidy"].address + SEARCH
        codes = [requests.get(url, timeout=10) for _ in range(3)]
        late = next(answer for answer in codes if answer.status_code == 429)
        assert int(late.headers["Retry-After"]) >= 1


def test_the_corpus_answers_as_the_server_does(
    servers: MockServers, credentials: ClientCredentials, tmp_path: Path
) -> None:
    over_the_wire = requests.get(servers["subsidy"].address + SEARCH, timeout=10)
    systems = build_systems(servers.world, credentials, tmp_path, only=frozenset({"subsidy"}))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        register(mock, "https://api.example.jp", systems.apps["subsidy"])
        answer = requests.get("https://api.example.jp" + SEARCH, timeout=10)
        assert answer.content == over_the_wire.content
        assert answer.headers["X-Synthetic-Data"] == "true"
        token = requests.post(
            "https://api.example.jp/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(credentials.client_id, credentials.client_secret),
            timeout=10,
        )
        assert token.json()["token_type"] == "Bearer"


@pytest.mark.parametrize("kind", ["reset", "truncated"])
def test_the_corpus_breaks_off_too(
    servers: MockServers, credentials: ClientCredentials, kind: str, tmp_path: Path
) -> None:
    from mocks.faults import Fault

    systems = build_systems(servers.world, credentials, tmp_path, only=frozenset({"subsidy"}))
    systems.box.add(Fault(kind))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        register(mock, "https://api.example.jp", systems.apps["subsidy"])
        with pytest.raises(requests.ConnectionError):
            requests.get("https://api.example.jp" + SEARCH, timeout=10)
