"""Airflow's connections as the hub's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from base.settings import Connection
from dags import connections

pytestmark = pytest.mark.airflow


def airflow_connection(**given: Any) -> Any:
    empty = dict.fromkeys(("conn_type", "host", "schema", "port", "login", "password"))
    return SimpleNamespace(**{**empty, "extra_dejson": {}, **given})


def test_host_login_and_extra_become_a_connection() -> None:
    found = airflow_connection(
        host="jgrants.example",
        port=8443,
        login="hub",
        password="s3cret",
        extra_dejson={"rate_per_second": 5, "token_url": "https://jgrants.example/oauth/token"},
    )
    made = Connection.from_mapping("subsidy", connections.as_mapping(found))
    assert made.address == "https://jgrants.example:8443"
    assert made.rate == 5
    assert made.options["client_id"] == "hub"
    assert made.secret("client_secret") == "s3cret"
    assert "s3cret" not in repr(made)


def test_a_database_is_host_port_and_schema() -> None:
    found = airflow_connection(
        conn_type="postgres", host="replica.example", port=5433, schema="shokei", login="hub",
        password="s3cret", extra_dejson={"sslmode": "verify-full"},
    )  # fmt: skip
    made = Connection.from_mapping("succession", connections.as_mapping(found))
    assert made.address == "postgresql://replica.example:5433/shokei"
    assert made.options == {"client_id": "hub", "sslmode": "verify-full"}
    assert made.secret("client_secret") == "s3cret"


def test_an_address_in_the_extra_wins() -> None:
    found = airflow_connection(host="h", extra_dejson={"address": "https://h/api/v1"})
    assert connections.as_mapping(found)["address"] == "https://h/api/v1"


def test_a_name_airflow_does_not_know_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk import Connection as AirflowConnection
    from airflow.sdk.exceptions import AirflowNotFoundException

    asked: list[str] = []

    def get(name: str) -> Any:
        asked.append(name)
        raise AirflowNotFoundException(name)

    monkeypatch.setattr(AirflowConnection, "get", get)
    assert connections.connection_from_airflow("subsidy") is None
    assert asked == ["hub_subsidy"]


def test_airflow_reads_connections_from_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_HUB_SUBSIDY", "http://hub:s3cret@127.0.0.1:9")
    made = connections.connection_from_airflow("subsidy")
    assert made is not None
    assert made.address == "http://127.0.0.1:9"
    assert made.secret("client_secret") == "s3cret"
