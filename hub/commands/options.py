"""Options and small helpers that several commands share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from base.clock import JST
from connectors import declarations, discover

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """`--json`: print JSON for scripts instead of a table."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")(command)


def emit(data: Any) -> None:
    """Print `data` as JSON."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def confirmed(question: str) -> bool:
    """Ask at the terminal; says so where the answer is no.

    Raises:
        click.UsageError: there is nobody to ask.
    """
    try:
        agreed = click.confirm(question)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.UsageError(
            "nothing was changed: there is no terminal to ask at; say --yes"
        ) from None
    if not agreed:
        click.echo("Nothing was changed.", err=True)
    return agreed


def tell_cut(shown: int, total: int) -> None:
    """Say on standard error that a list is longer than what was printed."""
    if shown < total:
        click.echo(f"{shown:,} of {total:,} shown; --limit shows more", err=True)


class Instant(click.ParamType[datetime]):
    """A date or date-time; without a zone it is Japan's."""

    name = "date[time]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the instant in UTC; a bare date is its first moment in JST."""
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date: write 2026-11-20 or 2026-11-20T09:00", param, ctx)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=JST)
        return instant.astimezone(UTC)


class InstantOrFile(click.ParamType[datetime | Path]):
    """A date or date-time, as `Instant` takes it; anything else is a file that exists."""

    name = "date[time]|file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | Path:
        """Return the instant in UTC, or the file's absolute path."""
        with suppress(click.BadParameter):
            return Instant().convert(value, param, ctx)
        path = Path(str(value))
        if not path.is_file():
            self.fail(f"{value!r} is neither a date (2026-11-20) nor a file", param, ctx)
        return path.resolve()


def known_systems(names: Sequence[str]) -> list[str]:
    """The named systems, each once; without names all that there are.

    Raises:
        click.BadParameter: a name is not a connector's; lists what there is.
    """
    have = discover()
    if unknown := sorted(set(names) - set(have)):
        raise click.BadParameter(f"no connector {', '.join(unknown)}; there are: {', '.join(have)}")
    return list(dict.fromkeys(names)) or have


def known_streams(names: Sequence[str]) -> list[tuple[str, str]]:
    """Resolve `SYSTEM` and `SYSTEM.STREAM` names to (system, stream); no names means all.

    Raises:
        click.BadParameter: a name is not a connector's or stream's; lists what there is.
    """
    declared = declarations()
    everything = [(system, stream) for system, d in declared.items() for stream in d.streams]
    if not names:
        return everything
    chosen = [pair for name in names for pair in _resolve(name, everything)]
    return list(dict.fromkeys(chosen))


def _resolve(name: str, everything: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    system, _, stream = name.partition(".")
    found = [pair for pair in everything if pair[0] == system and stream in {"", pair[1]}]
    if not found:
        have = ", ".join(".".join(pair) for pair in everything)
        raise click.BadParameter(f"{name} is no system or stream; there are: {have}")
    return found


def one_stream(name: str) -> tuple[str, str]:
    """Resolve exactly one `SYSTEM.STREAM`.

    Raises:
        click.BadParameter: the name is unknown, or names several streams.
    """
    found = known_streams([name])
    if len(found) > 1:
        choices = ", ".join(".".join(pair) for pair in found)
        raise click.BadParameter(f"{name} has several streams, name one: {choices}")
    return found[0]
