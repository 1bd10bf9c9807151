"""Whose procedure it is: the party that a record of a procedure is about."""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection

from canonical.store.bulk import Bulk

ROLES = ("applicant", "client", "holder", "delegator", "self")
"""The roles of those whose procedure it is; a vendor or a delegate only takes part in it."""


def of_records(connection: Connection, bulk: Bulk, record_ids: Sequence[int]) -> dict[int, int]:
    """The party of each of these records, as matching has it; records without one are left out."""
    if not record_ids:
        return {}
    found = bulk.select(
        connection,
        "SELECT m.record_id, m.role, m.ordinal, m.member_id, x.party_id FROM match_member m"
        " JOIN crosswalk x ON x.member_id = m.member_id AND x.recorded_to IS NULL"
        f" WHERE {bulk.member('m.record_id', 'bigint')}",
        {"keys": bulk.pack(list(record_ids))},
        {
            "record_id": pl.Int64(),
            "role": pl.String(),
            "ordinal": pl.Int32(),
            "member_id": pl.Int64(),
            "party_id": pl.Int64(),
        },
    )
    rank = pl.col("role").replace_strict(
        {role: place for place, role in enumerate(ROLES)}, default=None, return_dtype=pl.Int8
    )
    first = (
        found.with_columns(rank=rank)
        .drop_nulls("rank")
        .sort("rank", "ordinal", "member_id")
        .unique("record_id", keep="first", maintain_order=True)
    )
    return dict(first.select("record_id", "party_id").iter_rows())
