"""Whose word goes first: source roles ranked under each rule of survivorship.

The one table of it; `docs/guides/golden-records.md` prints it, and a test compares the two.
"""

from __future__ import annotations

import polars as pl

from canonical.model.fields import Survivorship

SECOND_HAND = "second_hand"
"""What a form or a karte says about somebody other than who hands it in, such as the vendor that
an applicant names."""

RANKS: dict[Survivorship, tuple[frozenset[str], ...]] = {
    Survivorship.REGISTER_FIRST: (
        frozenset({"base_registry"}),
        frozenset({"register"}),
        frozenset({"identity_provider"}),
        frozenset({"aggregator"}),
        frozenset({"procedure"}),
        frozenset({"adviser"}),
        frozenset({SECOND_HAND}),
    ),
    Survivorship.ATTESTED_FIRST: (
        frozenset({"identity_provider"}),
        frozenset({"base_registry"}),
        frozenset({"register"}),
        frozenset({"aggregator"}),
        frozenset({"procedure"}),
        frozenset({"adviser"}),
        frozenset({SECOND_HAND}),
    ),
    Survivorship.NEWEST_AS_OF: (
        frozenset({"procedure", "adviser", "identity_provider"}),
        frozenset({"base_registry", "register", "aggregator"}),
        frozenset({SECOND_HAND}),
    ),
    Survivorship.OWNER_ONLY: (
        frozenset({"procedure"}),
        frozenset({"identity_provider"}),
        frozenset({"base_registry", "register"}),
        frozenset({"aggregator"}),
        frozenset({"adviser"}),
        frozenset({SECOND_HAND}),
    ),
}
"""Under each rule the source roles, the strongest word first; those of one place are equals."""

ACTIVITY_RANKS: tuple[frozenset[str], ...] = (
    frozenset({"base_registry", "identity_provider"}),
    *RANKS[Survivorship.REGISTER_FIRST][1:2],
    *RANKS[Survivorship.REGISTER_FIRST][3:],
)
"""Whether a business is open: the newer word of register and identity provider, so that one
revived (process 22), or found active after its closing, is open again."""

REGISTERS = frozenset({"base_registry", "register"})
OWN_WORD = frozenset({"procedure", "adviser", "identity_provider"})
"""Who can say what is not registered yet (登記未反映)."""

OF_ITSELF = ("self", "applicant", "client", "holder", "delegator")
"""Roles in which a record speaks of the business that it is of."""
UNRANKED = 15


def voice() -> pl.Expr:
    """Whose word a claim is, from its columns `source_role` and `role`: a source role, or
    SECOND_HAND."""
    hearsay = pl.col("source_role").is_in(["procedure", "adviser"]) & ~pl.col("role").is_in(
        OF_ITSELF
    )
    return pl.when(hearsay).then(pl.lit(SECOND_HAND)).otherwise(pl.col("source_role"))


def rank(ranks: tuple[frozenset[str], ...], of: str = "voice") -> pl.Expr:
    """The place of the voice in a column, 0 the first; 15 for one that the table does not have."""
    places = {role: place for place, roles in enumerate(ranks) for role in roles}
    return pl.col(of).replace_strict(places, default=UNRANKED, return_dtype=pl.Int64)
