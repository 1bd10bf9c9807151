"""A running token service with two workers, its clients, and what a test needs to attack it."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import requests
from joserfc import jwk, jwt
from sqlalchemy import insert, select

from base.clock import SystemClock
from base.settings import Settings
from canonical.audit.tables import AUDIT_ROW
from canonical.store.database import Database
from sso import tokens
from sso.configuration import read
from sso.model import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, TOKEN_EXCHANGE, Audience, Client, Rule
from sso.register import Register
from sso.request import Issued, new_token_id
from sso.sealing import make_key
from sso.service import prepare
from sso.settings import ServiceSettings
from sso.tables import TOKEN
from sso.tokens import Claims
from tests.sso.doubles import DIRECT_TOKEN_PARTY, OWNER

API = "https://api.hub.test"
SUBSIDY = "https://subsidy.test/api"
OTHER = "https://other.test/api"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NO_AGENT = "P-NO-AGENT"
UP_WITHIN = 60.0


@dataclass
class Running:
    """A running service.

    Attributes:
        secrets: client id → secret.
        keys: client id → its private key.
    """

    address: str
    settings: ServiceSettings
    database: Database
    register: Register
    secrets: dict[str, str]
    keys: dict[str, jwk.ECKey]
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def issuer(self) -> str:
        return self.settings.issuer

    def post(
        self,
        form: Mapping[str, str] | list[tuple[str, str]] | bytes | str,
        *,
        path: str = "/token",
        basic: str | tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Post a form, as a client with a secret where `basic` names one."""
        body = form if isinstance(form, bytes | str) else urlencode(form)
        given = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        if basic is not None:
            pair = basic if isinstance(basic, tuple) else (basic, self.secrets[basic])
            text = ":".join(quote_plus(one) for one in pair)
            given["Authorization"] = f"Basic {base64.b64encode(text.encode()).decode()}"
        return self.session.post(self.address + path, data=body, headers=given, timeout=20)

    def assertion(
        self,
        client_id: str,
        *,
        key: jwk.Key | None = None,
        alg: str = "ES256",
        header: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> dict[str, str]:
        """A client assertion as parameters; `claims` replace, None takes away."""
        now = int(time.time())
        told = {
            "iss": client_id, "sub": client_id, "aud": self.issuer, "iat": now,
            "exp": now + 60, "jti": new_token_id(), **claims,
        }  # fmt: skip
        told = {name: value for name, value in told.items() if value is not None}
        text = jwt.encode(
            {"alg": alg, "kid": f"{client_id}-1", **(header or {})},
            told,
            key or self.keys[client_id],
            algorithms=[alg],
        )
        return {"client_assertion_type": BEARER, "client_assertion": text}

    def signed_in(self, client_id: str, session_id: str, **claims: Any) -> str:
        """A hub token of a sign-in at a client."""
        return self.issue(
            client_id=client_id, audience=self.issuer, session_id=session_id,
            scopes=frozenset({"openid"}), purposes=frozenset(), **claims,
        )  # fmt: skip

    def issue(self, *, parent: str | None = None, **claims: Any) -> str:
        """A token of the hub, recorded as its own are."""
        now = int(time.time())
        given = {
            "token_id": new_token_id(), "client_id": "portal", "audience": API,
            "issued_at": now, "expires_at": now + 600, "scopes": frozenset({"applications:read"}),
            "purposes": frozenset({"application_status"}), "subject": OWNER, **claims,
        }  # fmt: skip
        made = Claims(**given)
        with self.database.write() as connection:
            connection.execute(insert(TOKEN).values(Issued(made, "test", parent).row()._asdict()))
        configuration = read(self.database, self.settings.sealer)
        return tokens.write(self.issuer, configuration.keys, made, time.time())

    def exchange(
        self, token: str, client_id: str = "desk", **changed: str | None
    ) -> requests.Response:
        """A token exchange by a client with a secret; `changed` replaces, None takes away."""
        form = {
            "grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": ACCESS,
            "audience": API, "scope": "applications:read", **changed,
        }  # fmt: skip
        sent = {name: value for name, value in form.items() if value is not None}
        if client_id in self.secrets:
            return self.post(sent, basic=client_id)
        return self.post({**sent, **self.assertion(client_id)})

    def audited(self) -> list[Any]:
        """Every audit row, in the order in which they were made."""
        with self.database.read() as connection:
            rows = connection.execute(select(AUDIT_ROW).order_by(AUDIT_ROW.c.row_id)).all()
        return list(rows)


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    import json

    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    home: Path,
    database_url: str | None = None,
    factory: str = "tests.sso.doubles:application",
    more: Mapping[str, str] | None = None,
    also: Callable[[Register], dict[str, str]] | None = None,
) -> Iterator[Running]:
    """A service with two worker processes on loopback, until the block ends."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {
        "HUB_HOME": str(home),
        "HUB_SSO_KEY": make_key(),
        "HUB_SSO_ISSUER": address,
        "HUB_SSO_ORIGINS": "https://portal.test",
        **({"HUB_SIDE_DATABASE_URL": database_url} if database_url else {}),
        **(more or {}),
    }
    settings = ServiceSettings.of(Settings.load(environ))
    database = prepare(settings, SystemClock())
    register = Register(database, settings)
    secrets, keys = furnish(register)
    secrets |= also(register) if also else {}
    start = f"from sso.serving import serve; serve('127.0.0.1', {port}, 2, {factory!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", start], env={**os.environ, **environ}, cwd=Path.cwd()
    )
    try:
        one = Running(address, settings, database, register, secrets, keys)
        _wait(one, process)
        yield one
    finally:
        process.terminate()
        process.wait(30)
        database.close()


def _wait(one: Running, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + UP_WITHIN
    while True:
        try:
            one.session.get(f"{one.address}/health", timeout=UP_WITHIN)
        except requests.ConnectionError:
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError("the token service did not start") from None
            time.sleep(0.05)
        else:
            return


def furnish(register: Register) -> tuple[dict[str, str], dict[str, jwk.ECKey]]:
    """Clients, audiences and rules; the clients' secrets and keys."""
    exchanging = frozenset({TOKEN_EXCHANGE, CLIENT_CREDENTIALS})
    keys = {name: jwk.ECKey.generate_key("P-256") for name in ("portal",)}
    for audience in (
        Audience(API, "API", frozenset({"applications:read", "plans:read"}), 600),
        Audience(
            SUBSIDY, "補助金", frozenset({"applications:read", "applications:write"}), 300, "ial2",
            frozenset({NO_AGENT}),
        ),
        Audience(OTHER, "Other", frozenset({"other:read"})),
    ):  # fmt: skip
        register.add_audience(audience)
    public = {name: {"keys": [{**_public(key), "kid": f"{name}-1"}]} for name, key in keys.items()}
    clients = (
        Client("portal", "Portal", "private_key_jwt", jwks=public["portal"], grants=exchanging),
        Client("desk", "Desk", "client_secret_basic", grants=exchanging),
        Client("poster", "Poster", "client_secret_post", grants=frozenset({CLIENT_CREDENTIALS})),
        Client("stranger", "Stranger", "client_secret_basic", grants=exchanging),
        Client("api", "API server", "client_secret_basic", grants=exchanging,
               serves=frozenset({API})),
        Client("subsidy", "Subsidy", "client_secret_basic", grants=exchanging,
               serves=frozenset({SUBSIDY})),
        Client("direct", "Direct", "client_secret_basic", grants=exchanging,
               relying_parties=frozenset({DIRECT_TOKEN_PARTY})),
        Client("signs-in", "No exchange", "client_secret_basic",
               grants=frozenset({AUTHORIZATION_CODE}), redirect_uris=("https://portal.test/cb",)),
        Client("off", "Off", "client_secret_basic", grants=exchanging),
    )  # fmt: skip
    secrets = {one.client_id: secret for one in clients if (secret := register.add_client(one))}
    register.enable("off", enabled=False)
    for rule in rules():
        register.add_rule(rule)
    return secrets, keys


def rules() -> list[Rule]:
    """What the clients of the tests may get."""
    read_scope, status = frozenset({"applications:read"}), frozenset({"application_status"})
    made = [
        Rule(f"{client}-own", client, API, read_scope, status, "client")
        for client in ("portal", "desk", "poster")
    ]
    made += [
        Rule(
            f"{client}-self", client, API, read_scope | {"plans:read"}, status | {"prefill"}, "self"
        )
        for client in ("portal", "desk", "direct")
    ]
    made += [
        Rule("desk-subsidy", "desk", SUBSIDY, read_scope, status, "self", "ial2"),
        Rule("portal-agent", "portal", API, read_scope, status, "delegate", "ial2",
             "JGRTS", "K01"),
        Rule("portal-agent-subsidy", "portal", SUBSIDY, read_scope, status, "delegate", "ial2",
             "JGRTS", "K01"),
        Rule("api-subsidy", "api", SUBSIDY, read_scope | {"applications:write"},
             status | {"prefill"}, "self", "ial2"),
        Rule("subsidy-api", "subsidy", API, read_scope, status, "self"),
    ]  # fmt: skip
    return made


def _public(key: jwk.ECKey) -> dict[str, Any]:
    return {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}


def digest(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
