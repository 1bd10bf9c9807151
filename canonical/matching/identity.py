"""Identifiers of members: what joins them exactly, before anything is compared.

A number that its check digit refuses, or that belongs to the other kind of party, identifies
nobody. A 会社法人等番号 is the 法人番号 without its check digit: with the name it identifies, for
then a register's row of that number and name has the same; alone it joins nobody. Accounts,
agencies and vendors are entities of their own in a record: their key is the identifier of the
party with the same role, or of the record's only party.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from canonical.matching.frames import member_id
from canonical.model.party import INDIVIDUAL_KINDS

CORPORATE_NUMBER = "corporate_number"
SOLE_PROPRIETOR_NUMBER = "sole_proprietor_number"
ACCOUNT = "gbizid_account"
REGISTRY_NUMBER = "company_registration_number"
NUMBER_AND_NAME = "completed_number"
AGENCY = "support_agency_id"
VENDOR = "vendor_number"

STRENGTH = (
    CORPORATE_NUMBER,
    SOLE_PROPRIETOR_NUMBER,
    NUMBER_AND_NAME,
    ACCOUNT,
    AGENCY,
    "invoice_number",
    VENDOR,
    "source",
)
"""Kinds of identifier, the strongest first: what a weaker one says never undoes a stronger one."""

REGISTERS = ("base_registry",)
"""Roles of the sources whose names complete a 会社法人等番号."""

IDENTIFIER_SCHEMA = {"kind": pl.String, "value": pl.String, "member_id": pl.Int64}

ISSUER = "\x1e"
"""What stands between an issuer and its number; not what lists of keys are packed with."""
_FILLER = rf"(?:^|{ISSUER})(?:-+|{'|'.join(f'{digit}{{5,}}' for digit in '0123456789')})$"
"""One digit over and over stands for no number; 9999999999999 has a good check digit, too."""
_KEYS: dict[str, tuple[tuple[str, str], ...]] = {
    "account": ((ACCOUNT, "account_key"), (ACCOUNT, "parent_account")),
    "agency": ((AGENCY, "agency_id"),),
    "vendor": ((VENDOR, "certification_number"),),
}
"""Entities beside a party whose keys are its identifiers: kind and column."""

_DELEGATION = {"delegator": "delegator_account", "delegate": "delegate_account"}

ENTITIES_READ: dict[str, tuple[str, ...]] = {
    "party_identifier": ("kind", "value", "issued_by"),
    **{entity: tuple(column for _, column in keys) for entity, keys in _KEYS.items()},
    "delegation": tuple(_DELEGATION.values()),
}
"""The claims beside those of parties that identify them, with the columns that are read."""


def with_member_ids(parties: pl.DataFrame) -> pl.DataFrame:
    """`parties` with the column member_id.

    Columns needed: system, stream, record_key, role, ordinal.
    """
    origin = parties.select("system", "stream", "record_key", "role", "ordinal")
    ids = [member_id(*row) for row in origin.iter_rows()]
    return parties.with_columns(pl.Series("member_id", ids, dtype=pl.Int64))


def identifiers(parties: pl.DataFrame, others: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The identifiers of members: kind, value, member_id, each once.

    Args:
        parties: member_id, record_id, role, ordinal, kind, corporate_number,
            sole_proprietor_number; name_core (reduced) and source_role, if they are known.
        others: current claims of the same records by entity (`ENTITIES_READ`) with record_id and
            role; entities without claims may be left out.
    """
    found = [
        _own(parties, CORPORATE_NUMBER, individual=False),
        _own(parties, SOLE_PROPRIETOR_NUMBER, individual=True),
    ]
    found += [_told(parties, frame) for name, frame in others.items() if name == "party_identifier"]
    for entity, keys in _KEYS.items():
        if entity in others:
            attached = _attached(parties, others[entity])
            found += [_kind(attached, kind, pl.col(column)) for kind, column in keys]
    if "delegation" in others:
        found += _delegating(parties, others["delegation"])
    checked = _completed(parties, _checked(pl.concat(found)))
    return checked.unique().sort("kind", "value", "member_id")


def joining(found: pl.DataFrame) -> pl.DataFrame:
    """The identifiers that join: all but a 会社法人等番号 by itself."""
    return found.filter(pl.col("kind") != REGISTRY_NUMBER)


def _completed(parties: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """A 会社法人等番号 as the 法人番号 that it would be, and with the name that goes with it.

    Rows of a register bear their number with their name as well. Who has a 法人番号 needs no other,
    and a natural person has none.
    """
    told = found.filter(pl.col("kind") == REGISTRY_NUMBER)
    held = found.filter(pl.col("kind") == CORPORATE_NUMBER)
    natural = parties.filter(pl.col("kind").is_in(list(INDIVIDUAL_KINDS)))
    whole = (
        told.filter(pl.col("value").str.contains("^[0-9]{12}$"))
        .join(held, on="member_id", how="anti")
        .join(natural, on="member_id", how="anti")
        .with_columns(value=_check_digit(pl.col("value")) + pl.col("value"))
    )
    rest = pl.concat([found.filter(pl.col("kind") != REGISTRY_NUMBER), whole])
    if not {"name_core", "source_role"} <= set(parties.columns):
        return rest
    register = parties.filter(pl.col("source_role").is_in(REGISTERS)).select("member_id")
    numbers = pl.concat([whole, held.join(register, on="member_id", how="semi")])
    named = numbers.join(parties.select("member_id", "name_core"), on="member_id")
    return pl.concat(
        [
            rest,
            _kind(named, NUMBER_AND_NAME, pl.col("value") + ISSUER + pl.col("name_core")),
        ]
    )


def _check_digit(base: pl.Expr) -> pl.Expr:
    """The column form of the check digit in `base.identifiers`."""
    digits = [base.str.slice(place, 1).cast(pl.Int32, strict=False) for place in range(12)]
    odd = sum(digits[1:12:2], start=pl.lit(0))
    even = sum(digits[0:12:2], start=pl.lit(0))
    return (9 - (odd + 2 * even) % 9).cast(pl.String)


def _own(parties: pl.DataFrame, kind: str, *, individual: bool) -> pl.DataFrame:
    """A number of the party itself, unless its kind is one that has no such number."""
    natural = pl.col("kind").is_in(list(INDIVIDUAL_KINDS))
    other = pl.col("kind").is_in(["corporation", "body"]) if individual else natural
    return _kind(parties.filter(~other.fill_null(value=False)), kind, pl.col(kind))


def _told(parties: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Identifiers that a record lists; one of the party's own numbers counts where it has none."""
    issued = pl.when(pl.col("issued_by").is_not_null()).then(
        pl.col("issued_by") + ISSUER + pl.col("value")
    )
    listed = claims.select("record_id", "role", told="kind", value=issued.otherwise("value"))
    joined = parties.join(listed, on=["record_id", "role"], how="inner")
    natural = pl.col("kind").is_in(list(INDIVIDUAL_KINDS)).fill_null(value=False)
    corporate = pl.col("kind").is_in(["corporation", "body"]).fill_null(value=False)
    refused = (
        (pl.col("told") == CORPORATE_NUMBER) & (natural | pl.col(CORPORATE_NUMBER).is_not_null())
    ) | (
        (pl.col("told") == SOLE_PROPRIETOR_NUMBER)
        & (corporate | pl.col(SOLE_PROPRIETOR_NUMBER).is_not_null())
    )
    return joined.filter(~refused).select(kind="told", value="value", member_id="member_id")


def _attached(parties: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """The claims with the member they belong to: that of the same role, else the only one."""
    same = claims.join(parties.select("record_id", "role", "member_id"), on=["record_id", "role"])
    only = parties.filter(pl.len().over("record_id") == 1).select("record_id", "member_id")
    rest = claims.join(same, on=["record_id", "role"], how="anti").join(only, on="record_id")
    return pl.concat([same, rest.select(same.columns)])


def _delegating(parties: pl.DataFrame, claims: pl.DataFrame) -> list[pl.DataFrame]:
    """Delegator and delegate are named by their accounts."""
    return [
        _kind(
            parties.filter(pl.col("role") == role)
            .select("record_id", "member_id")
            .join(claims.select("record_id", column), on="record_id"),
            ACCOUNT,
            pl.col(column),
        )
        for role, column in _DELEGATION.items()
    ]


def _kind(frame: pl.DataFrame, kind: str, value: pl.Expr) -> pl.DataFrame:
    return frame.select(
        pl.lit(kind, pl.String).alias("kind"),
        value.cast(pl.String).str.strip_chars().alias("value"),
        "member_id",
    ).filter(pl.col("value").is_not_null() & (pl.col("value") != ""))


def _checked(found: pl.DataFrame) -> pl.DataFrame:
    """Without fillers, and without corporate numbers that their check digit refuses."""
    found = found.filter(~pl.col("value").str.contains(_FILLER))
    corporate = found.filter(pl.col("kind") == CORPORATE_NUMBER)
    good = corporate.unique().filter(_is_corporate_number(pl.col("value")))
    proper = good.unique("member_id", keep="none")
    return pl.concat([found.filter(pl.col("kind") != CORPORATE_NUMBER), proper])


def _is_corporate_number(value: pl.Expr) -> pl.Expr:
    """The column form of `base.identifiers.is_corporate_number`."""
    check = _check_digit(value.str.slice(1))
    return value.str.contains(r"^[1-9][0-9]{12}$") & (value.str.slice(0, 1) == check)


def anchors(members: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """What keeps members apart: member_id, number, nature.

    `number` is the corporate or sole proprietor's number of a member, with its kind before it:
    members of different numbers are never one party. `nature` is `corporate` or `natural` by the
    number, else by the kind that the record states; null where neither says so.

    Args:
        members: member_id, kind.
        found: of `identifiers`.
    """
    numbers = (
        found.filter(pl.col("kind").is_in([CORPORATE_NUMBER, SOLE_PROPRIETOR_NUMBER]))
        .sort("kind", "value")
        .unique("member_id", keep="first", maintain_order=True)
        .select("member_id", "value", of="kind")
    )
    natural = (pl.col("of") == SOLE_PROPRIETOR_NUMBER) | (
        pl.col("of").is_null() & pl.col("kind").is_in(list(INDIVIDUAL_KINDS))
    )
    corporate = (pl.col("of") == CORPORATE_NUMBER) | (
        pl.col("of").is_null() & pl.col("kind").is_in(["corporation", "body"])
    )
    return (
        members.select("member_id", "kind")
        .join(numbers, on="member_id", how="left")
        .select(
            "member_id",
            number=pl.col("of") + ISSUER + pl.col("value"),
            nature=pl.when(corporate)
            .then(pl.lit("corporate"))
            .when(natural)
            .then(pl.lit("natural")),
        )
    )
