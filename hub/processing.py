"""A batch's way from raw bytes to what is committed: compare, archive, decode, map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from base.errors import Stage
from base.failpoint import failpoint
from base.records import ROW, DriftFinding, Refusal
from canonical.store import Store
from connectors import RecordDecoder
from connectors.archive import Archive
from hub.batching import ReadBatch
from hub.compare import READ_AGAIN, compare
from mappings import Plan

ARCHIVED = ("new", "changed")
"""Outcomes whose raw bytes are not in the archive yet."""


@dataclass(slots=True)
class Processed:
    """One batch, ready to be committed.

    `records` has the records to be written (`row`, `record_key`, `raw_hash`, `updated`,
    `position`, `outcome`); `claims` and `refusals` point to them by `row`. `outcomes` counts every
    record of the batch, those that are not written included.
    """

    batch: ReadBatch
    records: pl.DataFrame
    claims: dict[str, pl.DataFrame]
    refusals: list[Refusal]
    findings: list[DriftFinding]
    outcomes: Counter[str]
    archive: str | None
    archived: int
    contract_version: str

    def worst(self) -> str:
        """The rules that refused most of this batch's records, with their counts."""
        rules = Counter(refusal.rule for refusal in self.refusals if refusal.level == "record")
        return ", ".join(f"{rule} ({count})" for rule, count in rules.most_common(3))


@dataclass(slots=True)
class BatchProcessor:
    """Processes the batches of one run.

    `replaying` takes every record
    as one to be mapped again; a dry run archives nothing.
    """

    system: str
    stream: str
    store: Store
    stream_id: int
    archive: Archive
    decoder: RecordDecoder
    plan: Plan
    until: str | None
    replaying: bool = False
    dry_run: bool = False

    def process(self, batch: ReadBatch, batch_no: int) -> Processed:
        """Compare, archive, decode and map one batch."""
        known = self.store.known(self.stream_id, batch.keys)
        compared = compare(batch, known, self.plan.version, self.until)
        if self.replaying:
            compared = compared.with_columns(
                outcome=pl.when(pl.col("outcome") == "unchanged")
                .then(pl.lit("remapped"))
                .otherwise("outcome")
            )
        failpoint("batch.compared")
        todo = compared.filter(pl.col("outcome").is_in(READ_AGAIN))
        todo, path, archived = self._archive(batch, todo, batch_no)
        claims, refusals, findings = self._map(batch, todo)
        records = _quarantine(todo, refusals)
        outcomes: Counter[str] = Counter(
            dict(
                compared.filter(~pl.col("outcome").is_in(READ_AGAIN))["outcome"]
                .value_counts()
                .iter_rows()
            )
        )
        outcomes.update(dict(records["outcome"].value_counts().iter_rows()))
        outcomes["unchanged"] += len(batch.unchanged)
        return Processed(
            batch,
            records,
            claims,
            refusals,
            findings,
            outcomes,
            path,
            archived,
            self.decoder.contract_version,
        )

    def _archive(
        self, batch: ReadBatch, todo: pl.DataFrame, batch_no: int
    ) -> tuple[pl.DataFrame, str | None, int]:
        """Write the raw bytes that are not archived yet; add each record's `position`."""
        fresh = todo.filter(pl.col("outcome").is_in(ARCHIVED))
        rows: list[int] = fresh["row"].to_list()
        path = None
        if rows and not self.dry_run:
            path = str(
                self.archive.write(
                    self.system,
                    self.stream,
                    batch_no,
                    keys=[batch.keys[row] for row in rows],
                    raws=[batch.raws[row] for row in rows],
                    hashes=[batch.hashes[row] for row in rows],
                )
            )
        positions = fresh.select("row").with_row_index("position")
        return todo.join(positions, on="row", how="left", maintain_order="left"), path, len(rows)

    def _map(
        self, batch: ReadBatch, todo: pl.DataFrame
    ) -> tuple[dict[str, pl.DataFrame], list[Refusal], list[DriftFinding]]:
        """Decode and map the records of `todo`; every returned row is the batch's."""
        refusals = [
            Refusal(row, "record", refused.stage, refused.rule, refused.message)
            for row in todo["row"].to_list()
            if (refused := batch.refused.get(row)) is not None
        ]
        rows = [row for row in todo["row"].to_list() if row not in batch.refused]
        if not rows:
            return {}, refusals, []
        decoded = self.decoder.decode([batch.raws[row] for row in rows])
        failpoint("batch.decoded")
        frame = decoded.frame
        frame.root = self._blank_guarded(frame.root, batch, rows, refusals)
        mapped = self.plan.map(frame)
        failpoint("batch.mapped")
        refusals += _renumber(decoded.refusals, rows) + _renumber(mapped.refusals, rows)
        lookup = pl.DataFrame(
            {
                ROW: pl.Series(range(len(rows)), dtype=pl.UInt32),
                "row": pl.Series(rows, dtype=pl.UInt32),
            }
        )
        claims = {
            entity: claim.join(lookup, on=ROW, how="inner", maintain_order="left")
            .with_columns(pl.col("row").alias(ROW))
            .drop("row")
            for entity, claim in mapped.claims.items()
        }
        return claims, refusals, decoded.drift

    def _blank_guarded(
        self, root: pl.DataFrame, batch: ReadBatch, rows: Sequence[int], refusals: list[Refusal]
    ) -> pl.DataFrame:
        """Take out the fields in which a 個人番号 stood, and say so."""
        if not batch.guarded:
            return root
        index = {row: i for i, row in enumerate(rows)}
        for row, paths in batch.guarded.items():
            if row not in index:
                continue
            for path in paths:
                refusals.append(_guarded(row, path))
                if path in root.columns:
                    here = pl.col(ROW) == index[row]
                    root = root.with_columns(pl.when(here).then(None).otherwise(path).alias(path))
        return root


def _guarded(row: int, path: str) -> Refusal:
    return Refusal(
        row,
        "field",
        Stage.READ,
        "personal_number",
        "個人番号 (My Number) found: masked before anything was kept. "
        "Ask the system's owner to take it out of this field.",
        field=path,
    )


def _renumber(refusals: Sequence[Refusal], rows: Sequence[int]) -> list[Refusal]:
    return [
        Refusal(rows[r.row], r.level, r.stage, r.rule, r.message, r.field, r.value)
        for r in refusals
    ]


def _quarantine(todo: pl.DataFrame, refusals: Sequence[Refusal]) -> pl.DataFrame:
    """Give the records refused as a whole the outcome `quarantined`."""
    refused = {r.row for r in refusals if r.level == "record"}
    if not refused:
        return todo
    return todo.with_columns(
        outcome=pl.when(pl.col("row").is_in(list(refused)))
        .then(pl.lit("quarantined"))
        .otherwise("outcome")
    )
