"""A running token service in front of the mock of GビズID, a browser, and front ends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from canonical.store.database import Database
from canonical.store.migrations import upgrade
from mocks.corporate_auth.accounts import Account
from mocks.corporate_auth.delegations import Delegation, delegable
from mocks.corporate_auth.parties import RelyingParty
from mocks.credentials import ClientCredentials
from mocks.serve import serve
from mocks.world import World
from sso.model import AUTHORIZATION_CODE, TOKEN_EXCHANGE, Audience, Client, Rule
from sso.register import Register
from sso.sessions import challenge_of
from tests.mocks.gbizid import Gbizid
from tests.sso.running import ACCESS, API, SUBSIDY, Running, running

FRONT, OTHER_FRONT, DIRECT, AGENTS = "front", "other-front", "direct-front", "agents"
BACK = "https://front.test/callback"
OUT = "https://front.test/goodbye"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-0123456789"
BARRED = "P-BARRED"


@dataclass
class Signing:
    """The token service, the mock behind it, and what front ends do."""

    service: Running
    gbizid: Gbizid

    def authorize(
        self, browser: requests.Session | None = None, **changed: str | None
    ) -> requests.Response:
        """The answer to a front end's authorization request; None takes a parameter away."""
        query = {
            "response_type": "code", "client_id": FRONT, "redirect_uri": BACK,
            "scope": "openid profile", "state": "s-1", "nonce": "n-1",
            "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256", **changed,
        }  # fmt: skip
        given = {name: value for name, value in query.items() if value is not None}
        return (browser or requests.Session()).get(
            f"{self.service.address}/authorize?{urlencode(given)}",
            allow_redirects=False,
            timeout=20,
        )

    def arrive(
        self, account: str, browser: requests.Session | None = None, **changed: str | None
    ) -> dict[str, str]:
        """What the front end is sent after somebody signed in on the provider's page."""
        browser = browser or requests.Session()
        asked = self.authorize(browser, **changed)
        assert asked.status_code == 303, asked.text
        back = self.gbizid.choose(asked.headers["Location"], account, browser)
        return told(browser.get(back, allow_redirects=False, timeout=20))

    def redeem(self, code: str, client: str = FRONT, **changed: str | None) -> requests.Response:
        """The answer to a code."""
        form = {
            "grant_type": AUTHORIZATION_CODE, "code": code, "redirect_uri": BACK,
            "code_verifier": VERIFIER, **changed,
        }  # fmt: skip
        sent = {name: value for name, value in form.items() if value is not None}
        if client == AGENTS:
            return self.service.post({**sent, **self.assertion()})
        return self.service.post(sent, basic=client)

    def assertion(self) -> dict[str, str]:
        """The agents' front end's assertion."""
        key = self.service.keys["portal"]
        return self.service.assertion(AGENTS, key=key, header={"kid": "portal-1"})

    def agent(self, made: Delegation) -> str:
        """The access token of a delegate who signs in as the delegator's agent."""
        arrived = self.arrive(f"{made.delegate}#{made.number}", client_id=AGENTS)
        answer = self.redeem(arrived["code"], AGENTS)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def act(
        self, token: str, system: str, category: str, **changed: str | None
    ) -> requests.Response:
        """The answer to an exchange of an agent's sign-in."""
        form = {
            "grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": ACCESS,
            "audience": audience_of(system, category), "programme": "P-OPEN", **changed,
        }  # fmt: skip
        sent = {name: value for name, value in form.items() if value is not None}
        return self.service.post({**sent, **self.assertion()})

    def tokens(
        self, account: str, browser: requests.Session | None = None, **changed: str | None
    ) -> dict[str, str]:
        """The tokens of somebody who signs in at the front end."""
        answer = self.redeem(self.arrive(account, browser, **changed)["code"])
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    def signed_in(self, account: str) -> str:
        """The access token of somebody who signs in at the front end."""
        return self.tokens(account)["access_token"]

    def lasting(self, kind: str = "1") -> tuple[Delegation, Account]:
        """A delegation in force without an end, for all of a category of a known system; its
        delegate."""
        register = self.gbizid.system.register
        for made in register.delegations.values():
            delegate = register.held[made.delegate].account
            whole = [c for c in made.categories if c.active and c.procedure is None]
            if (
                made.in_force(register.today) and made.end is None and made.kind == kind
                and whole and delegate.valid(register.today)
                and register.held[made.delegator].account.valid(register.today)
            ):  # fmt: skip
                return made, delegate
        raise AssertionError("the world has no such delegation")


def told(answer: requests.Response) -> dict[str, str]:
    """The query with which a front end is sent an answer."""
    assert answer.status_code == 303, answer.text
    place = answer.headers["Location"]
    assert place.startswith(BACK), place
    return {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}


@contextmanager
def signing(
    home: Path, database_url: str | None = None, more: Mapping[str, str] | None = None
) -> Iterator[Signing]:
    """Token service (two workers) and mock, until the block ends."""
    credentials = ClientCredentials.generate()
    store = Database(f"sqlite:///{home / 'hub.sqlite'}")
    upgrade(store)
    store.close()
    with serve(World(7, 1200), credentials=credentials, only=["corporate_auth"]) as servers:
        gbizid = Gbizid(servers)
        connection = json.dumps(servers.connections()["corporate_auth"])
        environ = {"HUB_CONNECTION_CORPORATE_AUTH": connection, **(more or {})}
        with running(home, database_url, "sso.serving:application", environ, furnish) as service:
            hub = gbizid.system.parties.get("hub")
            assert hub is not None
            gbizid.system.parties.add(
                RelyingParty(
                    "hub", hub.name, hub.secret,
                    (*hub.redirect_uris, f"{service.address}/sso/callback"), hub.applied_scopes,
                )
            )  # fmt: skip
            yield Signing(service, gbizid)


def furnish(register: Register) -> dict[str, str]:
    """Front ends and what they may get; their secrets."""
    grants = frozenset({AUTHORIZATION_CODE, TOKEN_EXCHANGE})
    keys = register.read().clients["portal"].jwks
    clients = (
        Client(FRONT, "Front", "client_secret_basic", grants=grants, redirect_uris=(BACK,),
               logout_uris=(OUT,)),
        Client(OTHER_FRONT, "Other", "client_secret_basic", grants=grants,
               redirect_uris=(BACK, "https://other-front.test/callback")),
        Client(AGENTS, "Agents", "private_key_jwt", jwks=keys, grants=grants,
               redirect_uris=(BACK,)),
        Client(DIRECT, "Direct", "client_secret_basic", grants=frozenset({TOKEN_EXCHANGE}),
               relying_parties=frozenset({"hub"})),
    )  # fmt: skip
    secrets = {one.client_id: secret for one in clients if (secret := register.add_client(one))}
    scopes, purposes = frozenset({"applications:read"}), frozenset({"application_status"})
    for name in (FRONT, AGENTS, DIRECT):
        register.add_rule(Rule(f"{name}-self", name, API, scopes, purposes, "self"))
        register.add_rule(Rule(f"{name}-subsidy", name, SUBSIDY, scopes, purposes, "self", "ial2"))
    for system, about in delegable().items():
        for category in about["categories"]:
            audience = audience_of(system, category)
            register.add_audience(
                Audience(audience, system, scopes, 300, "ial2", frozenset({BARRED}))
            )
            register.add_rule(
                Rule(f"{AGENTS}-{system}-{category}", AGENTS, audience, scopes, purposes,
                     "delegate", "ial2", system, category)
            )  # fmt: skip
    return secrets


def audience_of(system: str, category: str) -> str:
    """The audience that one category of one system's delegations opens."""
    return f"https://{system.lower()}.test/{category}"
