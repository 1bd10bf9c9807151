"""The state of matching, and the versions of its model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from base.errors import StoreError
from canonical.matching import features
from canonical.matching.model import Model
from canonical.store.database import Database
from canonical.store.party_tables import MATCH_DECISION, MATCH_MODEL, MATCH_STATE

NO_MODEL = 0


@dataclass(frozen=True, slots=True)
class State:
    """Where matching stands: its fence, and what was applied."""

    revision: int
    model_no: int
    decision_no: int
    features: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the model."""

    model_no: int
    status: str
    trained_at: datetime
    trained_on: dict[str, Any]


def ensure(database: Database, now: datetime) -> None:
    """Make the state of matching, and take the model that ships, where there is none that holds.

    A model made by a hub whose comparisons meant something else holds no longer.
    """
    with database.read() as connection:
        if _is_ready(connection):
            return
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("LOCK TABLE match_state IN SHARE ROW EXCLUSIVE MODE"))
        if _is_ready(connection):
            return
        if connection.scalar(select(MATCH_STATE.c.revision)) is None:
            row = {"only": 1, "revision": 0, "model_no": NO_MODEL, "decision_no": 0}
            connection.execute(insert(MATCH_STATE).values(row))
        _retire(connection)
        add(connection, Model.shipped(), now, status="active")


def _is_ready(connection: Connection) -> bool:
    if connection.scalar(select(MATCH_STATE.c.revision)) is None:
        return False
    try:
        active(connection)
    except StoreError:
        return False
    return True


def _retire(connection: Connection) -> None:
    connection.execute(
        update(MATCH_MODEL).where(MATCH_MODEL.c.status == "active").values(status="retired")
    )


def state(connection: Connection) -> State:
    """The state as this transaction sees it.

    Raises:
        StoreError: nothing was ever matched here.
    """
    row = connection.execute(select(MATCH_STATE)).one_or_none()
    if row is None:
        raise StoreError("nothing was matched yet", remedy="Run `hub match run` first")
    return State(row.revision, row.model_no, row.decision_no, row.features)


def fenced(connection: Connection, seen: State) -> bool:
    """Take the next revision; False when somebody else took it since `seen` was read."""
    mine = connection.execute(
        update(MATCH_STATE)
        .where(MATCH_STATE.c.revision == seen.revision)
        .values(revision=seen.revision + 1)
    )
    return mine.rowcount == 1


def write_state(connection: Connection, model_no: int, decision_no: int) -> None:
    """Note which model, which decisions and which version of the features are applied."""
    connection.execute(
        update(MATCH_STATE).values(
            model_no=model_no, decision_no=decision_no, features=features.VERSION
        )
    )


def last_decision(connection: Connection) -> int:
    """The number of the newest decision, 0 when there is none."""
    return connection.scalar(select(func.max(MATCH_DECISION.c.decision_no))) or 0


def active(connection: Connection) -> tuple[int, Model]:
    """The version in force."""
    row = connection.execute(
        select(MATCH_MODEL.c.model_no, MATCH_MODEL.c.parameters).where(
            MATCH_MODEL.c.status == "active"
        )
    ).one()
    return row.model_no, _parsed(row.parameters)


def model(connection: Connection, model_no: int) -> Model:
    """A version by its number.

    Raises:
        StoreError: there is none of this number.
    """
    found = connection.scalar(
        select(MATCH_MODEL.c.parameters).where(MATCH_MODEL.c.model_no == model_no)
    )
    if found is None:
        raise StoreError(f"there is no model {model_no}", remedy="See `hub match models`")
    return _parsed(found)


@lru_cache(maxsize=4)
def _parsed(parameters: str) -> Model:
    return Model.from_json(parameters)


def versions(connection: Connection) -> list[Version]:
    """All versions, the oldest first."""
    rows = connection.execute(select(MATCH_MODEL).order_by(MATCH_MODEL.c.model_no))
    return [
        Version(row.model_no, row.status, row.trained_at, json.loads(row.trained_on))
        for row in rows
    ]


def add(connection: Connection, model: Model, now: datetime, *, status: str) -> int:
    """Keep a version; its number."""
    number = (connection.scalar(select(func.max(MATCH_MODEL.c.model_no))) or 0) + 1
    connection.execute(
        insert(MATCH_MODEL).values(
            model_no=number,
            parameters=model.to_json(),
            trained_at=now,
            trained_on=json.dumps(model.trained_on, sort_keys=True),
            status=status,
        )
    )
    return number


def activate(database: Database, model_no: int) -> None:
    """Make a version the one in force; the next run matches everything by it.

    Raises:
        StoreError: there is none of this number.
    """
    with database.write() as connection:
        model(connection, model_no)
        _retire(connection)
        connection.execute(
            update(MATCH_MODEL).where(MATCH_MODEL.c.model_no == model_no).values(status="active")
        )
