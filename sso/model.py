"""Clients, audiences and rules as the token service knows them: data, never code."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from joserfc import jwk

Authentication = Literal["private_key_jwt", "client_secret_basic", "client_secret_post"]
Mode = Literal["self", "delegate", "client"]
Assurance = Literal["none", "ial1", "ial2"]

AUTHENTICATIONS: tuple[Authentication, ...] = (
    "private_key_jwt",
    "client_secret_basic",
    "client_secret_post",
)
MODES: tuple[Mode, ...] = ("self", "delegate", "client")
ASSURANCES: tuple[Assurance, ...] = ("none", "ial1", "ial2")
"""From the least to the most."""

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name
CLIENT_CREDENTIALS = "client_credentials"
AUTHORIZATION_CODE = "authorization_code"
CODE = re.compile(r"[A-Za-z0-9_.-]{1,100}", re.ASCII)
"""A purpose, a programme, and what a delegation is for."""

GRANTS = (TOKEN_EXCHANGE, CLIENT_CREDENTIALS, AUTHORIZATION_CODE)


@dataclass(frozen=True, slots=True)
class Secret:
    """A client's secret as it is kept: SHA-256 of 256 random bits, which no guess finds."""

    hash: str = field(repr=False)
    until: int | None = None

    def matches(self, hashed: str, now: int) -> bool:
        """Whether a presented secret's hash is this one, and it is still in force."""
        same = hmac.compare_digest(self.hash, hashed)
        return same and (self.until is None or now < self.until)


def new_secret() -> str:
    """A secret of 256 random bits; shown once, never stored."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """SHA-256 of a secret, in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Client:
    """A confidential client.

    Attributes:
        serves: audiences that are this client: it may introspect their tokens and exchange them
            for tokens of the systems behind it.
        relying_parties: in the direct profile, the ids under which the client itself is a relying
            party of the identity provider (`azp`); empty where it may not present its tokens.
    """

    client_id: str
    name: str
    authentication: Authentication
    secrets: tuple[Secret, ...] = field(default=(), repr=False)
    jwks: Mapping[str, Any] | None = None
    grants: frozenset[str] = frozenset()
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()
    serves: frozenset[str] = frozenset()
    relying_parties: frozenset[str] = frozenset()
    enabled: bool = True
    contact: str | None = None
    created_at: int = 0
    keys: jwk.KeySet | None = field(default=None, repr=False, compare=False)

    @property
    def direct(self) -> bool:
        """Whether the client may present the identity provider's own access tokens."""
        return bool(self.relying_parties)

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client may use a grant (authlib's name for it)."""
        return grant_type in self.grants

    def holds(self, secret: str, now: int) -> bool:
        """Whether a presented secret is one of the client's."""
        presented = hashed(secret)
        return any(one.matches(presented, now) for one in self.secrets)


@dataclass(frozen=True, slots=True)
class Audience:
    """A resource server, named by the one text that stands in `aud`.

    Attributes:
        seconds: how long a token for it lives.
        assurance: the least that an account must have been checked.
        no_agent_programmes: programmes in which nobody may act for another; a delegate's token
            for this audience names its programme.
    """

    audience: str
    title: str
    scopes: frozenset[str]
    seconds: int = 300
    assurance: Assurance = "none"
    no_agent_programmes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a client may get: these scopes of an audience, for these purposes.

    Attributes:
        mode: for the account itself, for a delegate of it, or for the client on its own behalf.
        system, category, procedure: what a delegate's delegation must cover; a rule without
            procedure takes only a delegation for all of the category.
        programme: the rule holds for requests that name this programme alone.
    """

    rule_id: str
    client_id: str
    audience: str
    scopes: frozenset[str]
    purposes: frozenset[str]
    mode: Mode
    assurance: Assurance = "none"
    system: str | None = None
    category: str | None = None
    procedure: str | None = None
    programme: str | None = None


def enough(had: str | None, needed: Assurance) -> bool:
    """Whether an account's assurance reaches what is needed; an unknown one is none."""
    level = ASSURANCES.index(had) if had in ASSURANCES else 0
    return level >= ASSURANCES.index(needed)
