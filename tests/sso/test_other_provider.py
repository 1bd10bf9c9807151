"""Sign-in through an OpenID provider that nobody here wrote, by configuration alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from oidc_provider_mock import User, run_server_in_thread

from canonical.store.database import Database
from canonical.store.migrations import upgrade
from tests.sso.running import API, SUBSIDY, Running, claims_of, running
from tests.sso.signing import BACK, FRONT, VERIFIER, furnish, told

pytestmark = pytest.mark.network
SUB = "clerk@city.example.jp"
CONFIGURATION = """
city:
  kind: oidc
  title: 市の職員認証
  connection: city_idp
  scopes: [openid, profile]
  assurance: {claim: level, values: {high: ial2}}
  claims: {organization: department}
second:
  kind: oidc
  title: もう一つの認証
  connection: second_idp
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("other")
    (home / "identity_providers.yaml").write_text(CONFIGURATION, encoding="utf-8")
    store = Database(f"sqlite:///{home / 'hub.sqlite'}")
    upgrade(store)
    store.close()
    claims = {"level": "high", "department": "産業振興課", "name": "合成 太郎"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        with (
            run_server_in_thread(user_claims=[User(sub=SUB, claims=claims)]) as first,
            run_server_in_thread() as second,
        ):
            more = {
                f"HUB_CONNECTION_{name}": json.dumps({
                    "address": f"http://localhost:{server.server_port}",
                    "client_id": "hub", "client_secret": "a-secret-of-the-test",
                })
                for name, server in (("CITY_IDP", first), ("SECOND_IDP", second))
            }  # fmt: skip
            with running(Path(home), None, "sso.serving:application", more, furnish) as one:
                yield one


def authorize(
    service: Running, browser: requests.Session, provider: str | None
) -> requests.Response:
    from sso.sessions import challenge_of

    query = {
        "response_type": "code", "client_id": FRONT, "redirect_uri": BACK, "state": "s",
        "scope": "openid profile", "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256", **({"provider": provider} if provider else {}),
    }  # fmt: skip
    return browser.get(
        f"{service.address}/authorize", params=query, allow_redirects=False, timeout=20
    )


def sign_in(service: Running, provider: str, sub: str = SUB) -> dict[str, str]:
    browser = requests.Session()
    away = authorize(service, browser, provider)
    page = browser.post(
        away.headers["Location"], data={"sub": sub}, allow_redirects=False, timeout=20
    )
    back = browser.get(page.headers["Location"], allow_redirects=False, timeout=20)
    form = {
        "grant_type": "authorization_code", "code": told(back)["code"], "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }  # fmt: skip
    answer = service.post(form, basic=FRONT)
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def test_the_user_chooses_where_to_sign_in(service: Running) -> None:
    page = authorize(service, requests.Session(), None)
    assert page.status_code == 200
    assert "市の職員認証でログイン" in page.text
    assert "もう一つの認証でログイン" in page.text


def test_a_sign_in_there_is_exchanged_here(service: Running) -> None:
    given = sign_in(service, "city")
    answer = service.exchange(given["access_token"], FRONT, audience=API)
    claims = claims_of(answer.json()["access_token"])
    assert (claims["sub"], claims["acr"]) == (SUB, "ial2")
    assert claims["idp"].startswith("http://localhost:")
    person = requests.get(
        f"{service.address}/userinfo",
        headers={"Authorization": f"Bearer {given['access_token']}"},
        timeout=20,
    ).json()
    assert person["organization"] == "産業振興課"
    assert "name" not in person


def test_what_no_configuration_maps_is_not_believed(service: Running) -> None:
    given = sign_in(service, "second", "anybody")
    assert "acr" not in claims_of(given["id_token"])
    answer = service.exchange(given["access_token"], FRONT, audience=SUBSIDY)
    assert answer.json()["error"] == "invalid_target"


def test_each_provider_answers_at_its_own_address(service: Running) -> None:
    """A provider cannot finish a sign-in that was begun at another (RFC 9700 §4.4)."""
    browser = requests.Session()
    away = authorize(service, browser, "second")
    page = browser.post(
        away.headers["Location"], data={"sub": SUB}, allow_redirects=False, timeout=20
    )
    back = page.headers["Location"]
    assert "/sso/callback/second?" in back
    crossed = back.replace("/sso/callback/second", "/sso/callback")
    assert browser.get(crossed, allow_redirects=False, timeout=20).status_code == 400
