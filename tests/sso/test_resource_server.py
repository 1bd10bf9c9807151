"""A real resource server takes the hub's tokens by the configuration that the guide shows."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from joserfc import jwk, jwt

from tests.sso.apache import apache
from tests.sso.attacks.test_subject_and_target import edited
from tests.sso.doubles import OWNER
from tests.sso.running import API, OTHER, Running, claims_of, free_port
from tests.sso.test_faults import published, until

pytestmark = pytest.mark.network

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "examples" / "resource_server" / "hub-tokens.conf"


@dataclass
class Behind:
    """The application behind the resource server: what it was told of each request."""

    told: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self) -> Behind:
        behind = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                behind.told.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"[]")

            def log_message(self, *_: object) -> None:
                """Nothing is written."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"


@dataclass
class ResourceServer:
    """Apache in front of an application."""

    address: str
    behind: Behind

    def get(self, token: str | None, **headers: str) -> requests.Response:
        """The application's answer under a token."""
        given = {**headers, **({"Authorization": f"Bearer {token}"} if token is not None else {})}
        return requests.get(f"{self.address}/applications", headers=given, timeout=20)


@pytest.fixture(scope="module")
def resource(
    on_sqlite: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ResourceServer]:
    folder = tmp_path_factory.mktemp("apache")
    port = free_port()
    with Behind() as behind:
        environ = {
            "HUB_ISSUER": on_sqlite.issuer,
            "SYSTEM_AUDIENCE": API,
            "SYSTEM_ADDRESS": behind.address,
        }
        modules = ("oauth2", "headers", "rewrite", "proxy", "proxy_http")
        lines = [f"Listen 127.0.0.1:{port}", f"Include {CONFIGURATION}"]
        with apache(folder, port, modules, lines, environ):
            yield ResourceServer(f"http://127.0.0.1:{port}", behind)


def test_the_hubs_token_is_taken_and_its_claims_arrive(
    resource: ResourceServer, on_sqlite: Running
) -> None:
    names = ("Hub-Claim-sub", "Hub_Claim_sub", "Hub-Claim-delegation", "Hub-Claim-anything")
    lie = dict.fromkeys(names, "somebody else")
    assert resource.get(on_sqlite.issue(), **lie).status_code == 200
    told = resource.behind.told[-1]
    assert told["hub-claim-sub"] == OWNER[1]
    assert told["hub-claim-idp"] == OWNER[0]
    assert told["hub-claim-purpose"]
    assert "authorization" not in told
    assert "somebody else" not in told.values()


def altered(
    s: Running,
    *,
    key: jwk.Key | None = None,
    header: Mapping[str, object] | None = None,
    alg: str = "ES256",
    **claims: object,
) -> str:
    """A token that would be taken, with another header and claims, signed by another key."""
    good = s.issue()
    head = json.loads(base64.urlsafe_b64decode(good.split(".")[0] + "=="))
    told = {**claims_of(good), **claims}
    signing = key or jwk.ECKey.generate_key("P-256")
    return jwt.encode({**head, **(header or {}), "alg": alg}, told, signing, algorithms=[alg])


def not_signed(s: Running) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
    return f"{head}.{s.issue().split('.')[1]}."


def signed_with_the_public_key(s: Running) -> str:
    published = requests.get(f"{s.address}/jwks", timeout=20).json()["keys"][0]
    pem = jwk.ECKey.import_key(published).as_pem(private=False)
    secret = jwk.OctKey.import_key(base64.urlsafe_b64encode(pem).decode())
    return altered(s, key=secret, alg="HS256")


def with_its_key(s: Running) -> str:
    key = jwk.ECKey.generate_key("P-256")
    return altered(s, key=key, header={"jwk": key.as_dict(private=False)})


def ended(s: Running) -> str:
    now = int(time.time())
    return s.issue(issued_at=now - 700, expires_at=now - 100)


def test_of_several_scopes_one_is_enough(resource: ResourceServer, on_sqlite: Running) -> None:
    for others in ("plans:read", "a:read"):
        token = on_sqlite.issue(scopes=frozenset({"applications:read", others}))
        assert resource.get(token).status_code == 200


REFUSED: Mapping[str, Callable[[Running], str | None]] = {
    "none": lambda s: None,
    "empty": lambda s: "",
    "garbage": lambda s: "a.b.c",
    "of another audience": lambda s: s.issue(audience=OTHER),
    "of the sign-in": lambda s: s.signed_in("desk", "owner"),
    "of another scope": lambda s: s.issue(scopes=frozenset({"applications:readall"})),
    "ended": ended,
    "edited": lambda s: edited(s.issue(), sub="somebody else"),
    "not signed": not_signed,
    "signed by somebody else": altered,
    "signed by somebody else for another issuer": lambda s: altered(s, iss="https://evil.test"),
    "signed with the public key": signed_with_the_public_key,
    "with its key in the header": with_its_key,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_hold_never_reaches_the_application(
    resource: ResourceServer, on_sqlite: Running, name: str
) -> None:
    before = len(resource.behind.told)
    answer = resource.get(REFUSED[name](on_sqlite))
    assert answer.status_code in {401, 403}
    assert len(resource.behind.told) == before


def test_a_token_in_the_address_is_no_token(resource: ResourceServer, on_sqlite: Running) -> None:
    token = on_sqlite.issue()
    address = f"{resource.address}/applications?access_token={token}"
    assert requests.get(address, timeout=20).status_code == 401


def test_a_key_that_is_new_is_fetched(resource: ResourceServer, on_sqlite: Running) -> None:
    assert resource.get(on_sqlite.issue()).status_code == 200
    new = on_sqlite.register.rotate_key(at_once=True)
    until(lambda: all(new in published(on_sqlite) for _ in range(3)))
    token = on_sqlite.issue()
    head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert head["kid"] == new
    assert resource.get(token).status_code == 200
