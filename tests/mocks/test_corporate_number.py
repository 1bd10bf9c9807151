"""The register of corporate numbers as a mock: its events, its questions, its refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
import responses

from mocks.corporate_number.app import corporate_number_app, in_cp932
from mocks.corporate_number.register import Register
from mocks.corporate_number.rows import Row
from mocks.corpus import register as answer_from
from mocks.world import World

ID = "an-application-id"


@pytest.fixture
def world() -> World:
    return World(5, 300)


def ask(world: World, path: str, query: dict[str, str]) -> requests.Response:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        answer_from(net, "https://register.test", corporate_number_app(world, ID))
        return requests.get(f"https://register.test{path}", params=query, timeout=5)


def rows_of(register: Register, number: str | None) -> list[Row]:
    return register.of([number or ""], history=True)


def test_a_merger_shows_late_in_the_rows_of_both(world: World) -> None:
    register = Register(world)
    done = world.apply({"kind": "merged"})
    gone, into = (world.businesses[str(done[name])] for name in ("business", "to"))
    before = len(rows_of(register, gone.corporate_number))
    world.advance(7)
    after = rows_of(register, gone.corporate_number)
    assert len(after) == before + 1
    last = after[-1].values
    assert (last["process"], last["closeCause"]) == ("21", "11")
    assert last["successorCorporateNumber"] == into.corporate_number
    assert last["changeCause"].endswith(f"（{into.corporate_number}）に合併し解散")
    survivor = rows_of(register, into.corporate_number)[-1].values
    assert survivor["process"] == "71"
    assert survivor["closeDate"] == ""
    assert survivor["changeCause"].endswith(f"（{gone.corporate_number}）を合併")
    assert last["updateDate"] > last["changeDate"]


@pytest.mark.parametrize(("kind", "process"), [("renamed", "11"), ("moved", "12")])
def test_names_and_addresses_change_with_a_row_each(world: World, kind: str, process: str) -> None:
    register = Register(world)
    corporation = next(b for b in world.businesses.values() if b.corporate_number)
    world.apply({"kind": kind, "business": corporation.id})
    world.advance(7)
    last = rows_of(register, corporation.corporate_number)[-1].values
    assert (last["process"], last["latest"]) == (process, "1")


def test_what_was_founded_gets_its_number(world: World) -> None:
    register = Register(world)
    for _ in range(12):
        world.apply({"kind": "founded"})
    world.advance(7)
    made = [b for b in list(world.businesses.values())[-12:] if b.corporate_number]
    assert made
    for business in made:
        (row,) = rows_of(register, business.corporate_number)
        assert row.values["process"] == "01"


def test_rows_come_in_the_order_of_their_update(world: World) -> None:
    register = Register(world)
    everything = register.between(world.start - timedelta(days=9000), world.start)
    days = [row.day for row in everything]
    assert days == sorted(days)
    assert len({row.key for row in everything}) == len(everything)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"id": "another"}, 404, "404"),
        ({"from": ""}, 400, "100"),
        ({"type": ""}, 400, "100"),
        ({"type": "03"}, 400, "101"),
        ({"from": "2026-13-01"}, 400, "030"),
        ({"from": "2026-01-01", "to": "2026-02-20"}, 400, "030"),
        ({"divide": "0"}, 400, "101"),
    ],
)
def test_a_wrong_question_is_refused_in_one_line(
    world: World, query: dict[str, str], status: int, code: str
) -> None:
    usual = {"id": ID, "type": "02", "from": "2026-01-01", "to": "2026-02-19"}
    answer = ask(world, "/4/diff", usual | query)
    assert answer.status_code == status
    assert answer.text.startswith(f"{code},")


def test_every_answer_says_that_it_is_synthetic(world: World) -> None:
    query = {"id": ID, "type": "12", "number": "7000012050002"}
    answer = ask(world, "/4/num", query)
    assert answer.headers["X-Synthetic-Data"] == "true"
    assert "<count>0</count>" in answer.text


def test_what_cp932_lacks_is_a_mark() -> None:
    assert in_cp932("𠮷野と𠮷田").decode("cp932") == "＿野と＿田"
