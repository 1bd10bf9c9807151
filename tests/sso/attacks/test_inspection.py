"""Attacks on introspection, revocation, keys and metadata."""

from __future__ import annotations

import pytest
import requests

from tests.sso.attacks.test_client_and_form import refused
from tests.sso.running import API, Running

pytestmark = pytest.mark.network


@pytest.mark.parametrize("path", ["/introspect", "/revoke"])
def test_nobody_without_authentication(on_sqlite: Running, path: str) -> None:
    token = on_sqlite.issue(client_id="desk")
    answer = requests.post(on_sqlite.address + path, data={"token": token}, timeout=20)
    assert answer.status_code == 401
    assert "active" not in answer.text
    assert on_sqlite.post({"token": token}, path="/introspect", basic="api").json()["active"]


@pytest.mark.parametrize("path", ["/introspect", "/revoke"])
def test_the_token_stands_in_the_form(on_sqlite: Running, path: str) -> None:
    token = on_sqlite.issue(client_id="desk")
    refused(on_sqlite.post({}, path=path, basic="api"), 400, "invalid_request")
    query = f"{path}?token={token}"
    refused(on_sqlite.post({}, path=query, basic="api"), 400, "invalid_request")


def test_an_unrelated_client_learns_nothing(service: Running) -> None:
    token = service.issue(client_id="desk")
    for client_id in ("stranger", "subsidy"):
        answer = service.post({"token": token}, path="/introspect", basic=client_id)
        assert (answer.status_code, answer.json()) == (200, {"active": False})
    assert service.post({"token": token}, path="/introspect", basic="desk").json()["active"]


@pytest.mark.parametrize("token", ["garbage", "a.b.c", "x" * 9000])
def test_what_is_no_token_is_not_active(on_sqlite: Running, token: str) -> None:
    answer = on_sqlite.post({"token": token}, path="/introspect", basic="api")
    assert (answer.status_code, answer.json()) == (200, {"active": False})


def test_another_clients_token_cannot_be_revoked(service: Running) -> None:
    token = service.issue(client_id="desk")
    answer = service.post({"token": token}, path="/revoke", basic="stranger")
    refused(answer, 400, "unauthorized_client")
    assert service.post({"token": token}, path="/introspect", basic="api").json()["active"]


@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "anything"])
def test_revoking_what_is_unknown_is_no_error(on_sqlite: Running, hint: str | None) -> None:
    form = {"token": "unknown", **({"token_type_hint": hint} if hint else {})}
    answer = on_sqlite.post(form, path="/revoke", basic="desk")
    assert (answer.status_code, answer.text) == (200, "")


def test_revoking_twice_is_no_error(on_sqlite: Running) -> None:
    token = on_sqlite.issue(client_id="desk")
    for _ in range(2):
        assert on_sqlite.post({"token": token}, path="/revoke", basic="desk").status_code == 200


def test_an_assertion_is_used_once_over_all_endpoints(service: Running) -> None:
    proof = service.assertion("portal")
    form = {"token": service.issue(client_id="portal"), **proof}
    assert service.post(form, path="/introspect").json()["active"]
    for path in ("/introspect", "/revoke"):
        assert service.post(form, path=path).status_code == 401
    answer = service.post({"grant_type": "client_credentials", "audience": API, **proof})
    assert answer.status_code == 401


def test_keys_are_public_alone(service: Running) -> None:
    answer = requests.get(f"{service.address}/jwks", timeout=20)
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    for key in answer.json()["keys"]:
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_metadata_names_this_very_issuer_and_what_answers(service: Running) -> None:
    told = requests.get(
        f"{service.address}/.well-known/oauth-authorization-server", timeout=20
    ).json()
    assert told["issuer"] == service.issuer
    assert set(told["grant_types_supported"]) >= {
        "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange",
    }  # fmt: skip
    for name in ("token", "introspection", "revocation"):
        address = told[f"{name}_endpoint"]
        assert address.startswith(f"{service.issuer}/")
        assert requests.post(address, data={"token": "x"}, timeout=20).status_code in (400, 401)
    assert requests.get(told["jwks_uri"], timeout=20).status_code == 200


@pytest.mark.parametrize("path", ["/jwks", "/.well-known/oauth-authorization-server"])
def test_only_listed_origins_may_read(on_sqlite: Running, path: str) -> None:
    def allowed(origin: str) -> str | None:
        answer = requests.get(on_sqlite.address + path, headers={"Origin": origin}, timeout=20)
        assert "Origin" in answer.headers["Vary"]
        return answer.headers.get("Access-Control-Allow-Origin")

    assert allowed("https://portal.test") == "https://portal.test"
    for origin in ("https://evil.test", "null", "https://portal.test.evil.test"):
        assert allowed(origin) is None


def test_no_page_of_another_origin_asks_for_tokens(on_sqlite: Running) -> None:
    answer = on_sqlite.post(
        {"grant_type": "client_credentials", "audience": API},
        basic="desk",
        headers={"Origin": "https://portal.test"},
    )
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_answer_has_the_security_headers(on_sqlite: Running) -> None:
    for answer in (
        requests.get(f"{on_sqlite.address}/jwks", timeout=20),
        requests.get(f"{on_sqlite.address}/nowhere", timeout=20),
        on_sqlite.post({}),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers


def test_no_secret_token_or_assertion_is_in_the_audit(service: Running) -> None:
    signed_in = service.signed_in("desk", "owner")
    token = service.exchange(signed_in).json()["access_token"]
    proof = service.assertion("portal")
    service.post({"token": token, **proof}, path="/introspect")
    service.post({"client_id": service.secrets["desk"], "client_secret": "x"})
    told = "\n".join(str(tuple(row)) for row in service.audited())
    for secret in (signed_in, token, proof["client_assertion"], *service.secrets.values()):
        assert secret not in told
        assert secret.rpartition(".")[2] not in told
