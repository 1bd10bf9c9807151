"""`decide`: a question to a person in Airflow's "Required actions", and what follows.

A sync that may not go on by itself puts it once; until it is answered the run waits and takes no
slot. The store says whether there is still something to decide.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Param
from airflow.sdk import task as airflow_task

from dags import tasks
from dags.build import GRACE, asset_of
from dags.replay import REPLAYED
from dags.retries import RETRIES, ByErrorType
from dags.tasks import Task, told_of

if TYPE_CHECKING:
    from base.errors import HubError
    from hub.decisions import Question
    from hub.options import SyncOptions

log = logging.getLogger(__name__)

DECIDE_ID = "decide"
APPROVE, REJECT = "承認 / Approve", "却下 / Reject"
DEADLINE = timedelta(hours=3)
BODY = """\
{{ params.said }}

{% if params.kind == 'missing_keys' -%}
承認: 届かなかった {{ params.count }} 件までを削除済みとします（再び届けば戻ります）。
却下: 何も変わりません。

Approve: up to {{ params.count }} records that the system no longer names are taken for deleted;
one that it names again comes back. Reject: nothing changes.
{%- else -%}
承認: 拒否されたレコードを隔離し、残りを読み込みます。
却下: 何も変わりません。

Approve: refused records go into quarantine, the others are loaded. Reject: nothing changes.
{%- endif %}
"""


def build_decide() -> DAG:
    """The DAG whose runs wait for a person's answer."""
    from airflow.providers.standard.operators.hitl import HITLOperator

    texts = ("system", "stream", "kind", "said", "mode", "after")
    optional: dict[str, Any] = {"type": ["null", "string"]}
    with DAG(
        dag_id=DECIDE_ID,
        dag_display_name="承認待ち (decide)",
        description="A sync that needs a person's word: too many keys missing, or records refused",
        schedule=None,
        catchup=False,
        max_active_runs=100,
        params={
            **{name: Param("", type="string") for name in texts},
            "count": Param(0, type="integer"),
            "since": Param(None, **optional),
            "until": Param(None, **optional),
        },
        tags=["operate"],
        doc_md=__doc__,
    ) as dag:
        decision = HITLOperator(
            task_id="decision",
            task_display_name="判断 (decision)",
            subject="{{ params.system }}.{{ params.stream }}",
            body=BODY,
            options=[APPROVE, REJECT],
            params={"reason": Param("", type="string", title="理由 / Why")},
        )

        @airflow_task(
            task_id="carry_out",
            task_display_name="実行 (carry_out)",
            outlets=[REPLAYED],
            retries=RETRIES,
            retry_policy=ByErrorType(DEADLINE),
            execution_timeout=DEADLINE + GRACE,
        )
        def carry_out(answer: dict[str, Any], **context: Any) -> dict[str, Any]:
            return follow(answer, context)

        carry_out(decision.output)  # type: ignore[arg-type]  # what it holds when it runs
    return dag


def follow(answer: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do what was decided; who decided stands in the audit.

    Raises:
        AirflowSkipException: it was rejected, or there is nothing left to decide.
        HubError: the sync failed; where more is missing than was approved, it is asked again.
    """
    from airflow.sdk.exceptions import AirflowSkipException

    from hub.decisions import Question, note, stands

    params = context["params"]
    question = Question.from_json({**params, "after": params.get("after") or ""})
    yes = answer["chosen_options"] == [APPROVE]
    who = (answer.get("responded_by_user") or {}).get("name") or "unknown"
    why = str((answer.get("params_input") or {}).get("reason") or "")
    with _store() as store:
        if not stands(store, question):
            raise AirflowSkipException("nothing is left to decide: the stream was read since")
    note(_settings(), question, yes=yes, who=who, why=why)
    if not yes:
        raise AirflowSkipException(f"{who} rejected it")
    task = Task(question.system, question.stream, snapshot=False, schedule=None)
    told = told_of(asking(task, question.answered_yes(), again=True))
    context["outlet_events"][REPLAYED].add(asset_of(task.system, task.stream), extra=told)
    return told


def asking(task: Task, options: SyncOptions, *, again: bool = False) -> Any:
    """A sync that puts its question where it may not go on by itself.

    Raises:
        HubError: the sync failed; the question is put.
    """
    from base.errors import ApprovalNeeded, FailureBudgetExceeded

    try:
        return tasks.sync(task, options)
    except (ApprovalNeeded, FailureBudgetExceeded) as error:
        put(task, options, error, again=again)
        raise


def put(task: Task, options: SyncOptions, error: HubError, *, again: bool) -> None:
    """Start the run of `decide` that asks, if this question was not put before.

    What goes wrong with it is a warning: the command line can answer as well.
    """
    from hub.decisions import Question

    try:
        with _store() as store:
            question = Question.of(store, task.system, task.stream, options, error)  # type: ignore[arg-type]
        _trigger(question, question.id(again))
    except Exception as problem:  # noqa: BLE001 - the sync's own error matters more
        log.warning("%s: it could not be asked (%s)", task.name, type(problem).__name__)


def _trigger(question: Question, run_id: str) -> None:
    from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    message = TriggerDagRun(dag_id=DECIDE_ID, run_id=run_id, conf=question.as_json())
    answer = SUPERVISOR_COMMS.send(message)
    asked = f"{question.system}.{question.stream}: {run_id} of the DAG {DECIDE_ID}"
    if isinstance(answer, ErrorResponse):
        log.info("%s was asked before, or cannot be (%s)", asked, answer.error)
    else:
        log.info("%s asks a person: see Required actions (判断待ち)", asked)


def _settings() -> Any:
    from base.settings import Settings
    from dags.connections import connection_from_airflow

    return Settings.load(connection_source=connection_from_airflow)


def _store() -> Any:
    from hub.sync import open_store

    return open_store(_settings())
