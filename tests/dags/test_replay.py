"""The runs that an operator starts: from the archive, with every system switched off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mocks.serve import serve
from mocks.world import World, dirt
from tests.hub.hubs import hub_in, mended
from tests.hub.test_replay import CAPITAL, NUMBER_IGNORED

pytestmark = [pytest.mark.airflow, pytest.mark.network]
ROOT = Path(__file__).resolve().parents[2]


class Alias:
    """The events that a task notes on an alias."""

    def __init__(self) -> None:
        self.added: dict[str, Any] = {}

    def __getitem__(self, alias: Any) -> Alias:
        assert alias.name == "replayed"
        return self

    def add(self, asset: Any, extra: dict[str, Any]) -> None:
        """As Airflow's accessor of an alias has it."""
        self.added[asset.name] = extra


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a hub whose system, from which it read once, is off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dirt, "REFUSED_SHARE", 0.06)
        servers = serve(World(5, 200), only=["subsidy"])
    with servers, hub_in(servers, tmp_path_factory.mktemp("home") / "hub") as hub:
        hub.sync("applications")
        return dict(hub.settings.environ)


@pytest.fixture
def stopped(home: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in home.items():
        monkeypatch.setenv(name, value)


def run(of_quarantine: bool, **params: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    from dags.replay import run_again

    alias = Alias()
    params = {"system": "subsidy", "stream": "applications", **params}
    context = {"params": params, "outlet_events": alias}
    return run_again(context, of_quarantine=of_quarantine), alias.added


@pytest.mark.usefixtures("stopped")
def test_what_the_mapping_still_refuses_stays_in_quarantine() -> None:
    told, added = run(of_quarantine=True, rule="check_digit")
    assert told["items"]["open_before"] == told["items"]["open_after"] > 0
    assert 0 < told["counts"]["read"] <= told["items"]["open_before"]
    assert added == {"subsidy.applications": told}


@pytest.mark.usefixtures("stopped")
def test_a_mended_mapping_closes_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mapping = mended(tmp_path, *NUMBER_IGNORED)
    monkeypatch.setattr("hub.sync.mapping_file", lambda system: mapping)
    told, _ = run(of_quarantine=True, rule="check_digit")
    assert told["items"]["open_after"] == 0 < told["items"]["open_before"]


@pytest.mark.usefixtures("stopped")
def test_after_a_change_of_the_mapping_everything_is_mapped_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mapping = mended(tmp_path, CAPITAL)
    monkeypatch.setattr("hub.sync.mapping_file", lambda system: mapping)
    told, _ = run(of_quarantine=False)
    assert told["counts"]["read"] > 100
    assert run(of_quarantine=False)[0]["counts"]["read"] == 0


@pytest.mark.usefixtures("stopped")
def test_without_open_items_the_run_says_so_and_does_nothing() -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException, match=r"no open item of subsidy.applications by rule"):
        run(of_quarantine=True, rule="no_such_rule")


@pytest.mark.usefixtures("stopped")
def test_a_stream_that_the_system_has_not_is_named() -> None:
    from base.errors import SettingsError

    with pytest.raises(SettingsError, match="subsidy has no stream accounts"):
        run(of_quarantine=True, stream="accounts")


@pytest.mark.usefixtures("stopped")
def test_a_discard_closes_what_was_seen_and_no_more() -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    from base.errors import SettingsError
    from base.settings import Settings
    from dags.replay import run_discard
    from hub.console import item_name
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        items = store.quarantine(system="subsidy", stream="applications", limit=1000)
        chosen = items[0]
        alike = sorted(
            one.item_id for one in items
            if (one.stage, one.rule, one.field) == (chosen.stage, chosen.rule, chosen.field)
        )  # fmt: skip
    seen = alike[: max(1, len(alike) // 2)]
    params = {
        "system": "subsidy", "stream": "applications", "stage": chosen.stage, "rule": chosen.rule,
        "field": chosen.field or "", "up_to": item_name(seen[-1]), "reason": "known",
    }  # fmt: skip
    for missing in ("rule", "stage", "up_to", "reason"):
        with pytest.raises(SettingsError, match=missing):
            run_discard({"params": params | {missing: " "}})
    assert run_discard({"params": params}) == {"discarded": len(seen)}
    with open_store(Settings.load()) as store:
        gone = store.quarantine(status="discarded", limit=1000)
    assert sorted(one.item_id for one in gone) == seen
    with pytest.raises(AirflowSkipException):
        run_discard({"params": params})


def test_an_operator_chooses_among_what_there_is() -> None:
    from airflow.dag_processing.dagbag import DagBag

    from connectors.registry import declarations

    bag = DagBag(str(ROOT / "dags"))
    for name in ("quarantine_replay", "quarantine_discard", "remap"):
        dag = bag.dags[name]
        assert dag.schedule is None
        assert dag.params.get_param("system").schema["enum"] == sorted(declarations())
        (task,) = dag.tasks
        assert task.execution_timeout < dag.dagrun_timeout
