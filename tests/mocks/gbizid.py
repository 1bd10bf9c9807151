"""A browser and a relying party for the mock of GビズID, over HTTP and by a real client library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

from mocks.corporate_auth.accounts import Account
from mocks.corporate_auth.app import CorporateAuth
from mocks.corporate_auth.delegations import Delegation
from mocks.corporate_auth.parties import secret_of
from mocks.serve import MockServers

CALLBACK = "http://127.0.0.1:8821/sso/callback"
EVERY_SCOPE = (
    "openid profile user mandate email offline_access jp_gbizid_v1_ida role delegation_info"
)


@dataclass
class Gbizid:
    """The running mock."""

    servers: MockServers

    @property
    def system(self) -> CorporateAuth:
        app = cast(Any, self.servers.systems.mocks["corporate_auth"].app)
        return cast(CorporateAuth, app.state.corporate_auth)

    @property
    def address(self) -> str:
        return self.servers["corporate_auth"].address

    @property
    def oauth(self) -> str:
        return f"{self.address}/oauth"

    def secret(self, client_id: str = "hub") -> str:
        return secret_of(self.servers.credentials, client_id)

    def accounts(self) -> list[Account]:
        return [held.account for held in self.system.register.held.values()]

    def account(self, type_: str, kind: str = "corporation") -> Account:
        """A valid account of a type whose business is of a kind."""
        return next(
            a for a in self.accounts()
            if a.type == type_ and a.business.kind == kind and a.valid(self.system.register.today)
        )  # fmt: skip

    def delegation(self, *, kind: str = "1") -> Delegation:
        """A delegation in force."""
        register = self.system.register
        return next(
            made for made in register.delegations.values()
            if made.in_force(register.today) and made.kind == kind
            and register.held[made.delegate].account.valid(register.today)
        )  # fmt: skip

    def party(self, client_id: str = "hub", scope: str | None = EVERY_SCOPE) -> OAuth2Session:
        """A relying party's client."""
        return OAuth2Session(
            client_id, self.secret(client_id), scope=scope, redirect_uri=CALLBACK,
            code_challenge_method="S256", token_endpoint_auth_method="client_secret_basic",
        )  # fmt: skip

    def sign_in(self, account: str, scope: str | None = EVERY_SCOPE) -> dict[str, Any]:
        """The tokens of somebody who signs in on the page, as the library gets them."""
        party, verifier = self.party(scope=scope), generate_token(48)
        url, _ = party.create_authorization_url(
            f"{self.oauth}/authorize", code_verifier=verifier, nonce="n-1"
        )
        back = self.choose(url, account)
        return cast(
            dict[str, Any],
            party.fetch_token(
                f"{self.oauth}/token", authorization_response=back, code_verifier=verifier
            ),
        )

    def choose(self, url: str, account: str, browser: requests.Session | None = None) -> str:
        """Where the browser is sent after a user has chosen an account on the page."""
        browser = browser or requests.Session()
        page = browser.get(url, allow_redirects=False, timeout=10)
        assert page.status_code == 200, page.text
        found = re.search(r'name="transaction" value="([^"]+)"', page.text)
        assert found is not None
        answer = browser.post(
            f"{self.oauth}/signin",
            data={"transaction": found[1], "account": account},
            allow_redirects=False,
            timeout=10,
        )
        return str(answer.headers["Location"])

    def authorize(self, **query: str) -> requests.Response:
        """The answer to an authorization request of the hub; `query` is added or takes places."""
        usual = {"response_type": "code", "client_id": "hub", "redirect_uri": CALLBACK}
        params = {**usual, **query}
        return requests.get(
            f"{self.oauth}/authorize",
            params={name: value for name, value in params.items() if value},
            allow_redirects=False,
            timeout=10,
        )

    def code(self, account: str, **query: str) -> str:
        """A code for an account, by login_hint."""
        answer = self.authorize(login_hint=account, **query)
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def token(self, client_id: str = "hub", **form: str) -> requests.Response:
        """The answer to a token request."""
        return requests.post(
            f"{self.oauth}/token", data=form, auth=(client_id, self.secret(client_id)), timeout=10
        )

    def access_token(self, account: str, scope: str = EVERY_SCOPE) -> str:
        """An access token of an account, the short way."""
        answer = self.token(
            grant_type="authorization_code", code=self.code(account, scope=scope),
            redirect_uri=CALLBACK,
        )  # fmt: skip
        return str(answer.json()["access_token"])

    def userinfo(self, token: str) -> requests.Response:
        """The answer of /userinfo."""
        return requests.get(
            f"{self.oauth}/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )


def error_of(answer: requests.Response) -> tuple[int, str]:
    """Status and error of a refusal."""
    return answer.status_code, str(answer.json()["error"])


def sent_back(answer: requests.Response) -> dict[str, str]:
    """The query with which the browser is sent back."""
    target = answer.headers["Location"]
    assert target.startswith(CALLBACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
