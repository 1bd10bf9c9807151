"""The grant `authorization_code`: a front end's code becomes a token of the sign-in."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from joserfc import jws

from sso.configuration import Configuration
from sso.grants import HubGrant
from sso.keys import ALGORITHM
from sso.model import AUTHORIZATION_CODE
from sso.refusals import Refused
from sso.request import Issued, new_token_id
from sso.sessions import Redeemed, Session, Sessions
from sso.tokens import Claims

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


class AuthorizationCodeGrant(HubGrant):
    """RFC 6749 §4.1.3 with PKCE. `sessions` is set by `grant_of`."""

    GRANT_TYPE = AUTHORIZATION_CODE
    sessions: Sessions

    def validate_token_request(self) -> None:
        """Check everything, and use the code.

        Raises:
            Refused: `client.…` or `code.…`.
        """
        client, form = self.authenticated(), self.request.form
        code, redirect_uri = form.get("code"), form.get("redirect_uri")
        verifier = form.get("code_verifier")
        if not code or not redirect_uri or not verifier:
            raise Refused("code.missing")
        if not _VERIFIER.fullmatch(verifier):
            raise Refused("code.invalid")
        self.redeemed: Redeemed = self.request.facts.get(
            ("code", client.client_id, code, redirect_uri, verifier),
            lambda: None,
            lambda: self.sessions.redeem(code, client.client_id, redirect_uri, verifier),
        )

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        """The sign-in's token, for the hub alone, and the id_token."""
        session, now = self.redeemed.session, int(self.request.now)
        if session.expires_at <= now:
            raise Refused("code.invalid")
        claims = Claims(
            new_token_id(),
            self.request.known_client.client_id,
            self.server.issuer,
            now,
            session.expires_at,
            self.redeemed.scopes,
            frozenset(),
            session.account,
            assurance=session.person.assurance,
            session_id=session.session_id,
            authenticated_at=session.authenticated_at,
        )
        issued = Issued(claims, "sign_in", self.redeemed.code_id)
        id_token = id_token_of(self.request, self.server.issuer, self.redeemed)
        return self.respond(issued, id_token=id_token)


def grant_of(sessions: Sessions) -> type[AuthorizationCodeGrant]:
    """The grant over these sessions, for `TokenServer.register_grant`."""
    return type("AuthorizationCodeGrant", (AuthorizationCodeGrant,), {"sessions": sessions})


def id_token_of(request: Any, issuer: str, redeemed: Redeemed) -> str:
    """A signed id_token (OIDC Core §2): who signed in, when, how surely; nothing else."""
    configuration: Configuration = request.configuration
    session, now = redeemed.session, int(request.now)
    told = {
        "iss": issuer,
        "aud": request.known_client.client_id,
        **subject_json(session),
        "iat": now,
        "exp": min(now + 300, session.expires_at),
        "auth_time": session.authenticated_at,
        "sid": session.session_id,
        "amr": ["fed"],
    }
    if redeemed.nonce is not None:
        told["nonce"] = redeemed.nonce
    if session.person.assurance is not None:
        told["acr"] = session.person.assurance
    key = configuration.keys.signing(request.now)
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": key.kid}
    return jws.serialize_compact(header, msgspec.json.encode(told), key.key, algorithms=[ALGORITHM])


def subject_json(session: Session) -> dict[str, str]:
    """An account as the hub's access tokens name it: `sub`, and whose account it is."""
    return {"sub": session.account[1], "idp": session.account[0]}
