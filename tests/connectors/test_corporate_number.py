"""The register's Web-API: divisions, both spellings, what its errors mean, and a silent secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import responses

from base.clock import ManualClock
from base.connection import Connection
from base.errors import (
    AuthenticationError,
    ContractError,
    HubError,
    RateLimited,
    ReadError,
    ServerFault,
)
from base.http import HttpClient
from base.records import Page, Window
from connectors.connector import Connector
from connectors.corporate_number.api import Register, TooMany
from connectors.corporate_number.hooks import with_key
from connectors.declaration import load_declaration
from connectors.registry import ROOT
from connectors.transports.rest import unpack_position
from mocks.corporate_number import app as mock
from mocks.corpus import call, register
from mocks.world import World

pytestmark = pytest.mark.network

ADDRESS = "https://register.test"
SECRET = "K8secretABCDE"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
WINDOW = Window(None, NOW)


def nothing_noted(_keys: object) -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def world() -> World:
    return World(5, 300)


@pytest.fixture
def net(world: World) -> Iterator[responses.RequestsMock]:
    with (
        patch.object(mock, "ROWS", 20),
        responses.RequestsMock(assert_all_requests_are_fired=False) as found,
    ):
        register(found, ADDRESS, mock.corporate_number_app(world, SECRET))
        yield found


def connector(kind: str = "02") -> tuple[Connector, ManualClock]:
    clock = ManualClock(NOW)
    declaration = load_declaration(ROOT / "corporate_number")
    stream = replace(declaration.streams["corporations"], parameters={"type": kind})
    declaration = replace(declaration, streams={"corporations": stream})
    connection = Connection.from_mapping(
        "corporate_number", {"address": ADDRESS, "application_id": SECRET}
    )
    made = Connector(
        declaration,
        lambda _name: connection,
        open_client=lambda one, _method: HttpClient(one, clock=clock, auth="none"),
    )
    return made, clock


def pages(kind: str = "02", window: Window = WINDOW, **how: Any) -> list[Page]:
    made, clock = connector(kind)
    found = made.read("corporations", window, memo=nothing_noted, clock=clock, **how)
    return list(found)


def raws(found: list[Page]) -> list[bytes]:
    return [raw for page in found for raw in page.raws]


def question(net: responses.RequestsMock, number: int) -> dict[str, str]:
    return dict(net.calls[number].request.params)  # type: ignore[attr-defined]


def test_xml_and_csv_are_the_same_rows(net: responses.RequestsMock) -> None:
    as_csv, as_xml = pages("02"), pages("12")
    assert len(raws(as_csv)) > 200
    assert raws(as_csv) == raws(as_xml)
    assert [page.updated for page in as_csv] == [page.updated for page in as_xml]
    assert raws(pages("01")) == raws(as_csv)


def test_a_resumed_read_goes_on_behind_each_page(net: responses.RequestsMock) -> None:
    whole = pages()
    assert len(whole) > 80
    for number in (0, 1, 40, len(whole) - 2):
        rest = pages(resume=whole[number].resume)
        assert raws(rest) == raws(whole[number + 1 :])
    assert whole[-1].resume is None


def test_periods_are_of_fifty_days_at_most_and_overlap(net: responses.RequestsMock) -> None:
    pages(window=Window(NOW - timedelta(days=60), NOW))
    asked = [question(net, number) for number in range(len(net.calls))]
    spans = [(date.fromisoformat(q["from"]), date.fromisoformat(q["to"])) for q in asked]
    assert spans[0][0] == date(2026, 9, 19)  # two days' look-back
    assert max((last - first).days for first, last in spans) == 49
    assert spans[-1][1] == date(2026, 11, 20)


def test_a_limit_ends_the_read(net: responses.RequestsMock) -> None:
    assert len(pages(limit=1)) == 1


def test_the_day_of_update_begins_in_japan(net: responses.RequestsMock) -> None:
    updated = {text for page in pages() for text in page.updated}
    assert {text[10:] for text in updated if text} == {"T15:00:00.000000Z"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, "404,登録されていません。", AuthenticationError),
        (403, "403,制限しています。", RateLimited),
        (400, "030,日付の形式が正しくありません。", ReadError),
        (400, "", ReadError),
    ],
)
def test_its_errors_are_its_own(status: int, body: str, error: type[HubError]) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        net.get(f"{ADDRESS}/4/diff", body=body, status=status)
        with pytest.raises(error) as raised:
            pages()
    assert SECRET not in str(raised.value)
    assert "id=" not in str(raised.value)
    if body and status == 400:
        assert "code 030" in str(raised.value)


def test_too_many_rows_halve_the_period(world: World) -> None:
    whole = mock.corporate_number_app(world, SECRET)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        register(net, ADDRESS, whole)
        expected = sorted(raws(pages()))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:

        def answer(request: Any) -> Any:
            q = request.params
            if (date.fromisoformat(q["to"]) - date.fromisoformat(q["from"])).days > 20:
                return 400, {}, "180,検索結果件数が多いため結果をお返しできません。"
            return call(whole, request)

        net.add_callback("GET", f"{ADDRESS}/4/diff", callback=answer)
        assert sorted(raws(pages())) == expected
        with patch.object(mock, "ROWS", 1):
            found = pages()
            assert sorted(raws(found)) == expected
            half = next(n for n, page in enumerate(found) if _divided(page))
            rest = pages(resume=found[half].resume)
            assert raws(rest) == raws(found[half + 1 :]), "after a kill inside a halved period"


def _divided(page: Page) -> bool:
    """Whether the next page is of the same period."""
    position = unpack_position(page.resume, WINDOW)
    return isinstance(position, str) and json.loads(position)[2] > 0


def test_a_register_updated_before_the_read_goes_on_is_read_again(
    net: responses.RequestsMock, world: World
) -> None:
    whole = pages()
    number = next(n for n, page in enumerate(whole) if _divided(page))
    later = mock.corporate_number_app(world, SECRET)

    def answer(request: Any) -> Any:
        status, headers, body = call(later, request)
        day, _, rest = body.partition(b",")
        return status, headers, b"2027-01-01," + rest if day else body

    net.reset()
    net.add_callback("GET", f"{ADDRESS}/4/diff", callback=answer)
    rest = pages(resume=whole[number].resume)
    position = json.loads(str(unpack_position(whole[number].resume, WINDOW)))
    again = next(n for n, page in enumerate(whole) if raws([page]) == raws([rest[0]]))
    assert again == number + 1 - position[2], "from the period's first division"


def test_a_register_that_does_not_come_to_rest_is_an_error(net: responses.RequestsMock) -> None:
    app, times = mock.corporate_number_app(World(5, 300), SECRET), iter(range(10_000))

    def answer(request: Any) -> Any:
        status, headers, body = call(app, request)
        return status, headers, f"{next(times):04}-01-01,".encode() + body.partition(b",")[2]

    net.reset()
    net.add_callback("GET", f"{ADDRESS}/4/diff", callback=answer)
    with pytest.raises(ServerFault, match="was updated 3 times"):
        pages()


def test_a_day_with_too_many_rows_is_an_error() -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        net.get(f"{ADDRESS}/4/diff", body="180,多い", status=400)
        with pytest.raises(TooMany):
            pages(window=Window(NOW, NOW))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("02", b"<html>maintenance</html>"),
        ("02", b""),
        ("02", b"2026-11-20,1,2,2\n"),
        ("12", b"<corporations><count>1</count><corporation><name>x"),
        ("12", b'<!DOCTYPE a [<!ENTITY x "y">]><corporations/>'),
        ("12", b"<corporations/>"),
    ],
)
def test_what_is_no_answer_is_an_error(kind: str, body: bytes) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        net.get(f"{ADDRESS}/4/diff", body=body)
        with pytest.raises(ContractError):
            pages(kind)


def test_the_application_id_shows_in_no_log(
    net: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        pages()
    assert SECRET not in caplog.text


def test_corporations_by_number_with_and_without_history(
    net: responses.RequestsMock, world: World
) -> None:
    made, clock = connector()
    stream = made.streams["corporations"]
    context = made._context("corporations", nothing_noted, clock, None)
    api = Register.of(context)
    numbers = [b.corporate_number for b in world.businesses.values() if b.corporate_number][:10]
    newest = api.numbers(numbers).page
    history = api.numbers(numbers, history=True).page
    assert set(newest.keys) <= set(history.keys)
    assert len(newest.keys) <= 10 <= len(history.keys)
    assert stream.key == "key"
    with pytest.raises(ValueError, match="1 to 10"):
        api.numbers([*numbers, numbers[0]])


def test_a_file_of_xml_reads_as_the_answer_does(
    net: responses.RequestsMock, world: World, tmp_path: Path
) -> None:
    api = mock.WebApi(world, SECRET)
    rows = api.register._ordered
    path = tmp_path / "all.xml"
    body = "".join(row.xml(n) for n, row in enumerate(rows, 1))
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?><corporations>{body}</corporations>')
    assert sorted(raws(pages(file=path))) == sorted(raws(pages()))


def test_a_key_takes_the_place_of_the_number() -> None:
    raw = (
        b'{"key":"17","corporateNumber":"7000012050002","process":"01","updateDate":"2018-04-02",'
        b'"changeDate":"2015-10-05"}'
    )
    assert with_key(raw) == raw.replace(b'"17"', b'"7000012050002-2015-10-05-01"')
    assert with_key(raw.replace(b"7000012050002", b"")).startswith(b'{"key":"",')
