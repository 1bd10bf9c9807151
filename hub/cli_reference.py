"""`docs/reference/cli.md`, the reference of the command line, rendered from the commands.

`python -m hub.cli_reference` writes it; a test fails when it lags behind the commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from hub.cli import cli

PAGE = Path("docs/reference/cli.md")
_HEAD = """\
# The command line

Generated from the commands by `python -m hub.cli_reference`; change the command, not this page.

Every command answers `--help`. Those with `--json` print JSON for scripts on standard output;
progress and errors go to standard error. An error is one sentence that names the system, stream,
record and field, and says what to do ([errors](errors.md)).

## Exit codes

| code | meaning |
|---|---|
| 0 | all well |
| 1 | something failed, was refused or does not hold |
| 2 | wrong usage |
| 3 | a setting is missing or wrong |
| 4 | another run holds the stream |
| 130 | interrupted: what was committed stays, the next sync goes on from there |

A date or date-time without a zone is Japan's: `2026-11-20` is that day's first moment in JST.
"""


def commands(
    command: click.Command = cli, path: str = "hub"
) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with its whole name (`hub mapping check`)."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        if child is not None:
            yield from commands(child, f"{path} {name}")


def render() -> str:
    """The whole page as Markdown."""
    return "\n".join([_HEAD, *(_section(path, command) for path, command in commands())])


def _section(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    lines = [f"## `{path}`", "", f"    {usage}", "", click.unstyle(_help(command)), ""]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        lines += ["| option | default | |", "|---|---|---|"]
        lines += [_row(option, context) for option in options]
        lines.append("")
    return "\n".join(lines)


def _help(command: click.Command) -> str:
    paragraphs = (command.help or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _row(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    name = record[0] if record else option.opts[0]
    default = option.get_default(context)
    shown = f"`{default}`" if isinstance(default, str | int) and not option.is_flag else ""
    return f"| `{name.replace('|', chr(92) + '|')}` | {shown} | {option.help or ''} |"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
