"""The worked queries of the guide, run as they stand over a snapshot."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hub.exports.pseudonyms import Pseudonyms
from hub.exports.snapshot import TABLES, snapshot
from tests.canonical.builders import T0
from tests.docs.pages import ROOT
from tests.hub.exports.businesses import Businesses

GUIDE = (ROOT / "docs/guides/exports.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL)


def rows(query: str) -> list[tuple[Any, ...]]:
    answer = duckdb.sql(query)
    assert answer is not None
    return answer.fetchall()


@pytest.fixture
def snapshot_folder(
    businesses: Businesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A snapshot under both scopes, as the working folder."""
    businesses.advise(range(36))
    businesses.advise(range(36, 60), topic="事業承継", received_on=T0.date() + timedelta(days=9))
    businesses.hand_over(range(45), has_successor=False)
    businesses.hand_over(range(45, 60), has_successor=True)
    businesses.settle()
    release = Pseudonyms("2026-11", b"a salt of a test, 32 bytes long..")
    scopes = ("yorozu", "succession")
    snapshot(businesses.store.database, tmp_path / "out", release, T0, scopes=scopes)
    monkeypatch.chdir(tmp_path / "out")
    return tmp_path / "out"


@pytest.mark.usefixtures("snapshot_folder")
def test_the_three_questions_are_answered() -> None:
    programs, consultations, successors = map(rows, QUERIES)
    assert sorted(programs) == sorted(
        ("ものづくり補助金", region, industry, 20, granted, 20)
        for region, industry, granted in (("関東", "M", 10), ("近畿", "E", 10), ("北海道", "D", 10))
    )
    assert consultations == [("IT", 36, 36, 100.0), ("事業承継", 24, 0, 0.0)]
    assert successors == [("70+", 45, 60)]


@pytest.mark.usefixtures("snapshot_folder")
def test_the_guide_names_every_column() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([\w, ]+) \|$", GUIDE, re.MULTILINE))
    assert listed.keys() == {table.name for table in TABLES} | {"programs"}
    for name, columns in listed.items():
        found = rows(f"DESCRIBE SELECT * FROM '{name}.parquet'")  # noqa: S608
        assert ", ".join(row[0] for row in found) == columns
