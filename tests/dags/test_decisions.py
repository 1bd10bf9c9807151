"""A sync that may not go on by itself asks once, and goes on, or not, by the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from base.errors import FailureBudgetExceeded
from base.settings import Settings
from canonical.audit import AuditLog
from dags.decisions import APPROVE, DECIDE_ID, REJECT, follow, put
from dags.tasks import run_stream
from hub.decisions import Question
from hub.options import SyncOptions
from hub.sync import open_store
from mocks.serve import MockServers, serve
from mocks.world import World, dirt
from tests.dags.doubles import APPLICATIONS, Outlets
from tests.dags.test_replay import Alias
from tests.hub.hubs import environment

pytestmark = [pytest.mark.airflow, pytest.mark.network]


class Supervisor:
    """Keeps what a task asks of Airflow; a run that is there already is refused."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    def send(self, message: Any) -> Any:
        from airflow.sdk.exceptions import ErrorType
        from airflow.sdk.execution_time.comms import ErrorResponse

        assert message.dag_id == DECIDE_ID
        if message.run_id in self.asked:
            return ErrorResponse(error=ErrorType.DAGRUN_ALREADY_EXISTS)
        self.asked[message.run_id] = json.loads(json.dumps(message.conf))
        return None


@pytest.fixture(scope="module")
def servers() -> Iterator[MockServers]:
    """A world in which one application in five has to be refused."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dirt, "REFUSED_SHARE", 0.9)
        one = serve(World(5, 200), only=["subsidy"])
    with one:
        yield one


@pytest.fixture
def settings(servers: MockServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A hub on that world, as the tasks' environment names it."""
    given = environment(servers, tmp_path / "hub")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    from airflow.sdk.execution_time import task_runner

    one = Supervisor()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", one, raising=False)
    return one


def run() -> dict[str, Any]:
    context = {
        "dag_run": SimpleNamespace(run_type="manual"), "params": {}, "outlet_events": Outlets(),
    }  # fmt: skip
    return run_stream(APPLICATIONS, context, SimpleNamespace(name=APPLICATIONS.name))  # type: ignore[arg-type]


def answered(choice: str, params: dict[str, Any]) -> dict[str, Any]:
    answer = {
        "chosen_options": [choice], "params_input": {"reason": "確認済み"},
        "responded_by_user": {"id": "1", "name": "operator"},
    }  # fmt: skip
    return follow(answer, {"params": params, "outlet_events": Alias()})


def decided(settings: Settings) -> list[tuple[str | None, bool]]:
    rows = AuditLog.open(settings.side_database_url).of_system("subsidy").rows
    return [(row.subject, row.details["approved"]) for row in rows if row.operation == "decide"]


def test_too_many_refused_records_are_asked_about_once_and_quarantined_by_a_yes(
    settings: Settings, supervisor: Supervisor
) -> None:
    for _ in range(2):
        with pytest.raises(FailureBudgetExceeded):
            run()
    ((run_id, params),) = supervisor.asked.items()
    assert run_id == "subsidy.applications__refused_records__first"
    assert "were refused" in params["said"]
    with pytest.raises(AirflowSkipException, match="operator rejected it"):
        answered(REJECT, params)
    with open_store(settings) as store:
        assert store.quarantine(limit=10) == []
    told = answered(APPROVE, params)
    assert told["counts"]["quarantined"] > 20
    assert decided(settings) == [("operator", True), ("operator", False)]
    with open_store(settings) as store:
        assert len(store.quarantine(limit=1000)) >= told["counts"]["quarantined"]
    with pytest.raises(AirflowSkipException, match="nothing is left to decide"):
        answered(APPROVE, params)


def test_what_cannot_be_asked_is_a_warning(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    error = FailureBudgetExceeded("too many", count=3)
    put(APPLICATIONS, SyncOptions(), error, again=False)
    assert "could not be asked" in caplog.text


@pytest.mark.parametrize("kind", ["missing_keys", "refused_records"])
def test_a_question_is_the_same_until_a_run_ends_well(kind: Any) -> None:
    one = Question("s", "t", kind, 30, "said", "backfill", "2026-01-01T00:00:00+00:00", None, "r-1")
    assert Question.from_json(json.loads(json.dumps(one.as_json()))) == one
    assert one.id(again=False) == f"s.t__{kind}__r-1"
    assert one.id(again=True) == f"s.t__{kind}__r-1__30"
    yes = one.answered_yes()
    assert (yes.mode, yes.approve_missing, yes.approve_refusals) == (
        "backfill", 30 if kind == "missing_keys" else 0, kind == "refused_records",
    )  # fmt: skip
    assert not yes.approve_deletes
