"""The typed client: what it believes of a token service, and that its shapes are the API's."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from examples.client import generate
from examples.client.api import Api, ApiError
from examples.client.oauth import Attempt, OAuthError, SignIn, Token, TokenService

ROOT = Path(__file__).resolve().parents[2]
ISSUER, CLIENT, BACK = "https://hub.example.jp", "portal", "https://portal.example.jp/back"
HUB_KEY = ECKey.generate_key("P-256", {"kid": "hub"}, private=True)
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "hub"}, private=True)
OWN_KEY = ECKey.generate_key("P-256", {"kid": "own"}, private=True)
ATTEMPT = Attempt("state", "nonce", "verifier-verifier-verifier-verifier-verifier")


class TokenServiceDouble:
    """Answers as a token service does; keeps the forms that it was sent."""

    def __init__(self, id_token: str = "", issuer: str = ISSUER) -> None:
        self.id_token, self.issuer = id_token, issuer
        self.forms: list[dict[str, list[str]]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        if request.url.path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "revocation", "end_session")
            found = {f"{name}_endpoint": f"{ISSUER}/{name}" for name in names}
            return httpx.Response(
                200, json={"issuer": self.issuer, "jwks_uri": f"{ISSUER}/jwks", **found}
            )
        if request.url.path == "/jwks":
            return httpx.Response(200, json={"keys": [HUB_KEY.as_dict(private=False)]})
        self.forms.append(parse_qs(request.content.decode()))
        told: dict[str, Any] = {
            "access_token": "a",
            "expires_in": 300,
            "scope": "x",
            "id_token": self.id_token,
        }
        return httpx.Response(200, json=told)


def service(double: Callable[[httpx.Request], httpx.Response]) -> TokenService:
    """A client of the double."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(double))
    return TokenService(ISSUER, CLIENT, OWN_KEY.as_dict(private=True), BACK, http)


def id_token(key: Any = HUB_KEY, alg: str = "ES256", **changed: Any) -> str:
    """An id_token of the double, changed."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": CLIENT, "sub": "gbiz-1", "nonce": "nonce", "iat": now,
              "exp": now + 60, **changed}  # fmt: skip
    held = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": "hub"}, held, key, algorithms=[alg])


def redeemed(token: str) -> SignIn:
    """What the client makes of an id_token."""
    return asyncio.run(service(TokenServiceDouble(token)).redeem(ATTEMPT, "code"))


def test_a_sign_in_is_believed() -> None:
    assert redeemed(id_token()).claims["sub"] == "gbiz-1"


@pytest.mark.parametrize(
    "token",
    [
        id_token(iss="https://other.example.jp"), id_token(aud="other"), id_token(nonce="other"),
        id_token(nonce=None), id_token(exp=int(time.time()) - 60), id_token(exp=None),
        id_token(OTHER_KEY), id_token()[:-4] + "AAAA", "", "a.b.c",
        id_token(OctKey.import_key(str(HUB_KEY.as_dict(private=False))), "HS256"),
    ],
    ids=["iss", "aud", "nonce", "no nonce", "expired", "no exp", "another key", "edited", "empty",
         "garbage", "HS256"],
)  # fmt: skip
def test_an_id_token_that_does_not_hold_signs_nobody_in(token: str) -> None:
    with pytest.raises(OAuthError, match="id_token"):
        redeemed(token)


def test_metadata_of_another_issuer_are_refused() -> None:
    with pytest.raises(OAuthError, match="wrong_issuer"):
        asyncio.run(service(TokenServiceDouble(issuer="https://other.example.jp")).metadata())


def test_a_request_to_sign_in_has_pkce_state_and_nonce() -> None:
    address = asyncio.run(service(TokenServiceDouble()).authorization_url(ATTEMPT, again=True))
    query = parse_qs(urlsplit(address).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["code_challenge"] == [ATTEMPT.challenge]
    assert (query["state"], query["nonce"], query["prompt"]) == (["state"], ["nonce"], ["login"])
    assert ATTEMPT.verifier not in address


def test_an_exchange_names_one_audience_and_signs_a_fresh_assertion_each_time() -> None:
    double = TokenServiceDouble()
    client = service(double)

    async def twice() -> None:
        for _ in range(2):
            await client.exchange(Token("t", 0.0), "https://api.example.jp", "a b", "prefill")

    asyncio.run(twice())
    assertions = []
    for form in double.forms:
        assert form["audience"] == ["https://api.example.jp"]
        assert form["purpose"] == ["prefill"]
        key = ECKey.import_key(OWN_KEY.as_dict(private=False))
        claims = jwt.decode(form["client_assertion"][0], key, algorithms=["ES256"]).claims
        assert claims["aud"] == ISSUER
        assert claims["exp"] - claims["iat"] <= 60
        assertions.append(claims["jti"])
    assert len(set(assertions)) == 2


def test_secrets_show_in_no_text() -> None:
    signed_in = redeemed(id_token())
    told = repr((ATTEMPT, signed_in, signed_in.token))
    for secret in (ATTEMPT.verifier, ATTEMPT.nonce, signed_in.id_token, "gbiz-1"):
        assert secret not in told


def test_a_refusal_of_the_api_names_the_problem() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        told = {"type": "urn:sme-hub:problem:not-found", "title_ja": "ありません", "status": 404}
        return httpx.Response(404, json=told)

    api = Api("https://a", "t", httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    with pytest.raises(ApiError) as caught:
        asyncio.run(api.me())
    assert (caught.value.status, caught.value.kind) == (404, "not-found")


@pytest.mark.parametrize(
    ("name", "written"), [("shapes.py", generate.python), ("hub-api.d.ts", generate.typescript)]
)
def test_the_shapes_are_the_documents(name: str, written: Callable[[Any], str]) -> None:
    document = json.loads((ROOT / "docs/reference/openapi.json").read_text(encoding="utf-8"))
    there = (ROOT / "examples/client" / name).read_text(encoding="utf-8")
    assert there == written(document), (
        "run `python -m examples.client.generate < docs/reference/openapi.json`"
    )


def test_every_path_of_the_client_is_in_the_document() -> None:
    document = json.loads((ROOT / "docs/reference/openapi.json").read_text(encoding="utf-8"))
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method.lower()} {request.url.path}")
        return httpx.Response(200, json={"items": []})

    async def all_of_it() -> None:
        api = Api("https://a", "t", httpx.AsyncClient(transport=httpx.MockTransport(answer)))
        await api.me()
        await api.business("business_id")
        await api.applications("business_id")
        await api.programs(q="x")
        await api.support_agencies(q="x")
        await api.forms()
        await api.prefill("form_id")
        await api.preview("form_id", [])
        await api.looks()

    asyncio.run(all_of_it())
    known = {
        f"{method} {path}".replace("{", "").replace("}", "")
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert set(asked) <= known
