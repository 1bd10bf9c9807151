"""The command line over a synced store: exit codes, JSON for scripts, one sentence for errors."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.cli import run
from mocks.faults import Fault
from mocks.serve import MockServers, serve
from mocks.world import World, dirt
from tests.hub.hubs import environment, hub_in

APPLICATIONS = "subsidy.applications"


@dataclass
class Shell:
    """Runs `hub` in this process and keeps what it printed."""

    read: Callable[[], tuple[str, str]]
    home: Path
    key: str
    item: str
    code: int = 0
    out: str = ""
    err: str = ""

    def __call__(self, *arguments: str) -> int:
        self.code = run(list(arguments))
        self.out, self.err = self.read()
        assert "Traceback" not in self.err
        return self.code

    def json(self, *arguments: str) -> Any:
        """What a command prints with --json; it must end well."""
        assert self(*arguments, "--json") == 0, self.err
        return json.loads(self.out)


@pytest.fixture(scope="module")
def servers() -> Iterator[MockServers]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dirt, "REFUSED_SHARE", 0.1)
        world = World(5, 150)
        with serve(world, only=["subsidy"]) as running:
            yield running


@pytest.fixture(scope="module")
def synced(servers: MockServers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("synced") / "hub"
    with hub_in(servers, home) as hub:
        for stream in hub.streams:
            hub.sync(stream)
    return home


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """The command line sets up logging for its process; here that is the tests' own."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    known = {n: logging.getLogger(n).level for n in logging.root.manager.loggerDict}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in known.items():
        logging.getLogger(name).setLevel(was)


@pytest.fixture
def hub(
    servers: MockServers,
    synced: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """A command line over a copy of the synced store, with the mock servers up."""
    home = tmp_path / "hub"
    shutil.copytree(synced, home)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name, value in environment(servers, home).items():
        monkeypatch.setenv(name, value)
    with hub_in(servers, home) as made:
        item = next(i for i in made.items() if i.level == "field")
    number = f"{item.item_id >> 40}-{item.item_id & (1 << 40) - 1}"

    def read() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    return Shell(read, home, item.record_key, number)


def counts_add_up(counts: dict[str, int]) -> bool:
    return counts["read"] == sum(count for name, count in counts.items() if name != "read")


def test_sync_reports_each_stream(hub: Shell) -> None:
    streams = hub.json("sync", "subsidy", "--full")
    assert {f"{s['system']}.{s['stream']}" for s in streams} == {APPLICATIONS, "subsidy.programs"}
    assert all(counts_add_up(s["counts"]) and s["counts"]["read"] for s in streams)
    assert hub("sync", APPLICATIONS) == 0
    assert "subsidy.applications" in hub.out
    assert hub("sync", APPLICATIONS, "--from", "2026-01-01", "--until", "2026-02-01") == 0
    (limited,) = hub.json("sync", APPLICATIONS, "--full", "--limit", "5", "--dry-run")
    assert limited["counts"]["read"] == 5


def test_status_state_and_record(hub: Shell) -> None:
    told = hub.json("status")
    assert {s["stream"] for s in told["streams"]} == {"applications", "programs"}
    assert all(s["last_run"]["status"] == "succeeded" for s in told["streams"])
    assert hub("status") == 0
    assert APPLICATIONS in hub.out
    assert hub.json("state", "show", APPLICATIONS)["cursor"]
    assert hub("state", "reset", APPLICATIONS, "--yes", "--to", "2026-11-20") == 0
    assert hub.json("state", "show", APPLICATIONS)["cursor"] == "2026-11-19T15:00:00.000000Z"
    assert hub("state", "reset", APPLICATIONS, "--yes") == 0
    assert hub.json("state", "show", APPLICATIONS)["cursor"] is None
    claims = hub.json("record", "show", APPLICATIONS, hub.key)
    assert {"party", "project"} <= {claim["entity"] for claim in claims}
    (party,) = [claim for claim in claims if claim["entity"] == "party"]
    assert set(party["values"]["representative_name"]) <= set("漢あア 　x")


def test_personal_values_are_masked_alike_by_show_and_try(hub: Shell, servers: MockServers) -> None:
    hidden: dict[str, set[str]] = {"corporation": set(), "sole_proprietor": set()}
    looked: Counter[str] = Counter()
    for key in hub.json("record", "list", APPLICATIONS, "--limit", "20"):
        plain = hub.json("record", "show", APPLICATIONS, key, "--show-personal")
        kinds = {c["values"].get("kind") for c in plain if c["entity"] == "party"}
        if not kinds & hidden.keys():
            continue
        kind = kinds.pop()
        if looked[kind] == 3:
            continue
        looked[kind] += 1
        masked = hub.json("record", "show", APPLICATIONS, key)
        told = {
            f"{old['entity']}.{name}"
            for old, new in zip(plain, masked, strict=True)
            for name, value in old["values"].items()
            if new["values"][name] != value
        }
        tried = {
            old["canonical"]
            for old, new in zip(
                hub.json("mapping", "try", APPLICATIONS, key, "--show-personal"),
                hub.json("mapping", "try", APPLICATIONS, key),
                strict=True,
            )
            if old["value"] != new["value"]
        }
        assert tried == told, key
        hidden[kind] |= told
    assert "party.representative_name" in hidden["corporation"]
    of_individuals = {"party.name", "party.address_town", "project.site_town", "trade_name.name"}
    assert not of_individuals & hidden["corporation"]
    assert of_individuals <= hidden["sole_proprietor"]
    open_to_all = ("_precision", "_unit", "_prefecture_code", "_municipality_code", ".kind")
    assert not any(name.endswith(open_to_all) for name in hidden["sole_proprietor"])


def test_quarantine_is_listed_shown_replayed_and_discarded(hub: Shell) -> None:
    items = hub.json("quarantine", "list", APPLICATIONS)
    assert hub.item in {item["item_id"] for item in items}
    shown = hub.json("quarantine", "show", hub.item)
    assert (shown["record_key"], shown["status"]) == (hub.key, "open")
    assert hub("quarantine", "replay", APPLICATIONS) == 0
    assert f"0 of {len(items)} items closed, {len(items)} open" in hub.out
    (replayed,) = hub.json("quarantine", "replay", APPLICATIONS, "--dry-run")
    assert replayed["counts"]["read"] > 0
    assert hub("quarantine", "list", APPLICATIONS, "--limit", "1") == 0
    assert f"1 of {len(items)} shown" in hub.err
    assert hub("quarantine", "list", APPLICATIONS, "--rule", "bogus") == 0
    assert items[0]["rule"] in hub.out
    assert hub("quarantine", "discard", hub.item) == 2
    assert "nothing was changed" in hub.err
    assert hub("quarantine", "discard", hub.item, "--yes") == 0
    assert hub("quarantine", "discard", hub.item, "--yes") == 1
    assert f"item {hub.item} is discarded already" in hub.err
    assert hub("quarantine", "list", APPLICATIONS, "--all") == 0
    assert "discarded" in hub.out
    left = hub.json("quarantine", "list", APPLICATIONS)
    assert len(left) == len(items) - 1
    assert hub.json("quarantine", "show", hub.item)["status"] == "discarded"
    assert hub.json("replay", APPLICATIONS)[0]["counts"]["read"] == 0


def test_a_refused_record_is_named_as_such(hub: Shell) -> None:
    items = hub.json("quarantine", "list", APPLICATIONS, "--limit", "1000")
    refused = next(i for i in items if i["level"] == "record" and i["stage"] == "map")
    assert hub("record", "show", APPLICATIONS, refused["record_key"]) == 1
    assert f"hub quarantine show {refused['item_id']}" in hub.err
    assert hub("mapping", "try", APPLICATIONS, refused["record_key"]) == 0
    assert f"refused: {refused['rule']}; nothing of this record is loaded" in hub.out


def test_a_replay_does_not_hide_a_failed_sync(
    hub: Shell, servers: MockServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "fresh"))
    for variable in ("HUB_DATABASE_URL", "HUB_ARCHIVE"):
        monkeypatch.delenv(variable, raising=False)
    assert hub("sync", APPLICATIONS) == 0
    servers.faults.add(Fault("forbidden", path="/applicant/*"))
    try:
        assert hub("sync", APPLICATIONS) == 1
    finally:
        servers.faults.clear()
    assert hub("quarantine", "replay", APPLICATIONS) == 0
    (told,) = [s for s in hub.json("status")["streams"] if s["stream"] == "applications"]
    assert (told["last_run"]["mode"], told["last_sync"]["status"]) == ("replay", "failed")
    assert hub("status") == 0
    assert "incremental failed" in hub.out
    assert f"{APPLICATIONS}: then replay succeeded" in hub.out
    assert f"{APPLICATIONS}: {APPLICATIONS}" not in hub.out


def test_connectors_connections_and_mappings(hub: Shell) -> None:
    assert {row["stream"] for row in hub.json("connector", "list")} >= {"applications", "programs"}
    assert hub.json("connector", "check", "subsidy") == {"subsidy": []}
    assert all(line["ok"] for line in hub.json("connection", "check", "subsidy.programs"))
    reports = hub.json("mapping", "check", "subsidy")
    assert all(not report["problems"] for report in reports)
    rows = hub.json("mapping", "try", APPLICATIONS, hub.key)
    assert {"party.name", "project.title"} <= {row["canonical"] for row in rows}
    same = hub.json("mapping", "diff", APPLICATIONS, "--old", "mappings/subsidy.yaml")
    assert (same["changes"], same["refusals"]) == ({}, {})


def test_database(hub: Shell, tmp_path: Path) -> None:
    assert hub("db", "upgrade") == 0
    copy = tmp_path / "copies" / "backup.sqlite"
    assert hub("db", "backup", str(copy)) == 2
    assert str(copy.parent) in hub.err
    copy.parent.mkdir()
    assert hub("db", "backup", str(copy)) == 0
    assert hub("db", "backup", str(copy)) == 1
    assert "exists already" in hub.err
    target = f"sqlite:///{tmp_path / 'second.sqlite'}"
    assert hub("db", "copy", target) == 0
    assert "claim_party" in hub.out
    assert hub("db", "copy", target) == 1
    assert "empty" in hub.err


def test_the_doctor_names_everything(hub: Shell) -> None:
    hub("doctor", "--json")
    verdicts = {line["subject"]: line["verdict"] for line in json.loads(hub.out)}
    assert verdicts["store"] == verdicts["connection subsidy"] == "ok"
    assert hub.code == (1 if "missing" in verdicts.values() else 0)


WRONG: list[tuple[int, tuple[str, ...], str]] = [
    (2, ("sync", "nosuch"), "subsidy.applications"),
    (2, ("sync", "subsidy.nosuch"), "subsidy.applications"),
    (2, ("sync", "subsidy", "--full", "--from", "2026-01-01"), "--full"),
    (2, ("sync", "subsidy", "--from", "2026-02-01", "--until", "2026-01-01"), "before"),
    (2, ("sync", "subsidy", "--from", "令和8年"), "2026-11-20"),
    (2, ("sync", "subsidy", "--limit", "0"), "limit"),
    (2, ("sync", "subsidy", "--nosuch"), "--nosuch"),
    (2, ("sync", "subsidy", "--from", "2026-01-01"), "subsidy.programs: a snapshot"),
    (2, ("sync", "subsidy.programs", "--until", "2026-01-01"), "subsidy.programs: a snapshot"),
    (2, ("nosuch",), "nosuch"),
    (2, ("state", "show", "subsidy"), "several streams"),
    (2, ("state", "reset", APPLICATIONS, "--to", "yesterday"), "yesterday"),
    (2, ("quarantine", "show", "seventeen"), "seventeen"),
    (1, ("quarantine", "show", "2-999999"), "2-999999"),
    (1, ("quarantine", "discard", "2-999999"), "2-999999"),
    (2, ("quarantine", "list", "--limit", "0"), "limit"),
    (2, ("record", "list", APPLICATIONS, "--limit", "0"), "limit"),
    (2, ("state", "reset", APPLICATIONS), "nothing was changed"),
    (2, ("quarantine", "list", "nosuch"), "nosuch"),
    (1, ("record", "show", APPLICATIONS, "nosuch"), f"hub record list {APPLICATIONS}"),
    (2, ("connector", "check", "nosuch"), "nosuch"),
    (2, ("connection", "check", "nosuch"), "nosuch"),
    (2, ("mapping", "check", "nosuch"), "nosuch"),
    (1, ("mapping", "try", APPLICATIONS, "nosuch"), f"hub record list {APPLICATIONS}"),
    (2, ("mapping", "try", APPLICATIONS, "@/no/such/file"), "/no/such/file"),
    (2, ("mapping", "diff", APPLICATIONS, "--old", "/no/such/file"), "/no/such/file"),
    (2, ("mapping", "diff", APPLICATIONS, "--rev", "nosuch"), "nosuch"),
    (2, ("db", "copy", "mysql://a@b/c"), "sqlite:////absolute/path"),
    (2, ("replay", "subsidy"), "several streams"),
]


@pytest.mark.parametrize(("code", "arguments", "named"), WRONG, ids=lambda v: str(v)[:40])
def test_wrong_input_is_told_in_a_sentence(
    hub: Shell, code: int, arguments: tuple[str, ...], named: str
) -> None:
    assert hub(*arguments) == code, hub.err
    assert named in hub.err
    assert len(hub.err.strip().splitlines()) <= 4


def test_a_record_that_is_none_is_told_in_a_sentence(hub: Shell, tmp_path: Path) -> None:
    for content in (b"", b"{", b"[]", b'{"applicationId": 3}', b"\xff\xfe"):
        path = tmp_path / "record.json"
        path.write_bytes(content)
        assert hub("mapping", "try", APPLICATIONS, f"@{path}") == 1, content
        assert hub.err.startswith("hub: subsidy.applications")


def test_a_missing_connection_is_a_missing_setting(
    hub: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUB_CONNECTION_SUBSIDY")
    assert hub("sync", APPLICATIONS) == 3
    assert "HUB_CONNECTION_SUBSIDY" in hub.err
    assert hub("connection", "check") == 3
    assert hub("sync", APPLICATIONS, "--json") == 3
    assert json.loads(hub.out)[0]["stream"] == "applications"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HUB_DATABASE_URL", "mysql://someone:geheimnis@host/db"),
        ("HUB_CONNECTION_SUBSIDY", '{"address": "http://x", "client_secret": "geheimnis", '),
        ("HUB_CONNECTION_SUBSIDY", '["geheimnis"]'),
    ],
)
def test_a_malformed_setting_is_named_without_its_value(
    hub: Shell, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert hub("sync", APPLICATIONS) == 3, hub.err
    assert variable in hub.err or "store" in hub.err
    assert "geheimnis" not in hub.err + hub.out


def test_a_system_that_is_down_is_a_failure_for_scripts_too(
    hub: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = json.loads(os.environ["HUB_CONNECTION_SUBSIDY"])
    monkeypatch.setenv(
        "HUB_CONNECTION_SUBSIDY",
        json.dumps({**held, "address": "http://127.0.0.1:9", "token_url": "http://127.0.0.1:9/t"}),
    )
    assert hub("connection", "check", "subsidy", "--json") == 1
    lines = json.loads(hub.out)
    assert any(not line["ok"] for line in lines)
    assert held["client_secret"] not in hub.out + hub.err
    assert "hub mocks" in hub.err


def test_another_run_holds_the_stream(hub: Shell, servers: MockServers) -> None:
    from base.clock import SystemClock
    from canonical.store.leases import this_process

    with hub_in(servers, hub.home) as made:
        stream = made.streams["applications"]
        now = SystemClock().now()
        lease = made.store.acquire_lease(stream, this_process(), timedelta(minutes=5), now)
        assert hub("sync", APPLICATIONS) == 4
        assert "another run" in hub.err
        assert hub("sync", APPLICATIONS, "--json") == 4
        assert json.loads(hub.out)[0]["action"] == "stop"
        assert hub("state", "reset", APPLICATIONS, "--yes") == 4
        made.store.release_lease(lease)
    assert hub("sync", APPLICATIONS) == 0
