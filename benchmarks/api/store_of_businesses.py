"""A store for the API: the parties of the block `prefill` with their golden records, accounts that
tokens can speak of, and programs and agencies to search."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

import polars as pl
from sqlalchemy import Connection, Table, text

from benchmarks.golden.claims import AT
from benchmarks.prefill import store_of_parties
from canonical.golden import build
from canonical.matching.frames import member_id
from canonical.search import refresh
from canonical.store import Store
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.tables import BATCH, RUN, SOURCE_RECORD, STREAM, first_id

ACCOUNTS = 2_000
"""Businesses that are asked for, spread over all of them, each with a token of its own."""

SEED = 29
_SYSTEM = "corporate_auth"
_PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "東京都", "大阪府", "愛知県", "長野県", "福岡県",
    "全国",
)  # fmt: skip
_INDUSTRIES = ("製造業", "建設業", "卸売業、小売業", "情報通信業", "宿泊業、飲食サービス業")
_TOPICS = ("創業", "事業承継", "販路開拓", "設備投資", "省エネ", "補助金", "資金繰り")
_WORDS = (
    "信用金庫", "商工会議所", "税理士法人", "会計事務所", "銀行", "みらい", "ひかり", "さくら",
    "山田", "鈴木", "経営", "設備", "ものづくり", "省力化", "海外展開", "人材育成",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Directory:
    """What is searched: a stream and how many entries it has in all of Japan."""

    stream_id: int
    system: str
    stream: str
    entity: str
    entries: int


DIRECTORIES = (
    Directory(20, "subsidy", "programs", "program", 10_000),
    Directory(21, "support_agency", "agencies", "agency", 40_000),
)


def fill(store: Store, parties: int) -> dict[str, int]:
    """Write it all; rows by table, and how many golden records there are.

    Directories are smaller where there are fewer than 1 000 000 parties.
    """
    counts = store_of_parties.fill(store, parties, waiting=True)
    counts["accounts"] = _accounts(store)
    counts["golden"] = build.run(store.database).parties
    for directory in DIRECTORIES:
        entries = max(200, min(1, parties / 1_000_000) * directory.entries)
        counts[directory.stream] = _directory(store, directory, round(entries))
    if store.dialect == "postgresql":
        _vacuum(store)
    return counts


def asked(store: Store) -> list[tuple[str, int]]:
    """Accounts, and the party of each."""
    query = (
        "SELECT r.record_key, x.party_id FROM stream s"
        " JOIN source_record r ON r.stream_id = s.stream_id AND r.record_key LIKE 'account-%'"
        " JOIN crosswalk x ON x.record_id = r.record_id WHERE s.system = :system"
    )
    with store.database.read() as connection:
        rows = connection.execute(text(query), {"system": _SYSTEM}).all()
    return [(key, party) for key, party in rows]


def _accounts(store: Store) -> int:
    """Give some accounts the keys by which the API finds them, and the ids that follow."""
    with store.database.write() as connection:
        connection.execute(
            text(
                "UPDATE stream SET system = :system, stream = 'accounts'"
                " WHERE source_role = 'identity_provider'"
            ),
            {"system": _SYSTEM},
        )
        drawn = connection.execute(
            text(
                "SELECT record_id, member_id FROM crosswalk WHERE role = 'holder'"
                " ORDER BY member_id LIMIT :n"
            ),
            {"n": ACCOUNTS},
        ).all()
        changed = [
            {
                "record": record,
                "old": old,
                "key": (key := f"account-{number}"),
                "member": member_id(_SYSTEM, "accounts", key, "holder", 0),
            }
            for number, (record, old) in enumerate(drawn)
        ]
        for statement in (
            "UPDATE source_record SET record_key = :key WHERE record_id = :record",
            "UPDATE claim_account SET account_key = :key WHERE record_id = :record",
            "UPDATE crosswalk SET member_id = :member WHERE member_id = :old",
        ):
            connection.execute(text(statement), changed)
    return len(changed)


def _directory(store: Store, directory: Directory, entries: int) -> int:
    """Claims of programs or agencies, and the entries that search makes of them."""
    dice = random.Random(SEED)
    base = first_id(directory.stream_id)
    rows = [_row(directory, base + number, dice) for number in range(entries)]
    with store.database.write() as connection:
        connection.execute(
            STREAM.insert().values(
                stream_id=directory.stream_id, system=directory.system, stream=directory.stream,
                source_role="register", scope="", purposes="",
            )
        )  # fmt: skip
        for table, columns in _TABLES[directory.entity].items():
            frame = pl.DataFrame(rows, infer_schema_length=None).select(*columns)
            store.database.bulk.insert(connection, table, frame)
        _committed(connection, directory.stream_id)
    return refresh(store.database)


def _committed(connection: Connection, stream_id: int) -> None:
    """The batch that wrote the claims; search follows batches."""
    run = f"bench-{stream_id}"
    connection.execute(
        RUN.insert().values(
            run_id=run, stream_id=stream_id, trigger="bench", mode="full", started_at=AT,
            ended_at=AT, status="succeeded",
        )
    )  # fmt: skip
    counts = {c.name: 0 for c in BATCH.c if c.name.endswith("_count")}
    connection.execute(
        BATCH.insert().values(
            stream_id=stream_id, batch_no=1, run_id=run, recorded_at=AT, plan_no=1,
            contract_version="1", archive_rows=0, **counts,
        )
    )  # fmt: skip


def _row(directory: Directory, record_id: int, dice: random.Random) -> dict[str, object]:
    title = "".join(dice.sample(_WORDS, 3)) + str(record_id % 977)
    starts = AT + timedelta(days=dice.randint(-400, 200))
    return {
        "record_id": record_id, "stream_id": directory.stream_id, "record_key": str(record_id),
        "raw_hash": b"", "plan_no": 1, "status": "current", "batch_no": 1, "role": "self",
        "ordinal": 0, "recorded_from": AT, "title": title, "name": title, "kind": "corporation",
        "areas": "\n".join(dice.sample(_PREFECTURES, 3)),
        "industries": "\n".join(dice.sample(_INDUSTRIES, 2)),
        "topics": "\n".join(dice.sample(_TOPICS, 3)),
        "starts": starts, "ends": starts + timedelta(days=dice.randint(10, 300)),
    }  # fmt: skip


_RECORD = ("record_id", "stream_id", "record_key", "raw_hash", "plan_no", "status", "batch_no")
_CLAIM = ("record_id", "role", "ordinal", "batch_no", "recorded_from")
_TABLES: dict[str, dict[Table, tuple[str | pl.Expr, ...]]] = {
    "program": {
        SOURCE_RECORD: _RECORD,
        CLAIM_TABLES["program"]: (
            *_CLAIM, "title", "industries", pl.col("topics").alias("use_purposes"),
            pl.col("areas").alias("target_areas"), pl.col("starts").alias("acceptance_start_at"),
            pl.col("ends").alias("acceptance_end_at"),
        ),
    },
    "agency": {
        SOURCE_RECORD: _RECORD,
        CLAIM_TABLES["party"]: (*_CLAIM, "kind", "name"),
        CLAIM_TABLES["agency"]: (*_CLAIM, "topics", "industries", "areas"),
    },
}  # fmt: skip


def _vacuum(store: Store) -> None:
    """What autovacuum does sooner or later."""
    engine = store.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
