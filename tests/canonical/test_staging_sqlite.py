"""Rows that go through a staging file are the rows that `executemany` writes, and the file goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import adbc_driver_manager as adbc
import polars as pl
import pytest

from base.errors import StoreError
from canonical.store import Store, bulk_sqlite, staging_sqlite
from canonical.store.tables import METADATA
from tests.canonical.builders import Syncing

NEVER = 1_000_000
KEYS = [f"k{number}" for number in range(400)]
PARTIES = {"party": [{"key": key, "name": f"いろは{key}"} for key in KEYS]}
RAWS = dict.fromkeys(KEYS, "1")


@pytest.fixture
def path(tmp_path: Path, migrated_sqlite: Path) -> Path:
    (tmp_path / "store.db").write_bytes(migrated_sqlite.read_bytes())
    return tmp_path / "store.db"


def opened(path: Path) -> Store:
    return Store.open(f"sqlite:///{path}")


def rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    """Every row as SQLite holds it, with the type of each value."""
    columns = [column.name for column in METADATA.tables[table].columns]
    typed = ", ".join(f'"{name}", typeof("{name}")' for name in columns)
    with opened(path) as store, store.database.read() as connection:
        found = connection.exec_driver_sql(f"SELECT {typed} FROM {table}")  # noqa: S608
        return sorted((tuple(row) for row in found), key=repr)


def left_beside(path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir() if "staging" in file.name]


def difficult() -> pl.DataFrame:
    """Texts empty, absent, long or with a NUL; numbers at their limits; columns of null."""
    texts = ["", None, "a\0b", "\0", "𠮷野家" * 3000, "0012", "1e5", " ", "\"',\n", "１２"]
    count = len(texts)
    return pl.DataFrame(
        {
            "record_id": range(1, count + 1),
            "role": ["self"] * count,
            "ordinal": pl.Series(range(count), dtype=pl.Int32),
            "batch_no": pl.Series([1] * count, dtype=pl.Int32),
            "recorded_from": [datetime(2026, 11, 2, 1, 2, 3, tick, UTC) for tick in range(count)],
            "as_of": [None, date(1, 1, 1), date(9999, 12, 31), *[date(2026, 2, 28)] * (count - 3)],
            "name": texts,
            "name_kana": [""] * count,
            "name_core": pl.Series([None] * count, dtype=pl.String),
            "email": pl.Series([None] * count),
            "capital_jpy": [-(2**63), 2**63 - 1, None, 0, *range(count - 4)],
            "deemed_large_company": [True, False, None, *[True] * (count - 3)],
        }
    )


def with_bytes() -> pl.DataFrame:
    """Records whose fingerprints are empty, hold a NUL, or are no text in any encoding."""
    hashes = [b"", b"\0", b"a\0b", bytes(range(256)), b"\xff" * 16]
    return pl.DataFrame(
        {
            "record_id": range(1 << 40, (1 << 40) + len(hashes)),
            "stream_id": pl.Series([1] * len(hashes), dtype=pl.Int16),
            "record_key": [f"鍵{number}" for number in range(len(hashes))],
            "raw_hash": hashes,
            "plan_no": pl.Series([1] * len(hashes), dtype=pl.Int16),
            "status": ["current"] * len(hashes),
            "batch_no": pl.Series([1] * len(hashes), dtype=pl.Int32),
            "position": pl.Series([None, *range(len(hashes) - 1)], dtype=pl.UInt32),
        }
    )


def insert(path: Path, table: str, frame: pl.DataFrame) -> None:
    with opened(path) as store, store.database.write() as connection:
        store.database.bulk.insert(connection, METADATA.tables[table], frame)


@pytest.mark.parametrize("shape", ["whole", "sliced", "in chunks"])
@pytest.mark.parametrize(
    ("table", "frame"), [("claim_party", difficult()), ("source_record", with_bytes())]
)
def test_every_value_is_the_same_either_way(
    path: Path,
    tmp_path: Path,
    table: str,
    frame: pl.DataFrame,
    shape: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if shape == "sliced":
        frame = frame.slice(1, 4)
    elif shape == "in chunks":
        frame = pl.concat([frame.head(3), frame.tail(-3)], rechunk=False)
    other = tmp_path / "other.db"
    other.write_bytes(path.read_bytes())
    monkeypatch.setattr(bulk_sqlite, "STAGED_FROM", NEVER)
    insert(other, table, frame)
    monkeypatch.setattr(bulk_sqlite, "STAGED_FROM", 1)
    monkeypatch.setattr(bulk_sqlite, "_many", None)
    insert(path, table, frame)
    assert rows(path, table) == rows(other, table)
    assert len(rows(path, table)) == frame.height
    assert not left_beside(path)


def test_a_batch_is_staged_and_read_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_sqlite, "_many", None)
    with opened(path) as store:
        sync = Syncing(store)
        assert sync.commit(RAWS, PARTIES).claims_written == {"party": len(KEYS)}
        (claim,) = store.claims_of("subsidy", "applications", "k7")
        assert claim.values == {"name": "いろはk7"}


def test_more_tables_than_can_be_attached(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_sqlite, "STAGED_FROM", 1)
    with opened(path) as store:
        for _ in range(2):
            with store.database.write() as connection:
                for number in range(12):
                    frame = pl.DataFrame({"stream_id": [number + 10], "system": ["s"]})
                    frame = frame.with_columns(stream=pl.lit("s") + pl.col("stream_id").cast(str))
                    store.database.bulk.insert(connection, METADATA.tables["stream"], frame)
                connection.exec_driver_sql("DELETE FROM stream WHERE stream_id < 15")
                assert connection.exec_driver_sql("SELECT count(*) FROM stream").scalar() == 7
                connection.exec_driver_sql("DELETE FROM stream")
    assert not left_beside(path)


def test_what_cannot_be_staged_is_written_all_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise adbc.OperationalError("disk full", status_code=adbc.AdbcStatusCode.IO)

    monkeypatch.setattr(staging_sqlite, "_write", refused)
    with opened(path) as store:
        Syncing(store).commit(RAWS, PARTIES)
        assert store.row_counts()["claim_party"] == len(KEYS)


def test_a_failed_transaction_leaves_no_row_and_no_file(path: Path) -> None:
    twice = {"party": PARTIES["party"] * 2}
    with opened(path) as store:
        sync = Syncing(store)
        with pytest.raises(StoreError, match="UNIQUE") as refused:
            sync.commit(RAWS, twice)
        assert "いろは" not in str(refused.value)
        assert store.row_counts()["source_record"] == 0
        assert not left_beside(path)
        sync.commit(RAWS, PARTIES)
        assert store.row_counts()["claim_party"] == len(KEYS)


KILLED = """
import os, signal, sys
from canonical.store import Store, staging_sqlite
from tests.canonical.builders import Syncing
from tests.canonical.test_staging_sqlite import PARTIES, RAWS

written = staging_sqlite._write

def killed(*arguments):
    written(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

staging_sqlite._write = killed
with Store.open(sys.argv[1]) as store:
    Syncing(store).commit(RAWS, PARTIES)
"""


def test_a_killed_process_leaves_a_file_that_the_next_one_replaces(path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, f"sqlite:///{path}"],
        env=dict(os.environ),
        stderr=subprocess.PIPE,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert left_beside(path) == ["store.db-staging"]
    with opened(path) as store:
        assert store.row_counts()["source_record"] == 0
        Syncing.again(store).commit(RAWS, PARTIES)
        assert store.row_counts()["claim_party"] == len(KEYS)
    assert not left_beside(path)
