"""How the hub proves to a system who it is: OAuth 2.0 client credentials, or a fixed token.

client_secret_basic: RFC 6749 §2.3.1. private_key_jwt: RFC 7523 §2.2, signed with a fresh `jti` for
every request (authlib's own client helper repeats it when it is given claims).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, cast
from urllib.parse import urlencode

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from base.clock import Clock
from base.connection import Connection
from base.errors import AuthenticationError, SettingsError
from base.http_answer import Response, said
from base.redact import redact_url, register_secret

Method = Literal["none", "client_secret_basic", "private_key_jwt", "token_header"]

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
_EARLY = 30.0
"""Seconds before its end from which a token is no longer used."""

Post = Callable[[str, dict[str, str], str], Response]
"""Sends (url, headers, form body) and returns the answer, whatever its status below 500."""


class Auth(Protocol):
    """Supplies the headers that authenticate a request."""

    def headers(self) -> dict[str, str]:
        """Headers for the next request; may ask the system for a token first."""

    def renew(self, used: dict[str, str]) -> bool:
        """After a 401 to a request with the headers `used`: whether another try can do better."""


class NoAuth:
    """A public interface."""

    def headers(self) -> dict[str, str]:
        """None."""
        return {}

    def renew(self, used: dict[str, str]) -> bool:
        """Never."""
        return False


class TokenHeader:
    """A fixed token in a header (option `token_header`, secret `api_token`)."""

    def __init__(self, connection: Connection) -> None:
        self._headers = {connection.option("token_header"): connection.secret("api_token")}

    def headers(self) -> dict[str, str]:
        """The one header."""
        return dict(self._headers)

    def renew(self, used: dict[str, str]) -> bool:
        """Never."""
        return False


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    ends: float | None  # on the monotonic clock


class ClientCredentials:
    """OAuth 2.0 client credentials: fetches a token, keeps it while it lasts, renews it on 401.

    Options of the connection: `client_id`, `token_url`, `scope`; for private_key_jwt also
    `key_id`, `signing_algorithm` and `audience`. Secrets: `client_secret`, or `private_key` (PEM
    or JWK; `private_key_file` names its file).
    """

    def __init__(self, connection: Connection, method: Method, clock: Clock, post: Post) -> None:
        self._connection = connection
        self._clock = clock
        self._post = post
        self._url = connection.option("token_url")
        self._client_id = connection.option("client_id")
        self._key = None
        if method == "private_key_jwt":
            self._key = _private_key(connection)
        else:
            connection.secret("client_secret")
        self._token: _Token | None = None
        self._lock = threading.Lock()

    def headers(self) -> dict[str, str]:
        """`Authorization` with a token that is good for another 30 seconds."""
        with self._lock:
            token = self._token
            if token is None or (token.ends is not None and self._clock.monotonic() >= token.ends):
                token = self._token = self._fetch()
            return {"Authorization": f"Bearer {token.value}"}

    def renew(self, used: dict[str, str]) -> bool:
        """Forget the token that was refused, unless another thread already has a newer one."""
        with self._lock:
            if self._token and used == {"Authorization": f"Bearer {self._token.value}"}:
                self._token = None
        return True

    def _fetch(self) -> _Token:
        form = {"grant_type": "client_credentials"}
        if scope := self._connection.options.get("scope"):
            form["scope"] = scope
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        if self._key is not None:
            form |= {
                "client_id": self._client_id,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self._assertion(self._key),
            }
            return self._read(self._post(self._url, headers, urlencode(form)))
        client = ClientAuth(
            self._client_id, self._connection.secret("client_secret"), "client_secret_basic"
        )
        url, headers, body = client.prepare("POST", self._url, headers, urlencode(form))
        return self._read(self._post(url, headers, body))

    def _assertion(self, key: RSAKey | ECKey | OKPKey) -> str:
        options = self._connection.options
        header = {"kid": options["key_id"]} if "key_id" in options else {}
        signed = private_key_jwt_sign(
            key,
            self._client_id,
            options.get("audience", self._url),
            alg=options.get("signing_algorithm") or _algorithm(key),
            header=header,
            issued_at=int(self._clock.now().timestamp()),
            expires_in=ASSERTION_SECONDS,
        )
        return cast("str", signed)

    def _read(self, response: Response) -> _Token:
        if response.status != 200:
            raise self._refused(f"{response.status}{said(response)}")
        try:
            answer = json.loads(response.body)
            value, kind = answer["access_token"], answer["token_type"]
            seconds = float(answer["expires_in"]) if answer.get("expires_in") else None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._refused("200 with something that is no token") from None
        if not isinstance(value, str) or not value or str(kind).lower() != "bearer":
            raise self._refused("200 with something that is no bearer token")
        register_secret(value)
        lasts = None if seconds is None else max(seconds - _EARLY, seconds / 2)
        return _Token(value, None if lasts is None else self._clock.monotonic() + lasts)

    def _refused(self, answer: str) -> AuthenticationError:
        return AuthenticationError(
            f"POST {redact_url(self._url)} answered {answer}",
            system=self._connection.name,
            remedy="Check client_id and client_secret or private_key of the connection, and that "
            "this machine's clock is right",
        )


def auth_for(connection: Connection, method: Method | None, clock: Clock, post: Post) -> Auth:
    """The authentication a connection asks for.

    Args:
        method: as the connector declares it; None to follow from the secrets that are set.

    Raises:
        SettingsError: the connection lacks what the method needs, or its key cannot be read.
    """
    if method is None:
        method = _implied(connection)
    if method == "none":
        return NoAuth()
    if method == "token_header":
        return TokenHeader(connection)
    if method in ("client_secret_basic", "private_key_jwt"):
        return ClientCredentials(connection, method, clock, post)
    raise SettingsError(
        f"the hub knows no authentication method {method!r}",
        system=connection.name,
        remedy="Use none, client_secret_basic, private_key_jwt or token_header",
    )


def _implied(connection: Connection) -> Method:
    if "private_key" in connection.secrets:
        return "private_key_jwt"
    if "client_secret" in connection.secrets:
        return "client_secret_basic"
    return "token_header" if "api_token" in connection.secrets else "none"


def _private_key(connection: Connection) -> RSAKey | ECKey | OKPKey:
    text = connection.secret("private_key")
    given = text
    if text.lstrip().startswith("{"):
        try:
            given = json.loads(text)
        except ValueError:
            given = ""
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            key = kind.import_key(given)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if key.is_private:
            return key
    raise SettingsError(
        "the private_key of the connection is not a private RSA, EC or Ed25519 key",
        system=connection.name,
        remedy="Set private_key_file to a PEM file without a pass phrase, or to a JWK",
    )


def _algorithm(key: RSAKey | ECKey | OKPKey) -> str:
    if isinstance(key, RSAKey):
        return "RS256"
    if isinstance(key, OKPKey):
        return str(key.curve_name)
    curve = key.curve_name
    return {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}.get(curve, "ES256")
