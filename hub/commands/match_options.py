"""Options that the commands of `hub match` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def scope_option(command: F) -> F:
    """`--scope`, as often as one likes."""
    return click.option(
        "--scope",
        "scopes",
        multiple=True,
        metavar="SCOPE",
        help="Let records of confidential streams take part, such as `succession`.",
    )(command)


def personal_option(command: F) -> F:
    """`--show-personal`."""
    return click.option("--show-personal", is_flag=True, help="Do not mask personal values.")(
        command
    )


def reason_options(command: F) -> F:
    """`--reason` and `--by`: a decision says why, and whose it is."""
    by = click.option(
        "--by", metavar="NAME", help="Who decided; by default the user of this machine."
    )
    why = click.option(
        "--reason", required=True, metavar="TEXT", callback=_said, help="Why; kept for ever."
    )
    return why(by(command))


def _said(_context: click.Context, _option: click.Parameter, text: str) -> str:
    if not text.strip():
        raise click.BadParameter("say why: it is kept for ever")
    return text.strip()
