"""The IT subsidy system's mock: its contract, its rate, and how events show in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import requests

from base.clock import ManualClock
from base.connection import Connection
from base.http import HttpClient
from base.rate import RateBudget
from base.records import Window
from connectors.registry import load_connector
from mocks.credentials import ClientCredentials
from mocks.it_subsidy.app import it_subsidy_app
from mocks.it_subsidy.applications import VENDOR_EVERY
from mocks.it_subsidy.index import ItApplicationIndex
from mocks.it_subsidy.system import BURST
from mocks.rates import RateLimit
from mocks.serve import MockServers, serve
from mocks.systems import build_systems, default_ports
from mocks.tokens import TokenDesk
from mocks.world import World
from tests.mocks.contracts import document, misfits

Record = dict[str, Any]


@pytest.fixture(scope="module")
def index() -> ItApplicationIndex:
    return ItApplicationIndex(World(7, 900))


@pytest.fixture(scope="module")
def records(index: ItApplicationIndex) -> list[Record]:
    return [json.loads(body) for body in index.snapshot.bodies]


@pytest.fixture(scope="module")
def servers(credentials: ClientCredentials) -> Iterator[MockServers]:
    with serve(World(7, 120), credentials=credentials, only=["it_subsidy"]) as running:
        yield running


def test_every_application_fits(records: list[Record]) -> None:
    found = {r["applicationId"]: misfits("it_subsidy", "Application", r) for r in records}
    assert {key: faults for key, faults in found.items() if faults} == {}
    assert len(found) == len(records) > 150


def test_the_form_is_answered_whole(records: list[Record]) -> None:
    labels = set(document("it_subsidy")["components"]["schemas"]["Answers"]["properties"])
    assert {name for record in records for name in record["answers"]} == labels


def test_every_state_occurs_in_a_larger_world() -> None:
    states = {
        json.loads(body)["status"] for body in ItApplicationIndex(World(2, 4000)).snapshot.bodies
    }
    named = set(document("it_subsidy")["components"]["schemas"]["State"]["enum"])
    assert states == named


def test_vendors_are_businesses_of_the_world(
    index: ItApplicationIndex, records: list[Record]
) -> None:
    numbers = {b.corporate_number for b in index.world.businesses.values()}
    named = [r["vendor"]["corporateNumber"] for r in records]
    assert {number for number in named if number} <= numbers
    assert 1 < len({number for number in named if number}) <= len(numbers) // VENDOR_EVERY + 1
    assert None in named, "a consortium has none"


def test_a_client_secret_is_refused(servers: MockServers) -> None:
    client = servers.credentials
    answer = requests.post(
        f"{servers['it_subsidy'].address}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client.client_id, client.client_secret),
        timeout=10,
    )
    assert (answer.status_code, misfits("it_subsidy", "Error", answer.json())) == (401, [])


def test_whoever_asks_too_fast_is_told_when_to_come_again(servers: MockServers) -> None:
    with requests.Session() as session:
        answers = [
            session.get(f"{servers['it_subsidy'].address}/v1/applications", timeout=10)
            for _ in range(BURST * 2)
        ]
    told = [answer for answer in answers if answer.status_code == 429]
    assert told
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in told)
    assert misfits("it_subsidy", "Error", told[0].json()) == []


@pytest.mark.parametrize(("budget", "held"), [(None, True), (2.0, False)])
def test_the_shared_budget_keeps_from_hitting_the_rate_and_a_hit_is_honoured(
    tmp_path: Path, credentials: ClientCredentials, budget: float | None, held: bool
) -> None:
    """Two requests a second, on a clock that both sides go by."""
    clock = ManualClock(datetime(2026, 11, 20, tzinfo=UTC))
    world = World(7, 300)
    desk = TokenDesk(
        credentials, scope="it-applications.read", seconds=lambda: clock.now().timestamp()
    )
    systems = build_systems(world, credentials, tmp_path, only=frozenset({"it_subsidy"}))
    systems.apps["it_subsidy"] = RateLimit(
        it_subsidy_app(world, desk), 2.0, burst=3, seconds=clock.monotonic
    )
    waits: list[float] = []
    with MockServers(systems, credentials, dict.fromkeys(default_ports(), 0)) as running:
        settings = running.connections()["it_subsidy"]
        connection = Connection.from_mapping("it_subsidy", settings)
        rate = RateBudget("it_subsidy", budget, f"sqlite:///{tmp_path / 'side.db'}", clock)

        def client(one: Connection, method: Any) -> HttpClient:
            return HttpClient(
                one, clock, rate, auth=method, on_wait=lambda _error, seconds: waits.append(seconds)
            )

        connector = load_connector("it_subsidy", lambda _name: connection, open_client=client)
        small = replace(connector.streams["applications"], page_size=5)
        connector.streams["applications"] = small
        window = Window(None, datetime(2026, 11, 19, 15, tzinfo=UTC))
        pages = list(connector.read("applications", window, memo=lambda _keys: {}, clock=clock))
    keys = [key for page in pages for key in page.keys]
    assert len(keys) == len(set(keys)) == len(ItApplicationIndex(world).snapshot.bodies)
    assert bool(waits) is held


def test_an_event_shows_when_the_applicant_corrects_the_answers() -> None:
    world = World(7, 300)
    index = ItApplicationIndex(world)
    opened = next(a for a in index.applications.values() if a.is_open(world.now))
    before = _shown(index, opened.id)
    world.apply({"kind": "moved", "business": opened.business})
    assert _shown(index, opened.id) == before, "not on the day itself"
    world.advance(13)
    after = _shown(index, opened.id)
    moved = world.businesses[opened.business].address.place
    assert after["updatedAt"] > before["updatedAt"]
    assert after["answers"]["市区町村"] == moved.city


def test_a_live_world_stamps_what_it_reveals_with_the_wall_clock() -> None:
    now = datetime(2027, 6, 1, tzinfo=UTC)
    world = World(7, 600, wall_clock=lambda: now)
    index = ItApplicationIndex(world)
    before = dict(zip(_keys(index), index.snapshot.bodies, strict=True))
    world.advance(5)
    changed = [
        json.loads(body)["updatedAt"]
        for key, body in zip(_keys(index), index.snapshot.bodies, strict=True)
        if before.get(key) != body
    ]
    assert changed
    assert set(changed) == {"2027-06-01T00:00:00.000Z"}


def _keys(index: ItApplicationIndex) -> list[str]:
    return [key for _, key in index.snapshot.positions]


def _shown(index: ItApplicationIndex, key: str) -> Record:
    place = _keys(index).index(key)
    return cast(Record, json.loads(index.snapshot.bodies[place]))
