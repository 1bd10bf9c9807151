"""The advisers' files in any order: the last word of each key stands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from functools import partial
from typing import BinaryIO

from hypothesis import given, settings
from hypothesis import strategies as st

from base.clock import ManualClock
from base.connection import Connection
from base.sftp import FileEntry
from connectors.connector import Connector
from connectors.registry import load_connector
from tests.connectors.yorozu.karte import (
    FOLDER,
    UNTIL,
    WINDOW,
    karte,
    of_notes,
)


class Folder:
    """Files in memory, as an SFTP client shows them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def list(self, folder: str = ".") -> list[FileEntry]:
        return [self.stat(name) for name in sorted(self.files)]

    def stat(self, path: str) -> FileEntry:
        return FileEntry(path, len(self.files[path]), UNTIL)

    def download(self, path: str, into: BinaryIO) -> FileEntry:
        into.write(self.files[path])
        into.seek(0)
        return self.stat(path)

    def close(self) -> None:
        return


DAYS = range(9, 16)
"""Of November; full files are written on the first day and in the middle."""


@st.composite
def histories(draw: st.DrawFn) -> list[dict[int, tuple[int, bool]]]:
    """What was written on each day: number → its version (a count) and whether it lives."""
    versions = iter(range(1000))
    return [
        draw(
            st.dictionaries(
                st.integers(1, 5), st.booleans().map(lambda lives: (next(versions), lives))
            )
        )
        for _ in DAYS
    ]


@given(history=histories(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_in_whatever_order_files_come_the_last_word_of_each_key_stands(
    history: list[dict[int, tuple[int, bool]]], data: st.DataObject
) -> None:
    folder = Folder()
    connector = load_connector(
        FOLDER,
        lambda name: Connection(name, "sftp://files"),
        open_client=lambda _connection, _method: folder,
    )
    columns = connector.contract("consultations").columns("consultations")  # type: ignore[attr-defined]
    files, state = written(history, columns)
    first, rest = files[0], data.draw(st.permutations(files[1:]))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(rest)), max_size=4)) | {len(rest)})
    notes: dict[str, str] = {}
    stored: dict[str, tuple[str, bytes] | None] = {}
    done = 0
    for cut in cuts:
        folder.files |= dict([first, *rest[done:cut]])
        done = cut
        for twice in range(2):
            before = dict(stored)
            take(connector, stored, notes)
            assert not twice or stored == before
    lives = {key for key, kept in stored.items() if kept is not None}
    assert {(key, json.loads(stored[key][1])["相談内容"]) for key in lives} == state  # type: ignore[index]


def written(
    history: list[dict[int, tuple[int, bool]]], columns: list[str]
) -> tuple[list[tuple[str, bytes]], set[tuple[str, str]]]:
    """The files of a history, the first full one first, and what lives at its end."""
    files: list[tuple[str, bytes]] = []
    living: dict[int, dict[str, str]] = {}
    for day, changes in zip(DAYS, history, strict=True):
        rows = []
        for number, (version, lives) in sorted(changes.items()):
            row = karte(number, day, 相談内容=f"{version}版") | {"削除フラグ": "01"[not lives]}
            rows.append(row)
            if lives:
                living[number] = row
            else:
                living.pop(number, None)
        files.append((f"karte_diff_202611{day:02d}.csv", csv_of(columns, rows)))
        if day in (DAYS[0], DAYS[3]):
            files.append((f"karte_full_202611{day:02d}.csv", csv_of(columns, living.values())))
    files[0], files[1] = files[1], files[0]
    return files, {(row["カルテ番号"], row["相談内容"]) for row in living.values()}


def csv_of(columns: list[str], rows: Iterable[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("cp932")


def take(
    connector: Connector, stored: dict[str, tuple[str, bytes] | None], notes: dict[str, str]
) -> None:
    """Read once, and do with the pages as the hub does: `hub.compare`, `hub.deletes`."""
    seen: set[str] = set()
    everything = True
    for page in connector.read(
        "consultations",
        WINDOW,
        memo=partial(of_notes, dict(notes)),
        clock=ManualClock(UNTIL),
    ):
        everything &= page.whole is True
        seen |= {*page.keys, *page.deleted}
        stored |= dict.fromkeys(page.deleted)
        for key, raw, updated in zip(page.keys, page.raws, page.updated, strict=True):
            known = stored.get(key)
            if known is None or known[0] <= (updated or ""):
                stored[key] = (updated or "", raw)
        notes |= page.notes
    if everything:
        stored |= dict.fromkeys(stored.keys() - seen)
