"""What the scaffold finds in a database, and what it says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from base.connection import Connection
from base.errors import SettingsError
from hub.scaffold.draft import late_of
from hub.scaffold.reflect import look
from hub.scaffold.table import draft_live
from tests import postgres

ON_POSTGRESQL = """
CREATE TYPE state AS ENUM ('正', '準');
CREATE SCHEMA shared;
CREATE TABLE shared.members (no VARCHAR(9) PRIMARY KEY, trade TEXT NOT NULL, state state NOT NULL,
  founded DATE, score NUMERIC(5,2), rate DOUBLE PRECISION, note JSONB, updated_at TIMESTAMP);
COMMENT ON TABLE shared.members IS '会員';
COMMENT ON COLUMN shared.members.trade IS '商号又は名称';
INSERT INTO shared.members VALUES ('M1', '株式会社架空', '正', '2001-01-01', 1.5, 2.5, '{}', now());
"""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[tuple[sa.Engine, Connection]]:
    """An empty SQLite file, and the connection that leads to it."""
    address = f"sqlite:///{tmp_path / 'a.sqlite'}"
    engine = sa.create_engine(address)
    yield engine, Connection("shop", address)
    engine.dispose()


def made(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize("name", ["mod_ts", "upd_dt", "updated_at", "LastModified", "更新日時"])
def test_a_column_of_the_update_is_known_by_its_name(name: str) -> None:
    assert late_of(["id", "opened_dt", name]) == name


def test_the_primary_key_is_the_key(file: tuple[sa.Engine, Connection]) -> None:
    engine, connection = file
    made(engine, "CREATE TABLE t (a TEXT UNIQUE, member_id TEXT, b INTEGER PRIMARY KEY)")
    found = look(connection, "t")
    assert found.keys == ("b", "a")
    draft = draft_live("shop", found).streams[0]
    assert draft.key == "b"
    assert not any("key" in line for line in draft.left)


def test_a_key_of_two_columns_is_told(file: tuple[sa.Engine, Connection]) -> None:
    engine, connection = file
    made(engine, "CREATE TABLE t (a INTEGER, b INTEGER, PRIMARY KEY (a, b))")
    left = draft_live("shop", look(connection, "t")).streams[0].left
    assert any(line.startswith("the primary key is a, b together") for line in left)


def test_a_table_without_a_key_is_told(file: tuple[sa.Engine, Connection]) -> None:
    engine, connection = file
    made(engine, "CREATE TABLE t (a INTEGER, shop_id INTEGER NOT NULL)")
    draft = draft_live("shop", look(connection, "t")).streams[0]
    assert draft.key == "shop_id"
    assert any(line.startswith("no column is the primary key") for line in draft.left)


def test_a_cursor_without_an_index_is_told(file: tuple[sa.Engine, Connection]) -> None:
    engine, connection = file
    made(engine, "CREATE TABLE t (id INTEGER PRIMARY KEY, updated_at DATETIME)")
    draft = draft_live("shop", look(connection, "t")).streams[0]
    assert draft.declared["cursor"]["field"] == "updated_at"
    assert {line.partition(":")[0] for line in draft.left} >= {
        "no index begins with updated_at", "updated_at may be null",
    }  # fmt: skip


def test_samples_are_shown_as_shapes(file: tuple[sa.Engine, Connection]) -> None:
    engine, connection = file
    made(engine, "CREATE TABLE t (id INTEGER PRIMARY KEY, 電話 TEXT)",
         "INSERT INTO t VALUES (1, '03-1234-5678')")  # fmt: skip
    draft = draft_live("shop", look(connection, "t"))
    assert draft.streams[0].seen == ["id  INTEGER  not null  9", "電話  TEXT  99-9999-9999"]
    assert b"1234" not in b"".join(draft.files.values())


def test_what_there_is_instead_of_a_table_is_told(file: tuple[sa.Engine, Connection]) -> None:
    engine, connection = file
    made(engine, "CREATE TABLE one (a INTEGER)", "CREATE VIEW two AS SELECT a FROM one")
    with pytest.raises(SettingsError) as told:
        look(connection, "three")
    assert "no table three" in told.value.what
    assert told.value.remedy == "It has: one, two"
    assert look(connection, "two").columns[0].name == "a"


@pytest.mark.postgresql
def test_comments_types_and_schemas_of_postgresql(postgres_server: postgres.Server) -> None:
    with postgres_server.database() as url:
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        made(engine, ON_POSTGRESQL)
        engine.dispose()
        found = look(Connection("guild", url), "shared.members")
    draft = draft_live("guild", found).streams[0]
    assert (found.comment, found.schema, draft.key, draft.title) == ("会員", "shared", "no", "会員")
    assert draft.declared["sql"] == {"table": "members", "schema": "shared"}
    kinds = {column.name: column.type for column in found.columns}
    assert kinds == {"no": "string", "trade": "string", "state": "string", "founded": "date",
                     "score": "number", "rate": "number", "note": "any",
                     "updated_at": "datetime"}  # fmt: skip
    assert found.columns[1].comment == "商号又は名称"
    assert found.columns[2].values == ("正", "準")
    assert any("updated_at has no time zone" in line for line in draft.left)
