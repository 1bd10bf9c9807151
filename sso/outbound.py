"""One bounded exchange with an identity provider: three seconds as a whole, never repeated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.connection import Connection
from base.errors import AuthenticationError, ConnectError, Forbidden, HubError, ServerFault
from base.http import HttpClient
from base.http_answer import Response, check_status
from base.retry import RunBudget
from sso.refusals import Refused
from sso.settings import is_loopback

SECONDS = 3.0
MAX_BODY = 512 * 1024


class Outbound:
    """Talks to the endpoints of one provider; all of them share one breaker. Threads share it."""

    def __init__(self, connection: Connection, clock: Clock, seconds: float = SECONDS) -> None:
        self._connection = connection
        self._clock = clock
        self._seconds = seconds
        self._breaker = CircuitBreaker.while_people_wait(connection.name, clock)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON object at an address.

        Raises:
            HubError: there is none; `refusal` makes a refusal of it.
        """
        client = self._client(url)
        try:
            answer = client.get_json_bytes(url, headers=headers)
        finally:
            client.close()
        return _object(answer.body)

    def post(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON object that a form is answered with; 5xx and 429 are errors.

        Raises:
            HubError: there is no usable answer.
        """
        body = urlencode(form).encode()
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            **headers,
        }

        def read(answer: Response) -> tuple[int, dict[str, Any]]:
            if answer.status == 429 or answer.status >= 500:
                check_status(answer, "POST to the token endpoint", self._clock.now())
            return answer.status, _object(answer.body)

        client = self._client(url)
        try:
            return client.post(url, lambda: body, read, sent)
        finally:
            client.close()

    def _client(self, url: str) -> HttpClient:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            raise ConnectError("an address of the identity provider is not protected by TLS")
        options = {"timeout": str(self._seconds), "deadline": str(self._seconds)}
        address = f"{parts.scheme}://{parts.netloc}"
        return HttpClient(
            replace(self._connection, address=address, options=options),
            self._clock,
            breaker=self._breaker,
            budget=RunBudget(self._clock, self._seconds, max_retries=0),
            auth="none",
            max_body=MAX_BODY,
        )


def refusal(error: HubError) -> Refused:
    """No answer is never a no: 503, with the time after which to ask again."""
    return Refused("identity_provider.away", retry_after=error.retry_after)


def refuses(error: HubError) -> bool:
    """Whether an error says no to what was presented; anything else says nothing about it."""
    return isinstance(error, AuthenticationError | Forbidden)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ServerFault("the identity provider answered something else than a JSON object")
    return found
