"""All mock systems over one world, a hub on them, and its parties beside the world's truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Row, text

from connectors.registry import declarations
from hub.matching import run_matching
from mocks.credentials import ClientCredentials
from mocks.serve import MockServers
from mocks.systems import build_systems, default_ports
from mocks.tokens import TokenDesk
from mocks.world import World
from mocks.world.truth import RecordKey, Related
from tests.hub.hubs import SmallBatches, hub_in
from tests.hub.systems import OneSystem

_MEMBERS = """
SELECT c.party_id, c.role, c.scope, s.system, s.stream, r.record_key, m.person_name, m.birth_on,
       m.trade_name
FROM crosswalk c
JOIN match_member m ON m.member_id = c.member_id
JOIN source_record r ON r.record_id = c.record_id
JOIN stream s ON s.stream_id = r.stream_id
WHERE c.recorded_to IS NULL
"""
_OF_ANOTHER = {("it_subsidy", "vendor"), ("corporate_auth", "delegate")}
"""Roles that speak of another business than the one that the record is of."""


@dataclass
class Judged:
    """Current parties beside the truth: how many claims each has of each business."""

    members: list[Row[Any]]
    claims: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    parties: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    strangers: int = 0

    @classmethod
    def of(cls, members: list[Row[Any]], world: World) -> Judged:
        """Hold the members against the truth."""
        found = cls(members)
        for row in members:
            if (row.system, row.role) in _OF_ANOTHER:
                continue
            key = RecordKey(row.system, row.stream, row.record_key)
            business = world.truth.business_of.get(key)
            if business is None:
                found.strangers += 1
                continue
            found.claims[row.party_id][business] += 1
            found.parties[business].add(row.party_id)
        return found

    @property
    def false(self) -> dict[int, Counter[str]]:
        """The parties that hold claims of several businesses."""
        return {party: held for party, held in self.claims.items() if len(held) > 1}

    @property
    def recall(self) -> float:
        """Which share of the pairs of claims about one business are in one party."""
        totals: Counter[str] = Counter()
        for held in self.claims.values():
            totals.update(held)
        joined = sum(_pairs(n) for held in self.claims.values() for n in held.values())
        return joined / sum(map(_pairs, totals.values()))

    def open_parties(self, business: str) -> set[int]:
        """The parties in which an open claim speaks of the business."""
        spoken = {row.party_id for row in self.members if not row.scope}
        return self.parties[business] & spoken

    def told(self, business: str, column: str) -> set[Any]:
        """What the open claims about the parties of a business say."""
        rows = (row for row in self.members if row.party_id in self.parties[business])
        return {row._mapping[column] for row in rows if not row.scope} - {None}


def _pairs(members: int) -> int:
    return members * (members - 1) // 2


@dataclass
class TenSystems:
    """Running mocks, and a hub that reads them all."""

    servers: MockServers
    hub: SmallBatches
    systems: list[str]

    @property
    def world(self) -> World:
        """The world behind the mocks."""
        return self.servers.world

    def sync_all(self) -> None:
        """Sync every stream."""
        for system in self.systems:
            OneSystem(system, self.servers, self.hub).sync_all()

    def sync(self) -> None:
        """Sync every stream, and match."""
        self.sync_all()
        run_matching(self.hub.store, clock=self.hub.clock)

    def advance(self, days: int) -> None:
        """Let days go by in the world and for the hub."""
        self.world.advance(days)
        self.hub.clock.advance((self.world.now - self.hub.clock.now()).total_seconds())

    def judged(self) -> Judged:
        """What the hub holds now, beside the truth."""
        with self.hub.store.database.read() as connection:
            return Judged.of(list(connection.execute(text(_MEMBERS)).all()), self.world)

    def relations(self) -> list[Row[Any]]:
        """The relations that stand."""
        statement = "SELECT * FROM relation WHERE recorded_to IS NULL"
        with self.hub.store.database.read() as connection:
            return list(connection.execute(text(statement)).all())

    def truly_related(self, *relations: str) -> list[Related]:
        """What the truth says of these kinds."""
        return [one for one in self.world.truth.related if one.relation in relations]


@contextmanager
def ten_systems(
    world: World, home: Path, only: frozenset[str] | None = None
) -> Iterator[TenSystems]:
    """Every mock over a world (or `only` some), and an empty hub at the world's present."""
    made = ClientCredentials.generate()

    def seconds() -> float:
        return world.now.timestamp()

    desk = partial(TokenDesk, seconds=seconds)
    systems = build_systems(world, made, home / "mocks", only=only, desk=desk, seconds=seconds)
    with (
        MockServers(systems, made, dict.fromkeys(default_ports(), 0)) as servers,
        hub_in(servers, home, now=world.now) as hub,
    ):
        yield TenSystems(servers, hub, sorted(only or declarations()))
