"""Programmes whose detail is missing or broken: none stops another, and none loses one it had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from base.clock import ManualClock
from base.connection import Connection
from base.errors import CircuitOpen, ConnectError, HubError
from base.http import HttpClient
from base.http_answer import Response
from base.records import ABSENT, Page
from connectors.registry import load_connector
from tests.connectors.helpers import UNTIL, Reply, read_pages, serving
from tests.connectors.jgrants import (
    JGrants,
    item,
    keys,
    notes_of,
    read,
)


@pytest.mark.parametrize("unknown_is_404", [True, False])
def test_an_id_without_detail_is_kept_from_the_list_and_never_loses_one(
    unknown_is_404: bool,
) -> None:
    source = JGrants(1)
    source.unknown_is_404 = unknown_is_404
    kept = source.v2.pop(0)
    pages, _, connector = read(source)
    decoded = connector.decoder("programs").decode(pages[0].raws)
    assert not decoded.refusals
    assert decoded.frame.root["v2.title"][0] == ABSENT
    source.v2[0] = kept
    notes = notes_of(read(source)[0])
    del source.v2[0]
    again, _, _ = read(source, notes, at=UNTIL + timedelta(days=8))
    assert (keys(again), again[0].unchanged) == ([], [kept["id"]])


def test_one_failing_detail_is_refused_and_the_others_load() -> None:
    source = JGrants(4)
    source.failing = {1}
    pages, _, _ = read(source)
    assert len(keys(pages)) == 3
    refused = pages[0].refused[0]
    assert (refused.key, refused.rule) == (source.items[1]["id"], "detail_unavailable")
    source.failing = {1, 2, 3}
    with pytest.raises(HubError):
        read(source)


def test_a_programme_that_never_had_a_detail_follows_its_list_item() -> None:
    source = JGrants(1)
    kept = source.v2.pop(0)
    notes = notes_of(read(source)[0])
    assert read(source, notes)[0][0].unchanged == [kept["id"]], "not asked for again within a week"
    source.items[0]["title"] = "改題"
    changed, _, _ = read(source, notes)
    assert keys(changed) == [kept["id"]]
    assert "改題".encode() in changed[0].raws[0]
    assert notes_of(changed)[kept["id"]] != notes[kept["id"]]
    later, _, _ = read(source, notes_of(changed), at=UNTIL + timedelta(days=8))
    assert later[0].raws == changed[0].raws
    source.v2[0] = kept
    found, _, _ = read(source, notes_of(later), at=UNTIL + timedelta(days=16))
    assert b'"v2":' in found[0].raws[0]


def test_a_changed_programme_that_lost_its_detail_keeps_what_is_stored() -> None:
    source = JGrants(1)
    notes = notes_of(read(source)[0])
    del source.v2[0]
    source.items[0]["title"] = "改題"
    pages, _, _ = read(source, notes)
    assert (keys(pages), pages[0].unchanged, pages[0].notes) == ([], [], {})
    assert [(r.key, r.rule) for r in pages[0].refused] == [(item(0)["id"], "detail_unavailable")]


class Spoilt(JGrants):
    """Answers a chosen reply for the v2 details of some programmes."""

    def __init__(self, count: int, bad: set[int], spoil: Callable[[Reply], Reply]) -> None:
        super().__init__(count)
        self.bad, self.spoil = bad, spoil

    def __call__(self, path: str, query: dict[str, str]) -> Reply:
        reply = super().__call__(path, query)
        return self.spoil(reply) if "/v2/" in path and int(path[-4:]) in self.bad else reply


def one_byte_lost(reply: Reply) -> Reply:
    """A character of the round, deep in the detail, lacks its last byte."""
    return Reply(reply.data.replace("第1回".encode(), "第1回".encode()[:-1]))


HTML = {"Content-Type": "text/html"}

NO_DETAIL: dict[str, Callable[[Reply], Reply]] = {
    "null": lambda _reply: Reply({"metadata": {}, "result": None}),
    "web page": lambda _reply: Reply(b"<html><title>x</title></html>", headers=HTML),
    "no body": lambda _reply: Reply(b""),
    "not JSON around it": lambda _reply: Reply(b'{"result": [{}], "x": tru}'),
}


@pytest.mark.parametrize("spoil", NO_DETAIL.values(), ids=NO_DETAIL.keys())
def test_one_answer_that_holds_no_detail_stops_no_other(spoil: Callable[[Reply], Reply]) -> None:
    pages, _, _ = read(Spoilt(6, {1, 2, 4, 5}, spoil))
    assert keys(pages) == [item(0)["id"], item(3)["id"]]
    refused = [(one.key, one.rule) for one in pages[0].refused]
    assert refused == [(item(n)["id"], "detail_unavailable") for n in (1, 2, 4, 5)]
    assert not pages[0].notes.keys() & {key for key, _rule in refused}, "asked for again next time"
    with pytest.raises(HubError):
        read(Spoilt(6, {1, 2, 3}, spoil))


@dataclass
class Hanging:
    """The real client, but the details of some programmes do not answer."""

    client: HttpClient
    hanging: set[int]
    error: HubError

    def get_json_bytes(self, path: str, params: Mapping[str, str] | None = None) -> Response:
        if "/id/" in path and int(path[-4:]) in self.hanging:
            raise self.error
        return self.client.get_json_bytes(path, params)


@pytest.mark.parametrize("error", [ConnectError("timed out"), CircuitOpen("left in peace")])
def test_one_detail_that_does_not_answer_stops_no_other(error: HubError) -> None:
    def pages_without(*numbers: int) -> list[Page]:
        connector = load_connector(
            "subsidy",
            lambda name: Connection(name, served.address),
            open_client=lambda c, _m: Hanging(
                HttpClient(c, ManualClock(UNTIL)), set(numbers), error
            ),
        )
        return read_pages(connector, "programs")

    with serving(JGrants(6)) as served:
        pages = pages_without(1, 2, 4)
        with pytest.raises(type(error)):
            pages_without(1, 2, 3)
    assert keys(pages) == [item(n)["id"] for n in (0, 3, 5)]
    assert {one.rule for one in pages[0].refused} == {"detail_unavailable"}


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (one_byte_lost, "encoding"),
        (lambda reply: Reply(reply.data.replace(b'"fiscal_year_round": ', b"")), "malformed"),
        (lambda reply: Reply(reply.data.replace(b"false", b"fals")), "malformed"),
    ],
)
def test_a_detail_that_cannot_be_read_is_refused_and_the_others_load(
    spoil: Callable[[Reply], Reply], rule: str
) -> None:
    pages, _, _ = read(Spoilt(5, {0, 1, 2, 3}, spoil))
    assert keys(pages) == [item(4)["id"]]
    assert {one.rule for one in pages[0].refused} == {rule}
    assert pages[0].notes.keys() == {item(4)["id"]}


def test_a_detail_that_holds_a_key_twice_is_refused() -> None:
    class Doubled(JGrants):
        def __call__(self, path: str, query: dict[str, str]) -> Reply:
            reply = super().__call__(path, query)
            if "/v2/" not in path:
                return reply
            return Reply(reply.data.replace(b'"name":', b'"title": "x", "name":', 1))

    pages, _, _ = read(Doubled(1))
    assert [(r.key, r.rule) for r in pages[0].refused] == [("a0W000000000000000", "duplicate_key")]


def test_list_items_without_id_are_refused_once() -> None:
    source = JGrants(1)
    source.items[7] = {"title": "番号なし"}
    pages, _, _ = read(source)
    assert [(r.rule, len(keys(pages))) for r in pages[0].refused] == [("key", 1)]
