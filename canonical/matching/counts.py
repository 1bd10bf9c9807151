"""What a run of matching did, counted for each scope: who may not know of one is not told of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields

import polars as pl

from canonical.matching.party_ids import CURRENT, GONE, MERGED


@dataclass(frozen=True, slots=True)
class Counts:
    """What was done.

    `records` were looked at, `compared` members compared anew, `moved` members came to a party or
    left one; `founded`, `merged` and `gone` count parties.
    """

    records: int = 0
    compared: int = 0
    moved: int = 0
    founded: int = 0
    merged: int = 0
    gone: int = 0

    def __add__(self, other: Counts) -> Counts:
        names = [each.name for each in fields(Counts)]
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class MatchSummary:
    """What a run did: its steps, the version that decided, and the counts of each scope.

    Even `chunks` depends on confidential records; it is for those who run matching. `anew` is why
    everything was matched from scratch (`run.ANEW`), None where it was not.
    """

    chunks: int = 0
    model_no: int = 0
    by_scope: Mapping[str, Counts] = field(default_factory=dict)
    anew: str | None = None

    def seen(self, scopes: Collection[str] = ()) -> Counts:
        """The counts of what these scopes let see."""
        allowed = {"", *scopes}
        seen = [counts for scope, counts in self.by_scope.items() if scope in allowed]
        return sum(seen, start=Counts())

    def with_step(self, counts: Mapping[str, Counts], anew: str | None) -> MatchSummary:
        """The sum with one more step."""
        every = {
            scope: self.by_scope.get(scope, Counts()) + counts.get(scope, Counts())
            for scope in sorted({*self.by_scope, *counts})
        }
        return MatchSummary(self.chunks + 1, self.model_no, every, self.anew or anew)


def counted(
    sizes: Mapping[str, int], fresh: pl.DataFrame, moved: pl.DataFrame, parties: pl.DataFrame
) -> dict[str, Counts]:
    """The counts of a step.

    Args:
        sizes: records by scope.
        fresh: the members compared anew, with their scope.
        moved: member_id and scope, each member as often as it stood or stands somewhere.
        parties: scope and change of the parties concerned (`party_changes`).
    """
    compared = _by_scope(fresh)
    placed = _by_scope(moved.select("member_id", "scope").unique())
    changes = {
        (scope, change): count
        for scope, change, count in parties.group_by("scope", "change").len().iter_rows()
    }
    scopes = {*sizes, *compared, *placed, *(scope for scope, _ in changes)}
    return {
        scope: Counts(
            records=sizes.get(scope, 0),
            compared=compared.get(scope, 0),
            moved=placed.get(scope, 0),
            founded=changes.get((scope, CURRENT), 0),
            merged=changes.get((scope, MERGED), 0),
            gone=changes.get((scope, GONE), 0),
        )
        for scope in sorted(scopes)
    }


def party_changes(before: pl.DataFrame, after: pl.DataFrame, borne: pl.DataFrame) -> pl.DataFrame:
    """What became of parties: scope, and change (`current` for one that was founded).

    Args:
        before, after: rows of the table of parties as they were and are.
        borne: party_id and scope of the members that bore or bear them.
    """
    standing = pl.col("status") == CURRENT
    founded = after.filter(standing).join(before, on=["party_id", "confidential"], how="anti")
    ended = after.filter(~standing).join(before, on=["party_id", "status"], how="anti")
    hidden = borne.filter(pl.col("scope") != "").sort("scope").unique("party_id", keep="first")
    told = pl.concat([founded, ended]).select("party_id", "confidential", change="status")
    scope = pl.when("confidential").then("scope").otherwise(pl.lit(""))
    return told.join(hidden, on="party_id", how="left").select(scope, "change").drop_nulls()


def _by_scope(members: pl.DataFrame) -> dict[str, int]:
    return dict(members.group_by("scope").len().iter_rows())
