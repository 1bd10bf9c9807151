"""Acts of an operator, as Airflow does them: with the operator's own token.

Airflow's permissions, its audit log and the run itself thus name who it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from base.errors import AuthenticationError, ConnectError, HubError, SettingsError

TIMEOUT = (3.0, 30.0)
"""Seconds to connect to Airflow, and to wait for its answer."""


class AirflowCalls:
    """Airflow's REST API on behalf of one user.

    Args:
        address: of the API server, such as `http://127.0.0.1:8080`.
        token: the user's own.
    """

    def __init__(self, address: str, token: str) -> None:
        self._address = address.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def trigger(self, dag_id: str, conf: Mapping[str, object], note: str) -> str:
        """Start a run of the DAG now; its run id.

        Raises:
            HubError: Airflow refuses or does not answer.
        """
        body = {"logical_date": None, "conf": dict(conf), "note": note}
        told = self._call("POST", f"/dags/{quote(dag_id, safe='')}/dagRuns", body)
        return str(told["dag_run_id"])

    def pause(self, dag_id: str, *, paused: bool) -> None:
        """Pause or resume a DAG.

        Raises:
            HubError: Airflow refuses or does not answer.
        """
        self._call("PATCH", f"/dags/{quote(dag_id, safe='')}", {"is_paused": paused})

    def _call(self, method: str, path: str, body: Any) -> Any:
        url = f"{self._address}/api/v2{path}"
        try:
            answer = self._session.request(method, url, json=body, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise ConnectError(
                f"Airflow does not answer ({type(error).__name__})",
                remedy="Look at the log of its API server",
            ) from None
        return _checked(answer, path)


def _checked(answer: requests.Response, path: str) -> Any:
    if answer.status_code in {401, 403}:
        raise AuthenticationError(
            "Airflow does not let you do this", remedy="Ask an administrator of Airflow"
        )
    if answer.status_code == 404:
        raise SettingsError(
            f"Airflow has nothing at {path}", remedy="Look whether its DAGs are parsed"
        )
    if not answer.ok:
        raise HubError(
            f"Airflow answered {answer.status_code} to {path}",
            remedy="Look at the log of its API server",
        )
    return answer.json() if answer.content else {}
