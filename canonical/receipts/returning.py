"""Answers that came back, as rows of the store."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from polars._typing import PolarsDataType

from canonical.receipts.answers import Returned

KEY = ["record_id", "path"]
SCHEMA: dict[str, PolarsDataType] = {
    "record_id": pl.Int64(), "path": pl.String(), "party_id": pl.Int64(),
    "outcome": pl.String(), "receipt_id": pl.String(), "field": pl.String(),
    "concept": pl.String(), "entity": pl.String(), "role": pl.String(), "ordinal": pl.Int32(),
    "unit": pl.String(), "source_member": pl.Int64(), "source_record": pl.Int64(),
    "as_of": pl.Date(), "said_on": pl.Date(),
}  # fmt: skip
"""The columns of `returned_answer` without its instants."""


def frame(answers: Iterable[Returned]) -> pl.DataFrame:
    """The answers as columns (`SCHEMA`)."""
    rows = [{name: getattr(one, name) for name in SCHEMA} for one in answers]
    return pl.DataFrame(rows, schema=SCHEMA)
