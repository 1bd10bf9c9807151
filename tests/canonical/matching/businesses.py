"""A small made-up world for the store's tests of matching: synthetic businesses, several records
of each, with what makes them alike and what contradicts."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from base.clock import ManualClock
from base.identifiers import complete_corporate_number
from canonical.matching import versions
from canonical.matching.counts import MatchSummary
from canonical.matching.model import Model
from canonical.matching.run import match
from canonical.store import Store
from canonical.store.party_tables import (
    CROSSWALK,
    MATCH_DECISION,
    MATCH_EDGE,
    MATCH_IDENTIFIER,
    MATCH_KEY,
    MATCH_MEMBER,
)
from tests.canonical.builders import Syncing

STREAMS = {
    "register": ("base_registry", ""),
    "subsidy": ("procedure", ""),
    "accounts": ("identity_provider", ""),
    "succession": ("adviser", "succession"),
    "yorozu": ("adviser", "yorozu"),
}
_NAMES = ("田中電機", "青葉食品", "北斗運輸", "みどり園芸", "西海建設")
_TOWNS = ("丸の内", "青葉", "本町", "中央")
_PEOPLE = ("田中 一郎", "田中 花子", "佐藤 健", "鈴木 実", "高橋 修")

Claims = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Record:
    """One source record: `stream` names its system, too."""

    stream: str
    key: str
    party: dict[str, Any]
    account: str | None = None
    trade_name: str | None = None
    registry_number: str | None = None

    def claims(self) -> Claims:
        """Its claims by entity."""
        found: Claims = {"party": [{"key": self.key, "role": "applicant", **self.party}]}
        if self.account:
            found["account"] = [{"key": self.key, "account_key": self.account}]
        if self.trade_name:
            found["trade_name"] = [{"key": self.key, "role": "applicant", "name": self.trade_name}]
        if self.registry_number:
            kind = "company_registration_number"
            told = {"role": "applicant", "kind": kind, "value": self.registry_number}
            found["party_identifier"] = [{"key": self.key, **told}]
        return found


def number(of: int) -> str:
    """A valid corporate number."""
    return complete_corporate_number(f"01000100{of:04d}")


def corporation(of: int, **changed: Any) -> dict[str, Any]:
    """What a record may say of the corporation number `of`; all of it made up."""
    name = _NAMES[of % len(_NAMES)]
    return {
        "corporate_number": number(of),
        "kind": "corporation",
        "name": f"株式会社{name}",
        "name_core": name,
        "legal_form": "301",
        "legal_form_position": "prefix",
        "address_prefecture_code": "13",
        "address_municipality_code": "13101",
        "address_city": "千代田区",
        "address_town": _TOWNS[of % len(_TOWNS)],
        "address_block": f"{of}-{of + 1}-{of + 2}",
        "phone": f"03-{of:04d}-0000",
        "representative_name": _PEOPLE[of % len(_PEOPLE)],
        "established_on": date(1980 + of % 30, 4, 1),
        "established_on_precision": "day",
        "as_of": date(2026, 1, 1),
    } | changed


def proprietor(of: int, **changed: Any) -> dict[str, Any]:
    """What a record may say of the sole proprietor number `of`; all of it made up."""
    name = _PEOPLE[of % len(_PEOPLE)]
    return (
        corporation(
            of,
            corporate_number=None,
            kind="sole_proprietor",
            name=name,
            name_core=None,
            legal_form=None,
            legal_form_position=None,
            representative_name=name,
            representative_birth_on=date(1960 + of, 5, 6),
            representative_birth_on_precision="day",
        )
        | changed
    )


def drawn(random_: random.Random, key: int) -> Record:
    """Any record: of one of a few businesses, with or without number, clean or not."""
    stream = random_.choices(list(STREAMS), weights=[2, 4, 2, 2, 1])[0]
    of = random_.randrange(8)
    made = corporation if random_.random() < 0.6 else proprietor
    party = made(of)
    if party["corporate_number"] and random_.random() < 0.5:
        party["corporate_number"] = None
    for name in ("phone", "established_on", "representative_name", "address_block", "kind"):
        if random_.random() < 0.2:
            party[name] = None
    if random_.random() < 0.15:
        party["address_block"] = "9-9-9"
    account = f"gbiz-{of}" if random_.random() < 0.15 else None
    twelve = number(of)[1:] if made is corporation and random_.random() < 0.3 else None
    if twelve and random_.random() < 0.3:
        party["name_core"] = "別の名"
    return Record(stream, f"r{key}", party, account, registry_number=twelve)


@dataclass
class Filled:
    """A store, its streams under way, and what they hold."""

    store: Store
    clock: ManualClock = field(default_factory=ManualClock)
    syncs: dict[str, Syncing] = field(default_factory=dict)
    held: dict[tuple[str, str], Record] = field(default_factory=dict)
    versions: int = 0

    def write(self, records: Iterable[Record]) -> None:
        """Commit records, one batch a stream, as a sync would."""
        by_stream: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_stream[record.stream].append(record)
            self.held[record.stream, record.key] = record
        for stream, some in by_stream.items():
            claims: Claims = defaultdict(list)
            for record in some:
                for entity, rows in record.claims().items():
                    claims[entity] += rows
            self.versions += 1
            raws = {record.key: str(self.versions) for record in some}
            self._sync(stream).commit(raws, dict(claims))

    def delete(self, stream: str, keys: Sequence[str]) -> None:
        """The source deleted these records."""
        self._sync(stream).commit(deleted=list(keys))
        for key in keys:
            del self.held[stream, key]

    def take(self, model: Model) -> None:
        """Match by another version from now on."""
        versions.ensure(self.store.database, self.clock.now())
        with self.store.database.write() as connection:
            number = versions.add(connection, model, self.clock.now(), status="candidate")
        versions.activate(self.store.database, number)

    def match(self, *, full: bool = False, chunk: int | None = None) -> MatchSummary:
        """Match what changed; an hour passes."""
        self.clock.advance(3600)
        return match(self.store, self.clock, full=full, chunk_records=chunk)

    def _sync(self, stream: str) -> Syncing:
        if stream not in self.syncs:
            sync = Syncing(self.store, stream, "records")
            role, scope = STREAMS[stream]
            self.store.describe_stream(sync.stream_id, source_role=role, scope=scope)
            self.syncs[stream] = sync
        return self.syncs[stream]


@contextmanager
def copied(migrated: Path, folder: Path, name: str) -> Iterator[Filled]:
    """An empty SQLite store of its own."""
    path = folder / f"{name}.db"
    shutil.copy(migrated, path)
    with Store.open(f"sqlite:///{path}") as store:
        yield Filled(store)


def partition(store: Store, *, scopes: Sequence[str] | None = None) -> set[frozenset[int]]:
    """The members of each party, without the parties' ids; with scopes, of these alone."""
    parties: dict[int, set[int]] = defaultdict(set)
    for row in current(store):
        if scopes is None or row.scope in scopes:
            parties[row.party_id].add(row.member_id)
    return {frozenset(members) for members in parties.values()}


def current(store: Store) -> list[Any]:
    """The current rows of the crosswalk."""
    with store.database.read() as connection:
        query = select(CROSSWALK).where(CROSSWALK.c.recorded_to.is_(None))
        return list(connection.execute(query))


def standing(store: Store) -> dict[str, set[tuple[Any, ...]]]:
    """All that matching holds but ids that the store counted and ids of parties."""
    leave = {"record_id", "recorded_from", "party_id", "model_no"}
    found: dict[str, set[tuple[Any, ...]]] = {
        "partition": {tuple(sorted(p)) for p in partition(store)}
    }
    with store.database.read() as connection:
        for table in (MATCH_MEMBER, MATCH_IDENTIFIER, MATCH_KEY, MATCH_EDGE, CROSSWALK):
            columns = [column for column in table.c if column.name not in leave]
            query = select(*columns)
            if table is CROSSWALK:
                query = query.where(CROSSWALK.c.recorded_to.is_(None))
            found[table.name] = {tuple(row) for row in connection.execute(query)}
    return found


def copy_decisions(source: Store, target: Store) -> None:
    """People's decisions outlive the store they were made in."""
    with source.database.read() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(MATCH_DECISION))]
    if rows:
        with target.database.write() as connection:
            connection.execute(insert(MATCH_DECISION), rows)


def in_batches(records: Sequence[Record], draw: Callable[[int], int]) -> Iterator[list[Record]]:
    """The records in order, cut into batches of 1 to 5."""
    start = 0
    while start < len(records):
        size = 1 + draw(5)
        yield list(records[start : start + size])
        start += size
