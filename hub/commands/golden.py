"""`hub golden`: compute the golden records that wait, and check that they hold."""

from __future__ import annotations

import click

from hub.audited import every_system, leave, reads_businesses
from hub.commands.options import emit, json_option
from hub.console import counted


@click.group()
def golden() -> None:
    """Golden records: what the hub believes about each business."""


@golden.command()
@click.option("--full", is_flag=True, help="Compute all of them, not only those that wait.")
@json_option
def run(full: bool, as_json: bool) -> int:
    """Compute the golden records whose claims or members changed."""
    from dataclasses import asdict

    from base.settings import Settings
    from canonical.golden import build
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        if full:
            build.wait_all(store.database)
        done = build.run(store.database)
    if as_json:
        emit(asdict(done))
    else:
        click.echo(
            f"{counted(done.parties, 'golden record')} computed, {done.changed:,} changed,"
            f" {counted(done.conflicts, 'conflict')} new"
        )
    return 0


@golden.command()
@reads_businesses
@json_option
def check(as_json: bool) -> int:
    """Check that every golden value has a claim, and every claim its source record."""
    from dataclasses import asdict

    from base.settings import Settings
    from canonical.golden.checks import examine
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        findings = examine(store.database)
        leave(systems=every_system(store.database), details={"every_business": True})
    if as_json:
        emit([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            found = f"{finding.count:,} found" if finding.count else "none"
            example = f", such as {finding.example}" if finding.example else ""
            click.echo(f"{finding.what}: {found}{example}")
    return 1 if any(finding.count for finding in findings) else 0
