"""`hub connector`: what connectors there are, and whether their declarations hold."""

from __future__ import annotations

import click

from connectors import declarations
from hub.commands.options import emit, json_option, known_systems
from hub.console import console, counted, table


@click.group()
def connector() -> None:
    """The connectors in this installation."""


@connector.command("list")
@json_option
def list_connectors(as_json: bool) -> None:
    """List the connectors and their streams."""
    rows = [
        {
            "system": declaration.name,
            "title_ja": declaration.title.ja,
            "title_en": declaration.title.en,
            "role": declaration.role,
            "stream": stream.name,
            "mode": stream.mode,
            "deletes": stream.deletes,
            "connection": stream.connection,
            "schedule": stream.schedule,
        }
        for declaration in declarations().values()
        for stream in declaration.streams.values()
    ]
    if as_json:
        emit(rows)
        return
    shown = table("system", "", "stream", "role", "mode", "deletes", "connection")
    for row in rows:
        names = ("system", "title_ja", "stream", "role", "mode", "deletes", "connection")
        shown.add_row(*(str(row[name]) for name in names))
    console().print(shown)


@connector.command()
@click.argument("names", nargs=-1)
@json_option
def check(names: tuple[str, ...], as_json: bool) -> int:
    """Check declarations against their schema and their contracts; names file, line, field."""
    from dataclasses import asdict

    from connectors.checks import check_connector
    from connectors.registry import ROOT

    found = {name: check_connector(ROOT / name) for name in known_systems(names)}
    if as_json:
        emit({name: [asdict(problem) for problem in problems] for name, problems in found.items()})
    else:
        for name, problems in found.items():
            click.echo(
                f"{name}: {'all well' if not problems else counted(len(problems), 'problem')}"
            )
            for problem in problems:
                click.echo(f"  {problem.file}:{problem.line}: {problem.field}: {problem.message}")
    return 1 if any(found.values()) else 0
