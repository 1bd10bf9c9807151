"""Lists of a party: whose officers, fiscal years, trade names hold.

Two ways. A list that one source tells in full (officers, shareholders, contacts) survives whole,
from the best claim: half of one list and half of another would be nobody's. What sources tell one
by one (fiscal years, trade names, establishments, identifiers) is joined, and each item survives
by itself. The order of claims is that of single values (`canonical.golden.ranking`).

The values stay with the claims; `content` is a hash of them, so that a list changes where one of
its values does.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import polars as pl

from canonical.golden import echoes as echoing
from canonical.golden.agreement import reduced
from canonical.golden.ranking import RANKS, rank, voice
from canonical.model import ENTITIES
from canonical.model.fields import Survivorship

WHOLE = echoing.WHOLE
"""The ordinal of a list that is taken whole."""

SCHEMA = {
    "party_id": pl.Int64(),
    "entity": pl.String(),
    "item": pl.String(),
    "record_id": pl.Int64(),
    "role": pl.String(),
    "ordinal": pl.Int32(),
    "content": pl.Int64(),
}
_BETWEEN, _AFTER = "\x1f", "\x1e"


@dataclass(frozen=True, slots=True)
class ListRule:
    """How one list survives: whose word, and what tells an item from another (None: whole)."""

    rule: Survivorship
    item: pl.Expr | None = None


def _fiscal_year() -> pl.Expr:
    """Its last day, and whether it is settled or expected; empty where no day is told."""
    end = pl.coalesce("period_end", "settled_on").dt.strftime("%Y-%m-%d")
    expected = pl.when(~pl.col("settled")).then(pl.lit(" expected")).otherwise(pl.lit(""))
    return (end + expected).fill_null("")


def _identifier() -> pl.Expr:
    return pl.concat_str("kind", "issued_by", "value", separator=" ", ignore_nulls=True)


LISTS: dict[str, ListRule] = {
    "party_identifier": ListRule(Survivorship.ATTESTED_FIRST, _identifier()),
    "trade_name": ListRule(
        Survivorship.NEWEST_AS_OF,
        pl.coalesce("name_reduced", reduced(pl.col("name"))),
    ),
    "officer": ListRule(Survivorship.REGISTER_FIRST),
    "shareholder": ListRule(Survivorship.NEWEST_AS_OF),
    "establishment": ListRule(
        Survivorship.NEWEST_AS_OF,
        reduced(pl.coalesce("address_full", "name")),
    ),
    "contact": ListRule(Survivorship.NEWEST_AS_OF),
    "financial_statement": ListRule(Survivorship.NEWEST_AS_OF, _fiscal_year()),
}
"""The lists that golden records have; other child claims are shown from the claims themselves."""


def survive(entity: str, rows: pl.DataFrame, echoes: pl.DataFrame | None = None) -> pl.DataFrame:
    """Which claim each item comes from (see SCHEMA), out of the rows of one list.

    `rows` as `canonical.golden.reading.Reader.children` gives them, in any order;
    `echoes` are lists and rows that repeat another claim (`canonical.golden.echoes`).
    """
    if rows.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    rule = LISTS[entity]
    item = pl.lit("") if rule.item is None else rule.item.fill_null("")
    ranked = rows.with_columns(voice().alias("voice"), item.alias("item")).with_columns(
        rank(RANKS[rule.rule]).alias("rank")
    )
    if echoes is not None:
        ranked = _echoed(ranked, echoes.filter(pl.col("entity") == entity), rule)
    holds = (
        ranked.sort(
            "party_id", "item", "rank", "as_of", "precedence", "member_id", "ordinal",
            descending=[False, False, False, True, True, False, False],
            nulls_last=True,
        )
        .unique(["party_id", "item"], keep="first", maintain_order=True)
    )  # fmt: skip
    one = ["record_id", "role"] if rule.item is None else ["record_id", "role", "ordinal"]
    return (
        holds.join(_contents(entity, rows, holds, one), on=one, how="left", maintain_order="left")
        .with_columns(
            entity=pl.lit(entity),
            ordinal=pl.lit(WHOLE, pl.Int32) if rule.item is None else pl.col("ordinal"),
        )
        .select(list(SCHEMA))
    )


def _echoed(ranked: pl.DataFrame, echoes: pl.DataFrame, rule: ListRule) -> pl.DataFrame:
    """The rows without echoes that are silent, and the others put back to what they repeat."""
    if echoes.is_empty():
        return ranked
    on = ["member_id"] if rule.item is None else ["member_id", "ordinal"]
    said = echoes.select(
        *on, "source_member", day="as_of", repeated="voice", echo=pl.lit(value=True)
    )
    beside = ranked.join(said, on=on, how="left", maintain_order="left")
    repeating = beside.filter(pl.col("echo"))
    telling = _telling(beside.join(repeating, on="party_id", how="semi"))
    mute = pl.DataFrame(
        [
            (party, item, member)
            for (party, item), some in repeating.group_by("party_id", "item")
            for member in echoing.silent(
                dict(some.select("member_id", "source_member").iter_rows()), telling[party]
            )
        ],
        schema={"party_id": pl.Int64, "item": pl.String, "member_id": pl.Int64},
        orient="row",
    )
    echo = pl.col("echo").fill_null(value=False)
    weaker = pl.max_horizontal("rank", rank(RANKS[rule.rule], "repeated"))
    return (
        beside.join(mute, on=mute.columns, how="anti", maintain_order="left")
        .with_columns(
            as_of=pl.when(echo).then("day").otherwise("as_of"),
            rank=pl.when(echo).then(weaker).otherwise("rank"),
        )
        .select(ranked.columns)
    )


def _telling(rows: pl.DataFrame) -> dict[object, list[int]]:
    """By party whoever tells anything of the list: of whichever fiscal year it is."""
    told = rows.group_by("party_id").agg(pl.col("member_id").unique().sort())
    return dict(told.iter_rows())


def _contents(entity: str, rows: pl.DataFrame, holds: pl.DataFrame, one: list[str]) -> pl.DataFrame:
    """A hash of the values of each list or item that holds: `one`, content.

    What is not stated is left out, so that a field that is added to the model changes none.
    """
    stated = [
        pl.concat_str(pl.lit(f"{name}="), pl.col(name).cast(pl.String)).fill_null("")
        for name in sorted(ENTITIES[entity].columns())
        if name in rows.columns
    ]
    texts = (
        rows.join(holds.select(one), on=one, how="semi")
        .unique(["record_id", "role", "ordinal"])
        .sort("record_id", "role", "ordinal")
        .select(*one, text=pl.concat_str(stated, separator=_BETWEEN))
        .group_by(one, maintain_order=True)
        .agg(pl.col("text").str.join(_AFTER))
    )
    hashes = pl.Series("content", map(_hash, texts["text"]), dtype=pl.Int64)
    return texts.select(*one, hashes)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
