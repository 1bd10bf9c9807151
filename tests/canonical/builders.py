"""Batches for the store's tests, written as a sync would write them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from base.errors import Stage
from base.records import Refusal
from canonical.store import (
    BatchCommit,
    CommitResult,
    Counts,
    Lease,
    Outcome,
    StateUpdate,
    Store,
    this_process,
)

T0 = datetime(2026, 11, 2, 1, 2, 3, 456789, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


class Syncing:
    """One stream with its lease and run; `commit` compares with the store as hub/sync.py does."""

    def __init__(self, store: Store, system: str = "subsidy", stream: str = "applications") -> None:
        self.store = store
        self.stream_id = store.stream_id(system, stream)
        self.now = T0
        self.lease: Lease = store.acquire_lease(self.stream_id, this_process(), HOUR, T0)
        self.run_id = f"run-{system}-{stream}"
        self.plan = "plan-1"
        store.start_run(
            self.run_id,
            self.stream_id,
            trigger="manual",
            mode="incremental",
            since=None,
            until=T0,
            started_at=T0,
        )

    @classmethod
    def again(cls, store: Store, system: str = "subsidy", stream: str = "applications") -> Syncing:
        """The same run in another process, an hour on, under the lease that it holds already."""
        sync = cls.__new__(cls)
        sync.store = store
        sync.stream_id = store.stream_id(system, stream)
        sync.now = T0 + HOUR
        token = store.state(sync.stream_id).fencing_token
        sync.lease = Lease(sync.stream_id, this_process(), token, T0 + HOUR)
        sync.run_id = f"run-{system}-{stream}"
        sync.plan = "plan-1"
        return sync

    def commit(
        self,
        raws: dict[str, str] | None = None,
        claims: dict[str, list[dict[str, Any]]] | None = None,
        *,
        refused: dict[str, str] | None = None,
        field_refusals: Sequence[tuple[str, str, str]] = (),
        deleted: Sequence[str] = (),
        position: bool = True,
        **extra: Any,
    ) -> CommitResult:
        """Commit records given as key → raw text, claims given as rows with `key`.

        `refused` is key → rule for whole records; `field_refusals` (key, rule, field).
        """
        raws, refused = raws or {}, refused or {}
        frame = self._records(raws, refused, position=position)
        rows = dict(frame.select("record_key", "row").iter_rows())
        refusals = [_refusal(rows[key], rule, None) for key, rule in refused.items()]
        refusals += [_refusal(rows[key], rule, field) for key, rule, field in field_refusals]
        counts = _counts(frame, len(raws), len(deleted))
        batch = BatchCommit(
            stream_id=self.stream_id,
            run_id=self.run_id,
            fencing_token=self.lease.token,
            recorded_at=self.now,
            counts=extra.pop("counts", counts),
            state=extra.pop("state", StateUpdate(cursor="2026-11-02", resume="page-2")),
            plan_version=self.plan,
            contract_version="c1",
            records=frame,
            claims={name: _claims(found, rows) for name, found in (claims or {}).items()},
            refusals=refusals,
            deleted_keys=deleted,
            archive_path=extra.pop("archive_path", "archive/1.parquet"),
            archive_rows=frame.height,
            **extra,
        )
        self.now += HOUR
        return self.store.commit_batch(batch)

    def _records(
        self, raws: dict[str, str], refused: dict[str, str], *, position: bool
    ) -> pl.DataFrame:
        seen = pl.DataFrame(
            {
                "record_key": pl.Series(list(raws), dtype=pl.String),
                "raw_hash": pl.Series([hashed(raw) for raw in raws.values()], dtype=pl.Binary),
            }
        ).with_columns(updated=pl.lit("2026-11-02T00:00:00.000000Z"))
        known = self.store.known(self.stream_id, list(raws)).select(
            "record_key",
            "record_id",
            "plan_version",
            known_status="status",
            known_hash="raw_hash",
        )
        same_hash = pl.col("raw_hash") == pl.col("known_hash")
        same_plan = pl.col("plan_version") == self.plan
        gone = pl.col("known_status") == "deleted"
        return (
            seen.join(known, on="record_key", how="left", maintain_order="left")
            .with_columns(
                outcome=pl.when(pl.col("record_key").is_in(list(refused)))
                .then(pl.lit(Outcome.QUARANTINED.value))
                .when(pl.col("record_id").is_null())
                .then(pl.lit(Outcome.NEW.value))
                .when(~same_hash | gone)
                .then(pl.lit(Outcome.CHANGED.value))
                .otherwise(pl.lit(Outcome.REMAPPED.value))
            )
            .filter((~(same_hash & same_plan & ~gone)).fill_null(value=True))
            .with_row_index("row")
            .with_columns(
                position=(pl.col("row") if position else pl.lit(None)).cast(pl.UInt32),
            )
        )


def _refusal(row: int, rule: str, field: str | None) -> Refusal:
    return Refusal(
        row=row,
        level="field" if field else "record",
        stage=Stage.MAP,
        rule=rule,
        message=f"{rule} refused it",
        field=field,
        value="***",
    )


def _claims(rows: list[dict[str, Any]], numbers: dict[str, int]) -> pl.DataFrame:
    kept = [row for row in rows if row["key"] in numbers]
    frame = pl.DataFrame(
        [{"#row": numbers[row["key"]], **{k: v for k, v in row.items() if k != "key"}}
         for row in kept],
        infer_schema_length=None,
    )  # fmt: skip
    return frame.with_columns(pl.col("#row").cast(pl.UInt32)) if kept else frame


def _counts(frame: pl.DataFrame, read: int, deleted: int) -> Counts:
    outcomes = dict(frame.group_by("outcome").len().iter_rows())
    return Counts(
        **outcomes,
        unchanged=read - frame.height,
        deleted=deleted,
        read=read + deleted,
    )
