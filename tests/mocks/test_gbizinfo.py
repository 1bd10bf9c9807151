"""gBizINFO's mock: its contract, its errors, and how its rows are listed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import requests

from mocks.credentials import ClientCredentials
from mocks.gbizinfo import index as index_module
from mocks.gbizinfo.app import PATH, PATHS, TOKEN_HEADER
from mocks.gbizinfo.index import KINDS, LISTS, GbizinfoIndex
from mocks.serve import MockServers, serve
from mocks.world import World
from tests.mocks.contracts import misfits

ALL = ("20160101", "20261120")


@pytest.fixture(scope="module")
def index() -> GbizinfoIndex:
    return GbizinfoIndex(World(7, 2000))


@pytest.fixture(scope="module")
def servers(credentials: ClientCredentials) -> Iterator[MockServers]:
    with serve(World(7, 200), credentials=credentials, only=["gbizinfo"]) as running:
        yield running


def page(index: GbizinfoIndex, kind: str, number: int = 1, days: tuple[str, str] = ALL) -> Any:
    return json.loads(index.page(kind, *days, number))


def pages(index: GbizinfoIndex, kind: str, days: tuple[str, str] = ALL) -> list[Any]:
    count = int(page(index, kind, 1, days)["totalPage"])
    return [page(index, kind, number, days) for number in range(1, count + 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_fits_and_holds_something(index: GbizinfoIndex, kind: str) -> None:
    schema = "ActivityPage" if kind else "CorporationPage"
    for one in pages(index, kind):
        assert misfits("gbizinfo", schema, one) == []
        assert one["hojin-infos"]
        assert kind in one["hojin-infos"][0] or not kind


@pytest.mark.parametrize("kind", sorted(LISTS))
def test_pages_are_cut_by_rows_and_grouped_by_corporation(index: GbizinfoIndex, kind: str) -> None:
    with patch.object(index_module, "ROWS", 7):
        found = pages(index, kind)
    rows = [[row for info in one["hojin-infos"] for row in info[kind]] for one in found]
    assert {len(part) for part in rows[:-1]} <= {7}
    assert sum(map(len, rows)) == int(found[0]["totalCount"])
    for one in found:
        numbers = [info["corporate_number"] for info in one["hojin-infos"]]
        assert len(numbers) == len(set(numbers))


def test_copies_of_an_order_occur(index: GbizinfoIndex) -> None:
    infos = [info for one in pages(index, "procurement") for info in one["hojin-infos"]]
    assert any(
        len(rows) > len({json.dumps(row) for row in rows})
        for info in infos
        if (rows := info["procurement"])
    )


def test_the_order_is_another_for_another_period(index: GbizinfoIndex) -> None:
    def numbers(days: tuple[str, str]) -> list[str]:
        return [i["corporate_number"] for one in pages(index, "", days) for i in one["hojin-infos"]]

    one, other = numbers(ALL), numbers(("20160102", "20261120"))
    assert sorted(one) == sorted(other)
    assert one != other


def test_a_period_lists_what_was_updated_in_it_but_all_patents(index: GbizinfoIndex) -> None:
    days = ("20261101", "20261110")
    few = page(index, "", 1, days)
    assert 0 < int(few["totalCount"]) < int(page(index, "")["totalCount"])
    assert page(index, "patent", 1, days)["totalCount"] == page(index, "patent")["totalCount"]


def test_an_event_shows_some_days_later_as_an_update() -> None:
    world = World(7, 300)
    index = GbizinfoIndex(world)
    business = next(b for b in world.businesses.values() if b.corporate_number)
    world.apply({"kind": "moved", "business": business.id})
    days = ("20261120", "20261220")
    assert page(index, "", 1, days)["totalCount"] == "0"
    world.advance(10)
    (info,) = page(index, "", 1, days)["hojin-infos"]
    assert info["corporate_number"] == business.corporate_number
    assert world.businesses[business.id].address.place.city in info["location"]


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("?from=20260101&to=20260102", True, 200),
        ("?from=20260101&to=20260102", False, 401),
        ("?to=20260102", True, 400),
        ("?from=2026-01-01&to=20260102", True, 400),
        ("?from=20260231&to=20260302", True, 400),
        ("?from=20260103&to=20260102", True, 400),
        ("?from=20260101&to=20260102&page=0", True, 400),
        ("/?from=20260101&to=20260102", True, 404),
        ("/nothing", True, 404),
    ],
)
def test_errors_have_one_body(servers: MockServers, path: str, token: bool, status: int) -> None:
    headers = {TOKEN_HEADER: servers.credentials.client_secret} if token else {}
    url = f"{servers['gbizinfo'].address}{PATH}{path}"
    answer = requests.get(url, headers=headers, timeout=10, allow_redirects=False)
    assert answer.status_code == status
    assert (
        misfits("gbizinfo", "CorporationPage" if status == 200 else "Failure", answer.json()) == []
    )
    assert answer.headers["X-Synthetic-Data"] == "true"


def test_every_operation_of_the_contract_is_served(servers: MockServers) -> None:
    headers = {TOKEN_HEADER: servers.credentials.client_secret}
    for path in PATHS:
        url = f"{servers['gbizinfo'].address}{PATH}{path}?from=20260101&to=20261120"
        assert requests.get(url, headers=headers, timeout=10).status_code == 200
