"""Parties that are not the same but look as if they hang together: candidates, never more.

A pair of claims speaks for a relation of its parties when both name one person, one telephone or
one place; which relation it is follows from what the two parties are.
"""

from __future__ import annotations

import polars as pl
from polars._typing import PolarsDataType

FOUND_SCHEMA: dict[str, PolarsDataType] = {
    "from_party": pl.Int64(),
    "to_party": pl.Int64(),
    "kind": pl.String(),
    "cause": pl.String(),
    "since_on": pl.Date(),
    "status": pl.String(),
    "scope": pl.String(),
    "because": pl.String(),
    "agree": pl.String(),
    "one": pl.Int64(),
    "other": pl.Int64(),
    "decision_no": pl.Int32(),
}
"""A piece of evidence: `one` and `other` are the members that give it, `agree` what they share,
`because` is `alike`, `shareholder`, `claim`, `register` or `decision`, `scope` the scopes that it
takes to know of it, by spaces."""

LINK_COLUMNS = (
    "name_core",
    "trade_name",
    "person_name",
    "family_name",
    "birth_on",
    "municipality_code",
    "town",
    "block",
    "phone",
    "email",
)
"""What of a member is looked at."""

PARTY_COLUMNS = ("nature", "number", "begun_on", "told_on")
"""What of a party is looked at: see `canonical.matching.kin_reading`."""

CANDIDATE = "candidate"
CONFIRMED = "confirmed"
REJECTED = "rejected"
SUCCESSOR = "successor_of"
GROUP = "group_of"
BRANCH = "branch_of"
TRADE_NAME = "trade_name_of"

_BRANCH_NAME = "(?:支店|支社|支部|支所|営業所|出張所|事業所|工場)$"


def alike(pairs: pl.DataFrame) -> pl.DataFrame:
    """The relations that pairs of members of different parties speak for (`FOUND_SCHEMA`).

    Args:
        pairs: party_a, party_b, member_a, member_b, scope_a, scope_b, and LINK_COLUMNS and
            PARTY_COLUMNS with `_a` and `_b`; each pair both ways.
    """
    parts = [rule(pairs) for rule in (_incorporated, _group, _succeeded, _branch, _trade_name)]
    return pl.concat(parts).unique()


def linked(pairs: pl.DataFrame) -> pl.DataFrame:
    """Those of the pairs that any rule may speak of, before the parties are looked at."""
    contact = _same("phone") | _same("email")
    return pairs.filter(
        (_same("person_name") & (contact | _place() | _same("birth_on")))
        | (_same("trade_name") & (_same("phone") | _place()))
        | (_same("family_name") & _same("phone") & _place())
        | _names_branch()
        | _names_trade()
    )


def scopes(one: str, other: str) -> pl.Expr:
    """The scopes of two columns, each once, in order, by spaces."""
    both = pl.concat_str(one, other, separator=" ").str.split(" ").list.unique().list.sort()
    return both.list.join(" ").str.strip_chars()


def _same(column: str) -> pl.Expr:
    return (pl.col(f"{column}_a") == pl.col(f"{column}_b")).fill_null(value=False)


def _differ(column: str) -> pl.Expr:
    return (pl.col(f"{column}_a") != pl.col(f"{column}_b")).fill_null(value=False)


def _place() -> pl.Expr:
    town = pl.col("town_a").eq_missing(pl.col("town_b"))
    return _same("municipality_code") & town & _same("block")


def _incorporated(pairs: pl.DataFrame) -> pl.DataFrame:
    """法人成り: a corporation headed by somebody who did business as a person."""
    together = _same("phone") | _same("email") | _place() | _same("birth_on")
    held = pairs.filter(
        (pl.col("nature_a") == "corporate")
        & (pl.col("nature_b") == "natural")
        & _same("person_name")
        & together
    )
    return _found(held, SUCCESSOR, "incorporation", pl.col("begun_on_a"))


def _group(pairs: pl.DataFrame) -> pl.DataFrame:
    """みなし同一: two corporations under one head, who is known by more than a name."""
    held = pairs.filter(
        (pl.col("nature_a") == "corporate")
        & (pl.col("nature_b") == "corporate")
        & _differ("number")
        & _same("person_name")
        & (_same("phone") | _same("email") | _place() | _same("birth_on"))
        & (pl.col("party_a") < pl.col("party_b"))
    )
    return _found(held, GROUP, None, pl.lit(None, pl.Date))


def _succeeded(pairs: pl.DataFrame) -> pl.DataFrame:
    """A person goes on with another's business: the later one succeeded the earlier.

    Relatives live together; only one trade name, or one surname with one telephone and place,
    speaks for it, and only of two who are not one person misspelt.
    """
    persons = (pl.col("nature_a") == "natural") & (pl.col("nature_b") == "natural")
    two = _differ("person_name") & (_differ("number") | _differ("birth_on") | _unlike())
    shop = _same("trade_name") & (_same("phone") | _place())
    family = _same("family_name") & _same("phone") & _place()
    held = pairs.filter(persons & two & (shop | family) & _later())
    cause = (
        pl.when(_differ("family_name"))
        .then(pl.lit("transfer"))
        .when(_same("family_name"))
        .then(pl.lit("inheritance"))
    )
    return _found(held, SUCCESSOR, cause, pl.col("begun_on_a"))


def _unlike() -> pl.Expr:
    """Whether two given names have no letter in common, and so are not one misspelt."""
    one, other = (
        pl.col(f"person_name_{side}")
        .str.strip_prefix(pl.col(f"family_name_{side}").fill_null(""))
        .str.split("")
        for side in ("a", "b")
    )
    return (one.list.set_intersection(other).list.len() == 0).fill_null(value=False)


def _later() -> pl.Expr:
    """Whether the first began later, else was heard of later, else has the greater id."""
    by_id = pl.col("party_a") > pl.col("party_b")
    return (
        pl.when(_differ("begun_on"))
        .then(pl.col("begun_on_a") > pl.col("begun_on_b"))
        .when(_differ("told_on"))
        .then(pl.col("told_on_a") > pl.col("told_on_b"))
        .otherwise(by_id)
    )


def _names_branch() -> pl.Expr:
    is_branch = pl.col("name_core_a").str.contains(_BRANCH_NAME)
    head = pl.col("name_core_b")
    return (
        is_branch
        & ~head.str.contains(_BRANCH_NAME)
        & (head.str.len_chars() > 1)
        & pl.col("name_core_a").str.starts_with(head)
    ).fill_null(value=False)


def _branch(pairs: pl.DataFrame) -> pl.DataFrame:
    natural = (pl.col("nature_a") == "natural") | (pl.col("nature_b") == "natural")
    held = pairs.filter(_names_branch() & ~natural.fill_null(value=False) & ~_differ("number"))
    return _found(held, BRANCH, None, pl.lit(None, pl.Date), "name_core")


def _names_trade() -> pl.Expr:
    named = (pl.col("name_core_a") == pl.col("trade_name_b")).fill_null(value=False)
    return named & pl.col("person_name_a").is_null() & (_same("phone") | _place())


def _trade_name(pairs: pl.DataFrame) -> pl.DataFrame:
    """A record that knows a business by its 屋号 alone."""
    held = pairs.filter(_names_trade() & pl.col("number_a").is_null())
    return _found(held, TRADE_NAME, None, pl.lit(None, pl.Date), "trade_name")


def _found(
    held: pl.DataFrame, kind: str, cause: pl.Expr | str | None, since: pl.Expr, also: str = ""
) -> pl.DataFrame:
    names = ("person_name", "trade_name", "family_name", "birth_on", "phone", "email")
    agreed = [pl.when(_same(name)).then(pl.lit(name)) for name in names]
    place = pl.when(_place()).then(pl.lit("place"))
    told = [*agreed, place, *([pl.lit(also)] if also else [])]
    return held.select(
        from_party="party_a",
        to_party="party_b",
        kind=pl.lit(kind),
        cause=cause if isinstance(cause, pl.Expr) else pl.lit(cause, pl.String),
        since_on=since,
        status=pl.lit(CANDIDATE),
        scope=scopes("scope_a", "scope_b"),
        because=pl.lit("alike"),
        agree=pl.concat_str(told, separator=" ", ignore_nulls=True),
        one="member_a",
        other="member_b",
        decision_no=pl.lit(None, pl.Int32),
    )
