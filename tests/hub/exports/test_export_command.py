"""`hub export` as it is typed: what it prints, its exit codes, and what it refuses to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from canonical.store import Store
from canonical.store.party_tables import PARTY
from hub.cli import run
from tests.hub.exports.businesses import Businesses, number, party

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store behind the command line."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run(["db", "upgrade"]) == 0
    with Store.open(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as opened:
        yield opened


@pytest.fixture
def made(store: Store) -> Businesses:
    businesses = Businesses(store)
    businesses.found(range(12))
    businesses.hand_over([90], has_successor=True)
    businesses.settle()
    return businesses


@pytest.fixture
def hub(made: Businesses, capsys: pytest.CaptureFixture[str]) -> Shell:
    """`hub export ARGUMENTS` over that store: exit code, output, errors."""
    capsys.readouterr()

    def shell(*arguments: str) -> tuple[int, str, str]:
        code = run(["export", *arguments])
        told = capsys.readouterr()
        return code, told.out, told.err

    return shell


def test_gif_says_what_it_wrote_and_what_not(hub: Shell) -> None:
    code, out, _ = hub("gif", "--out", "all")
    assert code == 0
    assert "12 businesses written to all (12 LegalEntity_MP01)" in out
    assert "24 applications written" in out
    code, out, _ = hub("gif", "--out", "one.json", "--party", number(3), "--json")
    assert json.loads(out)["businesses"]["written"] == 1
    assert json.loads(Path("one.json").read_text("utf-8"))[0]["legalEntityNumber"] == number(3)
    named = ["--party", f"subsidy.applications:APP-{party(1)}", "--party", str(party(2))]
    code, out, _ = hub("gif", "--out", "some.jsonl", "--limit", "2", *named)
    assert code == 0
    assert len(Path("some.jsonl").read_text("utf-8").splitlines()) == 2


def test_a_merged_business_answers_as_the_one_it_is_now(hub: Shell, made: Businesses) -> None:
    with made.store.database.write() as connection:
        connection.execute(PARTY.insert().values(
            party_id=7, since=made.clock.now(), changed_at=made.clock.now(), confidential=False,
            status="merged", merged_into=party(4),
        ))  # fmt: skip
    assert hub("gif", "--out", "a.jsonl", "--party", "7")[0] == 0
    assert number(4) in Path("a.jsonl").read_text("utf-8")


def test_a_business_that_only_a_confidential_stream_knows_is_unknown(
    hub: Shell, made: Businesses
) -> None:
    with made.store.database.write() as connection:
        secret = PARTY.c.party_id == party(90)
        connection.execute(update(PARTY).where(secret).values(confidential=True))
    unknown = hub("gif", "--out", "a", "--party", str(party(90)))
    assert unknown[0] == 2
    never_there = hub("gif", "--out", "a", "--party", str(party(91)))
    assert unknown[2].replace(str(party(90)), "X") == never_there[2].replace(str(party(91)), "X")
    known = hub("gif", "--out", "a", "--party", str(party(90)), "--scope", "succession",
                "--show-personal")  # fmt: skip
    assert known[0] == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["gif"], "Missing option '--out'"),
        (["gif", "--out", "a.xml", "--format", "json"], "a.xml is no name for json"),
        (["gif", "--out", "a.json", "--xsd", "hub/hub.sqlite"], "--xsd checks XML"),
        (["gif", "--out", "a", "--xsd", "nowhere.xsd"], "does not exist"),
        (["gif", "--out", "a", "--limit", "0"], "0 is not in the range"),
        (["gif", "--out", "a", "--party", "xyz"], "no business answers to xyz"),
        (["gif", "--out", "a", "--scope", "sucession"], "there are: succession, yorozu"),
        (["parquet", "--out", "a"], "Missing option '--release'"),
        (["parquet", "--out", "a", "--release", "../x"], "cannot name a release"),
        (["parquet", "--out", "a", "--release", "x", "--scope", "no"], "is not one of"),
        (["parquet", "--out", "a", "--release", "x", "--salt-file", "no"], "does not exist"),
    ],
)
def test_wrong_usage_is_said_in_a_sentence(hub: Shell, arguments: list[str], why: str) -> None:
    code, _, err = hub(*arguments)
    assert code == 2
    assert why in err
    assert not Path("a").exists()


def test_settings_that_do_not_hold(hub: Shell) -> None:
    code, _, err = hub("gif", "--out", "a", "--xsd", "hub/hub.sqlite")
    assert (code, "cannot be read as an XML schema" in err) == (3, True)
    code, _, err = hub("gif", "--out", "hub")
    assert (code, "exists already" in err) == (3, True)
    Path("salt").write_text("short")
    code, _, err = hub("parquet", "--out", "a", "--release", "x", "--salt-file", "salt")
    assert (code, "fewer than 16 bytes" in err) == (3, True)
    assert not Path("a").exists()


def test_a_snapshot_can_be_made_again(hub: Shell) -> None:
    code, out, _ = hub("parquet", "--out", "a", "--release", "2026-11")
    assert code == 0
    assert "parties: 12 rows" in out
    code, out, _ = hub("parquet", "--out", "b", "--release", "2026-11", "--json")
    assert {"table": "parties", "rows": 12, "left_out": 0} in json.loads(out)
    for path in Path("a").iterdir():
        assert path.read_bytes() == (Path("b") / path.name).read_bytes()
    hub("parquet", "--out", "c", "--release", "2026-12")
    assert Path("c/parties.parquet").read_bytes() != Path("a/parties.parquet").read_bytes()
    salt = Path("hub/releases/2026-11.salt")
    hub("parquet", "--out", "d", "--release", "2026-11", "--salt-file", str(salt))
    assert Path("d/parties.parquet").read_bytes() == Path("a/parties.parquet").read_bytes()
