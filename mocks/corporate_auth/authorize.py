"""The authorization endpoint's rules: what is asked, what is refused where, who signs in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from mocks.corporate_auth.parties import RelyingParties, RelyingParty
from mocks.corporate_auth.provider import Grant, Provider
from mocks.corporate_auth.register import Register
from mocks.corporate_auth.signin import usable

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class PageError(Exception):
    """A fault of client_id or redirect_uri: shown on a page, never redirected."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code
        self.what = what


class SignInError(Exception):
    """The account named cannot sign in; the page says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A sound authorization request that waits for a user; or one that is refused (`error`)."""

    party: RelyingParty
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...] = ()
    nonce: str | None = None
    challenge: str | None = None
    login_hint: str | None = None
    force: bool = False
    error: str | None = None

    def redirect(self, **answer: str) -> str:
        """The relying party's address with an answer and its state."""
        query = {**answer, **({"state": self.state} if self.state is not None else {})}
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode(query)}"

    @property
    def refusal(self) -> str:
        """Where a refused request is sent."""
        return self.redirect(error=self.error or "access_denied")


def read_request(parties: RelyingParties, query: Mapping[str, str]) -> Asked:
    """Read an authorization request; repeated parameters count once.

    Raises:
        PageError: client_id or redirect_uri is wrong.
    """
    party = parties.get(query.get("client_id"))
    if party is None:
        raise PageError("invalid_client", "client_id が正しくありません")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in party.redirect_uris:
        raise PageError("invalid_grant", "redirect_uri が登録と一致しません")
    state = query.get("state")
    if error := _error(party, query):
        return Asked(party, redirect_uri, state, error=error)
    return Asked(
        party,
        redirect_uri,
        state,
        tuple(dict.fromkeys(query.get("scope", "").split())) or party.scopes,
        query.get("nonce"),
        query.get("code_challenge"),
        query.get("login_hint"),
        query.get("prompt") == "login",
    )


def _error(party: RelyingParty, query: Mapping[str, str]) -> str | None:
    kind = query.get("response_type")
    if kind != "code":
        return "unsupported_response_type" if kind else "invalid_request"
    if not set(query.get("scope", "").split()) <= set(party.scopes):
        return "invalid_scope"
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if (challenge or method) and (method != "S256" or not _CHALLENGE.fullmatch(challenge or "")):
        return "invalid_request"
    return "invalid_request" if query.get("prompt", "login") != "login" else None


class Desk:
    """Requests that wait for their user, and users who have signed in already."""

    def __init__(self, register: Register, provider: Provider) -> None:
        self.register = register
        self.provider = provider
        self._waiting: dict[str, Asked] = {}
        self._sessions: dict[str, tuple[str, int]] = {}

    def wait(self, asked: Asked) -> str:
        """Keep a request until its user has signed in; gives the transaction's name."""
        transaction = secrets.token_urlsafe(16)
        self._waiting[transaction] = asked
        return transaction

    def waiting(self, transaction: str) -> Asked:
        """The request of a transaction.

        Raises:
            PageError: there is none.
        """
        asked = self._waiting.get(transaction)
        if asked is None:
            raise PageError("invalid_request", "ログインの手続が終わっているか、期限切れです")
        return asked

    def close(self, transaction: str) -> None:
        """Forget a request: it has been answered."""
        self._waiting.pop(transaction, None)

    def signed_in(self, session: str | None) -> tuple[str, int] | None:
        """Account and time of a session whose account still stands."""
        found = self._sessions.get(session or "")
        return found if found and self._stands(found[0]) else None

    def sign_in(self, name: str) -> tuple[str, int, str]:
        """Account (`SUB` or `SUB#DELEGATION`), time, and the name of a new session.

        Raises:
            SignInError: there is no such account, or it has ended.
        """
        if not self._stands(name):
            raise SignInError("このアカウントではログインできません")
        session, now = secrets.token_urlsafe(16), int(self.provider.seconds())
        self._sessions[session] = (name, now)
        return name, now, session

    def answer(self, asked: Asked, name: str, auth_time: int) -> str:
        """The redirect with a code for the account."""
        sub, _, delegation = name.partition("#")
        grant = Grant(
            asked.party.client_id, sub, asked.scopes, auth_time, asked.nonce,
            delegation or None, asked.redirect_uri, asked.challenge,
        )  # fmt: skip
        return asked.redirect(code=self.provider.code(grant))

    def _stands(self, name: str) -> bool:
        sub, mark, delegation = name.partition("#")
        account = self.register.account(sub)
        if account is None or not account.valid(self.register.today):
            return False
        return not mark or delegation in {made.number for made in usable(self.register, sub)}
