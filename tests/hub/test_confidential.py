"""Who has a succession case is a secret: no command tells it unless asked in so many words."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.cli import run
from hub.console import item_name
from mocks.serve import serve
from mocks.succession.cases import make_cases
from mocks.succession.rows import row
from mocks.world import World, dirt
from tests.hub.hubs import environment, hub_in
from tests.hub.systems import OneSystem

CASES = "succession.cases"
SECRET = ("case_no", "company_name", "corporate_no", "rep_name", "tel", "contact_mail")


class Synced:
    """A synced store's settings, what must show nowhere, and a few handles."""

    def __init__(self, home: Path, one: OneSystem) -> None:
        world = one.servers.world
        self.variables = environment(one.servers, home)
        rows = [made for case in make_cases(world) if (made := row(world, case))]
        stated = [value for made in rows for name in SECRET if (value := made[name])]
        self.secrets = {str(value).strip() for value in stated if len(str(value)) > 3}
        store = one.hub.store
        stream = store.stream_id("succession", "cases")
        self.items = one.hub.items()
        refused = {item.record_key for item in self.items}
        self.keys = [k for keys in store.live_keys(stream) for k in keys if k not in refused]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    home = tmp_path_factory.mktemp("confidential") / "hub"
    with pytest.MonkeyPatch.context() as patch:
        for share in ("REFUSED_SHARE", "REVIEW_SHARE"):
            patch.setattr(dirt, share, 0.1)
        world = World(5, 1000, programs=12, applications=0)
        with (
            serve(world, only=["succession"]) as servers,
            hub_in(servers, home, now=world.now) as hub,
        ):
            one = OneSystem("succession", servers, hub)
            one.sync("cases")
            yield Synced(home, one)


@pytest.fixture
def shell(
    synced: Synced, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Runs `hub` in this process; gives its exit code and all that it printed."""
    for name, value in synced.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "300")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def call(*arguments: str) -> tuple[int, str]:
        code = run(list(arguments))
        told = capsys.readouterr()
        return code, told.out + told.err

    yield call
    root.handlers[:], root.level = handlers, level


def commands(synced: Synced) -> Iterator[list[str]]:
    item = item_name(synced.items[0].item_id)
    key = synced.keys[0]
    for as_json in ([], ["--json"]):
        yield ["status", *as_json]
        yield ["quarantine", "list", *as_json]
        yield ["quarantine", "list", CASES, "--all", *as_json]
        yield ["quarantine", "show", item, *as_json]
        yield ["record", "list", CASES, *as_json]
        yield ["record", "show", CASES, key, "--history", "--show-personal", *as_json]
        yield ["mapping", "try", CASES, key, "--show-personal", *as_json]
        yield ["mapping", "diff", CASES, "--old", "mappings/succession.yaml", *as_json]
        yield ["sync", CASES, "--full", "--dry-run", *as_json]


def test_no_command_tells_who_has_a_case(
    synced: Synced, shell: Callable[..., tuple[int, str]]
) -> None:
    assert len(synced.secrets) > 100
    for arguments in commands(synced):
        _code, told = shell(*arguments)
        assert told.strip(), arguments
        found = {secret for secret in synced.secrets - set(arguments) if secret in told}
        assert not found, (arguments, found)


def test_who_asks_for_it_in_so_many_words_sees_it(
    synced: Synced, shell: Callable[..., tuple[int, str]]
) -> None:
    key = synced.keys[0]
    item = synced.items[0]
    allow = "--show-confidential"
    assert key in shell("record", "list", CASES, "--limit", "5000", allow)[1]
    assert item.record_key in shell("quarantine", "list", allow)[1]
    assert item.record_key in shell("quarantine", "show", item_name(item.item_id), allow)[1]
    assert key in shell("record", "show", CASES, key, allow)[1]
    assert key in shell("mapping", "try", CASES, key, allow)[1]


def test_a_list_of_keys_is_refused_with_the_way_to_get_it(
    shell: Callable[..., tuple[int, str]],
) -> None:
    code, told = shell("record", "list", CASES)
    assert code == 1
    assert "--show-confidential" in told


def test_what_is_kept_of_a_refused_value_is_its_shape(synced: Synced) -> None:
    kept = {item.value for item in synced.items if item.rule == "impossible_date"}
    assert kept == {"漢漢99漢99漢"}


def test_an_error_names_no_record(
    synced: Synced,
    shell: Callable[..., tuple[int, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE moved (case_no TEXT)")
    address = json.dumps({"address": f"sqlite:///{path}"})
    monkeypatch.setenv("HUB_CONNECTION_SUCCESSION", address)
    code, told = shell("sync", CASES)
    assert code != 0
    assert "no such table" in told
    assert not {secret for secret in synced.secrets if secret in told}
