"""The plans' files: listing, ZIPs by day, files issued anew, positions, faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from base.clock import ManualClock
from base.connection import Connection
from base.errors import AuthenticationError, ContractError, HubError, ReadError
from base.http import HttpClient
from base.records import Page, Window
from connectors.connector import Connector
from connectors.declaration import Stream
from connectors.registry import load_connector
from mocks.faults import Fault
from mocks.management_plan import filings
from mocks.management_plan.app import LISTING
from mocks.management_plan.files import PlanFiles
from mocks.serve import MockServers, serve
from mocks.world import World

pytestmark = pytest.mark.network

ZIP = "/v1/plans/files/*.zip"


@dataclass
class Reader:
    """The connector before a served mock, with notes as the store keeps them."""

    servers: MockServers
    connector: Connector
    clock: ManualClock
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def window(self) -> Window:
        return Window(None, self.servers.world.now)

    @property
    def files(self) -> PlanFiles:
        app = self.servers.systems.mocks["management_plan"].app
        return app.state.management_plan.files  # type: ignore[union-attr, no-any-return]

    def pages(self, window: Window | None = None, **given: object) -> Iterator[Page]:
        def memo(keys: object) -> dict[str, str]:
            return {key: self.notes[key] for key in keys if key in self.notes}  # type: ignore[attr-defined]

        yield from self.connector.read(
            "plans",
            window or self.window,
            memo=memo,
            clock=self.clock,
            **given,  # type: ignore[arg-type]
        )

    def read(self, window: Window | None = None, **given: object) -> list[Page]:
        pages = list(self.pages(window, **given))
        for page in pages:
            self.notes |= page.notes
        return pages

    def fault(self, kind: str, path: str = ZIP, **given: object) -> None:
        self.servers.systems.box.add(
            Fault.parse({"system": "management_plan", "kind": kind, "path": path, **given})
        )


def raws(pages: list[Page]) -> list[bytes]:
    return [raw for page in pages for raw in page.raws]


def rules(pages: list[Page]) -> list[str]:
    return [one.rule for page in pages for one in page.refused]


def newest(pages: list[Page]) -> dict[str, str | None]:
    return {k: u for page in pages for k, u in zip(page.keys, page.updated, strict=True)}


Make = Callable[[], Reader]


@pytest.fixture
def reader() -> Iterator[Reader]:
    """Before a world of its own, in which nothing is wrong."""
    with (
        patch.object(filings, "draw_flaws", lambda _rng, _business: ()),
        patch.object(filings, "SHARE", 0.3),
        serve(World(6, 60), only=["management_plan"]) as servers,
    ):
        settings = servers.connections()["management_plan"]
        clock = ManualClock(servers.world.now)
        secrets = {"api_token": settings["api_token"]}
        connection = Connection(
            "management_plan", settings["address"], secrets=secrets,
            options={"token_header": settings["token_header"]},
        )  # fmt: skip

        def client(connection: Connection, method: object) -> HttpClient:
            return HttpClient(connection, clock=clock, auth=method)  # type: ignore[arg-type]

        connector = load_connector("management_plan", lambda _: connection, open_client=client)
        yield Reader(servers, connector, clock)


def test_every_day_is_read_once_and_then_known(reader: Reader) -> None:
    pages = reader.read()
    days = reader.files.listed(None, reader.servers.world.today)
    assert len(raws(pages)) == sum(len(day.entries) for day in days) > 20
    assert set(reader.notes) == {f"file:{day.name}" for day in days}
    assert pages[-1].resume is None
    assert all(page.resume for page in pages[:-1])
    (again,) = reader.read()
    assert not again.keys


def test_the_window_is_bounded_above_and_below(reader: Reader) -> None:
    world = reader.servers.world
    until = world.now - timedelta(days=100)
    since = until - timedelta(days=60)
    late = [u for u in newest(reader.read(Window(since, until))).values() if u]
    assert late
    text = "%Y-%m-%dT%H:%M:%S.%fZ"
    assert max(late) < (until + timedelta(days=1)).strftime(text)
    assert min(late) > (since - timedelta(days=36)).strftime(text)


def test_a_file_issued_anew_under_its_name_is_read_again(reader: Reader) -> None:
    reader.read()
    day = reader.files.listed(None, reader.servers.world.today)[3]
    key, (filing, step, updated) = next(iter(day.entries.items()))
    day.entries[key] = (filing, step, updated + timedelta(minutes=7))
    day.body = None
    pages = reader.read()
    assert len(raws(pages)) == len(day.entries)
    assert not reader.read()[0].keys


@pytest.mark.parametrize("page", [0, 1, 5, "inside", -2])
def test_a_read_goes_on_where_it_was_interrupted(reader: Reader, page: int | str) -> None:
    reader.connector.streams["plans"] = small(reader)
    whole = reader.read()
    inside = next(n for n, one in enumerate(whole) if not one.notes)
    at = page if isinstance(page, int) else inside
    kept = whole[: len(whole) + at if at < 0 else at + 1]
    reader.notes = {k: v for one in kept for k, v in one.notes.items()}
    rest = reader.read(resume=kept[-1].resume)
    assert raws(kept) + raws(rest) == raws(whole)


def small(reader: Reader) -> Stream:
    return replace(reader.connector.streams["plans"], page_size=1)


def test_a_file_with_a_plan_of_the_future_is_met_again(reader: Reader) -> None:
    reader.fault("future_record")
    pages = reader.read()
    assert max(u or "" for page in pages for u in page.updated) > "2098"
    days = reader.files.listed(None, reader.servers.world.today)
    assert len(reader.notes) == len(days) - 1
    assert len(raws(reader.read())) == len(days[0].entries)


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("wrong_encoding", "encoding"),
        ("broken_xml", "malformed"),
        ("xml_bomb", "doctype"),
        ("external_entity", "doctype"),
        ("deep_nesting", "too_deep"),
        ("huge_text", "zip_bomb"),
        ("field_gained", "schema"),
        ("zip_bomb", "zip_bomb"),
        ("zip_path_traversal", "path_traversal"),
    ],
)
def test_a_spoilt_document_is_refused_and_all_others_are_read(
    reader: Reader, kind: str, rule: str
) -> None:
    good = raws(reader.read())
    reader.notes.clear()
    reader.fault(kind)
    pages = reader.read()
    assert rules(pages) == [rule]
    lost = 0 if kind.startswith("zip") else 1
    assert len(raws(pages)) == len(good) - lost


def test_a_zip_that_breaks_off_is_refused_as_a_whole_and_holds_up_no_other(
    reader: Reader,
) -> None:
    days = reader.files.listed(None, reader.servers.world.today)
    reader.fault("zip_broken", skip=4, count=1)
    pages = reader.read()
    (refused,) = [one for page in pages for one in page.refused]
    assert (refused.key, refused.rule) == (f"file:{days[4].name}", "broken_file")
    assert refused.message.startswith(f"{days[4].name} is no complete ZIP")
    assert json.loads(refused.raw)["file"] == days[4].name
    assert len(raws(pages)) == sum(len(day.entries) for day in days if day is not days[4])


def test_a_broken_zip_is_read_again_until_it_is_whole(reader: Reader) -> None:
    days = reader.files.listed(None, reader.servers.world.today)
    key = f"file:{days[4].name}"
    reader.fault("zip_broken", skip=4, count=1)
    reader.read()
    reader.fault("zip_broken", count=1)
    (again,) = reader.read()
    assert [one.key for one in again.refused] == [key]
    assert not again.deleted
    mended = reader.read()
    assert len(raws(mended)) == len(days[4].entries)
    assert [gone for page in mended for gone in page.deleted] == [key]
    (known,) = reader.read()
    assert not known.keys
    assert not known.deleted


def test_a_web_page_in_a_files_place_is_an_error(reader: Reader) -> None:
    reader.fault("html", count=1)
    with pytest.raises(HubError, match="web page"):
        reader.read()


def test_a_broken_zip_given_by_hand_is_an_error(reader: Reader, tmp_path: Path) -> None:
    day = reader.files.listed(None, reader.servers.world.today)[0]
    path = tmp_path / day.name
    path.write_bytes(reader.files.body(day)[:-40])
    with pytest.raises(ReadError, match=r"management_plan\.plans: plans-\d+\.zip is no complete"):
        reader.read(file=path)


def test_a_duplicate_comes_twice_and_is_the_hubs_to_judge(reader: Reader) -> None:
    good = raws(reader.read())
    reader.notes.clear()
    reader.fault("duplicate_key_in_page")
    assert len(raws(reader.read())) == len(good) + 1


def test_a_listing_that_is_not_as_agreed_is_a_contract_error(reader: Reader) -> None:
    reader.fault("field_lost", path=LISTING, field="etag")
    with pytest.raises(ContractError, match=r"listing.*etag"):
        reader.read()


@pytest.mark.parametrize("kind", ["expired_token", "forbidden", "not_found", "html"])
def test_another_fault_is_an_error_with_its_place(reader: Reader, kind: str) -> None:
    reader.fault(kind, path=LISTING)
    with pytest.raises(HubError, match=r"management_plan\.plans"):
        reader.read()


def test_a_wrong_token_is_refused(reader: Reader) -> None:
    address = reader.servers.connections()["management_plan"]["address"]
    connection = Connection(
        "management_plan", address, secrets={"api_token": "wrong-token-of-a-test"},
        options={"token_header": "X-API-Key"},
    )  # fmt: skip
    reader.connector = load_connector("management_plan", lambda _: connection)
    with pytest.raises(AuthenticationError) as caught:
        reader.read()
    assert "wrong-token" not in str(caught.value)


def test_a_local_file_is_read_in_the_systems_place(reader: Reader, tmp_path: Path) -> None:
    day = reader.files.listed(None, reader.servers.world.today)[0]
    path = tmp_path / day.name
    path.write_bytes(reader.files.body(day))
    pages = reader.read(file=path)
    assert {json.loads(raw)["管理情報"]["計画番号"] for raw in raws(pages)} == set(day.entries)
    assert not reader.notes
