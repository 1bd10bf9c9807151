"""The migrations lead to the tables that the code declares, on both databases."""

from __future__ import annotations

from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from canonical.store import Store
from canonical.store.database import Database
from canonical.store.migrations import configuration, version
from canonical.store.migrations.schema import STORE


def _schema(connection: Connection) -> dict[str, Any]:
    """Every table as the database itself describes it."""
    inspector = inspect(connection)
    return {
        table: {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in inspector.get_columns(table)
            ],
            "key": inspector.get_pk_constraint(table),
            "foreign": sorted(map(str, inspector.get_foreign_keys(table))),
            "unique": sorted(map(str, inspector.get_unique_constraints(table))),
            "checks": sorted(map(str, inspector.get_check_constraints(table))),
            "indexes": sorted(_index(index) for index in inspector.get_indexes(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def _index(index: Any) -> tuple[str, ...]:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return (index["name"], str(index["column_names"]), str(index["unique"]), str(options))


def test_migrations_and_tables_agree(store_url: str) -> None:
    database, tables = Database(store_url), STORE.tables()
    with database.write() as connection:
        tables.create_all(connection)
        declared = _schema(connection)
        tables.drop_all(connection)
    with Store(database) as store:
        store.upgrade()
        with database.read() as connection:
            migrated = _schema(connection)
    assert migrated.keys() == declared.keys() == tables.tables.keys()
    for table, described in declared.items():
        assert migrated[table] == described, table


def test_upgrading_again_changes_nothing(store: Store) -> None:
    store.upgrade()
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    with store.database.read() as connection:
        assert version(connection) == newest


def test_nothing_of_a_failed_migration_stays(store_url: str) -> None:
    with Store.open(store_url) as store:
        with store.database.write() as connection:
            connection.execute(text("CREATE TABLE stream (in_the_way INTEGER)"))
        try:
            store.upgrade()
        except Exception as error:  # noqa: BLE001 - its kind is the next assertion
            assert type(error).__name__ == "StoreError"  # noqa: PT017
        with store.database.read() as connection:
            assert inspect(connection).get_table_names() == ["stream"]
