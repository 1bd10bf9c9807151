"""CSV files as a stream: which of them count as read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from base.clock import SystemClock
from base.connection import Connection
from base.http_answer import Response
from base.records import Page, Window
from connectors.contracts.table import TableContract
from connectors.declaration import Auth, Cursor, Stream, Title
from connectors.hooks import ReadContext
from connectors.transports.csvfiles import read

TABLE = """
name: rows
fields:
  - {name: id, constraints: {required: true}}
  - {name: at}
"""
UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
SOON, LATER = "2026-11-19T00:00:00Z", "2026-11-21T00:00:00Z"


class Shelf:
    """A client with one file."""

    def __init__(self, *rows: tuple[str, str]) -> None:
        self.body = "".join(f"{key},{at}\n" for key, at in (("id", "at"), *rows)).encode()

    def download(
        self,
        path: str,
        into: BinaryIO,
        params: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        if (headers or {}).get("If-None-Match") == '"1"':
            return Response(304, {}, b"")
        into.write(self.body)
        return Response(200, {"etag": '"1"'}, b"")


def pages(client: Shelf, folder: Path, until: datetime, resume: str | None = None) -> list[Page]:
    path = folder / "rows.table.yaml"
    path.write_text(TABLE, encoding="utf-8")
    stream = Stream(
        "rows", Title("行", "Rows"), path, Auth("none", "c"), "id", "incremental", ("x",),
        protocol="csv", section={"path": "rows.csv"}, cursor=Cursor("at"),
    )  # fmt: skip
    context = ReadContext(
        stream=stream, contract=TableContract(path), connection=Connection("c", "http://x"),
        client=client, clock=SystemClock(), memo=lambda _keys: {},
        put_file=lambda _: "", identifiers=frozenset(),
    )  # fmt: skip
    return list(read(context, Window(None, until), resume=resume, limit=None))


def noted(found: list[Page]) -> dict[str, str]:
    return {key: note for page in found for key, note in page.notes.items()}


def test_a_file_with_a_row_of_the_future_does_not_count_as_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is deferred: the next run must meet it again though the file stays the same."""
    client = Shelf(("1", LATER), *((str(n), SOON) for n in range(2, 9)))
    assert noted(pages(client, tmp_path, UNTIL)) == {}
    assert list(noted(pages(client, tmp_path, UNTIL.replace(day=22)))) == ["file:rows.csv"]
    monkeypatch.setattr("connectors.transports.csvfiles.BLOCK_BYTES", 40)
    whole = pages(client, tmp_path, UNTIL)
    assert len(whole) > 2
    assert noted(pages(client, tmp_path, UNTIL, whole[1].resume)) == {}, "nor after a kill"
