"""What members are compared by, made from their party claims."""

from __future__ import annotations

from datetime import date

import polars as pl

from canonical.matching import reduction
from canonical.matching.frames import FEATURE_COLUMNS
from canonical.model import ColumnType
from canonical.model.party import INDIVIDUAL_KINDS

VERSION = 2
"""Goes up whenever the same claims may have other features, identifiers or blocking keys; a store
matched under another version is matched from scratch by the next run."""

CLAIM_COLUMNS: tuple[str, ...] = (
    "kind", "name", "name_core", "legal_form", "legal_form_position", "name_kana",
    "address_postal_code", "address_prefecture_code", "address_municipality_code", "address_city",
    "address_town", "address_block", "address_building", "phone", "email", "representative_name",
    "representative_kana", "representative_birth_on", "established_on", "founded_on", "as_of",
)  # fmt: skip
"""Columns of a party claim that features are made of; one that a frame lacks counts as empty."""

_PRECISIONS = {
    name: f"{name}_precision"
    for name in ("representative_birth_on", "established_on", "founded_on")
}
CLAIM_COLUMNS += tuple(_PRECISIONS.values())
_DATES = frozenset({*_PRECISIONS, "as_of"})
_NO_DAYS = [date(1, 1, 1), date(1900, 1, 1), date(9999, 12, 31)]
_NO_WORDS = [
    "ナシ", "無シ", "無", "特ニナシ", "該当ナシ", "該当無シ", "不明", "未定", "未記入", "未登録",
    "NONE", "NULL", "NA",
]  # fmt: skip
_NO_PHONE = rf"^0?(?:{'|'.join(f'{digit}+' for digit in '0123456789')})$"
"""What stands where nothing is known, so that two who write it are not alike."""
_AT_ONCE = 100_000
"""Claims whose texts are reduced together: what lies between takes memory."""
_TYPES = {ColumnType.TEXT: pl.String, ColumnType.DATE: pl.Date}
FEATURE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "member_id": pl.Int64,
    **{name: _TYPES[kind] for name, kind in FEATURE_COLUMNS.items()},
}
"""The columns of a frame of features, in order."""


def features(claims: pl.DataFrame, trade_names: pl.DataFrame | None = None) -> pl.DataFrame:
    """The features of members, a row each, in the order of `member_id`.

    Args:
        claims: `member_id` and the columns of `CLAIM_COLUMNS` as `claim_party` has them.
        trade_names: `member_id` and `name` of the trade names of the same members; where one has
            several, the first in the order of the letters stands for all.
    """
    shops = _first_trade_name(trade_names)
    order = claims["member_id"].arg_sort()
    starts = range(0, max(len(order), 1), _AT_ONCE)
    parts = (claims[order.slice(start, _AT_ONCE)] for start in starts)
    made = pl.concat([_features(part, shops).sort("member_id") for part in parts])
    return made.with_columns(pl.col("member_id").set_sorted())


def _features(claims: pl.DataFrame, shops: pl.DataFrame) -> pl.DataFrame:
    whole = _completed(claims).join(shops, on="member_id", how="left")
    individual = pl.col("kind").is_in(list(INDIVIDUAL_KINDS))
    stated = pl.col("name_core").fill_null(pl.col("name"))
    prepared = whole.with_columns(
        pl.col("kind").fill_null(
            pl.when(pl.col("legal_form").is_not_null()).then(pl.lit("corporation"))
        )
    ).with_columns(
        individual.fill_null(value=False).alias("_individual"),
        pl.when(pl.col("name_core").is_not_null())
        .then(reduction.without_form_reading(reduction.reduced_name(stated)))
        .otherwise(reduction.core_name(stated))
        .alias("_stated"),
        _known(reduction.reduced_name(pl.col("representative_name"))).alias("_person"),
        reduction.reduced_kana(pl.col("name_kana")).alias("_name_kana"),
        reduction.reduced_kana(pl.col("representative_kana")).alias("_person_kana"),
    )
    return (
        prepared.select("member_id", *_names(), *_dates(), *_places(), *_contacts(), "as_of")
        .select(FEATURE_SCHEMA.keys())
        .cast(FEATURE_SCHEMA)  # type: ignore[arg-type]
    )


def _completed(claims: pl.DataFrame) -> pl.DataFrame:
    lacking = [name for name in CLAIM_COLUMNS if name not in claims.columns]
    empty = [
        pl.lit(None, dtype=pl.Date if name in _DATES else pl.String).alias(name) for name in lacking
    ]
    held = [
        pl.col(name).cast(pl.Date if name in _DATES else pl.String)
        for name in CLAIM_COLUMNS
        if name not in lacking
    ]
    return claims.select("member_id", *held, *empty)


def _first_trade_name(trade_names: pl.DataFrame | None) -> pl.DataFrame:
    if trade_names is None or trade_names.is_empty():
        return pl.DataFrame(schema={"member_id": pl.Int64, "_trade": pl.String})
    return (
        trade_names.select(
            "member_id", _known(reduction.reduced_name(pl.col("name"))).alias("_trade")
        )
        .group_by("member_id")
        .agg(pl.col("_trade").min())
    )


def _names() -> list[pl.Expr]:
    own, other = pl.col("_individual"), ~pl.col("_individual")
    person = pl.when(own).then(pl.coalesce("_person", "_stated")).otherwise(pl.col("_person"))
    shop = pl.when(own & pl.col("_person").is_not_null() & (pl.col("_person") != pl.col("_stated")))
    written = pl.when(own).then(pl.coalesce("representative_name", "name"))
    return [
        pl.col("kind"),
        pl.when(other).then("_stated").alias("name_core"),
        pl.when(other).then("legal_form").alias("legal_form"),
        pl.when(other).then("legal_form_position").alias("legal_form_position"),
        pl.when(other).then("_name_kana").alias("name_kana"),
        pl.coalesce("_trade", shop.then("_stated")).alias("trade_name"),
        person.alias("person_name"),
        reduction.family_name(written.otherwise("representative_name")).alias("family_name"),
        pl.when(own & pl.col("_person").is_null())
        .then(pl.coalesce("_person_kana", "_name_kana"))
        .otherwise("_person_kana")
        .alias("person_kana"),
    ]


def _known(reduced: pl.Expr) -> pl.Expr:
    """Null where a reduced name says that there is none."""
    return pl.when(~reduced.is_in(_NO_WORDS)).then(reduced)


def _dates() -> list[pl.Expr]:
    established, founded = _day("established_on"), _day("founded_on")
    begun = pl.col("_individual") & established.is_null()
    return [
        _day("representative_birth_on").alias("birth_on"),
        _precision("representative_birth_on").alias("birth_precision"),
        pl.when(begun).then(founded).otherwise(established).alias("established_on"),
        pl.when(begun)
        .then(_precision("founded_on"))
        .otherwise(_precision("established_on"))
        .alias("established_precision"),
    ]


def _day(name: str) -> pl.Expr:
    """A date that is known to the month at least: a year in common says next to nothing."""
    coarse = (pl.col(_PRECISIONS[name]) == "year").fill_null(value=False)
    return pl.when(~coarse & ~pl.col(name).is_in(_NO_DAYS)).then(name)


def _precision(name: str) -> pl.Expr:
    """`month` where a date that is known has no day."""
    coarse = (pl.col(_PRECISIONS[name]) == "month") & _day(name).is_not_null()
    return pl.when(coarse).then(pl.lit("month"))


def _places() -> list[pl.Expr]:
    return [
        pl.col("address_postal_code").str.replace_all("[^0-9]", "").alias("postal_code"),
        pl.col("address_prefecture_code").alias("prefecture_code"),
        pl.col("address_municipality_code").alias("municipality_code"),
        reduction.reduced_town(pl.col("address_city")).alias("city"),
        reduction.reduced_town(pl.col("address_town")).alias("town"),
        reduction.reduced_block(pl.col("address_block")).alias("block"),
        reduction.reduced_building(pl.col("address_building")).alias("building"),
    ]


def _contacts() -> list[pl.Expr]:
    phone = reduction.reduced_phone(pl.col("phone"))
    return [
        pl.when(~phone.str.contains(_NO_PHONE)).then(phone).alias("phone"),
        reduction.reduced_email(pl.col("email")).alias("email"),
    ]
