"""Discovery, sign-in, exchange, introspection, a protected call and revocation by real clients."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from api.service import prepare
from api.settings import ApiSettings
from base.settings import Settings
from sso.sealing import make_key
from tests.sso.clients.front_ends import (
    Authlib,
    FrontEnd,
    Registered,
    RequestsOauthlib,
    openid_client,
    state_of,
)
from tests.sso.running import API, UP_WITHIN, claims_of, free_port
from tests.sso.signing import AGENTS, BACK, FRONT, Signing, signing

pytestmark = pytest.mark.network
LIBRARIES = ("authlib", "requests-oauthlib", "openid-client")


@dataclass
class Hub:
    """Token service, mock of GビズID and read API."""

    signing: Signing
    api: str

    def registered(self, client: str) -> Registered:
        """A front end's registration."""
        service = self.signing.service
        if client != AGENTS:
            return Registered(service.issuer, client, service.secrets[client])
        key = {**service.keys["portal"].as_dict(private=True), "kid": "portal-1"}
        return Registered(service.issuer, client, key=key)

    def browse(self, url: str, account: str) -> str:
        """Where a browser comes back to after somebody signed in on the provider's page."""
        browser = requests.Session()
        asked = browser.get(url, allow_redirects=False, timeout=20)
        assert asked.status_code == 303, asked.text
        back = self.signing.gbizid.choose(asked.headers["Location"], account, browser)
        place = browser.get(back, allow_redirects=False, timeout=20).headers["Location"]
        assert place.startswith(BACK), place
        return place


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    home = Path(tmp_path_factory.mktemp("clients"))
    sealing = {"HUB_SSO_KEY": make_key()}
    with signing(home, more=sealing) as front:
        environ = {
            **sealing, "HUB_HOME": str(home), "HUB_SSO_ISSUER": front.service.issuer,
            "HUB_API_AUDIENCE": API,
        }  # fmt: skip
        prepare(ApiSettings.of(Settings.load(environ)))
        port = free_port()
        start = f"from api.serving import serve; serve('127.0.0.1', {port}, 1)"
        process = subprocess.Popen([sys.executable, "-c", start], env={**os.environ, **environ})
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process)
            yield Hub(front, address)
        finally:
            process.terminate()
            process.wait(30)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + UP_WITHIN
    while True:
        try:
            requests.get(f"{address}/health", timeout=UP_WITHIN).raise_for_status()
        except requests.RequestException:
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError("the API did not start") from None
            time.sleep(0.05)
        else:
            return


@pytest.fixture(params=LIBRARIES)
def front_end(
    request: pytest.FixtureRequest, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FrontEnd]:
    """The front end by one library; two authenticate by a secret, one by a key."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with ExitStack() as stack:
        if request.param == "authlib":
            yield Authlib(hub.registered(FRONT))
        elif request.param == "requests-oauthlib":
            yield RequestsOauthlib(hub.registered(FRONT))
        else:
            yield stack.enter_context(openid_client(hub.registered(AGENTS)))


def test_from_discovery_to_revocation(hub: Hub, front_end: FrontEnd) -> None:
    account = hub.signing.gbizid.account("prime")
    me = f"{hub.api}/v1/me"

    signed = front_end.signed_in(hub.browse(front_end.sign_in_at(), account.sub))
    token = front_end.exchange(signed["access_token"], API, "applications:read")
    claims = claims_of(token)
    assert claims["sub"] == signed["claims"]["sub"] == account.sub
    assert (claims["aud"], claims["scope"]) == (API, "applications:read")

    told = front_end.introspect(token)
    assert (told["active"], told["sub"], told["aud"]) == (True, account.sub, API)

    status, body = front_end.call(token, me)
    assert (status, body["subject"]["account"]) == (200, account.sub)
    assert front_end.call(signed["access_token"], me)[0] == 401

    front_end.revoke(signed["access_token"])
    assert front_end.introspect(token) == {"active": False}


def test_an_answer_to_somebody_else_is_refused_by_the_client(hub: Hub, front_end: FrontEnd) -> None:
    account = hub.signing.gbizid.account("prime")
    back = hub.browse(front_end.sign_in_at(), account.sub)
    front_end.sign_in_at()
    with pytest.raises(Exception, match=r"(?i)state"):
        front_end.signed_in(back.replace(state_of(back), "another-state"))
