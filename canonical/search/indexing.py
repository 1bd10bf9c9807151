"""Makes what is found from the current claims; writes only what differs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from canonical.model import ENTITIES
from canonical.search.texts import grams, reduced
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.database import Database
from canonical.store.search_tables import SEARCH_ENTRY, SEARCH_GRAM, SEARCH_STATE
from canonical.store.tables import BATCH, SOURCE_RECORD, STREAM, first_id

VERSION = 1
"""Goes up where entries are made in another way; all are made anew then."""

_SOME = 400
_BETWEEN = "\n"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is looked for.

    Attributes:
        entity: whose claims are searched.
        title: its own column for the title; None for the name of the record's party.
        searched: columns that are searched beside the title.
        areas, industries, topics: columns by which a search can be narrowed.
        window: the columns from and until when it is open.
    """

    entity: str
    title: str | None
    searched: tuple[str, ...]
    areas: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    window: tuple[str, str] | None = None


KINDS = {
    "program": Kind(
        "program",
        "title",
        ("catch_phrase", "use_purposes", "industries", "target_areas", "institution_name"),
        areas=("target_areas", "target_area_detail"),
        industries=("industries",),
        topics=("use_purposes",),
        window=("acceptance_start_at", "acceptance_end_at"),
    ),
    "agency": Kind(
        "agency",
        None,
        ("kind", "topics", "industries", "areas", "bureau"),
        areas=("areas",),
        industries=("industries",),
        topics=("topics",),
    ),
    "vendor": Kind(
        "vendor", None, ("areas", "track_record"), areas=("areas",), topics=("track_record",)
    ),
}
_NOT_SHOWN = frozenset({"title_normalized", "detail_html"})


def refresh(database: Database) -> int:
    """Bring search to what the claims say now; how many entries changed.

    Streams without a new batch are left alone; those of confidential streams are never found.
    """
    with database.read() as connection:
        waiting = list(_waiting(connection))
    return sum(_refresh(database, stream, batch) for stream, batch in waiting)


def _waiting(connection: Connection) -> Iterator[tuple[int, int]]:
    """Streams with a batch that cannot be found yet, and their newest batch."""
    newest = (
        select(BATCH.c.stream_id, func.max(BATCH.c.batch_no).label("batch_no"))
        .join(STREAM, STREAM.c.stream_id == BATCH.c.stream_id)
        .where(STREAM.c.scope == "")
        .group_by(BATCH.c.stream_id)
    )
    done = {
        row.stream_id: row.batch_no
        for row in connection.execute(select(SEARCH_STATE).where(SEARCH_STATE.c.version == VERSION))
    }
    for row in connection.execute(newest):
        if done.get(row.stream_id, -1) < row.batch_no:
            yield row.stream_id, row.batch_no


def _refresh(database: Database, stream: int, batch: int) -> int:
    with database.read() as connection:
        made = {one["record_id"]: one for one in _entries(connection, stream)}
        held = dict(
            connection.execute(
                select(SEARCH_ENTRY.c.record_id, SEARCH_ENTRY.c.content).where(
                    SEARCH_ENTRY.c.record_id >= first_id(stream),
                    SEARCH_ENTRY.c.record_id < first_id(stream + 1),
                )
            ).all()
        )
    gone = [one for one in held if one not in made or made[one]["content"] != held[one]]
    came = [one for key, one in made.items() if held.get(key) != one["content"]]
    with database.write() as connection:
        for start in range(0, len(gone), _SOME):
            some = gone[start : start + _SOME]
            connection.execute(delete(SEARCH_GRAM).where(SEARCH_GRAM.c.record_id.in_(some)))
            connection.execute(delete(SEARCH_ENTRY).where(SEARCH_ENTRY.c.record_id.in_(some)))
        for start in range(0, len(came), _SOME):
            _insert(connection, came[start : start + _SOME])
        connection.execute(delete(SEARCH_STATE).where(SEARCH_STATE.c.stream_id == stream))
        state = {"stream_id": stream, "batch_no": batch, "version": VERSION}
        connection.execute(insert(SEARCH_STATE), state)
    return len(set(gone) | {one["record_id"] for one in came})


def _insert(connection: Connection, entries: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(insert(SEARCH_ENTRY), list(entries))
    pairs = [
        {"gram": gram, "kind": one["kind"], "record_id": one["record_id"]}
        for one in entries
        for line in one["text"].split(_BETWEEN)
        for gram in grams(line)
    ]
    unique = {(one["gram"], one["record_id"]): one for one in pairs}
    if unique:
        connection.execute(insert(SEARCH_GRAM), list(unique.values()))


def _entries(connection: Connection, stream: int) -> Iterator[dict[str, Any]]:
    for name, kind in KINDS.items():
        table = CLAIM_TABLES[kind.entity]
        party = CLAIM_TABLES["party"]
        columns = list(ENTITIES[kind.entity].columns())
        query = (
            select(
                table.c.record_id,
                SOURCE_RECORD.c.record_key,
                party.c.name.label("party_name"),
                party.c.name_kana.label("party_kana"),
                *(table.c[column] for column in columns),
            )
            .join(SOURCE_RECORD, SOURCE_RECORD.c.record_id == table.c.record_id)
            .outerjoin(
                party,
                (party.c.record_id == table.c.record_id)
                & (party.c.role == "self")
                & (party.c.ordinal == 0)
                & party.c.recorded_to.is_(None),
            )
            .where(
                table.c.record_id >= first_id(stream),
                table.c.record_id < first_id(stream + 1),
                table.c.recorded_to.is_(None),
                table.c.ordinal == 0,
            )
        )
        for row in connection.execute(query).mappings():
            yield _entry(name, kind, columns, dict(row))


def _entry(name: str, kind: Kind, columns: Sequence[str], row: Mapping[str, Any]) -> dict[str, Any]:
    title = row[kind.title] if kind.title else row["party_name"]
    searched = [title, None if kind.title else row["party_kana"], *(row[c] for c in kind.searched)]
    shown = {c: row[c] for c in columns if c not in _NOT_SHOWN and row[c] is not None}
    found = {
        "record_id": row["record_id"],
        "kind": name,
        "record_key": row["record_key"],
        "title": title,
        "text": _BETWEEN.join(reduced(text) for text in searched if text),
        "areas": _joined(row, kind.areas),
        "industries": _joined(row, kind.industries),
        "topics": _joined(row, kind.topics),
        "opens_at": row[kind.window[0]] if kind.window else None,
        "closes_at": row[kind.window[1]] if kind.window else None,
        "data": json.dumps(shown, ensure_ascii=False, default=_iso),
    }
    content = json.dumps(found, ensure_ascii=False, default=_iso)
    return {**found, "content": hashlib.sha256(content.encode()).hexdigest()[:32]}


def _joined(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    return _BETWEEN.join(reduced(row[column]) for column in columns if row[column])


def _iso(value: Any) -> str:
    return str(value.isoformat()).replace("+00:00", "Z")
