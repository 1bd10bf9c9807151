"""Many new rows on SQLite: a staging file written from Arrow memory, then one INSERT … SELECT.

`executemany` makes a Python object of every value and takes the interpreter's lock twice a row.
Neither happens here: two calls do all rows, while the other threads of a sync go on.
"""

# ruff: noqa: S608 - only names of our own tables and columns are put into statements

from __future__ import annotations

import sqlite3
from pathlib import Path

import adbc_driver_manager as adbc
import adbc_driver_sqlite
import polars as pl

_SCHEMA = "staged"
_PRAGMAS = ("page_size = 65536", "journal_mode = OFF", "synchronous = OFF")


def insert(driver: sqlite3.Connection, table: str, frame: pl.DataFrame) -> bool:
    """Add the rows inside the write transaction of `driver`; values are text, number or bytes.

    Returns False, with nothing added, when they could not be staged: what is wrong with the disk
    or the file is told better by the statements that need no staging.

    The file lies beside the database, as private as it is, and is gone before the rows are in the
    table. Its name is always the same: whoever writes it holds the write lock of the database, so
    what lies there can only be left from a process that was killed.
    """
    attached = _attached(driver)
    if len(attached) >= driver.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED):
        return False
    schema = f"{_SCHEMA}{len(attached)}"
    path = _beside(driver)
    try:
        path.unlink(missing_ok=True)
        _write(path, frame)
        driver.execute(f"ATTACH ? AS {schema}", (str(path),))
    except (adbc.Error, OSError):
        return False
    finally:
        path.unlink(missing_ok=True)
    columns = ", ".join(f'"{column}"' for column in frame.columns)
    driver.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM {schema}.rows")
    return True


def release(driver: sqlite3.Connection) -> None:
    """Let go of the files staged on this connection; only possible between transactions."""
    for schema in _attached(driver):
        driver.execute(f"DETACH {schema}")


def _attached(driver: sqlite3.Connection) -> list[str]:
    schemas = [schema for _, schema, _ in driver.execute("PRAGMA database_list")]
    return [schema for schema in schemas if schema.startswith(_SCHEMA)]


def _beside(driver: sqlite3.Connection) -> Path:
    files = {schema: file for _, schema, file in driver.execute("PRAGMA database_list")}
    return Path(f"{files['main']}-staging")


def _write(path: Path, frame: pl.DataFrame) -> None:
    """Make a database of the one table `rows`; what a kill leaves of it is of no use to anybody."""
    with adbc_driver_sqlite.connect(str(path)) as database, adbc.AdbcConnection(database) as opened:
        for pragma in _PRAGMAS:
            with adbc.AdbcStatement(opened) as statement:
                statement.set_sql_query(f"PRAGMA {pragma}")
                statement.execute_update()
        opened.set_autocommit(False)
        with adbc.AdbcStatement(opened) as statement:
            statement.set_options(**{adbc.INGEST_OPTION_TARGET_TABLE: "rows"})
            statement.bind_stream(frame)
            statement.execute_update()
        opened.commit()
