"""Deletions by the source's own word, and windows that are not whole.

A connector of a few lines whose pages a test writes: the order of records and deletions is what
is tested, not a protocol.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.clock import ManualClock
from base.settings import Settings
from canonical.store import Store
from connectors.declaration import DeletedWhen
from connectors.keys import KeyReader
from hub.batching import ReadBatch
from hub.deletes import FlaggedKeys
from hub.options import SyncOptions, SyncSummary
from hub.sync import make_job, open_store
from hub.transfer import run_sync

DECLARED = """
title: {ja: 台帳, en: Register}
role: adviser
contract: rows.table.yaml
streams:
  rows:
    title: {ja: 行, en: Rows}
    record: rows
    key: id
    mode: MODE
    cursor: {field: at}
    deletes: absence
    deleted_when: {field: gone, value: '1'}
    hooks: {read: read_pages}
    purpose: [prefill]
"""
CONTRACT = """
fields:
  - {name: id, type: string, constraints: {required: true}}
  - {name: name, type: string}
  - {name: at, type: string}
  - {name: gone, type: string}
"""
MAPPING = """
rows:
  as_of: at
  fields:
    name: {to: party.name}
  ignore: {id: the key, gone: says that the row is deleted}
"""
HOOKS = """
import json
from pathlib import Path

def read_pages(context, window, *, resume, limit):
    pages = json.loads(Path(__file__).with_name("pages.json").read_text())
    for number, given in enumerate(pages):
        page = context.keys.page([json.dumps(row).encode() for row in given["rows"]])
        page.whole = given["whole"]
        page.notes = given.get("notes", {})
        page.unchanged = ["noted"] if context.memo(["file:a"]) else []
        page.resume = None if number + 1 == len(pages) else str(number)
        yield page
"""


@dataclass
class Rows:
    """The stream `rows` of a system whose pages are written by the test."""

    folder: Path
    store: Store
    clock: ManualClock
    home: Path

    def sync(self, *pages: dict[str, Any], options: SyncOptions | None = None) -> SyncSummary:
        self.clock.advance(60)
        (self.folder / "pages.json").write_text(json.dumps(pages))
        environ = {"HUB_HOME": str(self.home), "HUB_CONNECTION_ROWS": '{"address": "http://x"}'}
        job = make_job(
            self.folder,
            "rows",
            Settings.load(environ),
            self.store,
            clock=self.clock,
            mapping=self.folder / "mapping.yaml",
        )
        return run_sync(job, options)

    def live(self) -> set[str]:
        stream = self.store.stream_id("rows", "rows")
        return {key for keys in self.store.live_keys(stream) for key in keys}


@pytest.fixture(params=["incremental", "snapshot"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rows]:
    folder = tmp_path / "rows"
    folder.mkdir()
    declared = DECLARED.replace("MODE", request.param)
    if request.param == "snapshot":
        declared = declared.replace("    cursor: {field: at}\n", "")
    for name, text in [
        ("connector.yaml", declared),
        ("rows.table.yaml", CONTRACT),
        ("mapping.yaml", MAPPING),
        ("hooks.py", HOOKS),
    ]:
        (folder / name).write_text(text, encoding="utf-8")
    home = tmp_path / "hub"
    with open_store(Settings.load({"HUB_HOME": str(home)})) as store:
        yield Rows(folder, store, ManualClock(), home)


def page(*rows: tuple[str, str], whole: bool | None = False, **more: Any) -> dict[str, Any]:
    """Rows of (key, name); a name of "-" is a deletion."""
    made = [
        {"id": key, "name": name, "at": "2026-01-01", "gone": "1" if name == "-" else ""}
        for key, name in rows
    ]
    return {"rows": made, "whole": whole, **more}


def test_what_the_source_flags_is_deleted_and_may_come_back(rows: Rows) -> None:
    rows.sync(page(("a", "A"), ("b", "B")))
    counts = rows.sync(page(("a", "-"))).counts
    assert (counts["read"], counts["deleted"]) == (1, 1)
    assert rows.live() == {"b"}
    again = rows.sync(page(("a", "-"), ("unknown", "-"))).counts
    assert (again["deleted"], again["unchanged"]) == (0, 2)
    assert rows.sync(page(("a", "A"))).counts["changed"] == 1
    assert rows.live() == {"a", "b"}


def dated(key: str, at: str, name: str = "-") -> dict[str, Any]:
    return {"id": key, "name": name, "at": at, "gone": "1" if name == "-" else ""}


@pytest.mark.parametrize("rows", ["incremental"], indirect=True)
def test_a_deletion_of_the_future_waits_for_its_day(rows: Rows) -> None:
    rows.sync(page(("a", "A"), ("b", "B"), ("c", "C")))
    day = rows.clock.now() + timedelta(days=2)
    soon, past = day.isoformat(), (rows.clock.now() - timedelta(days=2)).isoformat()
    whole = {"rows": [dated("a", soon), dated("b", past), dated("c", soon, "C")], "whole": True}
    for deleted, unchanged in ((1, 0), (0, 1)):
        counts = rows.sync(whole).counts
        assert (counts["read"], counts["deferred"]) == (3, 2)
        assert (counts["deleted"], counts["unchanged"]) == (deleted, unchanged)
        assert rows.live() == {"a", "c"}, "nor is it absent from what is whole"
    rows.clock.advance(3 * 86_400)
    counts = rows.sync(whole).counts
    assert (counts["deferred"], counts["deleted"]) == (0, 1)
    assert rows.live() == {"c"}


@pytest.mark.parametrize("rows", ["incremental"], indirect=True)
def test_of_two_deletions_that_of_the_past_counts(rows: Rows) -> None:
    rows.sync(page(("a", "A")))
    soon = (rows.clock.now() + timedelta(days=2)).isoformat()
    past = (rows.clock.now() - timedelta(days=2)).isoformat()
    both = {"rows": [dated("a", past), dated("a", soon)], "whole": False}
    counts = rows.sync(both).counts
    assert (counts["read"], counts["deleted"], counts["deferred"]) == (1, 1, 0)


def test_the_later_of_record_and_deletion_counts(rows: Rows) -> None:
    rows.sync(page(("a", "A"), ("b", "B")))
    counts = rows.sync(
        page(("a", "A2"), ("b", "-")), page(("a", "-"), ("b", "B2"), ("c", "-"))
    ).counts
    assert rows.live() == {"b"}
    assert {name: n for name, n in counts.items() if n} == {
        "read": 5, "changed": 1, "deleted": 1, "superseded": 2, "unchanged": 1,
    }  # fmt: skip


def test_only_what_is_whole_deletes_by_absence(rows: Rows) -> None:
    rows.sync(page(("a", "A"), ("b", "B")))
    assert rows.sync(page(("a", "A"))).counts["deleted"] == 0
    mixed = rows.sync(page(("a", "A"), whole=True), page(("c", "C"))).counts
    assert mixed["deleted"] == 0
    whole = rows.sync(page(("a", "A"), whole=True), page(("c", "-"), whole=True)).counts
    assert whole["deleted"] == 2
    assert rows.live() == {"a"}


def test_an_incremental_stream_is_not_whole_unless_it_says_so(rows: Rows) -> None:
    rows.sync(page(("a", "A"), ("b", "B")))
    deleted = rows.sync(page(("a", "A"), whole=None)).counts["deleted"]
    declared = (rows.folder / "connector.yaml").read_text(encoding="utf-8")
    assert deleted == (0 if "incremental" in declared else 1)


def test_a_file_that_has_not_changed_is_read_again_for_another_mapping(rows: Rows) -> None:
    rows.sync(page(("a", "A"), notes={"file:a": "etag"}))
    assert rows.sync(page(("a", "A"))).counts["unchanged"] == 2
    mapping = rows.folder / "mapping.yaml"
    text = mapping.read_text(encoding="utf-8").replace(
        "name: {to: party.name}", "name: {to: party.name_en}"
    )
    mapping.write_text(text, encoding="utf-8")
    assert rows.sync(page(("a", "A"))).counts["remapped"] == 1


def test_a_deletion_is_told_by_any_of_its_values() -> None:
    reader = KeyReader.of("id", deleted_when=DeletedWhen("gone", frozenset({"1", "true"})))
    raws = [b'{"id":"a","gone":true}', b'{"id":"b","gone":1}', b'{"id":"c","gone":"1"}',
            b'{"id":"d","gone":"0"}', b'{"id":"e","gone":null}', b'{"id":"f"}']  # fmt: skip
    made = reader.page(raws)
    assert made.deleted == ["a", "b", "c"]
    assert made.keys == ["d", "e", "f"]


KEYS = st.sampled_from("abc")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.tuples(KEYS, st.booleans()), max_size=4), max_size=4), st.sets(KEYS))
def test_every_deletion_is_counted_once_and_the_last_word_wins(
    pages: list[list[tuple[str, bool]]], live: set[str]
) -> None:
    """Against a plain model: pages of (key, deleted), the store's live keys."""
    import polars as pl

    from base.records import Page
    from hub.compare import compare

    batch = ReadBatch()
    last: dict[str, bool] = {}
    for number, made in enumerate(pages):
        records = [key for key, gone in made if not gone]
        deleted = [key for key, gone in made if gone]
        raws = [f'{{"id":"{key}","n":{number}}}'.encode() for key in records]
        batch.add(Page(records, raws, [None] * len(raws), deleted=deleted), frozenset())
        last |= dict.fromkeys(deleted, True) | dict.fromkeys(records, False)
    batch.seal()
    known = pl.DataFrame(
        {
            "record_key": pl.Series(sorted(live), dtype=pl.String),
            "record_id": pl.Series(range(len(live)), dtype=pl.Int64),
            "raw_hash": pl.Series([b"x"] * len(live), dtype=pl.Binary),
            "plan_version": pl.Series(["p"] * len(live), dtype=pl.String),
            "status": pl.Series(["current"] * len(live), dtype=pl.String),
            "updated": pl.Series([None] * len(live), dtype=pl.String),
        }
    )
    compared = compare(batch, known, "p", None)
    flagged = FlaggedKeys.of(batch, compared, known)
    outcomes = flagged.superseding(compared)
    assert set(flagged.keys) == {key for key, gone in last.items() if gone and key in live}
    assert len(flagged.keys) + flagged.outcomes.total() == len(batch.deleted)
    kept = outcomes.filter(pl.col("outcome").is_in(["new", "changed"]))["record_key"].to_list()
    assert sorted(kept) == sorted(key for key, gone in last.items() if not gone)
