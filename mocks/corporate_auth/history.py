"""What the identity provider knows of a business on a day: late, and of some things never.

A moved office is told to GビズID when somebody thinks of it; a new representative applies for an
account, with the certificate of the seal, weeks after taking office.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from mocks.world.business import Business
from mocks.world.dice import dice

NEVER = date.max
LAGS = {"representative": (14, 60), "name": (15, 60), "address": (20, 120)}
"""Attribute → fewest and most days until a change of it is known."""

FORGOTTEN = {"address": 0.3, "closed": 0.25}
"""Shares of what is never told."""

CLOSING = (30, 120)
OPENING = (20, 60)


@dataclass(slots=True)
class Known:
    """When a business's changes become known: `changes[i]` belongs to `business.past[i]`.

    `first` is how many changes of the representative lie before the world's first day.
    """

    changes: list[date] = field(default_factory=list)
    closed: date | None = None
    since: date = date.min
    first: int = 0


class History:
    """Notices what happened to businesses, and says what is known of them on a day."""

    def __init__(self, seed: int, start: date) -> None:
        self.seed = seed
        self.start = start
        self.known: dict[str, Known] = {}
        self.due: dict[date, set[str]] = defaultdict(set)

    def notice(self, business: Business, today: date, *, initial: bool = False) -> bool:
        """Take note of what is new about a business; whether there was anything."""
        known = self.known.get(business.id)
        if known is None:
            known = self.known[business.id] = self._met(business, today, initial=initial)
        elif len(known.changes) == len(business.past) and (
            known.closed is not None or business.closed_on is None
        ):
            return False
        for place in range(len(known.changes), len(business.past)):
            on, values = business.past[place]
            seen = self._change(business.id, place, on if initial else max(on, today), values)
            if initial and "representative" in values:
                seen = min(seen, self.start - timedelta(days=1))
                known.first += 1
            known.changes.append(seen)
            self._remember(seen, today, business.id)
        if business.closed_on is not None and known.closed is None:
            known.closed = self._late(
                dice(self.seed, "gbizid closed", business.id),
                max(business.closed_on, today), CLOSING, FORGOTTEN["closed"],
            )  # fmt: skip
            self._remember(known.closed, today, business.id)
        return True

    def take_due(self, today: date) -> set[str]:
        """The businesses of which something has become known by today."""
        days = [day for day in self.due if day <= today]
        return set().union(*(self.due.pop(day) for day in days))

    def shown(self, business: Business, day: date) -> Business:
        """The business as far as it was known on `day`."""
        if not business.past:
            return business
        settled: set[str] = set()
        before: dict[str, Any] = {}
        changes = self.known[business.id].changes
        for seen, (_, values) in zip(reversed(changes), reversed(business.past), strict=True):
            if seen <= day:
                settled |= values.keys()
            else:
                before |= {name: old for name, old in values.items() if name not in settled}
        return replace(business, **before, past=[]) if before else business

    def last_change(self, business: Business, day: date) -> date:
        """The newest day up to `day` on which something became known."""
        changes = [seen for seen in self.known[business.id].changes if seen <= day]
        return max(changes, default=date.min)

    def _met(self, business: Business, today: date, *, initial: bool) -> Known:
        if initial:
            return Known()
        since = self._late(dice(self.seed, "gbizid opened", business.id), today, OPENING)
        self._remember(since, today, business.id)
        return Known(since=since)

    def _change(self, key: str, place: int, on: date, values: dict[str, Any]) -> date:
        name = next((name for name in LAGS if name in values), None)
        if name is None:
            return on
        rng = dice(self.seed, "gbizid lag", key, place)
        return self._late(rng, on, LAGS[name], FORGOTTEN.get(name, 0.0))

    def _late(self, rng: Random, on: date, lag: tuple[int, int], forgotten: float = 0.0) -> date:
        days = rng.randint(*lag)
        return NEVER if rng.random() < forgotten else on + timedelta(days=days)

    def _remember(self, seen: date, today: date, key: str) -> None:
        if today < seen < NEVER:
            self.due[seen].add(key)
