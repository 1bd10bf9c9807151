"""Two equal businesses, one with a succession case and a consultation: nothing tells them apart.

The same world is synced twice. In the second one half of the businesses that have cases or
consultations have none, so each of them meets its twin of the first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hub.cli import run
from hub.consolidate import consolidate
from mocks.succession.cases import make_cases
from mocks.world import World
from mocks.yorozu.consultations import make_consultations
from tests.hub.hubs import environment
from tests.hub.ten_systems import Judged, TenSystems, ten_systems

pytestmark = pytest.mark.network

SYSTEMS = frozenset({"corporate_number", "corporate_auth", "subsidy", "succession", "yorozu"})
CASES, KARTE = "succession.cases", "yorozu.consultations"
Shell = Callable[[int, list[str]], tuple[int, str]]


@dataclass
class Twins:
    """Two hubs: the first knows what the second was never told about the businesses `without`."""

    hubs: tuple[TenSystems, TenSystems]
    without: set[str]
    judged: Judged
    summaries: list[dict[str, Any]]

    @property
    def parties(self) -> list[int]:
        """The open parties of the businesses that are told apart by a scope alone."""
        return sorted(p for name in self.without for p in self.judged.open_parties(name))

    def records(self, stream: str) -> list[str]:
        """Records of a confidential stream that the second hub was never told."""
        held = [
            f"{row.system}.{row.stream}:{row.record_key}"
            for row in self.judged.members
            if f"{row.system}.{row.stream}" == stream
            and set(self.judged.claims[row.party_id]) & self.without
        ]
        return sorted(held)


def _halved(world: World) -> set[str]:
    """Every second business that has a case or a consultation."""
    held = {case.business for case in make_cases(world)}
    held |= {one.business for one in make_consultations(world).values()}
    return set(sorted(held)[::2])


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    without = _halved(World(5, 150))
    hubs, summaries = [], []
    with ExitStack() as stack:
        for name in ("with", "without"):
            world = World(5, 150)
            with pytest.MonkeyPatch.context() as patch:
                if name == "without":
                    _leave_out(patch, without)
                home = tmp_path_factory.mktemp(name) / "hub"
                ten = stack.enter_context(ten_systems(world, home, SYSTEMS))
            ten.sync_all()
            told = consolidate(ten.hub.store, ten.hub.clock).as_json()
            hubs.append(ten)
            summaries.append({key: told[key] for key in told if key != "seconds"})
        yield Twins((hubs[0], hubs[1]), without, hubs[0].judged(), summaries)


def _leave_out(patch: pytest.MonkeyPatch, without: set[str]) -> None:
    patch.setattr(
        "mocks.succession.desk.make_cases",
        lambda world: [case for case in make_cases(world) if case.business not in without],
    )
    patch.setattr(
        "mocks.yorozu.desk.make_consultations",
        lambda world: {
            key: one
            for key, one in make_consultations(world).items()
            if one.business not in without
        },
    )


@pytest.fixture
def shell(
    twins: Twins, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    """Runs `hub` against one of the two; gives its exit code and all that it printed."""
    monkeypatch.setenv("COLUMNS", "400")
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def call(which: int, arguments: list[str]) -> tuple[int, str]:
        ten = twins.hubs[which]
        for name, value in environment(ten.servers, ten.hub.settings.home).items():
            monkeypatch.setenv(name, value)
        code = run(arguments)
        told = capsys.readouterr()
        return code, told.out + told.err

    yield call
    root.handlers[:], root.level = handlers, level


def _differing(shell: Shell, commands: list[list[str]]) -> list[list[str]]:
    return [arguments for arguments in commands if shell(0, arguments) != shell(1, arguments)]


def test_the_twins_are_worth_comparing(twins: Twins) -> None:
    assert len(twins.parties) > 10
    assert len(twins.records(CASES)) > 2
    assert len(twins.records(KARTE)) > 10


def test_counts_are_the_same(twins: Twins) -> None:
    assert twins.summaries[0] == twins.summaries[1]
    assert twins.summaries[0]["businesses"] > 100


def test_golden_records_histories_and_members_are_the_same(twins: Twins, shell: Shell) -> None:
    commands = [
        [*command, str(party), *form]
        for party in twins.parties
        for command, form in (
            (["business", "show"], ["--history", "--json"]),
            (["match", "show"], ["--json"]),
            (["match", "relations"], ["--json"]),
        )
    ]
    assert _differing(shell, commands) == []


def test_lists_events_and_checks_are_the_same(shell: Shell) -> None:
    commands = [
        ["business", "find", "商店"],
        ["business", "conflicts", "--limit", "1000", "--json"],
        ["match", "review", "--limit", "1000", "--json"],
        ["match", "relations", "--limit", "1000", "--json"],
        ["match", "decisions", "--json"],
        ["changes", "--limit", "100000", "--json"],
        ["golden", "check", "--json"],
    ]
    assert _differing(shell, commands) == []


def test_a_secret_record_answers_as_one_that_is_not_there(twins: Twins, shell: Shell) -> None:
    other = str(twins.parties[0])
    commands = [
        arguments
        for stream in (CASES, KARTE)
        for record in twins.records(stream)[:5]
        for arguments in (
            ["business", "show", record],
            ["match", "show", record],
            ["match", "relations", record],
            ["match", "explain", record, other],
            ["match", "decide", record, other, "--different", "--reason", "none"],
        )
    ]
    assert _differing(shell, commands) == []
    assert all(shell(0, arguments)[0] != 0 for arguments in commands)


def test_explanations_are_the_same(twins: Twins, shell: Shell) -> None:
    pairs = zip(twins.parties, twins.parties[1:], strict=False)
    assert _differing(shell, [["match", "explain", str(a), str(b)] for a, b in pairs]) == []


@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_is_exported_in_standard_form_is_the_same(
    shell: Shell, tmp_path: Path, form: str
) -> None:
    told = []
    for which in (0, 1):
        out = tmp_path / f"{which}.{form}"
        code, _ = shell(which, ["export", "gif", "--out", str(out)])
        assert code == 0
        told.append(out.read_bytes())
    assert told[0] == told[1]
    assert len(told[0]) > 10_000


def test_what_is_exported_for_analysis_is_the_same(shell: Shell, tmp_path: Path) -> None:
    salt = tmp_path / "salt"
    salt.write_bytes(b"synthetic-salt-for-this-test-only!" * 2)
    told = []
    for which in (0, 1):
        out = tmp_path / str(which)
        arguments = ["--release", "twins", "--salt-file", str(salt)]
        code, _ = shell(which, ["export", "parquet", "--out", str(out), *arguments])
        assert code == 0
        files = sorted(out.rglob("*.parquet"))
        told.append({path.name: pl.read_parquet(path).rows() for path in files})
    assert told[0] == told[1]
    assert sum(map(len, told[0].values())) > 100


def test_who_has_the_scope_sees_the_difference(twins: Twins, shell: Shell) -> None:
    scopes = ["--scope", "succession", "--scope", "yorozu"]
    seen = [
        shell(0, ["match", "show", str(party), *scopes])
        != shell(1, ["match", "show", str(party), *scopes])
        for party in twins.parties
    ]
    assert sum(seen) > len(seen) // 2
