"""One system's mock and a hub on it, for the end-to-end test that every system has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from canonical.store.batch import ClaimVersion
from connectors.registry import declarations
from hub.options import SyncOptions, SyncSummary
from hub.sync import make_job
from hub.transfer import run_sync
from mocks.credentials import ClientCredentials
from mocks.serve import MockServers
from mocks.systems import build_systems, default_ports
from mocks.tokens import TokenDesk
from mocks.world import World
from mocks.world.dirt import Flaw
from mocks.world.truth import RecordKey
from tests.hub.hubs import SmallBatches, hub_in

QUARANTINED = frozenset({"refused", "masked"})

Finding = tuple[str, str, str, str, str]
"""Stream, record key, level, rule, field."""


@dataclass
class OneSystem:
    """A system's streams synced into a store of its own."""

    system: str
    servers: MockServers
    hub: SmallBatches

    def sync(self, stream: str, options: SyncOptions | None = None) -> SyncSummary:
        """Sync one stream as it is declared."""
        hub = self.hub
        job = make_job(self.system, stream, hub.settings, hub.store, clock=hub.clock)
        return run_sync(job, options)

    def sync_all(self) -> dict[str, SyncSummary]:
        """Sync every stream that has a schedule, in the declaration's order."""
        streams = declarations()[self.system].streams.values()
        return {one.name: self.sync(one.name) for one in streams if one.schedule is not None}

    def quarantined(self) -> set[Finding]:
        """What the hub has quarantined; of a group of fields the first."""
        return {
            (item.stream, item.record_key, item.level, item.rule, (item.field or "").split(", ")[0])
            for item in self.hub.items(system=self.system)
        }

    def must_be_quarantined(self, streams: Iterable[str]) -> set[Finding]:
        """What the truth says must be."""
        return {
            (record.stream, record.key, flaw.level, flaw.rule, flaw.field)
            for record, flaw in self._flaws()
            if flaw.outcome in QUARANTINED and record.stream in set(streams)
        }

    def _flaws(self) -> Iterator[tuple[RecordKey, Flaw]]:
        for record, flaws in self.servers.world.truth.flaws.items():
            if record.system == self.system:
                yield from ((record, flaw) for flaw in flaws)

    def claims(self, stream: str, key: str) -> list[ClaimVersion]:
        """The current claims of a record."""
        found = self.hub.store.claims_of(self.system, stream, key)
        return [claim for claim in found if claim.recorded_to is None]


@contextmanager
def one_system(system: str, world: World, home: Path) -> Iterator[OneSystem]:
    """A system's mock over a world, and an empty hub at the world's present instant."""
    made = ClientCredentials.generate()

    def seconds() -> float:
        """The hub's clock, by which it signs."""
        return world.now.timestamp()

    desk = partial(TokenDesk, seconds=seconds)
    systems = build_systems(
        world, made, home / "mocks", only=frozenset([system]), desk=desk, seconds=seconds
    )
    with (
        MockServers(systems, made, dict.fromkeys(default_ports(), 0)) as servers,
        hub_in(servers, home, now=world.now) as hub,
    ):
        yield OneSystem(system, servers, hub)
