"""A world after some eventful weeks, all its systems, and a hub that reads them one by one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import text

from base.clock import ManualClock
from base.settings import Settings
from canonical.store import Store
from connectors.registry import declarations
from hub.consolidate import consolidate
from hub.sync import make_job, open_store
from hub.transfer import run_sync
from mocks.corporate_auth.register import Register
from mocks.credentials import ClientCredentials
from mocks.serve import MockServers
from mocks.settings import connection_variables
from mocks.systems import build_systems, default_ports
from mocks.tokens import TokenDesk
from mocks.world import World
from mocks.world.reactions import EventError
from mocks.world.truth import RecordKey

SEED = 5
EVENTS = ("renamed", "moved", "representative_changed", "consent_withdrawn", "consent_given",
          "incorporated", "merged", "succeeded", "fiscal_year_changed", "ownership_changed",
          "delegation_given")  # fmt: skip
DAYS = 40
_OF_ANOTHER = {("it_subsidy", "vendor"), ("corporate_auth", "delegate")}
_MEMBERS = """
SELECT x.party_id, x.role, s.system, s.stream, r.record_key
FROM crosswalk x
JOIN source_record r ON r.record_id = x.record_id
JOIN stream s ON s.stream_id = r.stream_id
WHERE x.recorded_to IS NULL
"""


@dataclass
class Hub:
    """A hub on the running mocks of a world."""

    world: World
    settings: Settings
    store: Store
    clock: ManualClock

    def sync(self, systems: Iterable[str]) -> None:
        """Read every stream of these systems, and consolidate."""
        for system in systems:
            for stream in declarations()[system].streams.values():
                if stream.schedule is not None:
                    run_sync(make_job(system, stream.name, self.settings, self.store,
                                      clock=self.clock))  # fmt: skip
        consolidate(self.store, self.clock)

    def parties(self) -> dict[str, int]:
        """For each business of the world the party that has most of its claims."""
        found: dict[str, Counter[int]] = defaultdict(Counter)
        with self.store.database.read() as connection:
            rows = connection.execute(text(_MEMBERS)).all()
        for party, role, system, stream, key in rows:
            business = self.world.truth.business_of.get(RecordKey(system, stream, key))
            if business in self.world.businesses and (system, role) not in _OF_ANOTHER:
                found[str(business)][party] += 1
        return {business: min(n, key=lambda p: (-n[p], p)) for business, n in found.items()}


def eventful(businesses: int, seed: int = SEED) -> World:
    """A world in which about one business in a hundred met with each kind of event."""
    world = World(seed, businesses)
    for kind in EVENTS:
        for _ in range(max(1, businesses // 100)):
            try:
                world.apply({"kind": kind})
            except EventError:
                break  # nobody is left to whom it could happen
    world.advance(DAYS)
    return world


def applicants(world: World, limit: int) -> list[str]:
    """Businesses that can apply today: they have an account in force that is no entry."""
    register = Register(world)
    held = (
        business
        for business, subs in register.by_business.items()
        for account in [[register.held[sub].account for sub in subs]]
        if any(one.type != "entry" and one.valid(world.today) for one in account)
    )
    return [business for business in held if world.businesses[business].closed_on is None][:limit]


@contextmanager
def hub_on(world: World, home: Path) -> Iterator[Hub]:
    """All mocks over the world, and an empty hub at the world's present."""
    made = ClientCredentials.generate()

    def seconds() -> float:
        return world.now.timestamp()

    desk = partial(TokenDesk, seconds=seconds)
    systems = build_systems(world, made, home / "mocks", desk=desk, seconds=seconds)
    with MockServers(systems, made, dict.fromkeys(default_ports(), 0)) as servers:
        reached = {
            name: {**values, "rate_per_second": 0} for name, values in servers.connections().items()
        }
        settings = Settings.load({**connection_variables(reached), "HUB_HOME": str(home)})
        with open_store(settings) as store:
            yield Hub(world, settings, store, ManualClock(world.now))
