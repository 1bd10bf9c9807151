"""The command line: `hub COMMAND`.

Exit codes (`docs/reference/cli.md`): 0 all well · 1 something failed, was refused or does not
hold · 2 wrong usage · 3 a setting is missing or wrong · 4 another run holds the stream · 130
interrupted.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from base.errors import HubError, LeaseHeld, SettingsError

EXIT_FAILED = 1
EXIT_SETTINGS = 3
EXIT_LEASE_HELD = 4
EXIT_INTERRUPTED = 130

COMMANDS = {
    "sync": "hub.commands.sync:sync",
    "status": "hub.commands.status:status",
    "alerts": "hub.commands.alerts:alerts",
    "state": "hub.commands.state:state",
    "record": "hub.commands.record:record",
    "match": "hub.commands.match:match",
    "business": "hub.commands.business:business",
    "golden": "hub.commands.golden:golden",
    "consolidate": "hub.commands.consolidate:consolidate",
    "changes": "hub.commands.changes:changes",
    "export": "hub.commands.export:export",
    "audit": "hub.commands.audit:audit",
    "quarantine": "hub.commands.quarantine:quarantine",
    "replay": "hub.commands.sync:replay",
    "connection": "hub.commands.connection:connection",
    "connector": "hub.commands.connector:connector",
    "new-connector": "hub.commands.new_connector:new_connector",
    "contract": "hub.commands.contract:contract",
    "mapping": "hub.commands.mapping:mapping",
    "forms": "hub.commands.forms:forms",
    "db": "hub.commands.db:db",
    "sso": "sso.commands.sso:sso",
    "api": "api.commands:api",
    "mocks": "hub.commands.mocks:mocks",
    "doctor": "hub.commands.doctor:doctor",
}


class _Lazy(click.Group):
    """A group that imports a command's module only when the command is used or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sme-hub", prog_name="hub")
def cli() -> None:
    """The hub between Japan's SME-support systems (中小企業支援システム連携ハブ)."""
    from base.redact import install_logging
    from base.settings import Settings

    install_logging(Settings.load().log_level)


def main(args: list[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(args))


def run(args: list[str] | None = None) -> int:
    """Run one command; returns its exit code. Errors go to stderr as one sentence, no trace."""
    try:
        outcome: Any = cli.main(args=args, prog_name="hub", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(
            "interrupted: what was committed stays; the next sync goes on from there", err=True
        )
        return EXIT_INTERRUPTED
    except HubError as error:
        click.echo(f"hub: {error}", err=True)
        return exit_code_of(error)
    return outcome if isinstance(outcome, int) else 0


def exit_code_of(error: HubError) -> int:
    """The exit code of an error that ended a command."""
    if isinstance(error, SettingsError):
        return EXIT_SETTINGS
    return EXIT_LEASE_HELD if isinstance(error, LeaseHeld) else EXIT_FAILED


if __name__ == "__main__":
    main()
