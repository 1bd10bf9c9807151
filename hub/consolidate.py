"""From claims to businesses: matching, then golden records, then the numbers of the events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from base.clock import Clock
    from base.settings import Settings
    from canonical.store import Store

STEPS = ("matching and relations", "golden records", "events")
"""What a run does, in this order."""

GOLDEN = ("golden_party", "golden_list", "golden_conflict")
"""The tables of golden records."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands now, as far as scopes let see: `claims` about parties, the `businesses` that they
    make, those `joined` with another claim, and pairs that wait for a person's `review`."""

    claims: int = 0
    businesses: int = 0
    joined: int = 0
    review: int = 0


@dataclass(frozen=True, slots=True)
class Consolidation:
    """What one run did, and what stands afterwards.

    `records` were matched, `golden` records changed, `events` are those of the changes, by kind;
    all as far as the scopes let see. `seconds` is wall-clock time.
    """

    records: int = 0
    golden: int = 0
    events: Counter[str] = field(default_factory=Counter)
    standing: Standing = field(default_factory=Standing)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The summary as plain JSON values."""
        standing = self.standing
        return {
            "records": self.records,
            "golden": self.golden,
            "claims": standing.claims,
            "businesses": standing.businesses,
            "joined": standing.joined,
            "review": standing.review,
            "events": dict(sorted(self.events.items())),
            "seconds": round(self.seconds, 1),
        }


def consolidate(
    store: Store,
    clock: Clock | None = None,
    said: Callable[[str], None] | None = None,
    scopes: Collection[str] = (),
) -> Consolidation:
    """Match what changed, find relations, compute the golden records that wait, number the events.

    Each part goes on from where it stands and ends in transactions of its own: a run that is
    killed is simply run again, and several at once do the work once.

    Args:
        store: the hub's, its schema up to date.
        clock: by default the machine's.
        said: told of each of `STEPS` as it begins.
        scopes: what is counted beside what all may know; the work is the same.

    Raises:
        StoreError: the store refused something, or others kept writing what was read.
    """
    from base.clock import SystemClock
    from canonical.changes import sequencer
    from canonical.golden import build
    from canonical.search import refresh
    from canonical.store.claim_tables import CLAIM_TABLES
    from hub.matching import run_matching
    from hub.telemetry.watch import watched_step

    clock = clock or SystemClock()
    said = said or _silent
    began = clock.monotonic()
    claims = sorted(table.name for table in CLAIM_TABLES.values())
    with watched_step("match", claims, ("crosswalk", "relation"), clock):
        said(STEPS[0])
        matched = run_matching(store, clock=clock)
    with watched_step("golden", ("crosswalk", *claims), GOLDEN, clock):
        said(STEPS[1])
        golden = build.run(store.database, clock=clock)
    said(STEPS[2])
    numbered = sequencer.number(store.database)
    refresh(store.database)
    return Consolidation(
        records=matched.seen(scopes).records,
        golden=golden.changed,
        events=numbered.seen(scopes),
        standing=standing(store, scopes),
        seconds=clock.monotonic() - began,
    )


def standing(store: Store, scopes: Collection[str] = ()) -> Standing:
    """What stands now; a business that no scope lets see counts for nothing."""
    from sqlalchemy import func, select

    from canonical.matching.review import pending
    from canonical.store.party_tables import CROSSWALK

    sizes = (
        select(func.count().label("claims"))
        .where(CROSSWALK.c.recorded_to.is_(None), CROSSWALK.c.scope.in_(["", *scopes]))
        .group_by(CROSSWALK.c.party_id)
        .subquery()
    )
    query = select(sizes.c.claims, func.count()).group_by(sizes.c.claims)
    with store.database.read() as connection:
        parties = {row[0]: row[1] for row in connection.execute(query)}
        review = pending(connection, store.database.bulk, scopes).pairs.height
    claims = sum(size * count for size, count in parties.items())
    return Standing(claims, sum(parties.values()), claims - parties.get(1, 0), review)


def consolidate_store(
    settings: Settings, said: Callable[[str], None] | None = None
) -> Consolidation:
    """`consolidate` over the store that the settings name, counting what all may know."""
    from hub.sync import open_store

    with open_store(settings) as store:
        return consolidate(store, said=said)


def _silent(_step: str) -> None:
    return None
