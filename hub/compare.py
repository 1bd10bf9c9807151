"""What became of each record of a batch, decided from fingerprints before anything is decoded."""

from __future__ import annotations

import polars as pl

from hub.batching import ReadBatch

READ_AGAIN = ("new", "changed", "remapped")
"""Outcomes whose records are decoded and mapped; the others end here."""


def compare(batch: ReadBatch, known: pl.DataFrame, plan: str, until: str | None) -> pl.DataFrame:
    """Give every record of `batch` an outcome.

    `known` has what the store holds for the batch's keys (`Store.known`), `plan` the
    version of the mapping in force. `until` is the window's upper bound as UTC ISO text.

    Returns columns `row` (UInt32), `record_key`, `record_id` and `known_status` (null where the
    store does not know the key), `raw_hash`, `updated`, `outcome`:

    - `deferred`: dated after the window's end; a later window reads it
    - `duplicate` / `superseded`: the batch holds the key again, the same / a newer version of it;
      `superseded` too where the store already holds a newer one
    - `unchanged`: same bytes, same mapping · `remapped`: same bytes, other mapping
    - `new` / `changed`
    """
    frame = pl.DataFrame(
        {
            "record_key": pl.Series(batch.keys, dtype=pl.String),
            "raw_hash": pl.Series(batch.hashes, dtype=pl.Binary),
            "updated": pl.Series(batch.updated, dtype=pl.String),
        }
    ).with_row_index("row")
    return (
        _within_batch(frame, until)
        .join(
            known.select(
                "record_key",
                "record_id",
                pl.col("raw_hash").alias("known_hash"),
                pl.col("plan_version").alias("known_plan"),
                pl.col("status").alias("known_status"),
                pl.col("updated").alias("known_updated"),
            ),
            on="record_key",
            how="left",
            maintain_order="left",
        )
        .with_columns(outcome=pl.coalesce("outcome", _against_store(plan)))
        .select("row", "record_key", "record_id", "known_status", "raw_hash", "updated", "outcome")
    )


def _within_batch(frame: pl.DataFrame, until: str | None) -> pl.DataFrame:
    """Add `outcome` where the batch alone decides it: deferred, duplicate, superseded."""
    late = pl.col("updated") > pl.lit(until, dtype=pl.String)
    frame = frame.with_columns(
        outcome=pl.when(late.fill_null(value=False)).then(pl.lit("deferred"))
    )
    if frame["record_key"].n_unique() == frame.height:
        return frame
    in_time = frame.filter(pl.col("outcome").is_null())
    newest = (
        in_time.sort("updated", "row", nulls_last=True)  # a refused record tells no instant
        .group_by("record_key", maintain_order=True)
        .agg(winner=pl.col("row").last(), winner_hash=pl.col("raw_hash").last())
    )
    same = pl.col("raw_hash") == pl.col("winner_hash")
    return (
        frame.join(newest, on="record_key", how="left", maintain_order="left")
        .with_columns(
            outcome=pl.when(pl.col("outcome").is_not_null())
            .then("outcome")
            .when(pl.col("row") == pl.col("winner"))
            .then(None)
            .when(same)
            .then(pl.lit("duplicate"))
            .otherwise(pl.lit("superseded"))
        )
        .drop("winner", "winner_hash")
    )


def _against_store(plan: str) -> pl.Expr:
    same_bytes = pl.col("raw_hash") == pl.col("known_hash")
    same_plan = pl.col("known_plan") == plan
    gone = pl.col("known_status") == "deleted"
    return (
        pl.when(pl.col("known_hash").is_null())
        .then(pl.lit("new"))
        .when(gone)
        .then(pl.lit("changed"))
        .when(same_bytes & same_plan)
        .then(pl.lit("unchanged"))
        .when(same_bytes)
        .then(pl.lit("remapped"))
        .when(pl.col("known_updated") > pl.col("updated"))
        .then(pl.lit("superseded"))
        .otherwise(pl.lit("changed"))
    )
