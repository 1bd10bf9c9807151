"""The one HTTP client: bounded in time, size, rate and retries, and silent about secrets.

A request goes out as `base.exchange` lets it, and comes back as a complete answer or as one error
of the hub's tree. None begins after the run's deadline, and none under way is waited for beyond it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import BinaryIO, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.connection import Connection
from base.errors import (
    AuthenticationError,
    ReadError,
    ServerFault,
    TokenExpired,
)
from base.exchange import Exchange
from base.http_answer import Response, check_status, json_body
from base.http_auth import Auth, Method, auth_for
from base.http_fault import CONNECT_TIMEOUT, transport_error
from base.rate import RateBudget
from base.redact import redact_url
from base.retry import OnWait, RunBudget

DEADLINE = 300.0
"""Seconds for one answer from first to last byte, however steadily it drips."""

MAX_BODY = 64 * 1024 * 1024
"""Bytes of one answer, decompressed."""

MAX_FILE = 8 * 1024**3
"""Bytes of a file that is downloaded, decompressed."""

SLOWEST = 64 * 1024
"""Bytes a second with which a download may go on beyond `DEADLINE`."""

_CHUNK = 256 * 1024
_REDIRECTS = 5
_USER_AGENT = "sme-hub"

Params = Mapping[str, str | int]
Check = Callable[[Response, str], None]
"""Takes an answer and its place as messages may show it."""

T = TypeVar("T")


class HttpClient:
    """Reads from one system over HTTP. Threads may share it.

    Args:
        connection: address, credentials, time-outs (options `timeout` for the next bytes,
            `deadline` for a whole answer, both in seconds).
        rate: the system's shared rate budget; by default unlimited.
        breaker: the system's breaker in this process; by default its own.
        budget: the run's deadline, and what it may spend on retries; by default a fresh one.
        auth: the method the connector declares; by default what the connection's secrets imply.
        on_wait: told (error, seconds) before the client waits to try again.

    Raises:
        SettingsError: the connection lacks what the authentication method needs.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        rate: RateBudget | None = None,
        breaker: CircuitBreaker | None = None,
        budget: RunBudget | None = None,
        *,
        auth: Method | None = None,
        max_body: int = MAX_BODY,
        on_wait: OnWait | None = None,
    ) -> None:
        self.connection = connection
        self._clock = clock
        self._exchange = Exchange(connection, clock, rate, breaker, budget, on_wait=on_wait)
        self._max_body = max_body
        self._deadline = float(connection.options.get("deadline", DEADLINE))
        self._session = _session()
        self._auth: Auth = auth_for(connection, auth, clock, self._post_form)

    def get_json_bytes(
        self,
        path: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """GET an answer that must be JSON; its body is checked to be complete JSON text in UTF-8.

        Args:
            path: below the connection's address; or a whole address on the same host.
            params: query; must hold no secret.

        Raises:
            HubError: any of the tree in `base.errors`, after the retries its type allows.
        """

        def read() -> Response:
            response = self._attempt(
                path, params, {"Accept": "application/json", **(headers or {})}
            )
            if response.status == 304:
                return response
            body = json_body(response, self._place("GET", path))
            return Response(response.status, response.headers, body)

        return self._with_policy(read)

    def get(
        self,
        path: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        check: Check | None = None,
    ) -> Response:
        """GET an answer of any media type (files); a 304 is returned as it is.

        Args:
            params: query; a secret among them (where a system wants it there) shows in no message.
            check: sees an answer before its status is judged, and raises what it means where a
                system's own use of a status differs from everybody's.

        Raises:
            HubError: any of the tree in `base.errors`, after the retries its type allows.
        """
        return self._with_policy(
            lambda: self._attempt(path, params, dict(headers or {}), check=check)
        )

    def download(
        self,
        path: str,
        into: BinaryIO,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """GET a file of any size into `into`, which every try fills from its beginning.

        It may take `deadline` seconds, and beyond them as long as `SLOWEST` bytes come a second.

        Returns:
            the answer without its body; a 304 leaves `into` empty.

        Raises:
            HubError: any of the tree in `base.errors`, after the retries its type allows.
        """
        return self._with_policy(lambda: self._attempt(path, params, dict(headers or {}), into))

    def post(
        self,
        path: str,
        message: Callable[[], bytes],
        read: Callable[[Response], T],
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """POST a question that is safe to repeat, and read its answer.

        Args:
            path: below the connection's address, or a whole address on the same host; redirects
                are not followed.
            message: makes the body, anew for every try: a nonce or a time stamp is used once.
            read: makes of the answer, whatever its status, what the caller wants. What it raises
                decides about another try, like an error of the exchange itself; for a status that
                it cannot use it calls `check_status`.

        Raises:
            HubError: any of the tree in `base.errors`, after the retries its type allows.
        """

        def ask(auth: Mapping[str, str]) -> T:
            sent = {**(headers or {}), **auth}
            request = requests.Request("POST", self._url(path), headers=sent, data=message())
            response = self._send(request)
            if 300 <= response.status < 400:
                raise ReadError(
                    f"{self._place('POST', path)} answered {response.status}: it leads elsewhere",
                    remedy="If the system has moved, change the address of the connection",
                )
            return read(response)

        return self._with_policy(lambda: self._with_credentials(ask))

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def _with_policy(self, read: Callable[[], T]) -> T:
        return self._exchange.run(read, self.connection.address)

    def _attempt(
        self,
        path: str,
        params: Params | None,
        headers: Mapping[str, str],
        into: BinaryIO | None = None,
        check: Check | None = None,
    ) -> Response:
        return self._with_credentials(
            lambda auth: self._checked(path, params, {**headers, **auth}, into, check)
        )

    def _with_credentials(self, ask: Callable[[Mapping[str, str]], T]) -> T:
        """One exchange with the headers of the credentials; a refused token is renewed once."""
        auth = self._auth.headers()
        try:
            return ask(auth)
        except TokenExpired as refused:
            if not self._auth.renew(auth):
                raise _refused_for_good(refused) from None
        try:
            return ask(self._auth.headers())
        except TokenExpired as refused:
            raise _refused_for_good(refused) from None

    def _checked(
        self,
        path: str,
        params: Params | None,
        headers: Mapping[str, str],
        into: BinaryIO | None = None,
        check: Check | None = None,
    ) -> Response:
        url = self._url(path)
        for _ in range(_REDIRECTS):
            request = requests.Request("GET", url, params=params, headers=dict(headers))
            response = self._send(request, into)
            if response.status not in (301, 302, 303, 307, 308):
                if check is not None:
                    check(response, self._place("GET", path))
                check_status(response, self._place("GET", path), self._clock.now())
                return response
            url, params = self._redirected(url, response), None
        raise ReadError(f"{self._place('GET', path)} redirects more than {_REDIRECTS} times")

    def _redirected(self, url: str, response: Response) -> str:
        target = urljoin(url, response.headers.get("location", ""))
        if not response.headers.get("location"):
            raise ReadError(f"GET {redact_url(url)} answered {response.status} without a Location")
        if not _same_host(url, target):
            raise ReadError(
                f"GET {redact_url(url)} redirects to another host, {urlsplit(target).netloc}",
                remedy="If the system has moved, change the address of the connection",
            )
        return target

    def _post_form(self, url: str, headers: dict[str, str], body: str) -> Response:
        """The token request: under the rate budget and the size and time limits; no redirects."""
        response = self._send(requests.Request("POST", url, headers=headers, data=body))
        if response.status == 429 or response.status >= 500:
            check_status(response, f"POST {redact_url(url)}", self._clock.now())
        return response

    def _send(self, request: requests.Request, into: BinaryIO | None = None) -> Response:
        """Send one request and read its whole answer, before the run's deadline comes.

        The body of a success goes into the file `into` where there is one.
        """
        place = f"{request.method} {redact_url(str(request.url))}"
        left = self._exchange.turn(f"{place} was not sent")
        patience = min(self.connection.timeout, left)
        reading = False
        try:
            prepared = self._session.prepare_request(request)
            kept = self._session.merge_environment_settings(prepared.url, {}, True, None, None)
            started = self._clock.monotonic()
            answer = self._session.send(
                prepared,
                timeout=(min(CONNECT_TIMEOUT, left), patience),
                allow_redirects=False,
                **kept,
            )
            reading = True
            with answer:
                body = self._body(answer, place, started, into)
        except (RequestException, HTTPError, OSError) as error:
            self._exchange.time_left(f"{place} was not answered in time")
            raise transport_error(error, place, patience, reading) from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, headers, body)

    def _body(
        self, answer: requests.Response, place: str, started: float, into: BinaryIO | None
    ) -> bytes:
        kept = io.BytesIO()
        to_file = into is not None and 200 <= answer.status_code < 300
        sink: BinaryIO = into if into is not None and to_file else kept
        sink.seek(0)
        sink.truncate()
        size = 0
        while chunk := answer.raw.read1(_CHUNK, decode_content=True):
            sink.write(chunk)
            size += len(chunk)
            if size > (MAX_FILE if to_file else self._max_body):
                raise ReadError(
                    f"{place} answered more than {MAX_FILE if to_file else self._max_body} bytes",
                    remedy="Ask for smaller pages (page_size of the stream)",
                )
            self._exchange.time_left(f"{place} was still sending ({size} bytes came)")
            patience = self._deadline + (size / SLOWEST if to_file else 0)
            if self._clock.monotonic() - started > patience:
                raise ServerFault(
                    f"{place} was still sending after {patience:.0f} s ({size} bytes came)",
                    remedy="Ask for smaller pages, or raise deadline in the connection",
                )
        return kept.getvalue()

    def _url(self, path: str) -> str:
        if not re.match(r"https?://", path):
            return f"{self.connection.address}/{path.lstrip('/')}"
        if not _same_host(self.connection.address, path):
            raise ReadError(
                f"the next address is on another host, {urlsplit(path).netloc}",
                remedy="The hub sends its credentials to the connection's host only",
            )
        return path

    def _place(self, method: str, path: str) -> str:
        return f"{method} {redact_url(self._url(path))}"


def _session() -> requests.Session:
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=8, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers.update({"User-Agent": _USER_AGENT})
    session.auth = _leave  # a .netrc must not take the place of the token
    return session


def _leave(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _same_host(one: str, other: str) -> bool:
    """Same scheme, host and port; or the same host where http became https."""
    a, b = urlsplit(one), urlsplit(other)
    if a.hostname != b.hostname:
        return False
    if (a.scheme, b.scheme) == ("http", "https"):
        return True
    return a.scheme == b.scheme and a.port == b.port


def _refused_for_good(error: TokenExpired) -> AuthenticationError:
    return AuthenticationError(error.what, remedy=error.remedy)
