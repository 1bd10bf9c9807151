"""From claims to businesses and their changes, as `hub consolidate` and the DAG do it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from canonical.store import Store
from hub.cli import run as hub
from tests import postgres
from tests.hub.consolidating import (
    EVERY_SCOPE,
    a_later_day,
    consolidated,
    everything,
    first_days,
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database() as made:
        yield made


@pytest.fixture
def store(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HUB_DATABASE_URL", url)
    with Store.open(url) as opened:
        opened.upgrade()
        first_days(opened)
        yield opened


def kinds(store: Store, *scopes: str) -> list[str]:
    return [event["type"].removeprefix("internal.sme-hub.") for event in everything(store, *scopes)]


def test_claims_become_businesses_and_their_changes_events(store: Store) -> None:
    done = consolidated(store)
    standing = done.standing
    assert (standing.claims, standing.businesses, standing.joined) == (5, 3, 4)
    assert kinds(store, *EVERY_SCOPE) == ["business.created"] * 3
    a_later_day(store)
    assert consolidated(store, 3).events == {
        "business.changed": 1,
        "business.removed": 1,
        "party.gone": 1,
        "project.state_changed": 1,
    }


def test_consolidating_again_writes_nothing(store: Store) -> None:
    for day in (2, 3):
        consolidated(store, day)
        before = store.row_counts()
        again = consolidated(store, day + 10)
        assert (again.records, again.golden, again.events) == (0, 0, {})
        assert store.row_counts() == before
        a_later_day(store)


def test_every_change_of_state_names_its_party(store: Store) -> None:
    consolidated(store)
    a_later_day(store)
    consolidated(store, 3)
    found = everything(store, *EVERY_SCOPE)
    by_kind = {event["type"].rpartition("sme-hub.")[2]: event.get("subject") for event in found}
    assert by_kind["project.state_changed"] == by_kind["succession_case.state_changed"]
    assert by_kind["project.state_changed"] == by_kind["business.changed"]


def test_without_the_scope_the_feed_is_that_of_a_business_without_a_case(
    store: Store, tmp_path: Path
) -> None:
    """The twin: the same records, and no case at all."""
    with Store.open(f"sqlite:///{tmp_path / 'twin.db'}") as twin:
        twin.upgrade()
        first_days(twin, case=False)
        feeds = []
        for one in (store, twin):
            told = [consolidated(one).as_json()]
            a_later_day(one, case=one is store)
            told.append(consolidated(one, 3).as_json())
            feeds.append((everything(one), [{**t, "seconds": 0} for t in told]))
        assert feeds[0] == feeds[1]
        assert len(everything(store, *EVERY_SCOPE)) > len(feeds[0][0])


def test_the_commands_go_from_cursor_to_cursor(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hub(["changes"]) == 0
    assert capsys.readouterr().err == "there is no change yet\n"
    assert hub(["consolidate"]) == 0
    assert "3 businesses out of 5 claims, 4 of them joined" in capsys.readouterr().out
    assert hub(["changes", "--limit", "2", "--json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert (len(page["events"]), page["more"]) == (2, True)
    assert hub(["changes", "--since", page["next"]]) == 0
    said = capsys.readouterr()
    (line,) = said.out.splitlines()
    last = json.loads(line)["id"]
    assert said.err == f"that is all; go on with --since {last}\n"
    a_later_day(store)
    assert hub(["changes", "--since", last]) == 0
    assert "1 more change will come with the next `hub consolidate`" in capsys.readouterr().err
    assert hub(["changes", "--since", last, "--scope", "succession"]) == 0
    assert "2 more changes will come" in capsys.readouterr().err
    assert hub(["consolidate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["events"]["project.state_changed"] == 1
    assert hub(["changes", "--since", "now"]) == 0
    assert capsys.readouterr().out == ""


def test_wrong_kinds_and_cursors_are_named(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    consolidated(store)
    assert hub(["changes", "--kind", "busines"]) == 2
    assert "busines is no kind of change; there are: business.created" in capsys.readouterr().err
    assert hub(["changes", "--since", "7"]) == 1
    assert "the cursor is no event that you may know of" in capsys.readouterr().err
