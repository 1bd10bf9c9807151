"""The files, and what the hub claims of their rows."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import polars as pl

from base.records import ROW, SourceFrame
from canonical.matching.frames import member_id
from mappings import compile_mapping
from mappings.plan import Plan


@dataclass(frozen=True, slots=True)
class State:
    """What a business was from a day on; `key` is the state's own, `number` None where a claim
    is made without it."""

    key: str
    number: str | None
    name: str
    address: str
    day: str | None = None

    @property
    def member(self) -> int:
        """Its id as a member."""
        return member_id("benchmark", "states", self.key, "self", 0)

    def without_number(self) -> State:
        """The same as somebody states it who does not know the number: a record of its own."""
        return replace(self, key=f"{self.key}-stated", number=None)


@dataclass(frozen=True, slots=True)
class Change:
    """Two states of one business, the older first."""

    number: str
    old: State
    new: State


@dataclass(frozen=True, slots=True)
class Homonym:
    """One of several businesses with one name in one municipality (`city`)."""

    state: State
    city: str

    def without_street(self) -> State:
        """The same as somebody states it who knows no more than name and municipality."""
        return replace(self.state, key=f"{self.state.key}-city", number=None, address=self.city)


def read_changes(path: Path) -> list[Change]:
    """The rows of `same.csv` that state a name; those of a deleted number (process 99) do not."""
    found = []
    for place, row in enumerate(_rows(path)):
        old, new = (
            State(
                f"same-{place}-{n}",
                row["corporateNumber"],
                row[f"name{n}"],
                row[f"address{n}"],
                row[f"changeDate{n}"],
            )
            for n in (1, 2)
        )
        if old.name and new.name:
            found.append(Change(row["corporateNumber"], old, new))
    return found


def read_homonyms(path: Path) -> list[Homonym]:
    """The rows of `homonyms.csv`; a number may have several, of different days."""
    found = []
    for place, row in enumerate(_rows(path)):
        city, street = row["prefCity"], row["streetNumber"]
        state = State(f"homonym-{place}", row["corporateNumber"], row["name"], city + street)
        found.append(Homonym(state, city))
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _plan() -> Plan:
    return compile_mapping(Path(__file__).parent / "mapping.yaml", "states")


def claims(states: Sequence[State]) -> pl.DataFrame:
    """Party claims as the hub's transforms make them, with `member_id`."""
    columns = {
        field: pl.Series([getattr(state, field) for state in states], dtype=pl.String)
        for field in ("number", "name", "address", "day")
    }
    rows = pl.Series(range(len(states)), dtype=pl.UInt32)
    mapped = _plan().map(SourceFrame(pl.DataFrame({ROW: rows} | columns)))
    members = pl.DataFrame({ROW: rows, "member_id": [state.member for state in states]})
    return members.join(mapped.claims["party"], on=ROW, maintain_order="left").drop(ROW)
