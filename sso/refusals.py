"""Every way in which the token service says no: a rule's id and what the client is told.

The id stands in the audit row; the client learns the error's name and a sentence in ASCII
(RFC 6749 §5.2), which says nothing about keys, other clients or other people.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from authlib.oauth2 import OAuth2Error

REQUEST, CLIENT, UNAUTHORIZED = "invalid_request", "invalid_client", "unauthorized_client"
TARGET, SCOPE, GRANT = "invalid_target", "invalid_scope", "unsupported_grant_type"
UNAVAILABLE = "temporarily_unavailable"
RETRY_SECONDS = 5
"""What 503 advises where nothing better is known."""


class Refusal(NamedTuple):
    """What a refused client is told."""

    error: str
    description: str
    status: int = 400


BAD_GRANT = "invalid_grant"
_BAD_CODE = "The code is not valid."
_BAD_CLIENT = "The client could not be authenticated."
_BAD_SUBJECT = "The subject_token is not valid here."

REFUSALS = {
    "form.query": Refusal(REQUEST, "Parameters belong in the body, not in the address."),
    "form.type": Refusal(REQUEST, "The body must be application/x-www-form-urlencoded.", 415),
    "form.size": Refusal(REQUEST, "The body is too large.", 413),
    "form.text": Refusal(REQUEST, "The body is not a form in UTF-8 without control characters."),
    "form.repeated": Refusal(REQUEST, "A parameter was sent more than once."),
    "grant.missing": Refusal(REQUEST, "grant_type is missing."),
    "grant.unknown": Refusal(GRANT, "This grant_type is not supported."),
    "client.two_methods": Refusal(REQUEST, "Use one way to authenticate the client."),
    "client.missing": Refusal(CLIENT, _BAD_CLIENT, 401),
    "client.method": Refusal(CLIENT, _BAD_CLIENT, 401),
    "client.unknown": Refusal(CLIENT, _BAD_CLIENT, 401),
    "client.disabled": Refusal(CLIENT, _BAD_CLIENT, 401),
    "client.secret": Refusal(CLIENT, _BAD_CLIENT, 401),
    "client.assertion": Refusal(CLIENT, _BAD_CLIENT, 401),
    "client.assertion_replayed": Refusal(CLIENT, _BAD_CLIENT, 401),
    "client.throttled": Refusal(CLIENT, "Too many failures; try again later.", 429),
    "client.grant": Refusal(UNAUTHORIZED, "The client may not use this grant_type."),
    "subject.missing": Refusal(REQUEST, "subject_token and subject_token_type are required."),
    "subject.type": Refusal(REQUEST, "This subject_token_type is not supported."),
    "subject.invalid": Refusal(REQUEST, _BAD_SUBJECT),
    "subject.expired": Refusal(REQUEST, _BAD_SUBJECT),
    "subject.foreign": Refusal(REQUEST, _BAD_SUBJECT),
    "subject.another_client": Refusal(REQUEST, _BAD_SUBJECT),
    "subject.no_account": Refusal(REQUEST, _BAD_SUBJECT),
    "subject.revoked": Refusal(REQUEST, _BAD_SUBJECT),
    "subject.bound": Refusal(REQUEST, _BAD_SUBJECT),
    "subject.refused": Refusal(REQUEST, _BAD_SUBJECT),
    "subject.ended": Refusal(REQUEST, _BAD_SUBJECT),
    "subject.chain": Refusal(REQUEST, "The chain of actors is as long as it may be."),
    "actor.unsupported": Refusal(REQUEST, "An actor_token is not accepted."),
    "requested.type": Refusal(REQUEST, "This requested_token_type is not supported."),
    "purpose.unknown": Refusal(REQUEST, "The purpose is not allowed."),
    "target.missing": Refusal(TARGET, "Name one audience or resource."),
    "target.several": Refusal(TARGET, "Name one audience or resource."),
    "target.unknown": Refusal(TARGET, "The audience is not allowed."),
    "target.policy": Refusal(TARGET, "The audience is not allowed."),
    "target.assurance": Refusal(TARGET, "The account was not checked well enough for this."),
    "target.programme": Refusal(TARGET, "Name the programme: some allow no agent."),
    "target.no_agent": Refusal(TARGET, "This programme allows no agent."),
    "delegation.own": Refusal(TARGET, "The delegation does not allow this."),
    "delegation.none": Refusal(TARGET, "The delegation does not allow this."),
    "delegation.register": Refusal(TARGET, "The delegation does not allow this."),
    "scope.missing": Refusal(SCOPE, "Name the scope: several rules could apply."),
    "scope.malformed": Refusal(SCOPE, "The scope is malformed."),
    "scope.beyond": Refusal(SCOPE, "The scope is not allowed."),
    "code.missing": Refusal(REQUEST, "code, redirect_uri and code_verifier are required."),
    "code.invalid": Refusal(BAD_GRANT, _BAD_CODE),
    "code.used": Refusal(BAD_GRANT, _BAD_CODE),
    "sign_in.refused": Refusal("access_denied", "The identity provider did not sign anybody in."),
    "identity_provider.away": Refusal(
        UNAVAILABLE, "The identity provider does not answer; try again later.", 503
    ),
    "store.away": Refusal(UNAVAILABLE, "Try again later.", 503),
    "internal": Refusal(UNAVAILABLE, "Try again later.", 503),
    "revocation.another_client": Refusal(UNAUTHORIZED, "The token is not this client's."),
    "token.missing": Refusal(REQUEST, "token is missing."),
}
"""By the id of the rule that refused."""


class Refused(OAuth2Error):  # type: ignore[misc]
    """A refusal by its rule.

    Args:
        rule: a key of `REFUSALS`.
        retry_after: seconds, for answers that say when to come again.
        client_id: whose request it was, as far as that is certain.
    """

    def __init__(
        self, rule: str, *, retry_after: float | None = None, client_id: str | None = None
    ) -> None:
        told = REFUSALS[rule]
        super().__init__(description=told.description, status_code=told.status, error=told.error)
        self.rule = rule
        self.retry_after = retry_after
        self.client_id = client_id

    def get_headers(self) -> list[tuple[str, str]]:
        """Headers of the answer, as authlib asks for them."""
        headers = [("Content-Type", "application/json")]
        if self.status_code == 401:
            headers.append(("WWW-Authenticate", 'Basic realm="hub", charset="UTF-8"'))
        if self.retry_after is not None or self.status_code == 503:
            seconds = self.retry_after if self.retry_after is not None else RETRY_SECONDS
            headers.append(("Retry-After", str(max(1, int(seconds + 0.999)))))
        return headers

    def get_body(self) -> Any:
        """Pairs of the answer's body, as authlib asks for them."""
        return [("error", self.error), ("error_description", self.description)]
