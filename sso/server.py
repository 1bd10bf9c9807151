"""authlib's authorization server for the hub's token endpoint.

A decision is a pure function of the request, one version of the configuration, and facts: it
waits for nothing and writes nothing. What it leaves behind is an `Entry` for the ledger.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer

from canonical.audit import Action
from sso import authentication
from sso.facts import Facts, Needed, RepresentationSource, SubjectSource
from sso.forms import Form
from sso.grants import ClientCredentialsGrant, TokenExchangeGrant
from sso.ledger import Entry
from sso.model import Client
from sso.refusals import Refused
from sso.request import NO_STORE, Issued, TokenRequest, issue_row, refusal_row
from sso.throttle import buckets
from sso.tokens import Claims, TokenReader, write

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that may be given once its entry is committed."""

    status: int
    body: dict[str, Any] = field(repr=False)
    headers: dict[str, str]
    entry: Entry


class TokenServer(AuthorizationServer):  # type: ignore[misc]
    """Decides about requests to the token endpoint.

    Args:
        subjects, representations: whom decisions ask about people and delegations.
    """

    def __init__(
        self, issuer: str, subjects: SubjectSource, representations: RepresentationSource
    ) -> None:
        super().__init__()
        self.issuer = issuer
        self.subjects = subjects
        self.representations = representations
        self._reader = TokenReader(issuer)
        self.register_grant(TokenExchangeGrant)
        self.register_grant(ClientCredentialsGrant)

    def grant_types(self) -> list[str]:
        """The registered grants."""
        return [str(grant.GRANT_TYPE) for grant, _ in self._token_grants]

    def decide(self, request: TokenRequest) -> Draft:
        """The answer to a request.

        Raises:
            Needed: somebody must be asked first; then decide again with the same facts.
        """
        try:
            draft: Draft = self.create_token_response(request)
        except Refused as refusal:
            return self.refuse(request, refusal)
        return draft

    def authenticate(self, request: TokenRequest) -> Client:
        """The client of a request; kept with it.

        Raises:
            Refused: `client.…`.
        """
        found = authentication.authenticate(
            request.form_given, request.configuration, self.issuer, request.now
        )
        request.authenticated = found
        return found.client

    def read(self, request: TokenRequest, token: str) -> Claims:
        """What a token of the hub says; whether it was revoked is seen when the answer is written.

        Raises:
            BadToken: it does not hold.
        """
        now = request.configuration
        return self._reader.read(token, now.keys, now.version, request.now)

    def issue(
        self, request: TokenRequest, issued: Issued, **more: Any
    ) -> tuple[int, dict[str, Any], Any]:
        """The answer that carries a token, as authlib's grants return one."""
        claims = issued.claims
        token = write(self.issuer, request.configuration.keys, claims, request.now)
        request.issued = issued
        body = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": claims.expires_at - int(request.now),
            "scope": " ".join(sorted(claims.scopes)),
            **more,
        }
        return 200, body, request

    def refuse(self, request: TokenRequest, refusal: OAuth2Error) -> Draft:
        """The answer that says no."""
        rule = refusal.rule if isinstance(refusal, Refused) else f"oauth.{refusal.error}"
        status, body, headers = refusal("")
        told = {name: value for name, value in dict(body).items() if value}
        known = request.authenticated
        client_id = known.client.client_id if known else getattr(refusal, "client_id", None)
        entry = Entry(
            audit=refusal_row(
                request.now, Action.ISSUE, operation(request.form_given), rule, client_id
            ),
            version=request.configuration.version,
            assertion=known.assertion if known else None,
            failures=_failed(request.form_given, status, rule),
        )
        return Draft(status, told, {**dict(headers), **NO_STORE}, entry)

    # authlib's names from here on

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        return request

    def query_client(self, client_id: str) -> None:
        raise NotImplementedError("clients authenticate by `authenticate`")

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        return None

    def get_token_grant(self, request: TokenRequest) -> Any:
        wanted = request.form.get("grant_type")
        if wanted is None:
            raise Refused("grant.missing")
        if wanted not in self.grant_types():
            raise Refused("grant.unknown")
        return super().get_token_grant(request)

    def handle_response(self, status: int, body: dict[str, Any], request: TokenRequest) -> Draft:
        issued, known = request.issued, request.authenticated
        if issued is None or known is None:
            raise AssertionError("a grant answers through `issue`")
        entry = Entry(
            audit=issue_row(request.now, operation(request.form_given), issued),
            version=request.configuration.version,
            parent=issued.parent,
            assertion=known.assertion,
            token=issued.row(),
        )
        return Draft(status, body, {"Content-Type": "application/json", **NO_STORE}, entry)

    def handle_error_response(self, request: TokenRequest, error: OAuth2Error) -> Draft:
        return self.refuse(request, error)


def operation(form: Form) -> str:
    """What a request is called in the audit: the endpoint, and the grant where it is known."""
    grant = form.get("grant_type") or ""
    short = grant.rpartition(":")[2]
    named = short if short in ("token-exchange", "client_credentials", "authorization_code") else ""
    return f"POST /token {named}".strip()


def _failed(form: Form, status: int, rule: str) -> tuple[str, ...]:
    """The counters that grow with a failed authentication."""
    if status != 401 and not rule.startswith("client.assertion"):
        return ()
    return buckets(authentication.claimed(form), form.address)


__all__ = ["Draft", "Facts", "Needed", "TokenServer"]
