"""What is true of the world, kept apart from what its systems send."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from mocks.world.dirt import Flaw, Outcome

Relation = Literal[
    "incorporated_as", "merged_into", "split_from", "succeeded_by", "delegate_of", "owned_by"
]


@dataclass(frozen=True, slots=True)
class RecordKey:
    """A record as a system knows it."""

    system: str
    stream: str
    key: str


@dataclass(frozen=True, slots=True)
class Related:
    """Two businesses that are not the same, and how they hang together since a day."""

    relation: Relation
    of: str
    to: str
    since: date


@dataclass(slots=True)
class Truth:
    """Who is the same, who is related, what must be refused, what was asked twice.

    `business_of` says of which business a record speaks; `flaws` what is wrong with it;
    `asked` which form fields each record answered (non-empty answers); `consented` whether it says
    yes to the use of its answers elsewhere, of records that ask.
    """

    business_of: dict[RecordKey, str] = field(default_factory=dict)
    flaws: dict[RecordKey, tuple[Flaw, ...]] = field(default_factory=dict)
    asked: dict[RecordKey, frozenset[str]] = field(default_factory=dict)
    consented: dict[RecordKey, bool] = field(default_factory=dict)
    related: list[Related] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def state(
        self,
        key: RecordKey,
        business: str,
        flaws: tuple[Flaw, ...],
        asked: frozenset[str],
        *,
        consented: bool | None = None,
    ) -> None:
        """Record the truth about one source record, in place of what was said before."""
        self.business_of[key] = business
        self.asked[key] = asked
        if consented is not None:
            self.consented[key] = consented
        if flaws:
            self.flaws[key] = flaws
        else:
            self.flaws.pop(key, None)

    def forget(self, key: RecordKey) -> None:
        """The system shows this record no more."""
        for told in (self.business_of, self.asked, self.flaws, self.consented):
            told.pop(key, None)

    def same(self) -> dict[str, list[RecordKey]]:
        """The records of each business."""
        found: dict[str, list[RecordKey]] = {}
        for key, business in self.business_of.items():
            found.setdefault(business, []).append(key)
        return found

    def with_outcome(self, outcome: Outcome) -> dict[RecordKey, Flaw]:
        """The records that must be refused, or noted, masked, reviewed, each with its flaw."""
        return {
            key: flaw for key, flaws in self.flaws.items() for flaw in flaws
            if flaw.outcome == outcome
        }  # fmt: skip

    def asked_twice(self) -> dict[str, dict[str, int]]:
        """For each business the form fields it had to answer more than once, and how often."""
        counts: dict[str, Counter[str]] = {}
        for key, business in self.business_of.items():
            counts.setdefault(business, Counter()).update(self.asked[key])
        return {
            business: twice
            for business, fields in counts.items()
            if (twice := {name: n for name, n in fields.items() if n > 1})
        }

    def summary(self) -> dict[str, Any]:
        """Counts, and every flawed record: what `GET /admin/truth` answers."""
        rules = Counter(
            f"{flaw.outcome}:{flaw.rule}" for flaws in self.flaws.values() for flaw in flaws
        )
        twice = self.asked_twice()
        return {
            "records": len(self.business_of),
            "businesses_with_records": len(set(self.business_of.values())),
            "answers_asked_twice": sum(n - 1 for fields in twice.values() for n in fields.values()),
            "rules": dict(sorted(rules.items())),
            "flaws": [
                {**asdict(key), **asdict(flaw)} for key, flaws in self.flaws.items()
                for flaw in flaws
            ],
            "related": [{**asdict(r), "since": r.since.isoformat()} for r in self.related],
            "events": self.events,
        }  # fmt: skip
