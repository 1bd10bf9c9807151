"""Settling members whose links contradict each other, link by link, the surest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log2
from typing import Self

import polars as pl

from canonical.matching.identity import STRENGTH

AMBIGUITY_BITS = 7.0
"""A candidate that is this much better than one which excludes it is taken (odds of 1 : 128)."""

_CERTAIN = 1e-12
_Around = dict[int, list[tuple[float, int]]]
_Apart = dict[int, set[int]]


@dataclass(frozen=True, slots=True)
class Links:
    """What is known about some members, by member."""

    number: dict[int, str]
    nature: dict[int, str]
    values: dict[str, list[list[int]]]
    same: list[tuple[float, int, int]]
    around: _Around
    ruled_out: _Apart
    parted: _Apart
    must: list[tuple[int, int]]
    leaving: set[int]

    @classmethod
    def of(
        cls,
        anchors: pl.DataFrame,
        identifiers: pl.DataFrame,
        edges: pl.DataFrame,
        decisions: pl.DataFrame,
    ) -> Self:
        """Frames as in `canonical.matching.clustering.Evidence`, anchors of `identity.anchors`."""
        same = _same(edges)
        apart = pl.col("outcome").is_in(["different", "related"])
        kept_apart = pl.col("verdict").is_in(["different", "related"])
        must = decisions.filter(pl.col("verdict") == "same").sort("decision_no", descending=True)
        leaving = decisions.filter(kept_apart)["leaves"].drop_nulls()
        return cls(
            number=_column(anchors, "number"),
            nature=_column(anchors, "nature"),
            values=_values(identifiers),
            same=same,
            around=_around(same),
            ruled_out=_both_ways(edges.filter(apart)),
            parted=_both_ways(decisions.filter(kept_apart)),
            must=list(must.select("low", "high").iter_rows()),
            leaving=set(leaving.to_list()),
        )

    def turn(self, member: int) -> tuple[bool, int, int]:
        """The order in which members that share an identifier take their place."""
        return (member in self.leaving, len(self.parted.get(member, ())), member)


def bits(probability: float) -> float:
    """The odds of a probability as a power of two; certainty has an end."""
    held = min(max(probability, _CERTAIN), 1 - _CERTAIN)
    return log2(held / (1 - held))


def _column(frame: pl.DataFrame, name: str) -> dict[int, str]:
    return dict(frame.filter(pl.col(name).is_not_null()).select("member_id", name).iter_rows())


def _values(identifiers: pl.DataFrame) -> dict[str, list[list[int]]]:
    """By kind the members of each value that several have, kinds and values in order."""
    groups = (
        identifiers.group_by("kind", "value")
        .agg(pl.col("member_id").sort())
        .filter(pl.col("member_id").list.len() > 1)
        .sort("kind", "value")
    )
    found: dict[str, list[list[int]]] = defaultdict(list)
    for kind, members in groups.select("kind", "member_id").iter_rows():
        found[kind].append(members)
    kinds = [*STRENGTH, *sorted(found.keys() - set(STRENGTH))]
    return {kind: found[kind] for kind in kinds if kind in found}


def _same(edges: pl.DataFrame) -> list[tuple[float, int, int]]:
    rows = edges.filter(pl.col("outcome") == "same").select("probability", "low", "high")
    told = ((bits(probability), low, high) for probability, low, high in rows.iter_rows())
    return sorted(told, key=lambda edge: (-edge[0], edge[1], edge[2]))


def _around(same: Iterable[tuple[float, int, int]]) -> _Around:
    found: _Around = defaultdict(list)
    for weight, low, high in same:
        found[low].append((weight, high))
        found[high].append((weight, low))
    return dict(found)


def _both_ways(pairs: pl.DataFrame) -> _Apart:
    found: _Apart = defaultdict(set)
    for low, high in pairs.select("low", "high").iter_rows():
        found[low].add(high)
        found[high].add(low)
    return dict(found)


class _Cluster:
    """Members that are one so far."""

    __slots__ = ("members", "natures", "numbers", "parted", "ruled_out")

    def __init__(self, member: int, links: Links) -> None:
        self.members = [member]
        self.numbers = {links.number[member]} if member in links.number else set()
        self.natures = {links.nature[member]} if member in links.nature else set()
        self.parted = set(links.parted.get(member, ()))
        self.ruled_out = set(links.ruled_out.get(member, ()))

    def forbids(self, other: _Cluster) -> bool:
        """Whether a number, a nature or a person's decision keeps the two apart."""
        return (
            len(self.numbers | other.numbers) > 1
            or len(self.natures | other.natures) > 1
            or _hits(self.parted, other.parted, self.members, other.members)
        )

    def rules_out(self, other: _Cluster) -> bool:
        """As `forbids`, or a rule of comparison does."""
        return self.forbids(other) or _hits(
            self.ruled_out, other.ruled_out, self.members, other.members
        )

    def take(self, other: _Cluster) -> None:
        """Make the members of `other` members of this one."""
        self.members += other.members
        for name in ("numbers", "natures", "parted", "ruled_out"):
            getattr(self, name).update(getattr(other, name))


def _hits(mine: set[int], others: set[int], own: Sequence[int], other: Sequence[int]) -> bool:
    if not mine or not others:
        return False
    return not mine.isdisjoint(other) if len(other) < len(own) else not others.isdisjoint(own)


class Contest:
    """The members of contested components on their way into clusters."""

    def __init__(self, links: Links, members: Sequence[int]) -> None:
        self._links = links
        self._of = {member: _Cluster(member, links) for member in members}

    def settle(self) -> pl.DataFrame:
        """The clusters: member_id, cluster (the smallest member of each)."""
        for low, high in self._links.must:
            self._join(low, high, _Cluster.forbids)
        for groups in self._links.values.values():
            self._identify(groups)
        self._compare()
        rows = [(member, min(cluster.members)) for member, cluster in self._distinct()]
        return pl.DataFrame(rows, schema={"member_id": pl.Int64, "cluster": pl.Int64}, orient="row")

    def _distinct(self) -> Iterable[tuple[int, _Cluster]]:
        for cluster in {id(found): found for found in self._of.values()}.values():
            for member in cluster.members:
                yield member, cluster

    def _join(self, one: int, other: int, refuses: Callable[[_Cluster, _Cluster], bool]) -> None:
        mine, its = self._of[one], self._of[other]
        if mine is its or refuses(mine, its):
            return
        if len(mine.members) < len(its.members):
            mine, its = its, mine
        mine.take(its)
        for member in its.members:
            self._of[member] = mine

    def _identify(self, groups: list[list[int]]) -> None:
        """Join by the values of one kind; what would join two numbers or natures joins nothing."""
        kept = [group for group in groups if self._agrees(group)]
        for chain in self._chains(kept):
            if self._agrees([member for group in chain for member in group]):
                for group in chain:
                    self._gather(sorted(group, key=self._links.turn))

    def _agrees(self, members: Iterable[int]) -> bool:
        clusters = [self._of[member] for member in members]
        numbers = set().union(*(cluster.numbers for cluster in clusters))
        natures = set().union(*(cluster.natures for cluster in clusters))
        return len(numbers) <= 1 and len(natures) <= 1

    def _chains(self, groups: list[list[int]]) -> list[list[list[int]]]:
        """The groups that hang together over the clusters that they touch."""
        chain_of: dict[int, list[list[int]]] = {}
        for group in groups:
            touched = {id(self._of[member]) for member in group}
            found = {id(chain): chain for key in touched if (chain := chain_of.get(key))}
            whole = [group, *(other for chain in found.values() for other in chain)]
            for chained in whole:
                for member in chained:
                    chain_of[id(self._of[member])] = whole
        return list({id(chain): chain for chain in chain_of.values()}.values())

    def _gather(self, members: list[int]) -> None:
        """Each joins the first before it that nothing keeps it from."""
        seats: list[int] = []
        for member in members:
            for seat in seats:
                self._join(seat, member, _Cluster.forbids)
                if self._of[seat] is self._of[member]:
                    break
            else:
                seats.append(member)

    def _compare(self) -> None:
        """Join by compared pairs, unless one of the two has a rival about as good."""
        for weight, low, high in self._links.same:
            mine, its = self._of[low], self._of[high]
            if mine is its:
                continue
            if not self._rivalled(mine, its, weight) and not self._rivalled(its, mine, weight):
                self._join(low, high, _Cluster.rules_out)

    def _rivalled(self, mine: _Cluster, candidate: _Cluster, weight: float) -> bool:
        """Whether `mine` has another candidate about as good which excludes this one."""
        for member in mine.members:
            for other_weight, other in self._links.around.get(member, ()):
                rival = self._of[other]
                if other_weight <= weight - AMBIGUITY_BITS or rival is mine or rival is candidate:
                    continue
                if rival.rules_out(candidate) and not rival.rules_out(mine):
                    return True
        return False
