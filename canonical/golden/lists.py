"""Lists of a party: whose officers, fiscal years, trade names hold.

Two ways. A list that one source tells in full (officers, shareholders, contacts) survives whole,
from the best claim: half of one list and half of another would be nobody's. What sources tell one
by one (fiscal years, trade names, establishments, identifiers) is joined, and each item survives
by itself. The order of claims is that of single values (`canonical.golden.ranking`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from canonical.golden.agreement import reduced
from canonical.golden.ranking import RANKS, rank, voice
from canonical.model.fields import Survivorship

WHOLE = -1
"""The ordinal of a list that is taken whole."""

SCHEMA = {
    "party_id": pl.Int64(),
    "entity": pl.String(),
    "item": pl.String(),
    "record_id": pl.Int64(),
    "role": pl.String(),
    "ordinal": pl.Int32(),
}


@dataclass(frozen=True, slots=True)
class ListRule:
    """How one list survives: whose word, and what tells an item from another (None: whole)."""

    rule: Survivorship
    columns: tuple[str, ...] = ()
    item: pl.Expr | None = None


def _fiscal_year() -> pl.Expr:
    """Its last day, and whether it is settled or expected; empty where no day is told."""
    end = pl.coalesce("period_end", "settled_on").dt.strftime("%Y-%m-%d")
    expected = pl.when(~pl.col("settled")).then(pl.lit(" expected")).otherwise(pl.lit(""))
    return (end + expected).fill_null("")


def _identifier() -> pl.Expr:
    return pl.concat_str("kind", "issued_by", "value", separator=" ", ignore_nulls=True)


LISTS: dict[str, ListRule] = {
    "party_identifier": ListRule(
        Survivorship.ATTESTED_FIRST, ("kind", "issued_by", "value"), _identifier()
    ),
    "trade_name": ListRule(
        Survivorship.NEWEST_AS_OF,
        ("name", "name_reduced"),
        pl.coalesce("name_reduced", reduced(pl.col("name"))),
    ),
    "officer": ListRule(Survivorship.REGISTER_FIRST),
    "shareholder": ListRule(Survivorship.NEWEST_AS_OF),
    "establishment": ListRule(
        Survivorship.NEWEST_AS_OF,
        ("name", "address_full"),
        reduced(pl.coalesce("address_full", "name")),
    ),
    "contact": ListRule(Survivorship.NEWEST_AS_OF),
    "financial_statement": ListRule(
        Survivorship.NEWEST_AS_OF, ("period_end", "settled_on", "settled"), _fiscal_year()
    ),
}
"""The lists that golden records have; other child claims are shown from the claims themselves."""


def survive(entity: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Which claim each item comes from (see SCHEMA), out of the rows of one list.

    `rows` as `canonical.golden.reading.Reader.children` gives them, in any order.
    """
    if rows.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    rule = LISTS[entity]
    item = pl.lit("") if rule.item is None else rule.item.fill_null("")
    return (
        rows.with_columns(voice().alias("voice"), item.alias("item"))
        .with_columns(rank(RANKS[rule.rule]).alias("rank"))
        .sort(
            "party_id", "item", "rank", "as_of", "precedence", "member_id", "ordinal",
            descending=[False, False, False, True, True, False, False],
            nulls_last=True,
        )
        .unique(["party_id", "item"], keep="first", maintain_order=True)
        .select(
            "party_id",
            "item",
            "record_id",
            "role",
            entity=pl.lit(entity),
            ordinal=pl.lit(WHOLE, pl.Int32) if rule.item is None else pl.col("ordinal"),
        )
        .select(list(SCHEMA))
    )  # fmt: skip
