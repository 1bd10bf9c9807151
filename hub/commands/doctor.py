"""`hub doctor`: what is missing on this machine and how to mend it."""

from __future__ import annotations

from dataclasses import asdict

import click

from hub.commands.options import emit, json_option
from hub.console import console, table

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
        found = table("", "subject", "what", "how to mend it")
        for finding in findings:
            found.add_row(MARKS[finding.verdict], finding.subject, finding.what, finding.remedy)
        console().print(found)
    return 1 if any(finding.verdict == "missing" for finding in findings) else 0
