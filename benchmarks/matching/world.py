"""Claims of a synthetic world, by seed: who states what, and of whom.

Of all claims 82 % are the first of a business, 15 % state a business once more, with errors, and
3 % are of somebody who looks like another. A claim has no identifier. The same seed and number
make the same claims, on any machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import polars as pl

from base.records import ROW, SourceFrame
from benchmarks.matching.errors import draw_errors
from benchmarks.matching.neighbours import NEIGHBOURS, TENANTS, Neighbour, neighbour_of, resembles
from benchmarks.matching.statement import FIELDS, TODAY, Statement, spell
from canonical.matching.frames import member_id
from mappings import compile_mapping
from mappings.plan import Plan
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.founding import found_business

CHUNK = 20_000
"""Claims that are made together: a business and all who resemble it are in one chunk."""

DUPLICATES, NEIGHBOURS_SHARE = 0.15, 0.03
VERSION = 3
"""Raised whenever the same seed makes other claims."""

PARTS = ("party", "trade_name", "truth")

Frames = dict[str, pl.DataFrame]
"""party, trade_name (claims) and truth."""

Row = dict[str, "str | None"]


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims and the truth about them.

    `party` has `member_id` and the columns of claim_party that the mapping fills, `trade_name`
    those of claim_trade_name; `truth` has `member_id`, `entity` (whom it speaks of), `role`
    (first, duplicate, relative, tenant, incorporated, branch, twin).
    """

    party: pl.DataFrame
    trade_name: pl.DataFrame
    truth: pl.DataFrame


def claims(number: int, seed: int, folder: Path) -> Claims:
    """The claims of a world, read from `folder` where they were made before.

    They are in the order of their ids, which tells nothing of who is who.
    """
    home = home_of(folder, number, seed)
    make(number, seed, home)
    party, trade_name, truth = (pl.read_parquet(home / f"{part}.parquet") for part in PARTS)
    return Claims(party, trade_name, truth)


def home_of(folder: Path, number: int, seed: int) -> Path:
    """Where the claims of a world are kept."""
    return folder / f"claims-{VERSION}-{seed}-{number}"


def make(number: int, seed: int, home: Path) -> None:
    """Write the claims of a world as Parquet, unless they are there."""
    if (home / f"{PARTS[-1]}.parquet").exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    chunks = [_chunk(seed, first, min(CHUNK, number - first)) for first in range(0, number, CHUNK)]
    for part in PARTS:
        whole = pl.concat([chunk[part] for chunk in chunks], how="diagonal").sort("member_id")
        whole.write_parquet(home / f"{part}.parquet")


def _chunk(seed: int, first: int, number: int) -> Frames:
    rows: list[Row] = []
    truth: list[tuple[str, str]] = []
    for entity, role, row in stated(seed, first, number):
        rows.append(row)
        truth.append((entity, role))
    ids = [member_id("benchmark", str(seed), str(first + n), "self", 0) for n in range(len(rows))]
    found = _mapped(rows, ids)
    found["truth"] = pl.DataFrame(
        {"member_id": ids, "entity": [e for e, _ in truth], "role": [r for _, r in truth]}
    )
    return found


def stated(seed: int, first: int, number: int) -> Iterator[tuple[str, str, Row]]:
    """Entity, role and source text of the claims `first` to `first + number` of a world."""
    rng = dice(seed, "matching", first)
    again, others = round(number * DUPLICATES), round(number * NEIGHBOURS_SHARE)
    businesses = [found_business(seed, first + n, TODAY) for n in range(number - again - others)]
    for business in businesses:
        yield business.id, "first", spell(Statement.of(business, rng), rng)
    for business in _chosen(rng, businesses, again):
        statement = Statement.of(business, rng)
        later = draw_errors(rng, statement)
        row = spell(statement, rng)
        for error in later:
            error(rng, row)
        yield business.id, "duplicate", row
    for kind, business in _resembled(rng, businesses, others):
        other = neighbour_of(kind, business, rng)
        yield other.id, kind, spell(Statement.of(other, rng), rng)


def _chosen(rng: Random, businesses: list[Business], number: int) -> list[Business]:
    """Who is stated again: most once, some two or three times."""
    found: list[Business] = []
    for business in rng.sample(businesses, min(number, len(businesses))):
        found += [business] * rng.choices((1, 2, 3), (80, 15, 5))[0]
        if len(found) >= number:
            break
    return found[:number]


def _resembled(
    rng: Random, businesses: list[Business], number: int
) -> list[tuple[Neighbour, Business]]:
    pools: dict[Neighbour, list[Business]] = {
        kind: rng.sample(fitting, len(fitting))
        for kind in NEIGHBOURS.values
        for fitting in [[b for b in businesses if resembles(kind, b)]]
    }
    tenants = 0
    found: list[tuple[Neighbour, Business]] = []
    for _ in range(number):
        kind = NEIGHBOURS.draw(rng)
        if not pools[kind]:
            continue
        if kind == "tenant":
            tenants += 1
            found.append((kind, pools[kind][tenants // TENANTS]))
        else:
            found.append((kind, pools[kind].pop()))
    return found


@cache
def _plan() -> Plan:
    return compile_mapping(Path(__file__).parent / "mapping.yaml", "claims")


def _mapped(rows: list[Row], ids: list[int]) -> Frames:
    """The claims that the mapping makes of the source text, with the id of each record's party."""
    root = pl.DataFrame(
        {ROW: pl.Series(range(len(rows)), dtype=pl.UInt32)}
        | {name: pl.Series([row[name] for row in rows], dtype=pl.String) for name in FIELDS}
    )
    mapped = _plan().map(SourceFrame(root))
    members = pl.DataFrame({ROW: root[ROW], "member_id": ids})
    return {
        name: members.join(mapped.claims[name], on=ROW, maintain_order="left").drop(ROW)
        for name in ("party", "trade_name")
    }
