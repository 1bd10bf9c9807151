"""Attacks by and on clients, and on the form: the status and the error each must get."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests
from joserfc import jwk

from sso.model import TOKEN_EXCHANGE
from sso.throttle import BY_CLIENT
from tests.sso.running import API, BEARER, Running

pytestmark = pytest.mark.network
FORM = {"grant_type": "client_credentials", "audience": API}
Attack = Callable[[Running], requests.Response]


def refused(answer: requests.Response, status: int | tuple[int, ...], error: str | None) -> None:
    """The answer is a refusal as OAuth tells one, and gives nothing away."""
    expected = (status,) if isinstance(status, int) else status
    assert answer.status_code in expected, answer.text
    told = answer.json()
    assert "access_token" not in told
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"
    if error is not None:
        assert told["error"] == error, told
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert told["error_description"].isascii()


def signed(service: Running, key: jwk.Key | None = None, **changed: Any) -> requests.Response:
    return service.post({**FORM, **service.assertion("portal", key=key, **changed)})


def by_public_key(service: Running) -> requests.Response:
    """HS256 with the public key as the secret."""
    public = service.keys["portal"].as_pem(private=False)
    key = jwk.OctKey.import_key(base64.urlsafe_b64encode(public).decode())
    return signed(service, key, alg="HS256")


def unsigned(service: Running) -> requests.Response:
    text = service.assertion("portal")["client_assertion"]
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    forged = f"{header}.{text.split('.')[1]}."
    return service.post({**FORM, "client_assertion_type": BEARER, "client_assertion": forged})


def embedded_key(service: Running) -> requests.Response:
    key = jwk.ECKey.generate_key("P-256")
    return signed(service, key, header={"jwk": key.as_dict(private=False)})


def replayed(service: Running) -> requests.Response:
    form = {**FORM, **service.assertion("portal")}
    assert service.post(form).status_code == 200
    return service.post(form)


def replayed_after_a_refusal(service: Running) -> requests.Response:
    form = {**FORM, **service.assertion("portal")}
    refused(service.post({**form, "scope": "no:such"}), 400, "invalid_scope")
    return service.post(form)


def _now() -> int:
    return int(time.time())


CLIENT: Mapping[str, tuple[Attack, int, str]] = {
    "no authentication": (lambda s: s.post(FORM), 401, "invalid_client"),
    "wrong secret": (lambda s: s.post(FORM, basic=("desk", "x" * 43)), 401, "invalid_client"),
    "unknown client": (lambda s: s.post(FORM, basic=("who", "x" * 43)), 401, "invalid_client"),
    "empty secret": (lambda s: s.post(FORM, basic=("desk", "")), 401, "invalid_client"),
    "client_id alone": (lambda s: s.post({**FORM, "client_id": "desk"}), 401, "invalid_client"),
    "client_id of a signing client alone": (
        lambda s: s.post({**FORM, "client_id": "portal"}), 401, "invalid_client"),
    "disabled client": (lambda s: s.post(FORM, basic="off"), 401, "invalid_client"),
    "secret of another method": (lambda s: s.post(FORM, basic="poster"), 401, "invalid_client"),
    "Basic that is no base64": (
        lambda s: s.post(FORM, headers={"Authorization": "Basic ???"}), 401, "invalid_client"),
    "Bearer": (
        lambda s: s.post(FORM, headers={"Authorization": "Bearer abc"}), 401, "invalid_client"),
    "secret and assertion": (
        lambda s: s.post({**FORM, **s.assertion("portal")}, basic="desk"), 400, "invalid_request"),
    "secret in header and form": (
        lambda s: s.post({**FORM, "client_id": "desk", "client_secret": s.secrets["desk"]},
                         basic="desk"), 400, "invalid_request"),
    "assertion type without assertion": (
        lambda s: s.post({**FORM, "client_assertion_type": BEARER}), 401, "invalid_client"),
    "assertion of another type": (
        lambda s: s.post({**FORM, **s.assertion("portal"), "client_assertion_type": "saml2"}),
        401, "invalid_client"),
    "client without the grant": (
        lambda s: s.post(FORM, basic="signs-in"), 400, "unauthorized_client"),
    "client without exchange": (
        lambda s: s.post({**FORM, "grant_type": TOKEN_EXCHANGE, "client_id": "poster",
                          "client_secret": s.secrets["poster"]}), 400, "unauthorized_client"),
    "assertion replayed": (replayed, 401, "invalid_client"),
    "assertion replayed after a refusal": (replayed_after_a_refusal, 401, "invalid_client"),
    "assertion expired": (lambda s: signed(s, exp=_now() - 60), 401, "invalid_client"),
    "assertion for ten years": (lambda s: signed(s, exp=_now() + 10**8), 401, "invalid_client"),
    "assertion without exp": (lambda s: signed(s, exp=None), 401, "invalid_client"),
    "assertion with exp as text": (
        lambda s: signed(s, exp=str(_now() + 60)), 401, "invalid_client"),
    "assertion of tomorrow": (lambda s: signed(s, iat=_now() + 9999), 401, "invalid_client"),
    "assertion not yet valid": (lambda s: signed(s, nbf=_now() + 9999), 401, "invalid_client"),
    "assertion for another server": (
        lambda s: signed(s, aud="https://other.test"), 401, "invalid_client"),
    "assertion for several servers": (
        lambda s: signed(s, aud=[s.issuer, "https://other.test"]), 401, "invalid_client"),
    "assertion for a longer issuer": (lambda s: signed(s, aud=s.issuer + "/"), 401,
                                      "invalid_client"),
    "assertion without aud": (lambda s: signed(s, aud=None), 401, "invalid_client"),
    "assertion without jti": (lambda s: signed(s, jti=None), 401, "invalid_client"),
    "assertion with jti as number": (lambda s: signed(s, jti=5), 401, "invalid_client"),
    "assertion without sub": (lambda s: signed(s, sub=None), 401, "invalid_client"),
    "assertion with iss ≠ sub": (lambda s: signed(s, iss="desk"), 401, "invalid_client"),
    "assertion for another client_id": (
        lambda s: s.post({**FORM, **s.assertion("portal"), "client_id": "desk"}),
        401, "invalid_client"),
    "another key under the same kid": (
        lambda s: signed(s, jwk.ECKey.generate_key("P-256")), 401, "invalid_client"),
    "key in the header": (embedded_key, 401, "invalid_client"),
    "HS256 with the public key": (by_public_key, 401, "invalid_client"),
    "alg none": (unsigned, 401, "invalid_client"),
    "assertion that is garbage": (
        lambda s: s.post({**FORM, "client_assertion_type": BEARER, "client_assertion": "a.b.c"}),
        401, "invalid_client"),
    "assertion nested a thousand deep": (
        lambda s: s.post({**FORM, "client_assertion_type": BEARER,
                          "client_assertion": "e30." + _deep() + ".AA"}), 401, "invalid_client"),
}  # fmt: skip


def _deep() -> str:
    return base64.urlsafe_b64encode(b"[" * 3000 + b"]" * 3000).decode().rstrip("=")


@pytest.mark.parametrize("attack", CLIENT, ids=str)
def test_clients(on_sqlite: Running, attack: str) -> None:
    act, status, error = CLIENT[attack]
    refused(act(on_sqlite), status, error)


def test_what_is_wrong_with_a_client_is_told_to_nobody(service: Running) -> None:
    answers = [
        service.post(FORM, basic=pair)
        for pair in (("desk", "x" * 43), ("nobody-here", "x" * 43), ("off", service.secrets["off"]))
    ]
    assert len({(one.status_code, one.text) for one in answers}) == 1


def test_a_replay_is_seen_by_every_worker(service: Running) -> None:
    form = {**FORM, **service.assertion("portal")}
    answers = [requests.post(f"{service.address}/token", data=form, timeout=20) for _ in range(8)]
    assert sorted(one.status_code for one in answers)[0] == 200
    assert [one.status_code for one in answers].count(200) == 1


def test_failures_are_throttled_and_the_right_client_is_not_locked_out(service: Running) -> None:
    good = {"client_id": "poster", "client_secret": service.secrets["poster"]}
    answers = [
        requests.post(
            f"{service.address}/token", data={**FORM, **good, "client_secret": "x"}, timeout=20
        )
        for _ in range(BY_CLIENT + 4)
    ]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) in range(1, 61)
    assert "access_token" not in answers[-1].json()
    assert service.post({**FORM, **good}).status_code == 200
    assert service.audited()[-2].rule == "client.secret"


def text(body: str | bytes, **more: Any) -> Attack:
    return lambda s: s.post(body, **more)


GOOD = "grant_type=client_credentials&audience=https%3A%2F%2Fapi.hub.test"
SQL = "'; DROP TABLE sso_token; --"
REQUEST, GRANT = "invalid_request", "unsupported_grant_type"
FORMS: Mapping[str, tuple[Attack, int | tuple[int, ...], str | None]] = {
    "nothing": (text("", basic="desk"), 400, REQUEST),
    "missing grant_type": (text("audience=x", basic="desk"), 400, REQUEST),
    "empty grant_type": (text("grant_type=&audience=x", basic="desk"), 400, REQUEST),
    "password": (text("grant_type=password&username=a&password=b", basic="desk"), 400, GRANT),
    "implicit": (text("grant_type=implicit", basic="desk"), 400, GRANT),
    "refresh_token": (text("grant_type=refresh_token&refresh_token=x", basic="desk"), 400, GRANT),
    "repeated grant_type": (
        text(f"{GOOD}&grant_type=client_credentials", basic="desk"), 400, REQUEST),
    "repeated scope": (
        text(f"{GOOD}&scope=applications:read&scope=applications:read", basic="desk"),
        400, REQUEST),
    "repeated unknown parameter": (text(f"{GOOD}&x=1&x=2", basic="desk"), 400, REQUEST),
    "repeated where the first is empty": (
        text(f"{GOOD}&scope=&scope=a", basic="desk"), 400, REQUEST),
    "parameters in the query": (
        lambda s: s.post(FORM, path="/token?scope=applications:read", basic="desk"), 400, REQUEST),
    "everything in the query": (lambda s: s.post(b"", path=f"/token?{GOOD}", basic="desk"), 400,
                                REQUEST),
    "JSON": (
        text('{"grant_type":"client_credentials"}', basic="desk",
             headers={"Content-Type": "application/json"}), (400, 415), REQUEST),
    "multipart": (
        text("--x--", basic="desk", headers={"Content-Type": "multipart/form-data; boundary=x"}),
        (400, 415), REQUEST),
    "control bytes": (text(f"{GOOD}&scope=%00%01", basic="desk"), 400, REQUEST),
    "raw bytes": (text(b"grant_type=\xff\xfe", basic="desk"), 400, REQUEST),
    "no UTF-8": (text("grant_type=%ff%fe", basic="desk"), 400, REQUEST),
    "9 000 fields": (
        text("&".join(f"f{n}=1" for n in range(9000)), basic="desk"), (400, 413), REQUEST),
    "a token of 100 kB": (
        lambda s: s.post({"grant_type": TOKEN_EXCHANGE, "subject_token": "x" * 100_000},
                         basic="desk"), (400, 413), REQUEST),
    "SQL as a client": (lambda s: s.post(FORM, basic=(SQL, SQL)), 401, "invalid_client"),
    "SQL as an audience": (
        lambda s: s.post({**FORM, "audience": SQL}, basic="desk"), 400, "invalid_target"),
    "SQL as a scope": (lambda s: s.post({**FORM, "scope": SQL}, basic="desk"), 400,
                       "invalid_scope"),
    "Japanese as a grant": (
        lambda s: s.post({"grant_type": "委任"}, basic="desk"), 400, GRANT),
    "quotes as a grant": (lambda s: s.post({"grant_type": '"\\'}, basic="desk"), 400, GRANT),
}  # fmt: skip


@pytest.mark.parametrize("attack", FORMS, ids=str)
def test_forms(on_sqlite: Running, attack: str) -> None:
    act, status, error = FORMS[attack]
    refused(act(on_sqlite), status, error)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
def test_only_post(on_sqlite: Running, method: str, path: str) -> None:
    answer = requests.request(method, on_sqlite.address + path, timeout=20)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_body_without_length_is_bounded(on_sqlite: Running) -> None:
    def endless() -> Any:
        for _ in range(200):
            yield b"x" * 1000

    answer = requests.post(
        f"{on_sqlite.address}/token",
        data=endless(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=20,
    )
    refused(answer, 413, "invalid_request")


def test_a_signature_of_zeros(on_sqlite: Running) -> None:
    good = on_sqlite.assertion("portal")["client_assertion"]
    zeros = base64.urlsafe_b64encode(b"\0" * 64).decode().rstrip("=")
    forged = ".".join([*good.split(".")[:2], zeros])
    answer = on_sqlite.post({**FORM, "client_assertion_type": BEARER, "client_assertion": forged})
    refused(answer, 401, "invalid_client")
    assert on_sqlite.post({**FORM, "client_assertion_type": BEARER, "client_assertion": good}).ok
