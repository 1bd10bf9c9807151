"""The direct profile: what a client that is itself a relying party may present, and what not."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from joserfc import jwk, jwt

from mocks.faults import Fault
from tests.sso.attacks.test_client_and_form import refused
from tests.sso.running import SUBSIDY, claims_of
from tests.sso.signing import DIRECT, FRONT, Signing

pytestmark = pytest.mark.network


def good(s: Signing) -> str:
    return s.gbizid.access_token(s.gbizid.account("prime").sub)


def exchange(s: Signing, token: str, **changed: str | None) -> requests.Response:
    return s.service.exchange(token, DIRECT, **changed)


def forged(
    s: Signing, *, own_key: bool = False, alg: str = "RS256", key: Any = None, **claims: Any
) -> str:
    """A token like GビズID's with claims changed (None: taken away), signed by GビズID's own key
    unless `own_key`."""
    token = good(s)
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    told = {name: value for name, value in {**claims_of(token), **claims}.items()
            if value is not None}  # fmt: skip
    theirs = s.gbizid.system.provider._keys[0]
    signing_key = key or (jwk.RSAKey.generate_key(2048) if own_key else theirs)
    return jwt.encode({**header, "alg": alg}, told, signing_key, algorithms=[alg])


def unsigned(s: Signing) -> str:
    _, payload, _ = good(s).split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.{payload}."


def edited(s: Signing) -> str:
    head, _, signature = good(s).split(".")
    told = {**claims_of(good(s)), "sub": s.gbizid.account("member").sub}
    payload = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{head}.{payload}.{signature}"


def by_public_key(s: Signing) -> str:
    pem = s.gbizid.system.provider._keys[0].as_pem(private=False)
    secret = jwk.OctKey.import_key(base64.urlsafe_b64encode(pem).decode())
    return forged(s, alg="HS256", key=secret)


def revoked(s: Signing) -> str:
    token = good(s)
    s.gbizid.system.provider.revoke_all()
    return token


def id_token(s: Signing) -> str:
    return str(s.gbizid.sign_in(s.gbizid.account("prime").sub)["id_token"])


def another_party(s: Signing) -> str:
    code = s.gbizid.code(
        s.gbizid.account("prime").sub, client_id="plain-portal", scope="openid profile",
        redirect_uri="http://127.0.0.1:8832/callback",
    )  # fmt: skip
    answer = s.gbizid.token(
        "plain-portal", grant_type="authorization_code", code=code,
        redirect_uri="http://127.0.0.1:8832/callback",
    )  # fmt: skip
    return str(answer.json()["access_token"])


def another_account(s: Signing) -> str:
    """Signed by GビズID with the `jti` of somebody else's token: /userinfo answers for another."""
    return forged(s, sub=s.gbizid.account("member").sub)


def now() -> int:
    return int(time.time())


REFUSED: dict[str, Callable[[Signing], str]] = {
    "garbage": lambda s: "garbage",
    "three parts of garbage": lambda s: "a.b.c",
    "own key under the same kid": lambda s: forged(s, own_key=True),
    "alg none": unsigned,
    "edited payload": edited,
    "HS256 with the public key": by_public_key,
    "expired": lambda s: forged(s, exp=now() - 60),
    "no exp": lambda s: forged(s, exp=None),
    "exp as text": lambda s: forged(s, exp=str(now() + 60)),
    "foreign issuer": lambda s: forged(s, iss="https://evil.test/oauth/"),
    "issuer without its slash": lambda s: forged(s, iss=s.gbizid.oauth),
    "another relying party's": another_party,
    "no azp": lambda s: forged(s, azp=None),
    "an id_token": id_token,
    "an aud": lambda s: forged(s, aud="hub"),
    "sender-constrained": lambda s: forged(s, cnf={"jkt": "x"}),
    "revoked at the provider": revoked,
    "unknown there": lambda s: forged(s, jti="unknown"),
    "userinfo of another account": another_account,
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_token_that_does_not_hold_is_refused(asking: Signing, name: str) -> None:
    refused(exchange(asking, REFUSED[name](asking)), 400, "invalid_request")


def test_a_good_token_becomes_one_of_the_hub(asking: Signing) -> None:
    account = asking.gbizid.account("prime")
    token = asking.gbizid.access_token(account.sub)
    answer = exchange(asking, token)
    claims = claims_of(answer.json()["access_token"])
    assert (claims["idp"], claims["sub"]) == (f"{asking.gbizid.oauth}/", account.sub)
    assert claims["exp"] <= claims_of(token)["exp"]
    assert "refresh_token" not in answer.json()


def test_what_a_client_says_of_the_person_is_ignored(asking: Signing) -> None:
    account = asking.gbizid.account("prime")
    told = {"sub": "gbiz-999999999", "act": "{}", "corporate_number": "1" * 13}
    answer = exchange(asking, asking.gbizid.access_token(account.sub), **told)
    claims = claims_of(answer.json()["access_token"])
    assert claims["sub"] == account.sub
    assert not {"act", "corporate_number"} & set(claims)


def test_other_clients_cannot_present_the_providers_tokens(asking: Signing) -> None:
    refused(asking.service.exchange(good(asking), FRONT), 400, "invalid_request")


def test_an_account_below_the_assurance(asking: Signing) -> None:
    token = asking.gbizid.access_token(asking.gbizid.account("entry").sub)
    refused(exchange(asking, token, audience=SUBSIDY), 400, "invalid_target")


@pytest.mark.parametrize("fault", ["server_error", "unavailable", "rate_limited", "reset", "html",
                                   "not_found", "truncated", "slow_drip"])  # fmt: skip
def test_a_provider_that_does_not_answer_is_never_a_yes_nor_a_no(
    asking: Signing, fault: str
) -> None:
    token = good(asking)
    assert exchange(asking, token).status_code == 200
    asking.gbizid.servers.faults.add(Fault(fault, path="/oauth/userinfo"))
    answer = exchange(asking, token)
    refused(answer, 503, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    asking.gbizid.servers.faults.clear()
    assert exchange(asking, token).status_code == 200


def test_keys_that_rotate_fail_nobody(asking: Signing) -> None:
    assert exchange(asking, good(asking)).status_code == 200
    asking.gbizid.system.provider.rotate_key()
    answers = [exchange(asking, good(asking)) for _ in range(4)]
    assert {answer.status_code for answer in answers} == {200}
