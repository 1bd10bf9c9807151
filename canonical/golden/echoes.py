"""Answers that repeat a claim: what they count for when values survive.

An echo is a unit of a claim, or a row of a list, that came back as the hub had filled it in. As
long as the member whose word was filled in still speaks of it, the echo is silent: it is the same
word again, and where that member has corrected itself the echo repeats what is no longer said.
Where that member speaks of it no more, the echo counts as the word of who handed it in, but as of
the day of the word that it repeats, and under each rule no stronger than that word was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

WHOLE = -1
PARTY = "party"

SCHEMA: dict[str, pl.DataType] = {
    "member_id": pl.Int64(),
    "entity": pl.String(),
    "unit": pl.String(),
    "ordinal": pl.Int32(),
    "source_member": pl.Int64(),
    "as_of": pl.Date(),
    "voice": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Echo:
    """One unit or list row of a member that repeats what was filled in.

    Attributes:
        entity: `party`, or the list's.
        unit: of a party; of a list its entity again.
        ordinal: of the row; `WHOLE` for a list that survives whole, 0 for a party.
        source_member: whose word was filled in; None where nobody's in particular.
        as_of, voice: of that word; voice as `canonical.golden.ranking` has it.
        said_on: the day on which it was said again.
        receipt_id: by which it had been filled in.
    """

    member_id: int
    entity: str
    unit: str
    ordinal: int
    source_member: int | None
    as_of: date | None
    voice: str
    said_on: date
    receipt_id: str


def frame(echoes: Iterable[Echo]) -> pl.DataFrame:
    """The echoes as columns (`SCHEMA`)."""
    return pl.DataFrame(
        [{name: getattr(echo, name) for name in SCHEMA} for echo in echoes], schema=SCHEMA
    )


def silent(sources: Mapping[int, int | None], speaking: Sequence[int]) -> frozenset[int]:
    """Of the members that echo others on one unit, those that count for nothing.

    `sources` is by echoing member whose word it repeats, `speaking` who states the unit at all.
    Of members that repeat each other in a circle the one with the smallest id is heard.
    """
    stating = frozenset(speaking)
    repeats = {
        member: source
        for member, source in sources.items()
        if source is not None and source != member and source in stating
    }
    return frozenset(member for member in repeats if _first(member, repeats) != member)


Place = tuple[str, int]
"""Unit and member, or item of a list and member."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Echoes of one party on plain rows: those that count for nothing, and what the others are."""

    mute: frozenset[Place] = frozenset()
    heard: Mapping[Place, Echo] = field(default_factory=dict)


def weighed(echoes: Mapping[Place, Echo], speaking: Mapping[str, Sequence[int]]) -> Weighed:
    """The echoes told apart; `speaking` has by unit or item who could be repeated."""
    mute: set[Place] = set()
    for name in dict.fromkeys(name for name, _ in echoes):
        sources = {m: echo.source_member for (n, m), echo in echoes.items() if n == name}
        mute |= {(name, member) for member in silent(sources, speaking[name])}
    return Weighed(frozenset(mute), {p: echo for p, echo in echoes.items() if p not in mute})


def _first(member: int, repeats: Mapping[int, int]) -> int:
    """Whom a member repeats in the end; of a circle the smallest id."""
    walked = [member]
    while (source := repeats.get(walked[-1])) is not None:
        if source in walked:
            return min(walked[walked.index(source) :])
        walked.append(source)
    return walked[-1]
