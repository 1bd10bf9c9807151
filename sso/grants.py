"""The grants of the token endpoint: token exchange (RFC 8693) and client credentials.

Each is a class that authlib's server picks by `grant_type`; a further one is registered the same
way (`sso.server.TokenServer.register_grant`).
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin
from joserfc import jws
from joserfc.errors import JoseError

from sso.exchange import Exchange, Subject
from sso.facts import Presented
from sso.model import CLIENT_CREDENTIALS, CODE, TOKEN_EXCHANGE, Audience, Client
from sso.policy import Wanted, grants, only
from sso.refusals import Refused
from sso.request import Issued, TokenRequest, new_token_id
from sso.tokens import MOST_ACTORS, BadToken, Claims

ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*", re.ASCII)


class HubGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """What the hub's grants have in common. `self.server` is the `TokenServer`."""

    request: TokenRequest
    server: Any

    def authenticated(self) -> Client:
        """The client, which must be allowed this grant.

        Raises:
            Refused: `client.…`.
        """
        client: Client = self.server.authenticate(self.request)
        if not client.check_grant_type(self.GRANT_TYPE):
            raise Refused("client.grant", client_id=client.client_id)
        self.request.client = client
        return client

    def respond(self, issued: Issued, **more: Any) -> tuple[int, dict[str, Any], Any]:
        """The answer with a token, as authlib wants it; what is recorded stays with the request."""
        return self.server.issue(self.request, issued, **more)  # type: ignore[no-any-return]


class ClientCredentialsGrant(HubGrant):
    """A client on its own behalf (RFC 6749 §4.4)."""

    GRANT_TYPE = CLIENT_CREDENTIALS

    def validate_token_request(self) -> None:
        """Check everything; see `HubGrant`."""
        client = self.authenticated()
        wanted = Wanted(
            client,
            target(self.request),
            "client",
            scopes_of(self.request, "scope"),
            scopes_of(self.request, "purpose"),
            programme_of(self.request),
        )
        rules = self.request.configuration.rules_of(client.client_id, wanted.audience.audience)
        self.wanted, self.grant = wanted, only(grants(rules, wanted), wanted)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """The token."""
        now = int(self.request.now)
        claims = Claims(
            new_token_id(),
            self.wanted.client.client_id,
            self.wanted.audience.audience,
            now,
            now + self.wanted.audience.seconds,
            self.grant.scopes,
            self.grant.purposes,
            programme=self.grant.rule.programme,
        )
        return self.respond(Issued(claims, self.grant.rule.rule_id))


class TokenExchangeGrant(HubGrant):
    """A sign-in, or a token for one system, becomes a token for another (RFC 8693)."""

    GRANT_TYPE = TOKEN_EXCHANGE

    def validate_token_request(self) -> None:
        """Check everything; see `HubGrant`."""
        client, form = self.authenticated(), self.request.form
        if "actor_token" in form or "actor_token_type" in form:
            raise Refused("actor.unsupported")
        if "subject_token" not in form or "subject_token_type" not in form:
            raise Refused("subject.missing")
        if form["subject_token_type"] != ACCESS_TOKEN_TYPE:
            raise Refused("subject.type")
        if form.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
            raise Refused("requested.type")
        subject = self._subject(client, form["subject_token"])
        self.exchange = Exchange(
            self.request, self.server.representations, client, target(self.request), subject
        )
        self.exchange.decide(
            scopes_of(self.request, "scope"),
            scopes_of(self.request, "purpose"),
            programme_of(self.request),
        )

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """The token."""
        return self.respond(self.exchange.issued(), issued_token_type=ACCESS_TOKEN_TYPE)

    def _subject(self, client: Client, token: str) -> Subject:
        """Who is signed in, by the presented token."""
        if client.direct and unverified_issuer(token) != self.server.issuer:
            return Subject(self._signed_in(Presented(token, client)))
        try:
            claims = self.server.read(self.request, token)
        except BadToken as error:
            raise Refused(f"subject.{error.rule}") from None
        if claims.subject is None:
            raise Refused("subject.no_account")
        self.request.parent = claims.token_id
        if claims.audience != self.server.issuer:
            return self._derived(client, claims)
        if claims.client_id != client.client_id or claims.session_id is None:
            raise Refused("subject.another_client")
        presented = Presented(token, client, claims.session_id, claims.token_id, claims.expires_at)
        return Subject(self._signed_in(presented), sign_in=claims)

    def _derived(self, client: Client, claims: Claims) -> Subject:
        """Of a token for a system that asks for one for another system behind it."""
        if claims.audience not in client.serves:
            raise Refused("subject.another_client")
        if len(claims.actors) >= MOST_ACTORS:
            raise Refused("subject.chain")
        return Subject.of_token(claims)

    def _signed_in(self, presented: Presented) -> Any:
        source = self.server.subjects
        return self.request.facts.get(
            ("subject", presented.key),
            lambda: source.recall(presented),
            lambda: source.ask(presented),
        )


def target(request: TokenRequest) -> Audience:
    """The one audience that a request names, as `audience` (RFC 8693) or `resource` (RFC 8707).

    Raises:
        Refused: `target.…`.
    """
    named = {request.form[name] for name in ("audience", "resource") if name in request.form}
    if len(named) != 1:
        raise Refused("target.several" if named else "target.missing")
    audience = request.configuration.audiences.get(named.pop())
    if audience is None:
        raise Refused("target.unknown")
    return audience


def scopes_of(request: TokenRequest, name: str) -> frozenset[str] | None:
    """The names that a parameter lists; None where it was not sent.

    Raises:
        Refused: it is malformed.
    """
    text = request.form.get(name)
    if text is None:
        return None
    if not _SCOPE.fullmatch(text):
        raise Refused("scope.malformed" if name == "scope" else "purpose.unknown")
    return frozenset(text.split(" "))


def programme_of(request: TokenRequest) -> str | None:
    """The programme that a request names; None where it names none.

    Raises:
        Refused: it is no code, and so none that a rule or an audience could have named.
    """
    programme = request.form.get("programme")
    if programme is not None and not CODE.fullmatch(programme):
        raise Refused("target.policy")
    return programme


def unverified_issuer(token: str) -> str:
    """Who says it wrote a token.

    Raises:
        Refused: it is no token that could tell.
    """
    try:
        claims = msgspec.json.decode(jws.extract_compact(token.encode()).payload)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise Refused("subject.invalid") from None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    if not isinstance(issuer, str):
        raise Refused("subject.invalid")
    return issuer
