"""The replica's client: read-only, bounded in time, retried by the type of error, silent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from base import replica_engine
from base.breaker import CircuitBreaker, State
from base.clock import ManualClock
from base.connection import Connection
from base.errors import (
    AuthenticationError,
    ConnectError,
    Forbidden,
    HubError,
    NotFound,
    ReadError,
    ServerFault,
    SettingsError,
)
from base.replica import Replica
from base.retry import RunBudget
from tests import postgres
from tests.wire import Wire

ONE = sa.select(sa.literal(1))
NEVER_ENDING = sa.text(
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c"
)


def replica(address: str, clock: ManualClock | None = None, **options: str) -> Replica:
    clock = clock or ManualClock()
    connection = Connection("ledger", address, None, options)
    return Replica(connection, clock, budget=RunBudget(clock, deadline=600, max_retries=3))


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "ledger.sqlite"
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE items (code TEXT)"))
    engine.dispose()
    return f"sqlite:///{path}"


@pytest.fixture
def database(postgres_server: postgres.Server) -> Iterator[str]:
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def address(request: pytest.FixtureRequest) -> str:
    named = "file" if request.param == "sqlite" else "database"
    return str(request.getfixturevalue(named))


@pytest.fixture
def wire(database: str) -> Iterator[Wire]:
    made = Wire(database)
    yield made
    made.close()


WRITE = sa.text("INSERT INTO items VALUES ('x') RETURNING code")


def test_a_file_cannot_be_written(file: str) -> None:
    with replica(file).reading() as reading:
        with pytest.raises(Forbidden):
            reading.run(lambda s: s.rows(WRITE))
        assert reading.run(lambda s: s.rows(ONE)).rows == [(1,)]


@pytest.mark.postgresql
def test_a_database_cannot_be_written(database: str) -> None:
    engine = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE items (code TEXT)"))
    with replica(database).reading() as reading:
        with pytest.raises(ReadError, match="25006"):
            reading.run(lambda s: s.rows(WRITE))
        found = reading.run(lambda s: s.rows(sa.text("SELECT count(*) FROM items")))
    assert found.rows == [(0,)]
    engine.dispose()


def test_a_statement_that_takes_too_long_is_ended_and_tried_again(address: str) -> None:
    clock = ManualClock()
    with (
        replica(address, clock, timeout="0.2").reading() as reading,
        pytest.raises(ServerFault) as caught,
    ):
        reading.run(lambda s: s.rows(NEVER_ENDING))
    assert len(clock.slept) == 3
    assert "index" in str(caught.value)


@pytest.mark.postgresql
def test_a_lost_connection_is_made_again_in_a_new_snapshot(wire: Wire) -> None:
    with replica(wire.address).reading() as reading:
        seen = [reading.run(lambda s: (s, s.rows(ONE).rows)) for _ in range(2)]
        wire.cut()
        seen.append(reading.run(lambda s: (s, s.rows(ONE).rows)))
    assert [rows for _, rows in seen] == [[(1,)]] * 3
    assert seen[0][0] is seen[1][0]
    assert seen[1][0] is not seen[2][0]


@pytest.mark.postgresql
def test_a_host_that_falls_silent_is_not_waited_for(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_engine, "GRACE", 0.1)
    clock = ManualClock()
    connection = Connection("ledger", wire.address, None, {"timeout": "0.2"})
    client = Replica(connection, clock, budget=RunBudget(clock, max_retries=0))
    with client.reading() as reading:
        reading.run(lambda s: s.rows(ONE))
        wire.fall_silent()
        with pytest.raises(ServerFault, match="did not answer"):
            reading.run(lambda s: s.rows(ONE))


@pytest.mark.postgresql
def test_a_session_ended_by_the_database_is_a_lost_connection(database: str) -> None:
    me = sa.text("SELECT pg_backend_pid()")
    with replica(database).reading() as reading:
        ((first,),) = reading.run(lambda s: s.rows(me)).rows
        engine = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            connection.execute(sa.text(f"SELECT pg_terminate_backend({first})"))
        engine.dispose()
        ((second,),) = reading.run(lambda s: s.rows(me)).rows
    assert first != second


@pytest.mark.postgresql
def test_a_connection_that_must_be_encrypted_is_not_made_in_the_clear(wire: Wire) -> None:
    connection = Connection("ledger", wire.address, None, {"sslmode": "require"})
    clock = ManualClock()
    client = Replica(connection, clock, budget=RunBudget(clock, max_retries=0))
    with client.reading() as reading, pytest.raises(ConnectError):
        reading.run(lambda s: s.rows(ONE))


def test_a_host_that_is_not_there_is_told_without_the_password() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        connection = Connection(
            "ledger", f"postgresql://127.0.0.1:{port}/db", None, {"user": "hub"},
            {"password": "open-sesame"},
        )  # fmt: skip
        clock = ManualClock()
        breaker = CircuitBreaker("ledger", clock, failures=3)
        client = Replica(connection, clock, None, breaker, RunBudget(clock, max_retries=2))
        with client.reading() as reading, pytest.raises(ConnectError) as caught:
            reading.run(lambda s: s.rows(ONE))
    assert "open-sesame" not in f"{caught.value!r} {caught.value} {client!r} {connection!r}"
    assert caught.value.__cause__ is None
    assert breaker.state is State.OPEN


@pytest.mark.parametrize(
    "address",
    ["https://example.invalid/x", "mysql://host/db", "sqlite://", "postgresql://u:secret99@h/db"],
)
def test_an_address_that_cannot_be_used_is_a_setting_to_correct(address: str) -> None:
    with pytest.raises(SettingsError) as caught:
        replica(address)
    assert "secret99" not in str(caught.value)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nothing.sqlite"
    with replica(f"sqlite:///{path}").reading() as reading, pytest.raises(ConnectError):
        reading.run(lambda s: s.rows(ONE))
    assert not path.exists()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "page.sqlite"
    path.write_text("<html>maintenance</html>" * 200)
    with (
        replica(f"sqlite:///{path}").reading() as reading,
        pytest.raises(ReadError, match="SQLITE_NOTADB"),
    ):
        reading.run(lambda s: s.rows(sa.text("SELECT * FROM items")))


def test_a_table_that_is_not_there(address: str) -> None:
    with replica(address).reading() as reading, pytest.raises(NotFound, match="no such table"):
        reading.run(lambda s: s.rows(sa.text("SELECT * FROM nowhere")))


@pytest.mark.postgresql
def test_a_database_that_is_not_there(database: str) -> None:
    head, _, query = database.partition("?")
    other = f"{head}_other?{query}"
    with replica(other).reading() as reading, pytest.raises(HubError) as caught:
        reading.run(lambda s: s.rows(ONE))
    assert isinstance(caught.value, NotFound | ConnectError)


def test_no_statement_is_sent_after_the_deadline(file: str) -> None:
    clock = ManualClock()
    with replica(file, clock).reading() as reading:
        reading.run(lambda s: s.rows(ONE))
        clock.advance(601)
        with pytest.raises(ConnectError, match="deadline"):
            reading.run(lambda s: s.rows(ONE))


def test_a_value_in_a_drivers_message_is_not_told(address: str) -> None:
    bad = sa.text("SELECT CAST('ひみつ株式会社' AS INTEGER) FROM items_missing")
    with replica(address).reading() as reading, pytest.raises(HubError) as caught:
        reading.run(lambda s: s.rows(bad))
    assert "ひみつ" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_refused_credentials_stop_the_run() -> None:
    from base.replica_fault import database_error

    class InvalidPassword(Exception):
        sqlstate = "28P01"

    assert isinstance(database_error(InvalidPassword(), "db", 1), AuthenticationError)
