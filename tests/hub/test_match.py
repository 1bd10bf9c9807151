"""`hub match` over a small store: reviews, explanations, decisions; what is personal or secret."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from base.clock import ManualClock
from base.errors import StoreError
from base.settings import Settings
from canonical.matching import versions
from canonical.matching.trial import train_candidate
from canonical.store import Store
from hub.cli import run
from tests.canonical.matching.businesses import Filled, Record, corporation, proprietor

PERSON = "田中 一郎"
SHOP, KARTE = "subsidy.records:shop", "yorozu.records:karte"
RECORDS = [
    Record("register", "a", corporation(1)),
    Record("subsidy", "a", corporation(1, corporate_number=None)),
    Record("subsidy", "shop", proprietor(5)),
    Record("subsidy", "wife", proprietor(5, name="田中 花子", representative_name="田中 花子",
                                           representative_birth_on=None)),
    Record("yorozu", "karte", proprietor(5)),
]  # fmt: skip

Hub = Callable[..., Any]


@pytest.fixture(scope="module")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("match") / "home"
    home.mkdir()
    settings = Settings.load({"HUB_HOME": str(home)})
    with Store.open(settings.database_url) as store:
        store.upgrade()
        Filled(store).write(RECORDS)
    return home


@pytest.fixture
def hub(
    filled_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Hub:
    """Runs a command with --json and returns what it said; its code must be `code`."""
    shutil.copytree(filled_home, tmp_path / "home")
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))

    def call(*words: str, code: int = 0, plain: bool = False) -> Any:
        capsys.readouterr()
        ended = run(["match", *words, *([] if plain or code else ["--json"])])
        out, err = capsys.readouterr()
        assert ended == code, err
        return (err if code else out) if plain or code else json.loads(out)

    call("run")
    return call


def test_who_belongs_to_a_party_and_why(hub: Hub) -> None:
    told = hub("show", "register.records:a")
    assert {member["record"] for member in told["members"]} == {
        "register.records:a/applicant",
        "subsidy.records:a/applicant",
    }
    assert {member["basis"] for member in told["members"]} == {"match"}
    assert hub("show", told["party"]) == told


def test_an_explanation_masks_what_is_personal(hub: Hub) -> None:
    said = hub("explain", "subsidy.records:shop", "subsidy.records:wife")
    assert not said["together"]
    assert PERSON.replace(" ", "") not in json.dumps(said, ensure_ascii=False)
    rows = {row["comparison"]: row for row in said["comparisons"]}
    assert rows["person"]["value_a"] != ""
    shown = hub("explain", SHOP, "subsidy.records:wife", "--show-personal")
    assert "田中花子" in json.dumps(shown, ensure_ascii=False)


def test_a_decision_takes_effect_is_told_and_can_be_taken_back(hub: Hub) -> None:
    told = hub("unmerge", "register.records:a", "--record", "subsidy.records:a",
               "--reason", "made up", "--by", "somebody")  # fmt: skip
    assert len(set(told["parties"])) == 2
    decision = hub("decisions")[0]
    assert (decision["verdict"], decision["decided_by"]) == ("different", "somebody")
    assert hub("review") == [] or not any(
        "subsidy.records:a/applicant" in pair["records"] for pair in hub("review")
    )
    told = hub("merge", "register.records:a", "subsidy.records:a", "--reason", "after all")
    assert len(set(told["parties"])) == 1


def test_decisions_are_called_by_ids_that_do_not_count(hub: Hub) -> None:
    about = ["--related", "branch_of", "--reason", "made up"]
    hub("decide", "register.records:a", SHOP, *about)
    hub("decide", KARTE, "register.records:a", "--different", "--reason", "x", "--scope", "yorozu")
    hub("decide", "register.records:a", "subsidy.records:wife", *about)
    seen, everything = hub("decisions"), hub("decisions", "--scope", "yorozu")
    assert len(seen) == 2
    secret = [row["decision"] for row in everything if row not in seen]
    assert len(secret) == 1
    assert not any(row["decision"].isdecimal() and len(row["decision"]) < 6 for row in everything)
    for row in seen:
        assert hub("decisions", row["decision"]) == [row]
    said = hub("explain", "register.records:a", SHOP)["decision"]
    assert said == {"decision": seen[1]["decision"], "verdict": "related"}
    told = " ".join(row["because"] for row in hub("relations"))
    assert all(f"(decision {row['decision']})" in told for row in seen)
    for unknown in (secret[0], "2"):
        refused = hub("decisions", unknown, code=1)
        assert f"{unknown} is no decision that is known here" in refused
    assert hub("decisions", secret[0], "--scope", "yorozu") == everything[1:2]


def test_what_replaced_a_decision_is_told_by_its_id(hub: Hub) -> None:
    hub("decide", "register.records:a", SHOP, "--different", "--reason", "one")
    hub("decide", "register.records:a", SHOP, "--withdraw", "--reason", "two")
    rows = hub("decisions")
    later = {row["decision"] for row in rows if row["verdict"] == "withdrawn"}
    assert later == {row["replaced_by"] for row in rows if row["verdict"] == "different"}


def test_without_its_scope_a_karte_is_nobody(hub: Hub) -> None:
    for words in (("show", KARTE), ("explain", KARTE, SHOP)):
        assert "no party is matched" in hub(*words, code=1)
    assert KARTE not in json.dumps(hub("show", SHOP))
    assert KARTE in json.dumps(hub("show", SHOP, "--scope", "yorozu"))
    refused = hub("decide", KARTE, SHOP, "--different", "--reason", "x", code=1)
    assert "no party is matched" in refused


def test_wrong_names_and_wrong_words_are_told(hub: Hub) -> None:
    assert "no party that is known" in hub("show", "123", code=1)
    assert "hub record list" in hub("explain", "subsidy.records:none", SHOP, code=1)
    assert "same claim" in hub("merge", SHOP, SHOP, "--reason", "x", code=1)
    assert "--same, --different" in hub("decide", SHOP, KARTE, "--reason", "x", code=2)
    both = hub(
        "decide", SHOP, "register.records:a", "--same", "--different", "--reason", "x", code=2
    )
    assert "say one of" in both
    assert "say why" in hub("merge", SHOP, "register.records:a", "--reason", " ", code=2)
    assert "there is no model 9" in hub("activate", "9", code=1)


def test_a_new_model_is_tried_before_it_is_taken(hub: Hub) -> None:
    told = hub("train")
    assert told["members"] == 4
    assert told["review_now"] == len(hub("review"))
    assert [row["status"] for row in hub("models")] == ["active", "candidate"]
    assert "applies it" in hub("activate", str(told["model_no"]), plain=True)
    assert [row["status"] for row in hub("models")] == ["retired", "active"]
    assert hub("run", "--scope", "yorozu")["records"] == len(RECORDS)
    assert hub("run")["records"] == 0


def test_what_a_run_counts_is_what_a_scope_lets_see(hub: Hub) -> None:
    told, everything = hub("run", "--full"), hub("run", "--full", "--scope", "yorozu")
    assert (told["records"], told["compared"]) == (4, 4)
    assert (everything["records"], everything["compared"]) == (5, 5)
    assert "no stream has the scope yoruzo" in hub("run", "--scope", "yoruzo", code=2)


def test_of_nothing_no_model_is_made(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'empty.db'}") as store:
        store.upgrade()
        with pytest.raises(StoreError, match="no claim to learn from"):
            train_candidate(store, ManualClock())
        with store.database.read() as connection:
            assert [version.status for version in versions.versions(connection)] == ["active"]
