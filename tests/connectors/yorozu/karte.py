"""A folder of the advisers' files behind a real SFTP server, and the connector that reads it."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from base.clock import ManualClock
from base.connection import Connection
from base.records import Page, Window
from base.sftp import SftpClient
from connectors.connector import Connector
from connectors.registry import ROOT, load_connector
from mocks.credentials import ClientCredentials
from mocks.faults import FaultBox
from mocks.yorozu.server import SftpFolder, public_host_key

FOLDER = ROOT / "yorozu"
UNTIL = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
WINDOW = Window(None, UNTIL)
FULL, FIRST, SECOND, THIRD = (
    "karte_full_20261115.csv", "karte_diff_20261116.csv", "karte_diff_20261117.csv",
    "karte_diff_20261118.csv",
)  # fmt: skip


class Site:
    """A folder behind a server, and a connector that reads it."""

    def __init__(self, folder: Path, credentials: ClientCredentials) -> None:
        self.folder, self.box = folder, FaultBox()
        self.server = SftpFolder(folder, credentials, self.box, "yorozu")
        port = self.server.start(0)
        self.notes: dict[str, str] = {}
        options = {"username": credentials.client_id, "host_key": public_host_key(credentials)}
        self.connection = Connection(
            "yorozu", f"sftp://127.0.0.1:{port}", None, options,
            {"private_key": credentials.private_key},
        )  # fmt: skip
        self.seconds = 1_790_000_000
        self.connector: Connector = load_connector(
            FOLDER,
            lambda _name: self.connection,
            open_client=lambda connection, _method: SftpClient(connection, ManualClock(UNTIL)),
        )
        self.columns = self.connector.contract("consultations").columns(  # type: ignore[attr-defined]
            "consultations"
        )

    def lay_out(self, name: str, *rows: dict[str, str] | bytes, end: bytes = b"\r\n") -> None:
        """Write a file: of rows, or of bytes as they are; each has a second of its own."""
        body = self.line(dict(zip(self.columns, self.columns, strict=True))) + end
        body += b"".join(row if isinstance(row, bytes) else self.line(row) + end for row in rows)
        self.put(name, body)

    def put(self, name: str, body: bytes) -> None:
        (self.folder / name).write_bytes(body)
        self.seconds += 1
        os.utime(self.folder / name, (self.seconds, self.seconds))

    def line(self, row: dict[str, str]) -> bytes:
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow([row.get(name, "") for name in self.columns])
        return text.getvalue().encode("cp932")

    def pages(self, *, commit: bool = True, window: Window = WINDOW, **more: Any) -> list[Page]:
        pages = list(
            self.connector.read(
                "consultations",
                window,
                memo=lambda keys: {k: self.notes[k] for k in keys if k in self.notes},
                clock=ManualClock(UNTIL),
                **more,
            )
        )
        if commit:
            for page in pages:
                self.notes |= page.notes
        return pages


@contextmanager
def laid_out(folder: Path, credentials: ClientCredentials) -> Iterator[Site]:
    """A folder that is served for as long as the block lasts."""
    one = Site(folder, credentials)
    try:
        yield one
    finally:
        one.server.stop()


def of_notes(notes: dict[str, str], keys: Sequence[str]) -> dict[str, str]:
    """What was noted of these keys."""
    return {key: notes[key] for key in keys if key in notes}


def karte(number: int, day: int = 10, **more: str) -> dict[str, str]:
    """A row; `day` of November is the day of its last change."""
    return {
        "カルテ番号": f"YZ13-2026-{number:04d}", "拠点コード": "YZ13", "受付日": "2026-11-02",
        "相談内容": f"{number}回目の相談", "更新日時": f"2026-11-{day:02d}T10:00:00+09:00",
        "削除フラグ": "0", **more,
    }  # fmt: skip


def struck(number: int, day: int) -> dict[str, str]:
    return karte(number, day) | {"削除フラグ": "1"}


def records(pages: Sequence[Page]) -> list[dict[str, str]]:
    return [json.loads(raw) for page in pages for raw in page.raws]


def told(pages: Sequence[Page]) -> list[tuple[int, int]]:
    """Number and day of every record, in the order in which they are given."""
    return [(int(r["カルテ番号"][-4:]), int(r["更新日時"][8:10])) for r in records(pages)]


def deleted(pages: Sequence[Page]) -> list[int]:
    return [int(key[-4:]) for page in pages for key in page.deleted]


def refused(pages: Sequence[Page]) -> list[tuple[str, str]]:
    return [(one.rule, one.key) for page in pages for one in page.refused]


def whole(pages: Sequence[Page]) -> set[bool | None]:
    return {page.whole for page in pages}
