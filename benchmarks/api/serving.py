"""The real API with two workers over a filled store, and tokens for the businesses in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path

from sqlalchemy import insert

from api.service import prepare as prepare_api
from api.settings import ApiSettings
from base.clock import SystemClock
from base.settings import Settings
from canonical.store.database import Database
from sso import tokens
from sso.configuration import read
from sso.request import Issued, new_token_id
from sso.sealing import make_key
from sso.service import prepare as prepare_sso
from sso.tables import TOKEN
from sso.tokens import Claims

CLIENTS = 50
"""Front ends, each with its own limit of requests a second."""

TOKEN_SECONDS = 3_600
UP_WITHIN = 60.0
_ISSUER, _AUDIENCE = "https://idp.bench.test", "http://api.bench.test"
_SCOPES = frozenset({"business:read", "business.details:read", "directory:read"})


@dataclass(frozen=True, slots=True)
class Serving:
    """A running API."""

    address: str
    settings: ApiSettings
    side: Database
    process: subprocess.Popen[bytes]

    def tokens(self, accounts: Sequence[str]) -> list[str]:
        """A token for each account, recorded as the token service records its own."""
        now, clients = int(time.time()), cycle(range(CLIENTS))
        made = [
            Claims(
                new_token_id(), f"front-{next(clients)}", _AUDIENCE, now, now + TOKEN_SECONDS,
                _SCOPES, frozenset({"application_status"}), subject=(_ISSUER, account),
            )
            for account in accounts
        ]  # fmt: skip
        rows = [Issued(one, "bench").row()._asdict() for one in made]
        with self.side.write() as connection:
            connection.execute(insert(TOKEN), rows)
        service = self.settings.service
        keys = read(self.side, service.sealer).keys
        return [tokens.write(service.issuer, keys, one, time.time()) for one in made]


@contextmanager
def serving(home: Path, url: str) -> Iterator[Serving]:
    """The API on loopback until the block ends; tokens and audit lie beside the claims."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    environ = {
        "HUB_HOME": str(home), "HUB_DATABASE_URL": url, "HUB_SIDE_DATABASE_URL": url,
        "HUB_SSO_KEY": make_key(), "HUB_SSO_ISSUER": "http://127.0.0.1:1",
        "HUB_API_AUDIENCE": _AUDIENCE, "HUB_API_ACCOUNT_ISSUER": _ISSUER,
    }  # fmt: skip
    settings = ApiSettings.of(Settings.load(environ))
    side = prepare_sso(settings.service, SystemClock())
    prepare_api(settings)
    start = f"from api.serving import serve; serve('127.0.0.1', {port}, 2)"
    process = subprocess.Popen([sys.executable, "-c", start], env={**os.environ, **environ})
    try:
        _wait(port, process)
        yield Serving(f"http://127.0.0.1:{port}", settings, side, process)
    finally:
        process.terminate()
        process.wait(30)
        side.close()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + UP_WITHIN
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=UP_WITHIN)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the API did not start")
