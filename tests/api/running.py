"""A running API with two worker processes, and tokens for whoever a test wants to be."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import insert, select

from api.service import prepare as prepare_api
from api.settings import ApiSettings
from base.clock import SystemClock
from base.settings import Settings
from canonical.audit import AuditRow
from canonical.audit.columns import row_of
from canonical.audit.tables import AUDIT_ROW
from canonical.changes import sequencer
from canonical.store import Store
from canonical.store.database import Database
from sso import tokens
from sso.configuration import read
from sso.request import Issued, new_token_id
from sso.sealing import make_key
from sso.service import prepare as prepare_sso
from sso.subjects import AccountKey, DelegationRef
from sso.tables import TOKEN
from sso.tokens import Claims
from tests.api.world import ACCOUNTS, CLIENT, ISSUER, OWNER, fill

AUDIENCE = "http://api.test"
DELEGATIONS = json.dumps(
    {"JGRTS": ["subsidy"], "JGRTS/K01": {"subsidy.applications": ["call_application"]}}
)
UP_WITHIN = 60.0
ALL_SCOPES = frozenset(
    {
        "business:read", "business.details:read", "business.personal:read", "applications:read",
        "plans:read", "consultations:read", "succession:read", "audit:read", "changes:read",
        "forms:read", "forms:prefill", "directory:read",
    }
)  # fmt: skip
OPEN_SCOPES = ALL_SCOPES - {"consultations:read", "succession:read"}
ALL_PURPOSES = frozenset({"application_status", "prefill", "consultation", "succession"})


@dataclass
class Running:
    """A running API over the world of the tests."""

    address: str
    settings: ApiSettings
    side: Database
    store: Store
    process: subprocess.Popen[bytes]
    session: requests.Session = field(default_factory=requests.Session)

    def token(
        self,
        number: str | None = OWNER,
        *,
        scopes: frozenset[str] = ALL_SCOPES,
        purposes: frozenset[str] = ALL_PURPOSES,
        account: AccountKey | None = None,
        **claims: Any,
    ) -> str:
        """A token for the business of a number, recorded as the token service records its own."""
        now = int(time.time())
        subject = account or ((ISSUER, ACCOUNTS[number]) if number else None)
        given = {
            "token_id": new_token_id(), "client_id": "portal", "audience": AUDIENCE,
            "issued_at": now, "expires_at": now + 600, "scopes": scopes, "purposes": purposes,
            "subject": subject, **claims,
        }  # fmt: skip
        made = Claims(**given)
        with self.side.write() as connection:
            connection.execute(insert(TOKEN).values(Issued(made, "test", None).row()._asdict()))
        configuration = read(self.side, self.settings.service.sealer)
        issuer = self.settings.service.issuer
        return tokens.write(issuer, configuration.keys, made, time.time())

    def agent(
        self, category: str = "K01", *, system: str = "JGRTS", only: str | None = None, **given: Any
    ) -> str:
        """A token of the owner as the client's agent; `only` for one procedure."""
        delegation = DelegationRef("D-1", system, category, only)
        actor = (ISSUER, ACCOUNTS[OWNER])
        return self.token(CLIENT, actors=(actor,), delegation=delegation, **given)

    def get(self, path: str, token: str | None = None, **given: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= given.pop("headers", {})
        return self.session.get(self.address + path, headers=headers, timeout=30, **given)

    def audited(self) -> list[AuditRow]:
        """Every audit row, in the order in which they were made."""
        query = select(AUDIT_ROW).order_by(AUDIT_ROW.c.row_id)
        with self.side.read() as connection:
            return [row_of(dict(row)) for row in connection.execute(query).mappings()]


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    home: Path,
    store_url: str | None = None,
    *,
    secrets: bool = True,
    rate: float = 0,
    agents: str = "",
    delegations: str = DELEGATIONS,
    failpoint: str = "",
) -> Iterator[Running]:
    """An API with two worker processes on loopback, until the block ends."""
    port = free_port()
    environ = {
        "HUB_HOME": str(home),
        "HUB_SSO_KEY": make_key(),
        "HUB_SSO_ISSUER": "http://127.0.0.1:1",
        "HUB_API_AUDIENCE": AUDIENCE,
        "HUB_API_ACCOUNT_ISSUER": ISSUER,
        "HUB_API_RATE": str(rate),
        "HUB_API_AGENTS": agents,
        "HUB_API_DELEGATIONS": delegations,
        **(
            {"HUB_DATABASE_URL": store_url, "HUB_SIDE_DATABASE_URL": store_url} if store_url else {}
        ),
    }
    settings = ApiSettings.of(Settings.load(environ))
    side = prepare_sso(settings.service, SystemClock())
    with Store.open(settings.database_url) as store:
        store.upgrade()
        fill(store, secrets=secrets)
        sequencer.number(store.database)
        prepare_api(settings)
        start = f"from api.serving import serve; serve('127.0.0.1', {port}, 2)"
        process = subprocess.Popen(
            [sys.executable, "-c", start],
            env={**os.environ, **environ, "HUB_FAILPOINT": failpoint},
            cwd=Path.cwd(),
        )
        one = Running(f"http://127.0.0.1:{port}", settings, side, store, process)
        try:
            _wait(one)
            yield one
        finally:
            process.terminate()
            process.wait(30)
            side.close()


def _wait(one: Running) -> None:
    until = time.monotonic() + UP_WITHIN
    while True:
        try:
            one.session.get(f"{one.address}/health", timeout=UP_WITHIN).raise_for_status()
        except requests.RequestException:
            if one.process.poll() is not None or time.monotonic() > until:
                raise AssertionError("the API did not start") from None
            time.sleep(0.05)
        else:
            return
