"""Who signed in, as an identity provider answered; what of it a session keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, Self, cast

from connectors.corporate_auth.identity import UserInfo
from sso.providers import Provider
from sso.subjects import SignedIn

AccountType = Literal["entry", "prime", "member"]
LONGEST = 300
_TYPES = ("entry", "prime", "member")


@dataclass(frozen=True, slots=True)
class Person:
    """An account, its business and, while signed in as an agent, whom it represents.

    No natural person's name, address or mail is kept: nothing in the hub needs them of a sign-in.

    Attributes:
        sub, parent, delegator: keys of accounts at the provider.
        organization: the business's name.
        represented: the delegator's business's name.
    """

    sub: str
    account_type: AccountType | None = None
    parent: str | None = None
    corporate_number: str | None = field(default=None, repr=False)
    sole_proprietor_number: str | None = field(default=None, repr=False)
    organization: str | None = field(default=None, repr=False)
    assurance: Literal["ial1", "ial2"] | None = None
    delegator: str | None = None
    delegation_number: str | None = None
    represented: str | None = field(default=None, repr=False)

    @classmethod
    def of_gbizid(cls, told: UserInfo) -> Self:
        """By the answer of GビズID's /userinfo."""
        delegation = told.delegation
        return cls(
            told.sub,
            told.account_type,
            told.parent,
            told.holder.corporate_number if told.checked else None,
            told.holder.sole_proprietor_number if told.checked else None,
            told.holder.name,
            told.assurance_level,
            delegation.account if delegation else None,
            delegation.number if delegation else None,
            delegation.delegator.name if delegation else None,
        )

    @classmethod
    def of_claims(cls, claims: Mapping[str, Any], provider: Provider) -> Self:
        """By the claims of another provider, as its configuration maps them."""

        def mapped(name: str) -> str | None:
            value = claims.get(provider.claims[name]) if name in provider.claims else None
            good = isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()
            return value if good else None

        kind, level = mapped("account_type"), claims.get(provider.assurance_claim or "")
        return cls(
            str(claims["sub"]),
            cast(AccountType, kind) if kind in _TYPES else None,
            mapped("parent"),
            mapped("corporate_number"),
            mapped("sole_proprietor_number"),
            mapped("organization"),
            provider.assurances.get(level) if isinstance(level, str) else None,
        )

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """What a session kept."""
        return cls(**kept)

    def as_json(self) -> dict[str, Any]:
        """What a session keeps."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def signed_in(
        self,
        issuer: str,
        authenticated_at: datetime,
        expires_at: datetime,
        token_id: str | None = None,
    ) -> SignedIn:
        """As decisions see it; accounts get their issuer."""
        return SignedIn(
            (issuer, self.sub),
            self.account_type,
            (issuer, self.parent) if self.parent else None,
            self.corporate_number,
            self.sole_proprietor_number,
            self.assurance,
            (issuer, self.delegator) if self.delegator else None,
            self.delegation_number,
            authenticated_at,
            expires_at,
            token_id,
        )
