"""Sign-in at the hub through GビズID: what front ends get, and what nobody gets."""

from __future__ import annotations

import time
from http.cookies import SimpleCookie

import pytest
import requests
from joserfc import jwk, jwt

from mocks.faults import Fault
from tests.sso.running import API, claims_of
from tests.sso.signing import BACK, FRONT, OTHER_FRONT, OUT, VERIFIER, Signing, told

pytestmark = pytest.mark.network


def userinfo(front: Signing, token: str) -> requests.Response:
    return requests.get(
        f"{front.service.address}/userinfo",
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
    )


def active(front: Signing, token: str, client: str = FRONT) -> bool:
    answer = front.service.post({"token": token}, path="/introspect", basic=client)
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["active"])


def test_a_sign_in_gives_tokens_that_hold(front: Signing) -> None:
    account = front.gbizid.account("prime")
    given = front.tokens(account.sub)
    assert set(given) == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    address = front.service.address
    known = requests.get(f"{address}/.well-known/openid-configuration", timeout=20).json()
    assert known["issuer"] == front.service.issuer
    keys = jwk.KeySet.import_key_set(requests.get(known["jwks_uri"], timeout=20).json())
    claims = jwt.decode(given["id_token"], keys, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (address, FRONT, "n-1")
    assert (claims["idp"], claims["sub"]) == (f"{front.gbizid.oauth}/", account.sub)
    assert (claims["acr"], claims["amr"]) == ("ial2", ["fed"])
    assert claims["auth_time"] <= time.time() < claims["exp"]
    assert claims_of(given["access_token"])["aud"] == address
    person = userinfo(front, given["access_token"]).json()
    assert person["sub"] == account.sub
    assert person["corporate_number"] == account.business.corporate_number
    assert not {"name", "email", "birthdate"} & set(person)


def test_a_sign_in_is_exchanged_and_every_step_is_in_the_audit(front: Signing) -> None:
    account = front.gbizid.account("prime")
    token = front.signed_in(account.sub)
    answer = front.service.exchange(token, FRONT, audience=API)
    assert answer.status_code == 200, answer.text
    rows = [row for row in front.service.audited() if row.subject == f"{front.gbizid.oauth}/ "
            f"{account.sub}"]  # fmt: skip
    assert [(row.rule, row.client) for row in rows[-4:]] == [
        ("sign_in", None), ("sign_in.code", FRONT), ("sign_in", FRONT), (f"{FRONT}-self", FRONT),
    ]  # fmt: skip
    written = " ".join(str(row) for row in front.service.audited())
    assert not [one for one in front.gbizid.system.provider.given_out() if one in written]
    assert token not in written


def test_a_member_acts_for_itself_under_its_business(front: Signing) -> None:
    account = front.gbizid.account("member")
    token = front.signed_in(account.sub)
    person = userinfo(front, token).json()
    assert (person["account_type"], person["parent"]) == ("member", account.parent)
    claims = claims_of(front.service.exchange(token, FRONT).json()["access_token"])
    assert claims["sub"] == account.sub
    assert "act" not in claims


def test_an_account_that_nobody_checked_gets_no_subsidy(front: Signing) -> None:
    token = front.signed_in(front.gbizid.account("entry").sub)
    answer = front.service.exchange(token, FRONT, audience="https://subsidy.test/api")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")
    assert "corporate_number" not in userinfo(front, token).json()


def test_a_code_that_comes_twice_ends_what_it_gave(front: Signing) -> None:
    code = front.arrive(front.gbizid.account("prime").sub)["code"]
    first = front.redeem(code).json()["access_token"]
    derived = front.service.exchange(first, FRONT).json()["access_token"]
    assert active(front, first)
    assert active(front, derived)
    again = front.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not active(front, first)
    assert not active(front, derived)
    assert front.service.exchange(first, FRONT).json()["error"] == "invalid_request"
    assert userinfo(front, first).status_code == 401


@pytest.mark.parametrize(
    ("client", "changed", "error"),
    [
        (OTHER_FRONT, {}, "invalid_grant"),
        (FRONT, {"code_verifier": VERIFIER + "x"}, "invalid_grant"),
        (FRONT, {"code_verifier": "short"}, "invalid_grant"),
        (FRONT, {"code_verifier": None}, "invalid_request"),
        (FRONT, {"redirect_uri": BACK + "/"}, "invalid_grant"),
        (FRONT, {"redirect_uri": None}, "invalid_request"),
        (FRONT, {"code": "x" * 43}, "invalid_grant"),
        (FRONT, {"code": None}, "invalid_request"),
    ],
)
def test_a_code_is_good_for_its_own_request_alone(
    asking: Signing, client: str, changed: dict[str, str | None], error: str
) -> None:
    code = asking.arrive(asking.gbizid.account("prime").sub)["code"]
    answer = asking.redeem(**{"code": code, "client": client, **changed})  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert "access_token" not in answer.json()
    assert asking.redeem(code).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "nobody"}, {"client_id": None}, {"client_id": "desk"},
        {"redirect_uri": BACK + "/"}, {"redirect_uri": BACK.upper()}, {"redirect_uri": None},
        {"redirect_uri": BACK + "?x=1"}, {"redirect_uri": "https://front.test.evil.test/callback"},
        {"redirect_uri": "https://other-front.test/callback"},
    ],
)  # fmt: skip
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    asking: Signing, changed: dict[str, str | None]
) -> None:
    answer = asking.authorize(None, **changed)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "x" * 42}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"request_uri": "https://evil.test/"}, "request_uri_not_supported"),
        ({"prompt": "none"}, "login_required"),
        ({"provider": "nobody"}, "invalid_request"),
        ({"state": "s" * 1001}, "invalid_request"),
        ({"nonce": "n\0"}, "invalid_request"),
        ({"login_hint": "a\r\nb"}, "invalid_request"),
    ],
)
def test_what_is_wrong_with_a_request_is_told_at_the_front_ends_address(
    asking: Signing, changed: dict[str, str | None], error: str
) -> None:
    answer = told(asking.authorize(None, **changed))
    assert answer["error"] == error
    assert "code" not in answer
    assert answer["iss"] == asking.service.issuer
    assert answer["state"] == changed.get("state", "s-1")


def test_a_parameter_that_stands_twice_is_refused(asking: Signing) -> None:
    url = asking.authorize().request.url
    answer = requests.get(f"{url}&nonce=n-2", allow_redirects=False, timeout=20)
    assert told(answer)["error"] == "invalid_request"


def test_one_sign_in_serves_the_next_front_end_until_logout(front: Signing) -> None:
    browser = requests.Session()
    given = front.tokens(front.gbizid.account("prime").sub, browser)
    at_once = told(front.authorize(browser, client_id=OTHER_FRONT, prompt="none"))
    assert "code" in at_once
    assert (
        front.authorize(browser, prompt="login").headers["Location"].startswith(front.gbizid.oauth)
    )
    assert front.authorize(browser, max_age="0").headers["Location"].startswith(front.gbizid.oauth)
    derived = front.service.exchange(given["access_token"], FRONT).json()["access_token"]
    gone = browser.get(
        f"{front.service.address}/logout",
        params={"id_token_hint": given["id_token"], "post_logout_redirect_uri": OUT, "state": "x"},
        allow_redirects=False,
        timeout=20,
    )
    assert (gone.status_code, gone.headers["Location"]) == (303, f"{OUT}?state=x")
    assert told(front.authorize(browser, prompt="none"))["error"] == "login_required"
    assert not active(front, given["access_token"])
    assert not active(front, derived)


def test_nobody_is_logged_out_by_a_link_or_sent_elsewhere(asking: Signing) -> None:
    browser = requests.Session()
    given = asking.tokens(asking.gbizid.account("prime").sub, browser)
    address = f"{asking.service.address}/logout"
    page = browser.get(address, params={"post_logout_redirect_uri": OUT}, timeout=20)
    assert page.status_code == 200
    assert "form" in page.text
    assert active(asking, given["access_token"])
    hint = {"id_token_hint": given["id_token"], "post_logout_redirect_uri": "https://evil.test/"}
    gone = browser.get(address, params=hint, allow_redirects=False, timeout=20)
    assert gone.status_code == 200
    assert not active(asking, given["access_token"])


def test_nobody_finishes_a_sign_in_that_another_browser_began(asking: Signing) -> None:
    began = requests.Session()
    asked = asking.authorize(began)
    back = asking.gbizid.choose(asked.headers["Location"], asking.gbizid.account("prime").sub)
    for browser in (requests.Session(), _with_another_flow(asking)):
        answer = browser.get(back, allow_redirects=False, timeout=20)
        assert answer.status_code == 400
        assert "hub_session" not in browser.cookies
    changed = back.replace("state=", "state=x")
    assert began.get(changed, allow_redirects=False, timeout=20).status_code == 400


def _with_another_flow(asking: Signing) -> requests.Session:
    browser = requests.Session()
    asking.authorize(browser)
    return browser


def test_a_callback_is_good_once(asking: Signing) -> None:
    browser = requests.Session()
    asked = asking.authorize(browser)
    back = asking.gbizid.choose(
        asked.headers["Location"], asking.gbizid.account("prime").sub, browser
    )
    cookies = dict(browser.cookies)
    assert "code" in told(browser.get(back, allow_redirects=False, timeout=20))
    replayed = requests.get(back, cookies=cookies, allow_redirects=False, timeout=20)
    assert told(replayed)["error"] == "access_denied"


def test_cookies_are_out_of_reach(asking: Signing) -> None:
    browser = requests.Session()
    asked = asking.authorize(browser)
    flow = SimpleCookie(asked.headers["Set-Cookie"])
    back = asking.gbizid.choose(
        asked.headers["Location"], asking.gbizid.account("prime").sub, browser
    )
    answer = browser.get(back, allow_redirects=False, timeout=20)
    session = browser.cookies["hub_session"]
    assert f"hub_session={session}; HttpOnly; Path=/; SameSite=lax" in answer.headers["Set-Cookie"]
    (only,) = flow.values()
    assert (only["httponly"], only["samesite"], only["path"]) == (True, "lax", "/sso/callback")
    assert VERIFIER not in only.value
    assert answer.headers["Cache-Control"] == "no-store"


def test_whoever_turns_back_at_the_provider_is_nobody(asking: Signing) -> None:
    browser = requests.Session()
    asked = asking.authorize(browser)
    page = browser.get(asked.headers["Location"], timeout=20)
    transaction = page.text.split('name="transaction" value="')[1].split('"')[0]
    denied = browser.post(
        f"{asking.gbizid.oauth}/signin",
        data={"transaction": transaction, "decision": "deny"},
        allow_redirects=False,
        timeout=20,
    )
    answer = told(browser.get(denied.headers["Location"], allow_redirects=False, timeout=20))
    assert (answer["error"], answer["state"]) == ("access_denied", "s-1")
    assert "hub_session" not in browser.cookies


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/userinfo"])
@pytest.mark.parametrize("fault", ["server_error", "reset", "html"])
def test_a_provider_that_fails_signs_nobody_in(asking: Signing, path: str, fault: str) -> None:
    browser = requests.Session()
    asked = asking.authorize(browser)
    back = asking.gbizid.choose(
        asked.headers["Location"], asking.gbizid.account("prime").sub, browser
    )
    asking.gbizid.servers.faults.add(Fault(fault, path=path))
    answer = told(browser.get(back, allow_redirects=False, timeout=20))
    assert answer["error"] == "temporarily_unavailable"
    assert "hub_session" not in browser.cookies


def test_the_providers_keys_rotate_without_a_failed_sign_in(asking: Signing) -> None:
    account = asking.gbizid.account("prime").sub
    asking.tokens(account)
    asking.gbizid.system.provider.rotate_key()
    asking.tokens(account)


@pytest.mark.parametrize(
    "header", [None, "Basic eDp5", "Bearer", "Bearer x.y.z", "bearer " + "a" * 9000]
)
def test_userinfo_is_for_the_sign_ins_own_token(asking: Signing, header: str | None) -> None:
    address = f"{asking.service.address}/userinfo"
    given = {"Authorization": header} if header else {}
    answer = requests.get(address, headers=given, timeout=20)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    token = asking.signed_in(asking.gbizid.account("prime").sub)
    derived = asking.service.exchange(token, FRONT).json()["access_token"]
    assert userinfo(asking, derived).status_code == 401
    assert requests.get(f"{address}?access_token={token}", timeout=20).status_code == 401


def test_what_userinfo_tells_leaves_a_row(front: Signing) -> None:
    account = front.gbizid.account("prime").sub
    token = front.signed_in(account)
    assert userinfo(front, token).status_code == 200
    row = front.service.audited()[-1]
    assert (row.operation, row.rule, row.client) == ("GET /userinfo", "sign_in.userinfo", FRONT)
    assert row.subject == f"{front.gbizid.oauth}/ {account}"
    assert row.token_id == claims_of(token)["jti"]


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"confirmed=" + b"y" * 100_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(99)), 400),
        ("multipart/form-data; boundary=x", b"no such part", 415),
        ("multipart/form-data", b"", 415),
        ("application/json", b"{", 415),
    ],
)
def test_a_logout_that_is_no_form_is_refused_and_ends_nothing(
    asking: Signing, kind: str, body: bytes, status: int
) -> None:
    browser = requests.Session()
    given = asking.tokens(asking.gbizid.account("prime").sub, browser)
    answer = browser.post(
        f"{asking.service.address}/logout", data=body, headers={"Content-Type": kind}, timeout=20
    )
    assert answer.status_code == status
    assert active(asking, given["access_token"])
