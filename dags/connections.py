"""Airflow's connections, and so any secrets backend, as a source of the hub's."""

from __future__ import annotations

from typing import Any

from base.settings import Connection

PREFIX = "hub_"


def connection_from_airflow(name: str) -> Connection | None:
    """The Airflow connection `hub_<name>` as the hub's; None where there is none.

    Host, schema (http or https; as in Airflow's own HTTP connections http where a connection of
    type `http` names none) and port make the address; in a connection of type `postgres` the
    schema is the database. Login and password are the OAuth client's id and secret, or the
    database's user and password; the extra is a JSON object of the hub's own keys
    (`rate_per_second`, `token_url`, `private_key`, …), among them `address` where a path is needed.

    Raises:
        SettingsError: it is there but cannot be used.
    """
    from airflow.sdk import Connection as AirflowConnection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found = AirflowConnection.get(PREFIX + name)
    except AirflowNotFoundException:
        return None
    return Connection.from_mapping(name, as_mapping(found))


def as_mapping(found: Any) -> dict[str, object]:
    """The hub's keys of an Airflow connection."""
    given: dict[str, object] = dict(found.extra_dejson)
    if found.conn_type == "postgres" and "address" not in given:
        port = f":{found.port}" if found.port else ""
        given["address"] = f"postgresql://{found.host or ''}{port}/{found.schema or ''}"
    if found.host and "address" not in given:
        scheme = found.schema or ("http" if found.conn_type == "http" else "https")
        host = found.host if "://" in found.host else f"{scheme}://{found.host}"
        given["address"] = f"{host}:{found.port}" if found.port else host
    if found.login:
        given.setdefault("client_id", found.login)
    if found.password:
        given.setdefault("client_secret", found.password)
    return given
