"""A request to the token endpoint on its way to an answer, and what the answer leaves behind."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from canonical.audit import Action, AuditRow, Channel, account_name, new_row_id
from sso.authentication import Authenticated
from sso.configuration import Configuration
from sso.facts import Facts
from sso.forms import Form
from sso.model import Client
from sso.statements import TokenRow
from sso.tokens import Claims

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True, slots=True)
class Issued:
    """A token that was decided on: what is recorded with it.

    Attributes:
        rule: id of the rule that granted it.
        parent: the token of the hub from which it was derived.
        party_id: the business for which it is, where the hub knows it.
    """

    claims: Claims
    rule: str
    parent: str | None = None
    party_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> TokenRow:
        """The token's row."""
        one = self.claims
        issuer, subject = one.subject or (None, None)
        actor_issuer, actor = one.actors[0] if one.actors else (None, None)
        return TokenRow(
            token_id=one.token_id,
            parent_id=self.parent,
            session_id=one.session_id,
            client_id=one.client_id,
            audience=one.audience,
            issuer=issuer,
            subject=subject,
            actor_issuer=actor_issuer,
            actor=actor,
            expires_at=one.expires_at,
        )


class TokenRequest(OAuth2Request):  # type: ignore[misc]
    """One request, as authlib passes it about, with what the hub's grants need beside it."""

    def __init__(
        self, form: Form, configuration: Configuration, facts: Facts, issuer: str, now: float
    ) -> None:
        # authlib refuses addresses without TLS; which ones are allowed is the issuer's check.
        super().__init__("POST", "https://token-endpoint/token")
        self.payload = BasicOAuth2Payload(form.values)
        self.form_given = form
        self.configuration = configuration
        self.facts = facts
        self.issuer = issuer
        self.now = now
        self.authenticated: Authenticated | None = None
        self.issued: Issued | None = None
        self.parent: str | None = None

    @property
    def form(self) -> dict[str, str]:
        """The parameters (authlib's name)."""
        return self.form_given.values

    @property
    def known_client(self) -> Client:
        """The authenticated client."""
        if self.authenticated is None:
            raise AssertionError("the client is authenticated first")
        return self.authenticated.client


def new_token_id() -> str:
    """The time in milliseconds and 128 random bits: ids of one time lie together in an index."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_urlsafe(16)}"


def issue_row(now: float, operation: str, issued: Issued) -> AuditRow:
    """The audit row of a token that is given out."""
    at = datetime.fromtimestamp(now, UTC)
    claims = issued.claims
    delegation = (
        {"delegation": claims.delegation.number, "category": claims.delegation.category}
        if claims.delegation
        else {}
    )
    return AuditRow(
        row_id=new_row_id(at),
        at=at,
        action=Action.ISSUE,
        channel=Channel.SSO,
        operation=operation,
        allowed=True,
        rule=issued.rule,
        purpose=" ".join(sorted(claims.purposes)) or None,
        client=claims.client_id,
        subject=account_name(*claims.subject) if claims.subject else None,
        actor=account_name(*claims.actors[0]) if claims.actors else None,
        party_id=issued.party_id,
        scopes=tuple(sorted(claims.scopes)),
        token_id=claims.token_id,
        details={"audience": claims.audience, **delegation, **issued.details},
    )


def refusal_row(
    now: float, action: Action, operation: str, rule: str, client_id: str | None
) -> AuditRow:
    """The audit row of a request that was refused."""
    at = datetime.fromtimestamp(now, UTC)
    return AuditRow(
        row_id=new_row_id(at),
        at=at,
        action=action,
        channel=Channel.SSO,
        operation=operation,
        allowed=False,
        rule=rule,
        client=client_id,
    )
