"""The register of information-processing supporters through its own connector, over its mock."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from base.errors import ContractError, ServerFault
from base.records import Page
from connectors.checks import check_connector
from connectors.connector import Connector
from mocks.faults import Fault
from mocks.serve import MockServers, serve
from mocks.world import World
from tests.connectors.helpers import connector_to, read_pages

pytestmark = pytest.mark.network

FOLDER = Path(__file__).parents[2] / "connectors" / "smart_sme"
FILES = {"vendors": "vendors.csv", "tools": "tools.csv"}
KEYS = {"vendors": "認定番号", "tools": "ITツール番号"}


@pytest.fixture(scope="module")
def running() -> Iterator[MockServers]:
    with serve(World(4, 3000), only=["smart_sme"]) as servers:
        yield servers


@pytest.fixture
def servers(running: MockServers) -> Iterator[MockServers]:
    running.faults.clear()
    yield running
    running.faults.clear()


@pytest.fixture
def connector(servers: MockServers) -> Connector:
    return connector_to(servers["smart_sme"].address, FOLDER)


@pytest.fixture
def fail(servers: MockServers) -> Callable[..., None]:
    def add(kind: str, **more: Any) -> None:
        servers.faults.add(Fault(kind, "smart_sme", **more))

    return add


def sent(servers: MockServers, stream: str) -> list[dict[str, str]]:
    """The rows of a list as Python's csv module reads them."""
    app = servers.systems.mocks["smart_sme"].app
    body: bytes = app.state.smart_sme.lists.files[FILES[stream]].body  # type: ignore[union-attr]
    text = body.decode("utf-8-sig" if stream == "vendors" else "cp932")
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if len(row) == _width(text)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def _width(text: str) -> int:
    return text.partition("\r\n")[0].count(",") + 1


def records(pages: Sequence[Page]) -> list[dict[str, str]]:
    return [json.loads(raw) for page in pages for raw in page.raws]


def refused(pages: Sequence[Page]) -> list[tuple[str, str]]:
    return [(one.rule, one.key) for page in pages for one in page.refused]


def notes(pages: Sequence[Page]) -> dict[str, str]:
    return {key: note for page in pages for key, note in page.notes.items()}


def test_the_declaration_fits_its_contract() -> None:
    assert check_connector(FOLDER) == []


@pytest.mark.parametrize("stream", FILES)
def test_every_row_comes_as_it_was_written(
    connector: Connector, servers: MockServers, stream: str
) -> None:
    assert records(read_pages(connector, stream)) == sent(servers, stream)


def test_a_file_that_has_not_changed_is_not_read(connector: Connector) -> None:
    noted = notes(read_pages(connector, "vendors"))
    assert list(noted) == ["file:download/vendors.csv"]
    (page,) = read_pages(connector, "vendors", memo=lambda _keys: noted)
    assert page == Page(whole=False)


@pytest.mark.parametrize("at", range(3))
def test_reading_resumes_behind_any_page(
    connector: Connector, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr("connectors.transports.csvfiles.BLOCK_BYTES", 4096)
    whole = read_pages(connector, "vendors")
    assert len(whole) > 4
    rest = read_pages(connector, "vendors", resume=whole[at].resume)
    assert records(rest) == records(whole[at + 1 :])
    assert notes(rest) == notes(whole)


def test_a_position_in_another_version_of_the_file_is_not_used(connector: Connector) -> None:
    whole = read_pages(connector, "tools")
    from connectors.transports.csvfiles import Position
    from connectors.transports.rest import pack_position
    from tests.connectors.helpers import WINDOW

    place = Position("download/tools.csv", '"another version"', 500, 5)
    again = read_pages(connector, "tools", resume=pack_position(place.packed(), WINDOW))
    assert records(again) == records(whole)


def test_a_file_replaced_while_it_is_read_is_read_again(
    connector: Connector, servers: MockServers, fail: Callable[..., None]
) -> None:
    fail("replaced")
    assert records(read_pages(connector, "tools")) == sent(servers, "tools")


def test_a_file_replaced_again_and_again_is_an_error(
    connector: Connector, servers: MockServers, fail: Callable[..., None]
) -> None:
    app = servers.systems.mocks["smart_sme"].app.state.smart_sme  # type: ignore[union-attr]
    monthly = iter(range(100))

    class Restless(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            from dataclasses import replace

            return replace(self[name], etag=f'"{next(monthly)}"')

    files, app.lists.files = app.lists.files, Restless(app.lists.files)
    try:
        with pytest.raises(ServerFault, match="was replaced 3 times"):
            read_pages(connector, "tools")
    finally:
        app.lists.files = files


@pytest.mark.parametrize("kind", ["truncated", "reset", "server_error", "rate_limited"])
def test_a_failed_download_is_tried_again(
    connector: Connector, servers: MockServers, fail: Callable[..., None], kind: str
) -> None:
    fail(kind)
    assert records(read_pages(connector, "vendors")) == sent(servers, "vendors")


@pytest.mark.parametrize("stream", FILES)
@pytest.mark.parametrize(
    ("kind", "rule"), [("column_more", "columns"), ("column_less", "columns"),
                       ("undecodable", "encoding"), ("open_quote", "unbalanced_quote")]
)  # fmt: skip
def test_one_broken_row_is_refused_and_no_other(
    connector: Connector,
    servers: MockServers,
    fail: Callable[..., None],
    stream: str,
    kind: str,
    rule: str,
) -> None:
    before = read_pages(connector, stream)
    fail(kind, record=2, count=1)
    pages = read_pages(connector, stream)
    rows = sent(servers, stream)
    broken = rows[2][KEYS[stream]]
    lost = [row for row in rows if row not in records(pages)]
    assert lost[0] == rows[2]
    assert set(refused(pages)) - set(refused(before)) >= {
        (rule, broken if rule != "unbalanced_quote" else refused(pages)[0][1])
    }
    assert not notes(pages)
    if rule == "unbalanced_quote":
        assert not all(page.whole is None for page in pages)
    else:
        assert len(lost) == 1
        assert all(page.whole is None for page in pages)


@pytest.mark.parametrize("stream", FILES)
def test_line_ends_may_be_mixed(
    connector: Connector, servers: MockServers, fail: Callable[..., None], stream: str
) -> None:
    fail("mixed_line_ends")
    assert records(read_pages(connector, stream)) == sent(servers, stream)


@pytest.mark.parametrize("stream", FILES)
def test_the_wrong_character_set_stops_the_read(
    connector: Connector, fail: Callable[..., None], stream: str
) -> None:
    fail("wrong_encoding")
    with pytest.raises(ContractError, match="is not written in"):
        read_pages(connector, stream)


def test_a_web_page_stops_the_read(connector: Connector, fail: Callable[..., None]) -> None:
    fail("html")
    with pytest.raises(ContractError, match="web page"):
        read_pages(connector, "vendors")


def test_columns_in_another_order_are_the_same_record(
    connector: Connector, servers: MockServers, fail: Callable[..., None]
) -> None:
    fail("columns_reordered")
    pages = read_pages(connector, "vendors")
    assert records(pages) == sent(servers, "vendors")
    assert not connector.decoder("vendors").decode([r for p in pages for r in p.raws]).drift


@pytest.mark.parametrize(
    ("kind", "path", "found"),
    [("field_gained", "新しい列", "added"), ("field_lost", "URL", "removed")],
)
def test_a_column_gained_or_lost_is_a_finding(
    connector: Connector, fail: Callable[..., None], kind: str, path: str, found: str
) -> None:
    fail(kind, field=path)
    raws = [raw for page in read_pages(connector, "vendors") for raw in page.raws]
    drift = connector.decoder("vendors").decode(raws).drift
    assert [(one.path, one.kind) for one in drift] == [(path, found)]


def test_a_nul_is_refused_in_its_field_alone(
    connector: Connector, fail: Callable[..., None]
) -> None:
    fail("nul", record=3, field="URL")
    raws = [raw for page in read_pages(connector, "vendors") for raw in page.raws]
    refusals = connector.decoder("vendors").decode(raws).refusals
    assert ("field", "nul", "URL") in [(r.level, r.rule, r.field) for r in refusals if r.row == 3]


def test_a_local_file_is_read_in_the_systems_place(tmp_path: Path) -> None:
    file = tmp_path / "somewhere.csv"
    header = list(
        connector_to("http://127.0.0.1:9", FOLDER).contract("tools").tables["tools"]["fields"]  # type: ignore[attr-defined]
    )
    names = [field["name"] for field in header]
    file.write_bytes((",".join(names) + "\r\n" + ",".join(["ソ表"] * len(names))).encode("cp932"))
    pages = read_pages(connector_to("http://127.0.0.1:9", FOLDER), "tools", file=file)
    assert records(pages) == [dict.fromkeys(names, "ソ表")]
