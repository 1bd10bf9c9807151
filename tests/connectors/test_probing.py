"""`Connector.check` reads the beginning of a file, however long it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

from base.connection import Connection
from base.errors import NotFound
from base.http_answer import Response
from base.sftp import FileEntry
from connectors.connector import CheckLine
from connectors.probing import MOST
from connectors.registry import load_connector

CHUNK = 128 * 1024
LONG = 512 * CHUNK
TODAY = datetime.now(UTC)


@dataclass
class Shelf:
    """A client with one endless file under every name, and the bytes that were taken of it."""

    taken: int = 0
    size: int = LONG

    def download(self, path: str, into: BinaryIO, *_more: Any, **_given: Any) -> Response:
        into.seek(0)
        into.truncate()
        for _ in range(self.size // CHUNK):
            self.taken += CHUNK
            into.write(b"x" * CHUNK)
        return Response(200, {"etag": '"1"'}, b"")

    def get(self, path: str, params: Any = None, headers: Any = None) -> Response:
        raise AssertionError(f"{path} was read whole")

    def get_json_bytes(self, path: str, params: Mapping[str, str]) -> Response:
        listed = b'{"items": [{"name": "plans-20261101.zip", "date": "2026-11-01", "etag": "1"}]}'
        return Response(200, {}, listed)

    def list(self, folder: str = ".") -> list[FileEntry]:
        return [FileEntry(f"karte_full_{TODAY:%Y%m%d}.csv", LONG, TODAY)]


class Bare(Shelf):
    """A client whose file is missing."""

    def download(self, path: str, into: BinaryIO, *_more: Any, **_given: Any) -> Response:
        raise NotFound(f"GET {path} answered 404")


def checked(system: str, shelf: Shelf) -> list[CheckLine]:
    connection = Connection("c", "https://files.example.jp")
    connector = load_connector(
        system, lambda _name: connection, open_client=lambda _connection, _method: shelf
    )
    return connector.check()


def test_a_long_file_is_begun_and_left() -> None:
    for system, streams in (("smart_sme", 2), ("yorozu", 1), ("management_plan", 1)):
        shelf = Shelf()
        lines = checked(system, shelf)
        assert [line.ok for line in lines] == [True] * 2 * streams, lines
        assert {line.what for line in lines[1::2]} == {"the beginning of a longer file was read"}
        assert shelf.taken <= streams * (MOST + CHUNK), system


def test_a_file_that_is_missing_is_told() -> None:
    (_, line) = checked("yorozu", Bare())
    assert (line.ok, line.subject) == (False, "consultations: read")
    assert "404" in line.what


def test_a_short_file_is_read_whole() -> None:
    shelf = Shelf(size=CHUNK)
    lines = checked("management_plan", shelf)
    assert lines[-1].ok
    assert lines[-1].what == "1 records in one small read", "no ZIP: refused as a whole"
