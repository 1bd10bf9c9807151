"""`hub status`: where every stream stands."""

from __future__ import annotations

from dataclasses import asdict

import click

from hub.commands.options import emit, json_option
from hub.console import console, table


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Show where every stream stands: last run, records, what is open."""
    from base.settings import Settings
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        streams = store.status()
        findings = store.findings()
    if as_json:
        emit({"streams": [asdict(stream) for stream in streams], "findings": findings})
        return
    if not streams:
        click.echo("Nothing synced yet. Start with `hub sync`.")
        return
    shown = table("stream", "last run", "ended (UTC)", "read", "new", "changed")
    for column in ("records", "quarantine", "drift", "state"):
        shown.add_column(column)
    for stream in streams:
        run = stream.last_run
        shown.add_row(
            f"{stream.system}.{stream.stream}",
            f"{run.mode} {run.status}" if run else "never",
            f"{run.ended_at:%Y-%m-%d %H:%M:%S}" if run and run.ended_at else "",
            f"{run.counts.read:,}" if run else "",
            f"{run.counts.new:,}" if run else "",
            f"{run.counts.changed:,}" if run else "",
            f"{stream.records:,}",
            f"{stream.open_quarantine:,}",
            f"{stream.open_findings:,}",
            f"running ({stream.lease_owner})" if stream.lease_owner else _position(stream),
        )
    out = console()
    out.print(shown)
    for stream in streams:
        if stream.last_run and stream.last_run.error:
            out.print(f"{stream.system}.{stream.stream}: {stream.last_run.error}", style="red")
    for finding in findings:
        click.echo(
            f"contract drift in {finding['system']}.{finding['stream']}: {finding['path']}"
            f" {finding['kind']} ({finding['detail']}), {finding['count']} records"
        )


def _position(stream: object) -> str:
    in_progress = getattr(stream, "in_progress", False)
    cursor = getattr(stream, "cursor", None)
    return "window in progress" if in_progress else f"up to {cursor}" if cursor else ""
