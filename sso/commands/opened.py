"""What the commands share: the register they work on, and how they print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import click

from base.clock import JST, SystemClock
from sso.register import Register

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """`--json`: print JSON for scripts."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")(command)


def emit(data: Any) -> None:
    """Print `data` as JSON."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def instant(seconds: int | None) -> str:
    """An instant for people, in Japan's time."""
    if seconds is None:
        return "-"
    return datetime.fromtimestamp(seconds, JST).strftime("%Y-%m-%d %H:%M:%S JST")


@contextmanager
def opened() -> Iterator[Register]:
    """The register of this installation; its tables are made where they are missing."""
    from base.settings import Settings
    from sso.codes import delegable
    from sso.service import prepare
    from sso.settings import ServiceSettings

    settings = Settings.load()
    service = ServiceSettings.of(settings)
    clock = SystemClock()
    database = prepare(service, clock)
    try:
        yield Register(database, service, clock, delegable(settings))
    finally:
        database.close()
