"""The hub as a relying party: keys, id_tokens, and the file that names providers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk, jwt

from base.clock import ManualClock
from base.connection import Connection
from base.errors import ConnectError, RateLimited, SettingsError
from base.settings import Settings
from sso.people import Person
from sso.providers import FILE, Provider, providers
from sso.refusals import Refused
from sso.relying_party import KEEP_SECONDS, REFETCH_SECONDS, REFETCHES, Keys, RelyingParty

ISSUER = "https://idp.test"
NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
KEY, OTHER = (jwk.RSAKey.generate_key(2048) for _ in range(2))


class Published:
    """A provider's key set; counts how often it is fetched."""

    def __init__(self, *kids: str) -> None:
        self.kids = list(kids)
        self.fetched = 0
        self.away = False

    def __call__(self) -> dict[str, Any]:
        self.fetched += 1
        if self.away:
            raise ConnectError("nobody answers")
        return {"keys": [{**KEY.as_dict(private=False), "kid": kid} for kid in self.kids]}


def test_an_unknown_key_is_looked_for_five_times_a_minute() -> None:
    published, clock = Published("a"), ManualClock(NOW)
    keys = Keys(published, clock)
    assert keys.find("a") is not None
    for name in ("b", "c", "d", "e"):
        assert keys.find(name) is None
    published.kids = ["f", "a"]
    assert keys.find("f") is not None
    published.kids = ["g", "f"]
    with pytest.raises(RateLimited) as told:
        keys.find("g")
    assert told.value.retry_after == REFETCH_SECONDS
    assert published.fetched == 1 + REFETCHES
    assert keys.find("f") is not None
    clock.advance(REFETCH_SECONDS)
    assert keys.find("g") is not None
    assert keys.find("a") is None


def test_keys_that_are_old_are_fetched_anew_or_not_used() -> None:
    published, clock = Published("a"), ManualClock(NOW)
    keys = Keys(published, clock)
    assert keys.find("a") is not None
    published.away = True
    clock.advance(KEEP_SECONDS - 1)
    assert keys.find("a") is not None
    clock.advance(1)
    with pytest.raises(ConnectError):
        keys.find("a")


def test_keys_of_other_kinds_are_passed_over() -> None:
    secret = {"kty": "oct", "k": "c2VjcmV0", "kid": "x"}
    encrypting = {**KEY.as_dict(private=False), "kid": "y", "use": "enc"}
    found: list[Any] = [secret, encrypting, "z", {"kty": "RSA", "kid": "w"}]
    keys = Keys(lambda: {"keys": found}, ManualClock(NOW))
    assert [keys.find(kid) for kid in ("x", "y", "w", None)] == [None] * 4


class Answering:
    """A provider's endpoints, as a test says."""

    def __init__(self, **token: Any) -> None:
        self.token = token
        self.key = KEY
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "a"}
        self.claims: dict[str, Any] = {
            "iss": ISSUER, "sub": "somebody", "aud": "hub", "exp": SECONDS + 300, "iat": SECONDS,
            "auth_time": SECONDS - 5, "nonce": "n",
        }  # fmt: skip
        self.status = 200
        self.metadata = {
            "issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks", "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/me", "authorization_endpoint": f"{ISSUER}/auth?x=1",
        }  # fmt: skip

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        if url.endswith("/jwks"):
            return Published("a")()
        return self.metadata

    def post(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        told = {name: value for name, value in self.claims.items() if value is not None}
        id_token = jwt.encode(self.header, told, self.key, algorithms=["RS256", "HS256"])
        answer = {
            "access_token": "upstream", "token_type": "Bearer", "expires_in": 3600,
            "id_token": id_token, **self.token,
        }  # fmt: skip
        return self.status, {name: one for name, one in answer.items() if one is not None}


def party(answering: Answering) -> RelyingParty:
    connection = Connection(
        "idp", ISSUER, options={"client_id": "hub"}, secrets={"client_secret": "s"}
    )
    made = RelyingParty(Provider("idp", "oidc", "IdP", connection), ManualClock(NOW))
    made._outbound = answering  # type: ignore[assignment]
    return made


def redeem(answering: Answering) -> Any:
    return party(answering).redeem("code", "https://hub.test/sso/callback", "v" * 43, "n")


def test_a_sound_answer_signs_somebody_in() -> None:
    found = redeem(Answering())
    assert (found.sub, found.access_token, found.authenticated_at, found.expires_at) == (
        "somebody", "upstream", SECONDS - 5, SECONDS + 3600,
    )  # fmt: skip
    assert "upstream" not in repr(found)
    several = Answering()
    several.claims |= {"aud": ["hub", "other"], "azp": "hub"}
    assert redeem(several).sub == "somebody"


def claim(name: str, value: Any) -> Callable[[Answering], None]:
    return lambda one: one.claims.update({name: value})


WRONG: dict[str, Callable[[Answering], None]] = {
    "another nonce": claim("nonce", "m"),
    "no nonce": claim("nonce", None),
    "another audience": claim("aud", "other"),
    "several audiences without azp": claim("aud", ["hub", "other"]),
    "no audience": claim("aud", None),
    "another issuer": claim("iss", ISSUER + "/"),
    "expired": claim("exp", SECONDS - 31),
    "no exp": claim("exp", None),
    "exp as text": claim("exp", str(SECONDS + 300)),
    "issued in the future": claim("iat", SECONDS + 60),
    "no sub": claim("sub", None),
    "empty sub": claim("sub", ""),
    "sub with a NUL": claim("sub", "a\x00"),
    "sub that is no ASCII": claim("sub", "誰か"),
    "long sub": claim("sub", "s" * 256),
    "another key": lambda one: setattr(one, "key", OTHER),
    "an unknown kid": lambda one: one.header.update(kid="b"),
    "no id_token": lambda one: one.token.update(id_token=None),
    "an unsigned id_token": lambda one: one.token.update(id_token="eyJhbGciOiJub25lIn0.e30."),
    "garbage for an id_token": lambda one: one.token.update(id_token="a.b.c"),
    "a huge id_token": lambda one: one.token.update(id_token="a" * 20_000),
    "no access token": lambda one: one.token.update(access_token=None),
    "another kind of token": lambda one: one.token.update(token_type="DPoP"),
    "a refusal": lambda one: setattr(one, "status", 400),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_does_not_hold_signs_nobody_in(name: str) -> None:
    answering = Answering()
    WRONG[name](answering)
    with pytest.raises(Refused) as caught:
        redeem(answering)
    assert caught.value.rule == "sign_in.refused"


def test_a_provider_of_another_name_is_not_asked() -> None:
    answering = Answering()
    answering.metadata["issuer"] = "https://evil.test"
    with pytest.raises(Refused) as caught:
        redeem(answering)
    assert caught.value.rule == "identity_provider.away"


def test_the_way_to_the_provider_keeps_its_own_query() -> None:
    url = party(Answering()).authorization_url("https://hub.test/cb", "s", "n", "c", {})
    assert url.startswith(f"{ISSUER}/auth?x=1&response_type=code&client_id=hub")
    assert "code_challenge_method=S256" in url


def settings(home: Path, text: str | None = None, **connection: str) -> Settings:
    if text is not None:
        (home / FILE).write_text(text, encoding="utf-8")
    told = {"address": "https://gbiz-id.test", **connection}
    return Settings.load({"HUB_HOME": str(home), "HUB_CONNECTION_CORPORATE_AUTH": json.dumps(told)})


def test_gbizid_needs_its_connection_alone(tmp_path: Path) -> None:
    (only,) = providers(settings(tmp_path, client_id="hub", issuer="https://gbiz-id.test/oauth/"))
    assert (only.kind, only.issuer, only.client_id) == (
        "gbizid", "https://gbiz-id.test/oauth/", "hub",
    )  # fmt: skip
    assert "user" not in only.scopes
    assert providers(settings(tmp_path)) == []
    assert providers(Settings.load({"HUB_HOME": str(tmp_path)})) == []


@pytest.mark.parametrize(
    "text",
    [
        "- a list", "a: {kind: saml, connection: corporate_auth}", "A B: {kind: oidc}",
        "a: {kind: oidc, connection: corporate_auth, scopes: [profile]}",
        "a: {kind: oidc, connection: corporate_auth, claims: {sub: email}}",
        "a: {kind: oidc, connection: corporate_auth, assurance: {claim: acr, values: {x: ial3}}}",
        "a: {kind: oidc, connection: corporate_auth}\nb: {kind: oidc, connection: corporate_auth}",
        "a: {kind: oidc, connection: none_such}", "a: [",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError):
        providers(settings(tmp_path, text, client_id="hub"))


def test_a_person_is_kept_without_what_nobody_needs() -> None:
    connection = Connection("idp", ISSUER)
    provider = Provider(
        "idp", "oidc", "IdP", connection, assurance_claim="acr", assurances={"high": "ial2"},
        claims={"corporate_number": "org", "account_type": "kind", "organization": "dept"},
    )  # fmt: skip
    told = {
        "sub": "s",
        "org": "1" * 13,
        "kind": "king",
        "dept": "a\x00b",
        "acr": ["high"],
        "email": "x@example.jp",
    }
    found = Person.of_claims(told, provider)
    assert found.as_json() == {"sub": "s", "corporate_number": "1" * 13}
    assert Person.of_json(found.as_json()) == found
    assert "1" * 13 not in repr(found)
