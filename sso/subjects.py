"""Who is signed in, whom that person represents, and who calls with a token of the hub."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AccountKey = tuple[str, str]
"""Issuer and `sub`: the only key of an account. A number of the business is none."""


@dataclass(frozen=True, slots=True)
class DelegationRef:
    """The delegation under which somebody acts: number, system, category, procedure."""

    number: str
    system_code: str
    category: str
    procedure: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person as the identity provider answers for them, now; nothing here is claimed by a client.

    Attributes:
        account: the account that signed in.
        parent: the account above a member (メンバー).
        corporate_number, sole_proprietor_number: of the account's own business.
        assurance: `ial1`, `ial2`, or None.
        delegator: the account represented while signed in as an agent.
        expires_at: when the presented token ends; no token derived from it lives longer.
        token_id: the hub's token that was presented, the parent of what is derived from it.
    """

    account: AccountKey
    account_type: Literal["entry", "prime", "member"] | None
    parent: AccountKey | None
    corporate_number: str | None
    sole_proprietor_number: str | None
    assurance: Literal["ial1", "ial2"] | None
    delegator: AccountKey | None
    delegation_number: str | None
    authenticated_at: datetime
    expires_at: datetime
    token_id: str | None = None


@dataclass(frozen=True, slots=True)
class Represented:
    """On whose behalf a token is issued: `subject` is represented, `actor` acts for it."""

    subject: AccountKey
    actor: AccountKey | None
    delegation: DelegationRef | None
    party_id: int | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the hub's API, by an access token that holds in every respect.

    Attributes:
        subject: the represented account; None for a client on its own behalf.
        actors: who acts for the subject, the nearest first.
        purposes: for what the client may use what it reads.
        programme: the one in which somebody acts for the subject, where the token names it.
    """

    client: str
    subject: AccountKey | None
    actors: tuple[AccountKey, ...]
    delegation: DelegationRef | None
    scopes: frozenset[str]
    purposes: frozenset[str]
    token_id: str
    expires_at: datetime
    programme: str | None = None
