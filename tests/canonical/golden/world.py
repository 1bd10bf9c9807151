"""A small world of three streams in one store, for tests of golden records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from base.clock import ManualClock
from canonical.golden import build
from canonical.golden.build import GoldenRun
from canonical.store import Store
from canonical.store.party_tables import GOLDEN_CONFLICT, GOLDEN_PARTY
from tests.canonical.builders import T0, Syncing
from tests.canonical.golden.parties import link

NUMBER = "9990001000001"
PARTY = int(NUMBER)
OLD, NEW = date(2020, 4, 1), date(2026, 4, 1)
STREAMS = {
    ("registry", "corporations"): ("base_registry", ""),
    ("grants", "applications"): ("procedure", ""),
    ("advice", "cases"): ("adviser", "advice"),
}

_LISTS = ("officer", "shareholder", "financial_statement", "project")


class World:
    """Three streams of one store: a register, applications, and cases that are a secret."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = ManualClock(T0 + timedelta(days=1))
        self.syncs = {}
        for (system, stream), (role, scope) in STREAMS.items():
            sync = Syncing(store, system, stream)
            store.describe_stream(sync.stream_id, source_role=role, scope=scope)
            self.syncs[system] = sync
        self.versions = 0

    def say(self, system: str, key: str, as_of: date | None = NEW, **said: Any) -> None:
        """A record says something of the party of its number; lists by their entity's name."""
        self.versions += 1
        lists = {n: said.pop(n) for n in _LISTS if n in said}
        number = said.pop("corporate_number", NUMBER)
        party = {"key": key, "as_of": as_of, "corporate_number": number, **said}
        claims = {"party": [party]} | {
            entity: [
                {"key": key, "as_of": as_of, "ordinal": place, **row}
                for place, row in enumerate(rows)
            ]
            for entity, rows in lists.items()
        }
        self.sync(system).commit({key: f"v{self.versions}"}, claims)

    def forget(self, system: str, key: str) -> None:
        self.sync(system).commit(deleted=[key])

    def sync(self, system: str) -> Syncing:
        """The stream of a system, a minute later."""
        self.clock.sleep(60)
        self.syncs[system].now = self.clock.now()
        return self.syncs[system]

    def run(self, *, linked: bool = True, **options: Any) -> GoldenRun:
        """Members find their parties, and the golden records are computed."""
        self.clock.sleep(3600)
        if linked:
            link(self.store, at=self.clock.now())
        return build.run(self.store.database, clock=self.clock, **options)

    def golden(self, party: int = PARTY) -> Mapping[str, Any] | None:
        table = GOLDEN_PARTY.c
        return self._one(
            select(GOLDEN_PARTY).where(table.party_id == party, table.recorded_to.is_(None))
        )

    def conflicts(self, party: int = PARTY) -> list[tuple[str, str]]:
        table = GOLDEN_CONFLICT.c
        with self.store.database.read() as connection:
            rows = connection.execute(
                select(table.field, table.kind).where(
                    table.party_id == party, table.recorded_to.is_(None)
                )
            )
            return sorted((row.field, row.kind) for row in rows)

    def _one(self, query: Any) -> Mapping[str, Any] | None:
        with self.store.database.read() as connection:
            found = connection.execute(query).mappings().one_or_none()
            return None if found is None else dict(found)
