"""Keys rotate and the store goes away while requests run: no wrong answer, at worst 503."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import psycopg.conninfo
import pytest
import requests

from sso.configuration import read as read_configuration
from sso.tokens import read
from tests import postgres
from tests.sso.running import API, Running, claims_of, running

pytestmark = pytest.mark.network
FORM = {"grant_type": "client_credentials", "audience": API}


@contextmanager
def load(one: Running, threads: int = 4) -> Iterator[list[requests.Response]]:
    """Ask for tokens from several threads until the block ends; the answers so far."""
    answers: list[requests.Response] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            answers.append(one.post(FORM, basic="desk"))

    with ThreadPoolExecutor(threads) as pool:
        running_threads = [pool.submit(ask) for _ in range(threads)]
        try:
            yield answers
        finally:
            ended.set()
        for each in running_threads:
            each.result()


def until(condition: object, seconds: float = 30.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it never came to that"
        threading.Event().wait(0.02)


def test_keys_rotate_under_load(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        first = published(one)
        with load(one) as answers:
            until(lambda: len(answers) > 20)
            kid = one.register.rotate_key()
            until(lambda: kid in published(one))
            seen = len(answers)
            until(lambda: len(answers) > seen + 50)
            new = one.register.rotate_key(at_once=True)
            until(lambda: new in published(one))
            until(lambda: any(signed_by(answer) == new for answer in list(answers)))
            seen = len(answers)
            until(lambda: len(answers) > seen + 50)
        assert {answer.status_code for answer in answers} == {200}
        assert set(first) < set(published(one))
        keys = read_configuration(one.database, one.settings.sealer).keys
        for answer in answers:
            assert read(answer.json()["access_token"], one.issuer, keys, time.time())
        assert {signed_by(answer) for answer in answers} == {first[0], new}


def published(one: Running) -> list[str]:
    """The ids of the keys that both workers publish."""
    sets = [
        {key["kid"] for key in requests.get(f"{one.address}/jwks", timeout=20).json()["keys"]}
        for _ in range(6)
    ]
    return sorted(set.intersection(*sets))


def signed_by(answer: requests.Response) -> str:
    head = answer.json()["access_token"].split(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


@pytest.mark.postgresql
def test_the_store_goes_and_comes_back_under_load(
    tmp_path: Path, postgres_server: postgres.Server
) -> None:
    with postgres_server.database() as url, running(tmp_path, url) as one:
        with load(one) as answers:
            until(lambda: len(answers) > 20)
            for _ in range(3):
                shut(postgres_server, url)
                until(lambda: any(answer.status_code == 503 for answer in list(answers)))
                opened(postgres_server, url)
                seen = len(answers)
                until(lambda seen=seen: [a.status_code for a in answers[seen:]].count(200) > 10)
        check(one, answers)


def shut(server: postgres.Server, url: str) -> None:
    """Let nobody into a database any more, and throw out who is in."""
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(server.admin, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


def opened(server: postgres.Server, url: str) -> None:
    """Let everybody in again."""
    name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
    with psycopg.connect(server.admin, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def check(one: Running, answers: list[requests.Response]) -> None:
    """Whoever got a token finds it in the store and in the audit; nobody else did."""
    for answer in answers:
        assert answer.status_code in (200, 503)
        if answer.status_code == 503:
            assert answer.json()["error"] == "temporarily_unavailable"
            assert int(answer.headers["Retry-After"]) >= 1
    given = {claims_of(a.json()["access_token"])["jti"] for a in answers if a.status_code == 200}
    recorded = {row.token_id for row in one.audited() if row.allowed}
    assert given <= recorded


def test_a_locked_store_gives_503_and_then_tokens_again(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        assert one.post(FORM, basic="desk").status_code == 200
        with one.database.write():
            answer = one.post(FORM, basic="desk")
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) >= 1
        until(lambda: one.post(FORM, basic="desk").status_code == 200)
        check(one, [answer])


def test_a_killed_worker_loses_no_row_of_a_token_that_was_given(tmp_path: Path) -> None:
    """Every token that a client holds is in the store and in the audit, whenever it was killed."""
    with running(tmp_path) as one:
        answers: list[requests.Response] = []

        def asked() -> int:
            """How many answers there are after one more request."""
            try:
                answers.append(one.post(FORM, basic="desk"))
            except requests.ConnectionError:
                one.session.close()
            return len(answers)

        parent = psutil.Process().children(recursive=True)
        workers = [each for each in parent if "spawn_main" in " ".join(each.cmdline())]
        assert workers
        until(lambda: asked() > 20)
        workers[0].kill()
        seen = len(answers)
        until(lambda: asked() > seen + 20)
        check(one, answers)
