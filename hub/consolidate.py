"""From claims to businesses: matching, then golden records, then the numbers of the events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from base.clock import Clock
    from base.settings import Settings
    from canonical.store import Store

STEPS = ("matching and relations", "golden records", "events")
"""What a run does, in this order."""

_COUNTS = (
    "SELECT count(*) AS claims, count(DISTINCT party_id) AS businesses FROM crosswalk"
    " WHERE recorded_to IS NULL AND scope = ''"
)
_ALONE = (
    "SELECT count(*) FROM (SELECT party_id FROM crosswalk WHERE recorded_to IS NULL AND scope = ''"
    " GROUP BY party_id HAVING count(*) = 1) AS alone"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands now, of what all may know: `claims` about parties, the `businesses` that they
    make, those `joined` with another claim, and pairs that wait for a person's `review`."""

    claims: int = 0
    businesses: int = 0
    joined: int = 0
    review: int = 0


@dataclass(frozen=True, slots=True)
class Consolidation:
    """What one run did, and what stands afterwards.

    `records` were matched, `golden` records changed; `events` are those of the changes that all
    may know of, by kind; `seconds` is wall-clock time.
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
    store: Store, clock: Clock | None = None, said: Callable[[str], None] | None = None
) -> Consolidation:
    """Match what changed, find relations, compute the golden records that wait, number the events.

    Each part goes on from where it stands and ends in transactions of its own: a run that is
    killed is simply run again, and several at once do the work once.

    Args:
        store: the hub's, its schema up to date.
        clock: by default the machine's.
        said: told of each of `STEPS` as it begins.

    Raises:
        StoreError: the store refused something, or others kept writing what was read.
    """
    from base.clock import SystemClock
    from canonical.changes import sequencer
    from canonical.golden import build
    from hub.matching import run_matching

    clock = clock or SystemClock()
    said = said or _silent
    began = clock.monotonic()
    said(STEPS[0])
    matched = run_matching(store, clock=clock)
    said(STEPS[1])
    golden = build.run(store.database, clock=clock)
    said(STEPS[2])
    numbered = sequencer.number(store.database)
    return Consolidation(
        records=matched.records,
        golden=golden.changed,
        events=numbered.open,
        standing=standing(store),
        seconds=clock.monotonic() - began,
    )


def standing(store: Store) -> Standing:
    """What stands now; a business that only confidential streams know of counts for nothing."""
    from sqlalchemy import text

    from canonical.matching.review import pending

    with store.database.read() as connection:
        counted = connection.execute(text(_COUNTS)).one()
        alone = connection.scalar(text(_ALONE)) or 0
        review = pending(connection, store.database.bulk).pairs.height
    return Standing(counted.claims, counted.businesses, counted.claims - alone, review)


def consolidate_store(
    settings: Settings, said: Callable[[str], None] | None = None
) -> Consolidation:
    """`consolidate` over the store that the settings name."""
    from hub.sync import open_store

    with open_store(settings) as store:
        return consolidate(store, said=said)


def _silent(_step: str) -> None:
    return None
