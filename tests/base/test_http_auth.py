from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from base.breaker import CircuitBreaker, State
from base.clock import ManualClock
from base.connection import Connection
from base.errors import AuthenticationError, HubError, RateLimited, ServerFault, SettingsError
from base.http import HttpClient
from base.http_auth import ASSERTION_TYPE
from base.redact import redact
from base.retry import RunBudget
from tests.base.conftest import MakeClient, Seen, Site, send
from tests.loopback import Handler

SECRET = "s3cret-of-the-test"


@pytest.fixture
def issued(site: Site) -> list[str]:
    """A token endpoint whose tokens last 600 s; `/api` takes the newest one only."""
    tokens: list[str] = []

    def token(handler: Handler) -> None:
        tokens.append(f"token-{len(tokens) + 1}-of-this-test")
        body = {"access_token": tokens[-1], "token_type": "Bearer", "expires_in": 600}
        send(json.dumps(body))(handler)

    def api(handler: Handler) -> None:
        good = tokens and handler.headers.get("Authorization") == f"Bearer {tokens[-1]}"
        send("[]" if good else '{"error": "invalid_token"}', 200 if good else 401)(handler)

    site.script(token, path="/oauth/token")
    site.script(api, path="/api")
    return tokens


@pytest.fixture
def secret_client(site: Site, make_client: MakeClient) -> HttpClient:
    return make_client(options=oauth(site, scope="read"), secrets={"client_secret": SECRET})


def oauth(site: Site, **more: str) -> dict[str, str]:
    return {"client_id": "hub", "token_url": f"{site.address}/oauth/token", **more}


def form(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}


def test_client_secret_basic(site: Site, issued: list[str], secret_client: HttpClient) -> None:
    for _ in range(3):
        secret_client.get_json_bytes("/api")
    assert [seen.method for seen in site.seen] == ["POST", "GET", "GET", "GET"]
    asked = site.seen[0]
    assert asked.target == "/oauth/token"
    assert (
        asked.headers["authorization"]
        == "Basic " + base64.b64encode(f"hub:{SECRET}".encode()).decode()
    )
    assert form(asked) == {"grant_type": "client_credentials", "scope": "read"}
    assert issued[0] not in redact(f"sent {issued[0]}")


def test_a_token_is_renewed_before_it_ends(
    issued: list[str], secret_client: HttpClient, clock: ManualClock
) -> None:
    secret_client.get_json_bytes("/api")
    clock.advance(569)
    secret_client.get_json_bytes("/api")
    assert len(issued) == 1
    clock.advance(2)
    secret_client.get_json_bytes("/api")
    assert len(issued) == 2


def test_a_token_refused_mid_run_is_renewed_once(
    site: Site, issued: list[str], secret_client: HttpClient, clock: ManualClock
) -> None:
    secret_client.get_json_bytes("/api")
    issued.append("the system forgot ours")
    secret_client.get_json_bytes("/api")
    assert [seen.method for seen in site.seen] == ["POST", "GET", "GET", "POST", "GET"]
    assert clock.slept == []


def test_a_second_refusal_stops(site: Site, issued: list[str], secret_client: HttpClient) -> None:
    site.script(send('{"error": "invalid_token"}', 401), path="/api")
    with pytest.raises(AuthenticationError, match="401: invalid_token") as caught:
        secret_client.get_json_bytes("/api")
    assert type(caught.value) is AuthenticationError
    assert [seen.method for seen in site.seen] == ["POST", "GET", "POST", "GET"]
    assert len(issued) == 2


@pytest.mark.parametrize(
    ("make_key", "algorithm"),
    [
        (lambda: RSAKey.generate_key(2048), "RS256"),
        (lambda: ECKey.generate_key("P-256"), "ES256"),
        (lambda: ECKey.generate_key("P-384"), "ES384"),
        (lambda: OKPKey.generate_key("Ed25519"), "Ed25519"),
    ],
)
def test_private_key_jwt(
    *,
    site: Site,
    issued: list[str],
    clock: ManualClock,
    tmp_path: Path,
    make_key: Callable[[], RSAKey | ECKey | OKPKey],
    algorithm: str,
) -> None:
    key = make_key()
    path = tmp_path / "key.pem"
    path.write_bytes(key.as_pem(private=True))
    connection = Connection.from_mapping(
        "it_subsidy",
        {"address": site.address, "private_key_file": str(path), "key_id": "2026", **oauth(site)},
    )
    client = HttpClient(connection, clock, budget=RunBudget(clock, deadline=7200))
    client.get_json_bytes("/api")
    clock.advance(3600)
    client.get_json_bytes("/api")
    assert len(issued) == 2
    asked = [form(seen) for seen in site.seen if seen.method == "POST"]
    assert asked[0]["client_assertion_type"] == ASSERTION_TYPE
    tokens = [jwt.decode(each["client_assertion"], key, algorithms=[algorithm]) for each in asked]
    assert tokens[0].header == {"alg": algorithm, "kid": "2026", "typ": "JWT"}
    claims = tokens[0].claims
    assert (claims["iss"], claims["sub"]) == ("hub", "hub")
    assert claims["aud"] == f"{site.address}/oauth/token"
    assert claims["exp"] - claims["iat"] == 60
    assert tokens[1].claims["iat"] - claims["iat"] == 3600
    assert tokens[1].claims["jti"] != claims["jti"]
    client.close()


def test_a_private_key_as_jwk_and_a_stated_audience(
    site: Site, issued: list[str], make_client: MakeClient
) -> None:
    key = ECKey.generate_key("P-256")
    client = make_client(
        options=oauth(site, audience="https://issuer.example"),
        secrets={"private_key": json.dumps(key.as_dict(private=True))},
    )
    client.get_json_bytes("/api")
    token = jwt.decode(form(site.seen[0])["client_assertion"], key, algorithms=["ES256"])
    assert token.claims["aud"] == "https://issuer.example"
    assert len(issued) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"{SECRET}",
        "{broken",
        json.dumps(ECKey.generate_key("P-256").as_dict(private=False)),
        json.dumps(OctKey.import_key(SECRET).as_dict()),
    ],
)
def test_a_key_that_is_none(site: Site, make_client: MakeClient, text: str) -> None:
    with pytest.raises(SettingsError, match="private RSA, EC or Ed25519 key") as caught:
        make_client(options=oauth(site), secrets={"private_key": text})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("method", "options", "secrets", "missing"),
    [
        ("client_secret_basic", {"client_id": "a", "token_url": "b"}, {}, "client_secret"),
        ("private_key_jwt", {"client_id": "a", "token_url": "b"}, {}, "private_key"),
        (None, {"client_id": "a"}, {"client_secret": "c"}, "token_url"),
        (None, {"token_url": "a"}, {"client_secret": "c"}, "client_id"),
        ("token_header", {"token_header": "X-T"}, {}, "api_token"),
        ("kerberos", {}, {}, "kerberos"),
    ],
)
def test_what_the_method_needs_is_asked_for_at_once(
    make_client: MakeClient,
    method: str | None,
    options: dict[str, str],
    secrets: dict[str, str],
    missing: str,
) -> None:
    with pytest.raises(SettingsError, match=missing):
        make_client(options=options, secrets=secrets, auth=method)


def test_a_fixed_token_in_a_header(site: Site, make_client: MakeClient) -> None:
    site.script(send("[]"), send("", 401))
    client = make_client(
        options={"token_header": "X-hojinInfo-api-token"}, secrets={"api_token": SECRET}
    )
    client.get_json_bytes("/a")
    assert site.seen[0].headers["x-hojininfo-api-token"] == SECRET
    with pytest.raises(AuthenticationError):
        client.get_json_bytes("/a")
    assert len(site.seen) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (
            send('{"error": "invalid_client", "error_description": "bad"}', 401),
            AuthenticationError,
            "answered 401: invalid_client",
        ),
        (send('{"error": "invalid_scope"}', 400), AuthenticationError, "400: invalid_scope"),
        (send("<html><title>Login</title>", kind="text/html"), AuthenticationError, "no token"),
        (send('{"access_token": "x", "token_type": "mac"}'), AuthenticationError, "bearer"),
        (send('{"token_type": "Bearer"}'), AuthenticationError, "no token"),
        (send("[]"), AuthenticationError, "no token"),
        (send("", 302, Location="http://127.0.0.1:9/"), AuthenticationError, "302"),
        (send("", 500), ServerFault, "500"),
        (send("", 429, Retry_After="86400"), RateLimited, "429"),
    ],
)
def test_a_token_endpoint_that_gives_none(
    *,
    site: Site,
    make_client: MakeClient,
    clock: ManualClock,
    answer: Callable[[Handler], None],
    kind: type[HubError],
    says: str,
) -> None:
    site.script(answer, path="/oauth/token")
    breaker = CircuitBreaker("subsidy", clock)
    client = make_client(
        options=oauth(site), secrets={"client_secret": SECRET}, retries=0, breaker=breaker
    )
    with pytest.raises(kind, match=says) as caught:
        client.get_json_bytes("/api")
    assert type(caught.value) is kind
    assert SECRET not in str(caught.value)
    assert caught.value.remedy
    assert len(site.seen) == 1
    assert breaker.state is State.CLOSED


def test_a_token_without_an_end_lasts_until_it_is_refused(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send('{"access_token": "for-ever", "token_type": "bearer"}'), path="/oauth")
    site.script(send("[]"), path="/api")
    client = make_client(options=oauth(site), secrets={"client_secret": SECRET})
    client.get_json_bytes("/api")
    clock.advance(3000)
    client.get_json_bytes("/api")
    assert [seen.method for seen in site.seen] == ["POST", "GET", "GET"]
