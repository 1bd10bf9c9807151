"""`hub status`: where every stream stands."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hub.commands.options import emit, json_option
from hub.console import console, counted, table

if TYPE_CHECKING:
    from canonical.store import Store
    from canonical.store.batch import RunInfo, StreamStatus

READING = frozenset({"incremental", "full"})
"""Modes of the runs that say how a stream stands; others work on a part of it."""
RUNS_LOOKED_AT = 200


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Show where every stream stands: last run, records, what is open."""
    from base.settings import Settings
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        streams = store.status()
        last = [_last_sync(store, stream) for stream in streams]
        findings = store.findings()
    if as_json:
        told = [
            asdict(stream) | {"last_sync": asdict(run) if run else None}
            for stream, run in zip(streams, last, strict=True)
        ]
        emit({"streams": told, "findings": findings})
        return
    if not streams:
        click.echo("Nothing synced yet. Start with `hub sync`.")
        return
    shown = table("stream", "last sync", "ended (UTC)", "read", "new", "changed")
    for column in ("records", "open items", "drift", "state"):
        shown.add_column(column)
    for stream, run in zip(streams, last, strict=True):
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
    for stream, run in zip(streams, last, strict=True):
        name = f"{stream.system}.{stream.stream}"
        if run and run.error:
            out.print(_placed(name, run.error), style="red", markup=False)
        later = stream.last_run
        if later and (run is None or later.run_id != run.run_id):
            ended = f", ended {later.ended_at:%Y-%m-%d %H:%M:%S}" if later.ended_at else ""
            out.print(
                f"{name}: then {later.mode} {later.status}{ended}; {later.counts.read:,} read",
                markup=False,
            )
            if later.error:
                out.print(_placed(name, later.error), style="red", markup=False)
    for finding in findings:
        click.echo(
            f"contract drift in {finding['system']}.{finding['stream']}: {finding['path']}"
            f" {finding['kind']} ({finding['detail']}), {counted(finding['count'], 'record')}"
        )


def _last_sync(store: Store, stream: StreamStatus) -> RunInfo | None:
    """The newest run that read on or read everything; a later replay does not hide its failure."""
    if stream.last_run is None or stream.last_run.mode in READING:
        return stream.last_run
    runs = store.runs(store.stream_id(stream.system, stream.stream), limit=RUNS_LOOKED_AT)
    return next((run for run in runs if run.mode in READING), None)


def _placed(name: str, error: str) -> str:
    """The error with its stream in front, once."""
    return error if error.startswith(name) else f"{name}: {error}"


def _position(stream: StreamStatus) -> str:
    if stream.in_progress:
        return "window in progress"
    return f"up to {stream.cursor}" if stream.cursor else ""
