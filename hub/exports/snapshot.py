"""`hub export parquet`: a dated, pseudonymised snapshot for analysis.

No name, number, telephone, mail or address finer than a prefecture, no free text of a business; a
business is a pseudonym of this release, and no published cell has fewer than K businesses. What
confidential streams tell is there as counts alone, under their scope; without it, the tables are
those of a hub that has no such streams.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from base.clock import JST
from canonical.store.database import Database
from hub.exports import bands, target
from hub.exports.pseudonyms import Pseudonyms
from hub.exports.snapshot_source import Source
from hub.exports.suppression import SUPPRESSED, K, Step, hide, suppressed

_SECTOR = Step("industry", bands.SECTORS)
_PLACE = (_SECTOR, *hide("industry", "region"))
_AGE = Step("owner_age_band", bands.WIDE_AGES)
_STAFF = Step("employees_band", bands.WIDE_EMPLOYEES)


@dataclass(frozen=True, slots=True)
class Table:
    """How one table of a snapshot is published.

    Attributes:
        cell: the columns that are published, all of which make a cell.
        ladder: which of them tell less where a cell is too small, the least important first.
        row_id: the kind of pseudonym of its rows; None where rows need none.
        counted: the name of the count of its rows, for a table of counts; else None.
    """

    name: str
    cell: tuple[str, ...]
    ladder: tuple[Step, ...]
    row_id: str | None = None
    counted: str | None = None


TABLES = (
    Table(
        "parties",
        ("kind", "region", "prefecture", "industry", "employees_band", "capital_band",
         "established", "owner_age_band"),
        (*hide("prefecture", "established", "capital_band"), _STAFF, *hide("employees_band"),
         _AGE, *hide("owner_age_band"), *_PLACE, *hide("kind")),
    ),
    Table(
        "applications",
        ("program", "program_key", "fiscal_year", "state", "requested_band", "decided_band",
         "region", "industry"),
        (*hide("program_key", "decided_band", "requested_band"), Step("state", bands.OUTCOMES),
         *hide("fiscal_year", "state"), *_PLACE, *hide("program")),
        row_id="application",
    ),
    Table(
        "procedures",
        ("program", "kind", "state", "decision", "fiscal_year", "region", "industry"),
        (*hide("decision", "fiscal_year", "state"), *_PLACE, *hide("kind", "program")),
        row_id="application",
    ),
    Table(
        "plans",
        ("filing", "state", "fiscal_year", "years", "region", "industry"),
        (*hide("years", "fiscal_year", "filing"), *_PLACE, *hide("state")),
        row_id="plan",
    ),
    Table(
        "financials",
        ("year_of_end", "settled", "sales_band", "ordinary_profit_band", "total_assets_band",
         "employees_band", "region", "industry"),
        (*hide("total_assets_band"), _STAFF, *hide("employees_band", "ordinary_profit_band"),
         Step("sales_band", bands.WIDE_AMOUNTS), *_PLACE,
         *hide("sales_band", "year_of_end", "settled")),
    ),
    Table(
        "successors",
        ("has_successor", "owner_age_band", "region", "industry"),
        (*_PLACE, _AGE, *hide("owner_age_band")),
        counted="records",
    ),
    Table(
        "consultations",
        ("topic", "fiscal_year", "led_to_application", "region", "industry"),
        (*hide("fiscal_year"), *_PLACE, *hide("topic")),
        counted="consultations",
    ),
)  # fmt: skip
"""The tables about businesses; `programs` is public and published as it is."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written of one table: rows, and how many were left out for their small cells."""

    table: str
    rows: int
    left_out: int


def snapshot(
    database: Database,
    out: Path,
    pseudonyms: Pseudonyms,
    now: datetime,
    *,
    scopes: Collection[str] = (),
    k: int = K,
) -> list[Written]:
    """Write `TABLE.parquet` for every table, and `manifest.json`, to the new folder `out`.

    Raises:
        SettingsError: `out` exists.
    """
    day = now.astimezone(JST).date()
    with target.folder(out) as part:
        with database.read() as connection:
            source = Source(connection, database.bulk, day, scopes)
            frames = _frames(source, k)
            programs = source.programs()
        programs.write_parquet(part / "programs.parquet")
        written = [Written("programs", programs.height, 0)]
        for table in TABLES:
            frame = frames[table.name]
            kept = suppressed(frame, table.cell, table.ladder, "party_id", k)
            published = _published(kept, table, pseudonyms)
            published.write_parquet(part / f"{table.name}.parquet")
            written.append(Written(table.name, published.height, frame.height - kept.height))
        manifest = _manifest(pseudonyms.release, day.isoformat(), scopes, k, written)
        (part / "manifest.json").write_text(manifest, encoding="utf-8")
    return written


def _frames(source: Source, k: int) -> dict[str, pl.DataFrame]:
    """The rows of every table with the ids of their businesses.

    Region and industry of a row are those under which `parties` publishes its business: no other
    table tells more of them, for who joins the two.
    """
    parties = source.parties()
    applications = source.applications()
    where = _places(parties, k)
    placed = applications.join(where, on="party_id", how="inner")
    of_application = placed.select("record_id", "party_id", "program", "region", "industry")
    return {
        "parties": parties,
        "applications": placed,
        "procedures": source.procedures().join(of_application, on="record_id", how="inner"),
        "plans": source.plans().join(where, on="party_id", how="inner"),
        "financials": source.financials().join(where, on="party_id", how="inner"),
        "successors": source.successors(parties).with_columns(
            pl.col("has_successor").cast(pl.String)
        ),
        "consultations": source.consultations(parties, applications).with_columns(
            pl.col("led_to_application").cast(pl.String)
        ),
    }


def _places(parties: pl.DataFrame, k: int) -> pl.DataFrame:
    """party_id, region and industry of every business as the table of parties tells them."""
    table = TABLES[0]
    kept = suppressed(parties, table.cell, table.ladder, "party_id", k)
    return (
        parties.select("party_id")
        .join(kept.select("party_id", "region", "industry"), on="party_id", how="left")
        .with_columns(pl.col("region", "industry").fill_null(SUPPRESSED))
    )


def _published(frame: pl.DataFrame, table: Table, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """The rows without ids: counts, or pseudonyms in an order of their own."""
    if table.counted:
        counts = {table.counted: pl.len(), "businesses": pl.col("party_id").n_unique()}
        return frame.group_by(table.cell).agg(**counts).sort(table.cell)
    ids = {"party": ("party_id", "party")}
    if table.row_id:
        ids[table.row_id] = ("record_id", table.row_id)
    told = frame.with_columns(
        _pseudonym(frame[column], kind, pseudonyms).alias(name)
        for name, (column, kind) in ids.items()
    )
    columns = [*ids, *table.cell]
    return told.select(columns).sort(columns)


def _pseudonym(ids: pl.Series, kind: str, pseudonyms: Pseudonyms) -> pl.Series:
    unique = ids.unique()
    made = pl.DataFrame(
        {"id": unique, "made": pseudonyms.of(kind, unique)}, schema_overrides={"made": pl.String}
    )
    return ids.to_frame("id").join(made, on="id", how="left", maintain_order="left")["made"]


def _manifest(
    release: str, day: str, scopes: Collection[str], k: int, written: Sequence[Written]
) -> str:
    told: dict[str, Any] = {
        "release": release,
        "as_of": day,
        "smallest_cell": k,
        "suppressed": SUPPRESSED,
        "unknown": bands.UNKNOWN,
        "scopes": sorted(scopes),
        "tables": {
            one.table: {"rows": one.rows, "rows_left_out": _few(one.left_out, k)} for one in written
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _few(count: int, k: int) -> int | str:
    """A count that points at nobody."""
    return count if count == 0 or count >= k else f"fewer than {k}"
