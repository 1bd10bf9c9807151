"""`hub doctor`: what is missing on this machine and how to mend it."""

from __future__ import annotations

from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from hub.commands.options import emit, json_option

MARKS = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "missing": "[red]missing[/]"}


@click.command()
@json_option
def doctor(as_json: bool) -> int:
    """Say what is missing on this machine and how to mend it."""
    from base.settings import Settings
    from hub.doctor import examine

    findings = list(examine(Settings.load()))
    if as_json:
        emit([asdict(finding) for finding in findings])
    else:
        table = Table("", "subject", "what", "how to mend it")
        for finding in findings:
            table.add_row(MARKS[finding.verdict], finding.subject, finding.what, finding.remedy)
        Console().print(table)
    return 1 if any(finding.verdict == "missing" for finding in findings) else 0
