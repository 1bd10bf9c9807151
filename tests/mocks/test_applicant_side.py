"""The applicant side: order, bounds, cursors, tokens, rate."""

from __future__ import annotations

import json
import time
from collections import Counter
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

from mocks.credentials import ClientCredentials
from mocks.rates import RateLimit
from mocks.serve import MockServers
from mocks.subsidy.index import ApplicationIndex, ParameterError
from mocks.tokens import TokenDesk
from mocks.world import World

PATH = "/applicant/v1/applications"


def pages(
    servers: MockServers, session: requests.Session, limit: int = 40, **query: str
) -> list[dict[str, Any]]:
    found = []
    cursor = None
    while True:
        params = {**query, "limit": str(limit), **({"cursor": cursor} if cursor else {})}
        answer = session.get(servers["subsidy"].address + PATH, params=params, timeout=10)
        assert answer.status_code == 200
        found.append(answer.json())
        cursor = answer.json()["nextCursor"]
        if cursor is None:
            return found


def positions(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(i["updatedAt"], i["applicationId"]) for page in found for i in page["items"]]


def test_pages_are_in_order_and_whole(servers: MockServers, applicant: requests.Session) -> None:
    found = pages(servers, applicant)
    rows = positions(found)
    assert rows == sorted(set(rows))
    assert len(rows) == len(servers.world.visible_applications())
    assert {page["total"] for page in found} == {len(rows)}
    assert all(len(page["items"]) == 40 for page in found[:-1])


def test_updates_tie_by_the_dozen(servers: MockServers, applicant: requests.Session) -> None:
    """Decisions of a round are published at one instant: a cursor by time alone would lose some."""
    times = Counter(at for at, _ in positions(pages(servers, applicant)))
    assert max(times.values()) > 10
    assert positions(pages(servers, applicant, limit=7)) == positions(pages(servers, applicant))


def test_bounds_are_inclusive(servers: MockServers, applicant: requests.Session) -> None:
    rows = positions(pages(servers, applicant))
    low, high = rows[30][0], rows[-30][0]
    inside = positions(pages(servers, applicant, updatedFrom=low, updatedUntil=high))
    assert inside == [row for row in rows if low <= row[0] <= high]
    finer = low.replace("Z", "500Z")
    later = positions(pages(servers, applicant, updatedFrom=finer))
    assert later == [row for row in rows if row[0] > low]


def test_an_offset_other_than_utc_is_understood(
    servers: MockServers, applicant: requests.Session
) -> None:
    rows = positions(pages(servers, applicant, updatedFrom="2026-09-01T09:00:00+09:00"))
    assert rows == positions(pages(servers, applicant, updatedFrom="2026-09-01T00:00:00Z"))


def test_a_cursor_expires(still_world: World) -> None:
    clock = [1000.0]
    index = ApplicationIndex(still_world, seconds=lambda: clock[0])
    cursor = json.loads(index.page(None, None, None, 10))["nextCursor"]
    clock[0] += 3600
    assert json.loads(index.page(None, None, cursor, 10))["items"]
    clock[0] += 1
    with pytest.raises(ParameterError, match="expired") as caught:
        index.page(None, None, cursor, 10)
    assert caught.value.code == "invalid_cursor"


def test_no_token_no_data(servers: MockServers) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eA=="}):
        answer = requests.get(servers["subsidy"].address + PATH, headers=headers, timeout=10)
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_token"
        assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_the_secret_is_checked(servers: MockServers) -> None:
    url = f"{servers['subsidy'].address}/oauth/token"
    form = {"grant_type": "client_credentials"}
    refused = requests.post(url, data=form, auth=(servers.credentials.client_id, "no"), timeout=10)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    wrong = requests.post(url, data={"grant_type": "password"}, timeout=10)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "unsupported_grant_type")


def test_a_token_expires(credentials: ClientCredentials) -> None:
    import base64

    clock = [0.0]
    desk = TokenDesk(credentials, scope="s", lifetime=60, seconds=lambda: clock[0])
    pair = f"{credentials.client_id}:{credentials.client_secret}".encode()
    basic = f"Basic {base64.b64encode(pair).decode()}"
    _, token = desk.issue({"grant_type": "client_credentials"}, basic)
    bearer = f"Bearer {token['access_token']}"
    clock[0] = 59
    assert desk.admits(bearer)
    clock[0] = 60
    assert not desk.admits(bearer)


def signed(servers: MockServers, key: str) -> dict[str, Any]:
    url = f"{servers['subsidy'].address}/oauth/token"
    session = OAuth2Session(
        servers.credentials.client_id, key, token_endpoint_auth_method="private_key_jwt"
    )
    session.register_client_auth_method(PrivateKeyJWT(url))
    return dict(session.fetch_token(url, grant_type="client_credentials"))


def test_a_signed_assertion_gives_a_token(servers: MockServers) -> None:
    token = signed(servers, servers.credentials.private_key)
    answer = requests.get(
        servers["subsidy"].address + PATH,
        headers={"Authorization": f"Bearer {token['access_token']}"},
        timeout=10,
    )
    assert answer.status_code == 200


def test_another_key_gives_none(servers: MockServers) -> None:
    with pytest.raises(Exception, match="invalid_client"):
        signed(servers, ClientCredentials.generate().private_key)


def test_an_assertion_is_good_once(credentials: ClientCredentials) -> None:
    from joserfc import jwk, jwt

    desk = TokenDesk(credentials, scope="s")
    claims = {
        "iss": credentials.client_id, "sub": credentials.client_id, "jti": "1",
        "aud": "http://127.0.0.1/oauth/token", "exp": int(time.time()) + 60,
    }  # fmt: skip
    key = jwk.import_key(credentials.private_key, "RSA")
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "RS256"}, claims, key),
    }
    assert desk.issue(form, None)[0] == 200
    assert desk.issue(form, None)[0] == 401


def test_over_the_rate_is_429() -> None:
    clock = [0.0]
    limit = RateLimit(lambda *_: None, 2, seconds=lambda: clock[0])  # type: ignore[arg-type]
    assert [limit.admit() > 0 for _ in range(3)] == [False, False, True]
    clock[0] += 0.5
    assert limit.admit() == 0
    assert limit.admit() == pytest.approx(0.5)


def test_credentials_are_kept_secret(tmp_path: Any, credentials: ClientCredentials) -> None:
    path = tmp_path / "mocks" / "client.json"
    credentials.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert ClientCredentials.load(path) == credentials
    assert credentials.client_secret not in repr(credentials)
    assert "PRIVATE" not in repr(credentials)
