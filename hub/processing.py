"""A batch's way from raw bytes to what is committed: compare, archive, decode, map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import polars as pl

from base.errors import ArchiveError, Stage
from base.failpoint import failpoint
from base.records import ROW, DriftFinding, Refusal
from base.redact import mask, redact
from canonical.store import Store
from connectors import RecordDecoder
from connectors.archive import Archive
from connectors.decoder import Decoded
from hub.batching import ReadBatch, raw_hash
from hub.compare import READ_AGAIN, compare
from hub.deletes import AbsentKeys, FlaggedKeys
from hub.known import Known
from hub.options import Remarks
from hub.replay import FoundInReading, archived_page
from mappings import Plan

ARCHIVED = ("new", "changed")
"""Outcomes whose raw bytes are not in the archive yet."""

WHOLLY_HIDDEN = ("<phone>", "<email>")
"""What `redact` makes of a text that is a telephone number or an e-mail address alone."""


@dataclass(slots=True)
class Prepared:
    """One batch, compared, archived and decoded.

    `todo` has the records to be written, `rows` those of them that were decoded, `outcomes` the
    count of every record that ends here, `deleted` the keys that the store knows and the source
    deleted.
    """

    batch: ReadBatch
    batch_no: int
    todo: pl.DataFrame
    rows: list[int]
    decoded: Decoded
    outcomes: Counter[str]
    archive: str | None
    archived: int
    deleted: list[str]


@dataclass(slots=True)
class Processed:
    """One batch, ready to be committed.

    `records` has the records to be written (`row`, `record_key`, `raw_hash`, `updated`,
    `position`, `outcome`); `claims` and `refusals` point to them by `row`. `outcomes` counts every
    record of the batch, those that are not written included. `remarks` counts the values of records
    that load which were accepted with a remark.
    """

    batch: ReadBatch
    batch_no: int
    records: pl.DataFrame
    claims: dict[str, pl.DataFrame]
    refusals: list[Refusal]
    findings: list[DriftFinding]
    outcomes: Counter[str]
    archive: str | None
    archived: int
    deleted: list[str]
    contract_version: str
    remarks: Remarks

    def refused_anew(self) -> int:
        """How many records were refused, without those whose very bytes were refused before."""
        refused = pl.col("outcome") == "quarantined"
        before = pl.col("known_status").is_in(["quarantined", "stale"])
        again = before.fill_null(value=False) & pl.col("position").is_null()
        return self.records.filter(refused & ~again).height

    def worst(self) -> str:
        """The rules that refused most of this batch's records, with their counts."""
        rules = Counter(refusal.rule for refusal in self.refusals if refusal.level == "record")
        return ", ".join(f"{rule} ({count})" for rule, count in rules.most_common(3))


@dataclass(slots=True)
class BatchProcessor:
    """Processes the batches of one run.

    `told` has the keys that a whole snapshot told before. `replaying` takes every record as one to
    be mapped again, knows what reading had found in it, and tells of no drift, which live answers
    alone can show; a dry run archives nothing. Of a confidential stream's refused values nothing is
    kept but their shape.
    """

    system: str
    stream: str
    store: Store
    stream_id: int
    known: Known
    archive: Archive
    decoder: RecordDecoder
    plan: Plan
    until: str | None
    check_lease: Callable[[], None]
    told: AbsentKeys | None = None
    replaying: FoundInReading | None = None
    dry_run: bool = False
    confidential: bool = False

    def prepare(self, batch: ReadBatch, batch_no: int) -> Prepared:
        """Compare, archive and decode one batch."""
        if batch.unchanged and self.replaying is None:
            self._recall(batch)
        known = self.known.of(batch.all_keys)
        compared = compare(batch, known, self.plan.version, self.until)
        flagged = FlaggedKeys.of(batch, compared, known)
        compared = flagged.superseding(compared)
        if self.told is not None:
            compared = self.told.superseding(compared)
        if self.replaying is not None:
            self.replaying.mark(batch)
            again = pl.col("outcome") == "unchanged"
            compared = compared.with_columns(
                outcome=pl.when(again).then(pl.lit("remapped")).otherwise("outcome")
            )
        failpoint("batch.compared")
        written = pl.col("outcome").is_in(READ_AGAIN)
        left = compared.filter(~written)["outcome"].value_counts()
        todo, path, archived = self._archive(batch, compared.filter(written), batch_no)
        rows = [row for row in todo["row"].to_list() if row not in batch.refused]
        decoded = self.decoder.decode([batch.raws[row] for row in rows])
        failpoint("batch.decoded")
        outcomes = Counter(dict(left.iter_rows())) + flagged.outcomes
        return Prepared(
            batch, batch_no, todo, rows, decoded, outcomes, path, archived, flagged.keys
        )

    def map(self, prepared: Prepared) -> Processed:
        """Map what was decoded; every row of the result is the batch's."""
        batch, rows = prepared.batch, prepared.rows
        refusals = [
            Refusal(row, "record", refused.stage, refused.rule, refused.message)
            for row in prepared.todo["row"].to_list()
            if (refused := batch.refused.get(row)) is not None
        ]
        claims: dict[str, pl.DataFrame] = {}
        notes: list[Refusal] = []
        if rows:
            frame = prepared.decoded.frame
            frame.root = _blank_guarded(frame.root, batch, rows, refusals)
            mapped = self.plan.map(frame)
            refusals += self._renumbered(prepared.decoded.refusals, rows)
            refusals += self._renumbered(mapped.refusals, rows)
            notes = mapped.notes
            of_batch = pl.Series(rows, dtype=pl.UInt32)
            claims = {
                entity: claim.with_columns(of_batch.gather(claim[ROW]).alias(ROW))
                for entity, claim in mapped.claims.items()
            }
        failpoint("batch.mapped")
        records = _quarantined(prepared.todo, refusals)
        outcomes = Counter(prepared.outcomes)
        outcomes.update(dict(records["outcome"].value_counts().iter_rows()))
        outcomes["unchanged"] += len(batch.unchanged)
        return Processed(
            batch=batch,
            batch_no=prepared.batch_no,
            records=records,
            claims=claims,
            refusals=refusals,
            findings=[*prepared.decoded.drift, *batch.findings] if self.replaying is None else [],
            outcomes=outcomes,
            archive=prepared.archive,
            archived=prepared.archived,
            deleted=prepared.deleted,
            contract_version=self.decoder.contract_version,
            remarks=_remarks(notes, rows, refusals),
        )

    def _renumbered(self, refusals: Sequence[Refusal], rows: Sequence[int]) -> list[Refusal]:
        """The refusals by row of the batch, with what may be kept of their values."""
        show = _hidden if self.confidential else _shown
        return [
            Refusal(rows[r.row], r.level, r.stage, r.rule, r.message, r.field, show(r.value))
            for r in refusals
        ]

    def _recall(self, batch: ReadBatch) -> None:
        """Take what the connector did not read again, but another mapping mapped, from the archive.

        So a mended mapping reaches every record of a stream whose connector reads only what is new.
        """
        due = self.store.locate(self.stream_id, batch.unchanged).filter(
            pl.col("plan_version") != self.plan.version
        )
        for (path,), part in due.group_by(["archive_path"], maintain_order=True):
            with suppress(ArchiveError):  # `hub replay` tells what the archive lost
                page = archived_page(self.archive, str(path), part)
                batch.keys += page.keys
                batch.raws += page.raws
                batch.updated += page.updated
                batch.hashes += [raw_hash(raw) for raw in page.raws]
        recalled = set(batch.keys)
        batch.unchanged = [key for key in batch.unchanged if key not in recalled]
        if due.height:
            FoundInReading.of(self.store, self.system, self.stream).mark(batch)

    def _archive(
        self, batch: ReadBatch, todo: pl.DataFrame, batch_no: int
    ) -> tuple[pl.DataFrame, str | None, int]:
        """Write the raw bytes that are not archived yet; add each record's `position`."""
        fresh = todo.filter(pl.col("outcome").is_in(ARCHIVED))
        rows: list[int] = fresh["row"].to_list()
        path = None
        if rows and not self.dry_run:
            self.check_lease()
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


def _remarks(notes: Sequence[Refusal], rows: Sequence[int], refusals: list[Refusal]) -> Remarks:
    """How often each field was accepted with each remark, in records that load."""
    refused = {refusal.row for refusal in refusals if refusal.level == "record"}
    return Counter((note.field or "", note.rule) for note in notes if rows[note.row] not in refused)


def _blank_guarded(
    root: pl.DataFrame, batch: ReadBatch, rows: Sequence[int], refusals: list[Refusal]
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


def _hidden(value: str | None) -> str | None:
    """The shape of a value of a stream in which a business's very presence is a secret."""
    return None if value is None else mask(value)


def _shown(value: str | None) -> str | None:
    """A refused value without the addresses and numbers of people that a free text may hold.

    A value that is nothing but a telephone number or an address stays: its field says that it is
    not personal (else it is masked already), and it is what has to be mended.
    """
    if value is None:
        return None
    told = redact(value)
    return value if told in WHOLLY_HIDDEN else told


def _quarantined(todo: pl.DataFrame, refusals: Sequence[Refusal]) -> pl.DataFrame:
    """Give the records refused as a whole the outcome `quarantined`."""
    refused = {r.row for r in refusals if r.level == "record"}
    if not refused:
        return todo
    return todo.with_columns(
        outcome=pl.when(pl.col("row").is_in(list(refused)))
        .then(pl.lit("quarantined"))
        .otherwise("outcome")
    )
