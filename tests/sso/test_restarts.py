"""PostgreSQL and the identity provider are stopped and started while everybody asks.

What is answered is right, or 503 with Retry-After; what was told stands in the store afterwards.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from canonical.audit import Action
from tests import postgres
from tests.api import running as api
from tests.api.world import OWNER
from tests.sso.attacks.test_direct import exchange, good
from tests.sso.attacks.test_subject_and_target import own
from tests.sso.running import running
from tests.sso.signing import Signing, signing
from tests.sso.test_faults import FORM, check, until

pytestmark = pytest.mark.network

Answers = list[requests.Response]
FEW = 15


@contextmanager
def asking_all_the_time(*questions: Callable[[], requests.Response]) -> Iterator[list[Answers]]:
    """Each question from two threads until the block ends; the answers so far, by question."""
    answers: list[Answers] = [[] for _ in questions]
    ended = threading.Event()

    def ask(place: int) -> None:
        while not ended.is_set():
            answers[place].append(questions[place]())

    with ThreadPoolExecutor(2 * len(questions)) as pool:
        asking = [pool.submit(ask, place) for place in range(len(questions)) for _ in range(2)]
        try:
            yield answers
        finally:
            ended.set()
        for each in asking:
            each.result()


def all_come(answers: list[Answers], status: int, more: int = FEW) -> None:
    """Wait until every question was answered so some times from now on."""
    seen = [len(some) for some in answers]
    until(
        lambda: all(
            sum(answer.status_code == status for answer in some[start:]) >= more
            for some, start in zip(answers, seen, strict=True)
        ),
        seconds=60,
    )


def none_but(answers: Answers, good_status: int = 200) -> Answers:
    """The good answers; all others are 503 and say when to ask again."""
    for answer in answers:
        if answer.status_code != good_status:
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) >= 1
    return [answer for answer in answers if answer.status_code == good_status]


@pytest.mark.postgresql
def test_postgresql_stops_and_starts_under_load(tmp_path: Path) -> None:
    homes = tmp_path / "sso", tmp_path / "api"
    for home in homes:
        home.mkdir()
    with (
        postgres.own_server("synchronous_commit=on") as server,
        server.database() as of_tokens,
        server.database() as of_api,
        running(homes[0], of_tokens) as tokens,
        api.running(homes[1], of_api) as reading,
    ):
        live = tokens.post(FORM, basic="desk").json()["access_token"]
        signed_in = own(tokens)
        read = reading.token()
        before = len(reading.audited())
        questions = (
            lambda: tokens.post(FORM, basic="desk"),
            lambda: tokens.post({"token": live}, path="/introspect", basic="api"),
            lambda: tokens.exchange(signed_in),
            lambda: reading.get(f"/v1/businesses/{OWNER}", read),
        )
        with asking_all_the_time(*questions) as answers:
            all_come(answers, 200)
            for mode in ("fast", "immediate"):
                server.stop(mode)
                all_come(answers, 503, more=2)
                server.start()
                all_come(answers, 200)
        given, looked, exchanged, told = (none_but(some) for some in answers)
        check(tokens, [*given, *exchanged])
        for answer in [*given[::20], *exchanged[::20]]:
            form = {"token": answer.json()["access_token"]}
            known = tokens.post(form, path="/introspect", basic="api")
            assert known.json()["active"] is True
        assert all(answer.json()["active"] is True for answer in looked)
        assert len({answer.content for answer in told}) == 1
        rows = [row for row in reading.audited()[before:] if row.action is Action.READ]
        assert len(rows) >= len(told)


def test_the_identity_provider_stops_and_starts_under_load(tmp_path: Path) -> None:
    with signing(tmp_path, more={"HUB_SSO_RECALL": "0"}) as one:
        servers = one.gbizid.servers
        servers.ports["corporate_auth"] = servers["corporate_auth"].port
        made, _ = one.lasting()
        token, direct = one.agent(made), good(one)
        category = next(c.code for c in made.categories if c.active and c.procedure is None)
        form = {"token": own_token(one), "token_type_hint": "access_token"}
        questions = (
            lambda: one.act(token, made.system, category),
            lambda: exchange(one, direct),
        )
        introspected: Answers = []
        with asking_all_the_time(*questions) as answers:
            all_come(answers, 200)
            for rotate in (False, True):
                servers.__exit__(None, None, None)
                all_come(answers, 503, more=2)
                introspected.append(one.service.post(form, path="/introspect", basic="api"))
                if rotate:
                    one.gbizid.system.provider.rotate_key()
                servers.__enter__()
                all_come(answers, 200)
        for some in answers:
            assert len(none_but(some)) < len(some)
        assert [answer.json()["active"] for answer in introspected] == [True, True]
        assert one.agent(made)
        assert exchange(one, good(one)).status_code == 200


def own_token(one: Signing) -> str:
    """A token of the hub that needs nobody else."""
    answer = one.service.post(FORM, basic="desk")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
