"""Live look-ups at the corporate authentication system, for the token service.

A look-up is one exchange, bounded as a whole and never repeated. It ends in one of three ways that
must not be mistaken for one another: an answer (an empty list of delegations is one), a refusal of
what was presented (`TokenRefused`, `ScopeMissing`), or no answer (`ProviderUnreachable`,
`ContractError`), which is never a no.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, cast

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.connection import Connection
from base.errors import (
    AuthenticationError,
    ConnectError,
    ContractError,
    Forbidden,
    HubError,
    RateLimited,
    ReadError,
)
from base.http import HttpClient
from base.retry import RunBudget
from connectors.corporate_auth.identity import (
    Delegation,
    UserInfo,
    meti_id_of,
    read_delegation,
    read_userinfo,
)
from connectors.corporate_auth.question import DelegationDesk
from connectors.transports.fetch import Post

T = TypeVar("T")
Refusal = TypeVar("Refusal", bound=HubError)
SECONDS = 3.0
"""The longest that one look-up takes, whatever the system does."""

MAX_BODY = 1024 * 1024
USERINFO, DELEGATIONS = "/oauth/userinfo", "/api/delegation/list"


class TokenRefused(AuthenticationError):
    """The system refused the user's access token: expired, revoked, or none of its own."""


class ScopeMissing(Forbidden):
    """The access token is good, but was not granted for this."""


class ProviderUnreachable(ConnectError):
    """There is no answer: nothing is known, and nothing may be concluded from it.

    `retry_after` says when it is worth asking again, where that is known.
    """


class _Once(RunBudget):
    """A budget of a few seconds for each look-up, counted from its own beginning."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__(clock, seconds, max_retries=0)
        self._monotonic = clock.monotonic
        self._seconds = seconds
        self._own = threading.local()

    def begin(self) -> None:
        """Start the clock of this thread's next look-up."""
        self._own.ends = self._monotonic() + self._seconds

    def remaining(self) -> float:
        return max(0.0, float(getattr(self._own, "ends", 0.0)) - self._monotonic())

    def why_no_more(self, wait: float) -> str | None:
        return "a live look-up is not repeated"


class LiveLookups:
    """Asks one system about users and delegations. Threads may share it.

    Args:
        connection: address; secrets `client_key` and `client_token` for delegations.
        seconds: the longest that one look-up takes.
        breaker: the system's breaker in this process; by default its own.

    The look-ups of users are not held up by the rate budget of the syncs: whoever calls them
    bounds how many there are.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        *,
        seconds: float = SECONDS,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        bare = {name: value for name, value in connection.options.items() if name != "scope"}
        self._connection = replace(
            connection, options={**bare, "timeout": str(seconds), "deadline": str(seconds)}
        )
        self._budget = _Once(clock, seconds)
        self._client = HttpClient(
            self._connection,
            clock,
            breaker=breaker or CircuitBreaker.while_people_wait(connection.name, clock),
            budget=self._budget,
            auth="none",
            max_body=MAX_BODY,
        )
        self._desk = DelegationDesk(self._connection, cast(Post, self._client), clock)

    def userinfo(self, access_token: str) -> UserInfo:
        """Who holds this access token, by what the token's scopes open.

        Raises:
            TokenRefused: the system refused the token.
            ScopeMissing: the token may not be used for this.
            ProviderUnreachable: there is no usable answer.
            ContractError: the answer is outside the contract.
        """
        if not access_token.isascii() or not access_token.isprintable() or " " in access_token:
            raise TokenRefused("the access token is no text that a header may hold")
        headers = {"Authorization": f"Bearer {access_token}"}

        def ask() -> UserInfo:
            answer = self._client.get_json_bytes(USERINFO, headers=headers)
            return read_userinfo(_object(answer.body))

        try:
            return self._look_up(ask)
        except AuthenticationError as error:
            raise _of(TokenRefused, error, "Ask the user to sign in again") from None
        except Forbidden as error:
            raise _of(ScopeMissing, error, "Ask for the scope openid at sign-in") from None

    def delegations(
        self,
        system_code: str,
        *,
        number: str | None = None,
        account: str | None = None,
    ) -> list[Delegation]:
        """Delegations for a system in which a business, or an account, is the delegate.

        Those that have not begun are among them: `Delegation.covers` tells of a day.

        Args:
            number: the delegate's 法人番号 or 個人事業主管理番号; or
            account: the key of the delegate's account.

        Raises:
            ValueError: not exactly one of both is given, or the account's key is malformed.
            AuthenticationError: the system refused the hub's client_key and client_token.
            ProviderUnreachable: there is no usable answer.
            ContractError: the answer is outside the contract.
        """
        if (number is None) == (account is None):
            raise ValueError("name the delegate's number or its account")
        who = {"corp_no": str(number)} if account is None else {"meti_id": str(meti_id_of(account))}

        def ask() -> list[Delegation]:
            answer = self._desk.get_json_bytes(DELEGATIONS, {"system_cd": system_code, **who})
            found = map(read_delegation, _objects(answer.body))
            return [made for made in found if made is not None]

        return self._look_up(ask)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _look_up(self, ask: Callable[[], T]) -> T:
        self._budget.begin()
        try:
            return ask()
        except (AuthenticationError, Forbidden, ContractError) as error:
            error.located(system=self._connection.name)
            raise
        except (ConnectError, RateLimited, ReadError) as error:
            found = _of(ProviderUnreachable, error, "Nothing is known; ask again later")
            found.retry_after = error.retry_after
            raise found from None


def _of(kind: type[Refusal], error: HubError, remedy: str) -> Refusal:
    return kind(error.what, system=error.system, remedy=remedy)


def _object(body: bytes) -> Mapping[str, Any]:
    found = _decoded(body)
    if not isinstance(found, dict):
        raise ContractError("the answer is no JSON object")
    return found


def _objects(body: bytes) -> list[Mapping[str, Any]]:
    found = _decoded(body)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ContractError("the answer is no list of JSON objects")
    return found


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ContractError("the answer is no JSON text") from None
