"""The three questions put to the engine, and its answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import polars as pl

from benchmarks.same_business.classes import address_kind, classes, name_kind
from benchmarks.same_business.rows import Change, Homonym, State, claims
from canonical.matching import clustering, engine
from canonical.matching.features import features
from canonical.matching.model import Model

STRANGERS = "different numbers"
"""The class of pairs that are two businesses."""

Found = Literal["alone", "review", "wrong", "none"]
"""`alone`: joined to its business; `review`: left to a person with the right one first."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A partition of states, and the compared pairs it stands on."""

    cluster: dict[int, int]
    edges: pl.DataFrame

    def together(self, one: State, other: State) -> bool:
        """Whether two states are of one party."""
        return self.cluster[one.member] == self.cluster[other.member]


def match(states: Sequence[State], model: Model) -> Matched:
    """Match the states as members of the store are matched: numbers first, then pairs."""
    distinct = list({state.key: state for state in states}.values())
    party = claims(distinct)
    compared = features(party)
    edges = engine.edges(compared, model)
    identifiers = party.filter(pl.col("corporate_number").is_not_null()).select(
        kind=pl.lit("corporate_number"), value="corporate_number", member_id="member_id"
    )
    members = compared.select("member_id", "kind", scope=pl.lit(""))
    evidence = clustering.Evidence(members, identifiers, edges, _no_decisions())
    places = clustering.partition(evidence)
    return Matched(dict(places.select("member_id", "cluster").iter_rows()), edges)


def _no_decisions() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "low": pl.Int64,
            "high": pl.Int64,
            "verdict": pl.String,
            "decision_no": pl.Int64,
            "leaves": pl.Int64,
        }
    )


@dataclass
class Tally:
    """Answers by class, with those that are no success."""

    answers: dict[tuple[str, ...], list[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def add(self, group: tuple[str, ...], answer: str, shown: str) -> None:
        """Note one answer."""
        self.answers[group].append((answer, shown))

    def share(self, good: Iterable[str], of: Callable[[tuple[str, ...]], bool]) -> float:
        """The share of good answers in the classes that `of` picks; 1 where there are none."""
        wanted = set(good)
        found = [one for group, told in self.answers.items() if of(group) for one, _ in told]
        return sum(one in wanted for one in found) / len(found) if found else 1.0


def with_history(changes: Sequence[Change], others: Sequence[State], model: Model) -> Tally:
    """Whether the old name and address find their business among all registered states.

    Args:
        changes: the register holds both states of each.
        others: further registered states.
        model: the model version.
    """
    asked = [change.old.without_number() for change in changes]
    registered = [*(state for one in changes for state in (one.old, one.new)), *others]
    matched = match([*registered, *asked], model)
    numbers = {state.member: state.number or "" for state in registered}
    joined: dict[int, set[str]] = defaultdict(set)
    for member, number in numbers.items():
        joined[matched.cluster[member]].add(number)
    ranked = _ranked(matched.edges, numbers)
    tally = Tally()
    for change, query in zip(changes, asked, strict=True):
        of = joined.get(matched.cluster[query.member], set())
        answer = _answer(change.number, of, ranked.get(query.member, []))
        tally.add(classes(change), answer, f"{query.name} {query.address}")
    return tally


def _answer(right: str, joined: set[str], ranked: Sequence[str]) -> Found:
    if joined:
        return "alone" if joined == {right} else "wrong"
    return "review" if ranked and ranked[0] == right else "none"


def _ranked(edges: pl.DataFrame, numbers: Mapping[int, str]) -> dict[int, list[str]]:
    """For each member without a number the numbers it may have, the likeliest first."""
    asked = edges.filter(pl.col("outcome").is_in(["same", "review"]))
    found: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for low, high, probability in asked.select("low", "high", "probability").iter_rows():
        for member, other in ((low, high), (high, low)):
            if member not in numbers and other in numbers:
                found[member].append((-probability, other))
    return {member: [numbers[other] for _, other in sorted(to)] for member, to in found.items()}


def without_history(changes: Sequence[Change], model: Model) -> Tally:
    """Whether two states of a business join when neither tells the number."""
    pairs = [(one.old.without_number(), one.new.without_number()) for one in changes]
    matched = match([state for pair in pairs for state in pair], model)
    tally = Tally()
    for change, (old, new) in zip(changes, pairs, strict=True):
        answer = "joined" if matched.together(old, new) else "apart"
        shown = f"{old.name} {old.address} | {new.name} {new.address}"
        tally.add(classes(change), answer, shown)
    _strangers(tally, pairs, [change.number for change in changes], matched)
    return tally


def _strangers(
    tally: Tally, pairs: Sequence[tuple[State, State]], numbers: Sequence[str], matched: Matched
) -> None:
    """Compared pairs of states of different businesses that were joined as well."""
    of = {
        state.member: (number, state)
        for pair, number in zip(pairs, numbers, strict=True)
        for state in pair
    }
    same = matched.edges.filter(pl.col("outcome") == "same").sort("low", "high")
    for low, high in same.select("low", "high").iter_rows():
        (number, one), (other_number, other) = of[low], of[high]
        if number != other_number and matched.together(one, other):
            kinds = (name_kind(one.name, other.name), address_kind(one.address, other.address))
            shown = f"{one.name} {one.address} | {other.name} {other.address}"
            tally.add((STRANGERS, *kinds), "joined", shown)


def homonyms(rows: Sequence[Homonym], model: Model) -> Tally:
    """Whether businesses with one name in one municipality are kept apart.

    Three times: each by its name and whole address without a number; by name and municipality
    alone among the registered ones; and by name and municipality alone among one another.
    """
    tally = Tally()
    stated = [row.state.without_number() for row in rows]
    pairs = _pairs(rows)
    whole = match(stated, model)
    _count(tally, "whole addresses", pairs, lambda a, b: whole.together(stated[a], stated[b]))
    short = [row.without_street() for row in rows]
    registered = [row.state for row in rows]
    city = match([*registered, *short], model)
    _count(tally, "name and city, to the register", pairs,
           lambda a, b: city.together(registered[a], short[b]))  # fmt: skip
    _count(tally, "name and city, to one another", pairs,
           lambda a, b: city.together(short[a], short[b]))  # fmt: skip
    return tally


Pair = tuple[int, int, str, str]
"""Places of two businesses in the list, how their addresses differ, and the two to be shown."""


def _pairs(rows: Sequence[Homonym]) -> list[Pair]:
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        groups[row.state.name, row.city].append(place)
    found: list[Pair] = []
    for first, second in (pair for places in groups.values() for pair in combinations(places, 2)):
        one, other = rows[first].state, rows[second].state
        if one.number != other.number:
            street = address_kind(one.address, other.address)
            found.append((first, second, street, f"{one.name} {one.address} | {other.address}"))
    return found


def _count(
    tally: Tally, what: str, pairs: Sequence[Pair], together: Callable[[int, int], bool]
) -> None:
    for first, second, street, shown in pairs:
        joined = together(first, second) or together(second, first)
        tally.add((what, street), "joined" if joined else "apart", shown)
