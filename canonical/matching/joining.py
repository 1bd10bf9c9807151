"""How members of a confidential stream join open parties, which they change nothing about."""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from canonical.matching.contested import AMBIGUITY_BITS, Links, bits

_JOINED = {"member_id": pl.Int64, "cluster": pl.Int64}


def joined(links: Links, own: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Those of the scope's members that join an open party: member_id, cluster.

    Each goes by its own decisions, identifiers and compared pairs with open members, in this
    order; it takes none of several. One with a number joins a party of that number alone: two
    scopes that may not know of each other could bring two numbers into a party that has none.
    Members of two natures, or that a person keeps apart, do not both stay.

    Args:
        links: of the open members and of `own`.
        own: member_id.
        clusters: member_id, cluster of the open members.
    """
    return _Joining(links, dict(clusters.select("member_id", "cluster").iter_rows())).join(
        sorted(own["member_id"].to_list())
    )


class _Joining:
    def __init__(self, links: Links, cluster_of: dict[int, int]) -> None:
        self._links = links
        self._cluster_of = cluster_of
        self._members: dict[int, list[int]] = defaultdict(list)
        for member, cluster in cluster_of.items():
            self._members[cluster].append(member)
        self._holders = _holders(links)

    def join(self, own: list[int]) -> pl.DataFrame:
        places = {member: place for member in own if (place := self._place(member)) is not None}
        guests: dict[int, list[int]] = defaultdict(list)
        for member, cluster in places.items():
            guests[cluster].append(member)
        rows = [
            (member, cluster)
            for cluster, members in guests.items()
            for member in self._compatible(cluster, members)
        ]
        return pl.DataFrame(rows, schema=_JOINED, orient="row")

    def _place(self, member: int) -> int | None:
        for place in (self._decided, self._identified, self._compared):
            found = place(member)
            if found is not None:
                return found
        return None

    def _decided(self, member: int) -> int | None:
        for low, high in self._links.must:
            other = high if low == member else low if high == member else None
            cluster = None if other is None else self._cluster_of.get(other)
            if cluster is not None and not self._forbidden(member, cluster):
                return cluster
        return None

    def _identified(self, member: int) -> int | None:
        for groups in self._holders.get(member, {}).values():
            found = {
                self._cluster_of[other]
                for group in groups
                for other in group
                if other in self._cluster_of
            }
            possible = {cluster for cluster in found if not self._forbidden(member, cluster)}
            if len(found) == 1 and len(possible) == 1:
                return possible.pop()
        return None

    def _compared(self, member: int) -> int | None:
        best: dict[int, float] = {}
        for weight, other in self._links.around.get(member, ()):
            cluster = self._cluster_of.get(other)
            if cluster is not None and not self._ruled_out(member, cluster):
                best[cluster] = max(weight, best.get(cluster, bits(0)))
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        if not ranked or (len(ranked) > 1 and ranked[1][1] > ranked[0][1] - AMBIGUITY_BITS):
            return None
        return ranked[0][0]

    def _forbidden(self, member: int, cluster: int) -> bool:
        links, inside = self._links, self._members[cluster]
        number, nature = links.number.get(member), links.nature.get(member)
        numbers = {links.number[other] for other in inside if other in links.number}
        return (
            (number is not None and number not in numbers)
            or any(links.nature.get(other, nature) != nature for other in inside if nature)
            or not links.parted.get(member, set()).isdisjoint(inside)
        )

    def _ruled_out(self, member: int, cluster: int) -> bool:
        ruled_out = self._links.ruled_out.get(member, set())
        return self._forbidden(member, cluster) or not ruled_out.isdisjoint(self._members[cluster])

    def _compatible(self, cluster: int, members: list[int]) -> list[int]:
        """The guests that get along; of those of two natures, none."""
        links = self._links
        if len({links.nature[member] for member in members if member in links.nature}) > 1:
            members = [member for member in members if member not in links.nature]
        staying: list[int] = []
        for member in sorted(members, key=links.turn):
            if links.parted.get(member, set()).isdisjoint(staying):
                staying.append(member)
        return staying


def _holders(links: Links) -> dict[int, dict[str, list[list[int]]]]:
    """By member and kind of identifier, the groups of members that share a value with it."""
    found: dict[int, dict[str, list[list[int]]]] = defaultdict(dict)
    for kind, groups in links.values.items():
        for group in groups:
            for member in group:
                found[member].setdefault(kind, []).append(group)
    return dict(found)
