"""`hub sync` and `hub replay`: in-process what the DAGs do."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from base.errors import HubError, InternalError
from hub.commands.options import (
    Instant,
    InstantOrFile,
    emit,
    json_option,
    known_streams,
    one_stream,
)
from hub.console import console
from hub.options import Mode, OnProgress, Remarks, SyncOptions, SyncSummary, told_remarks
from hub.progress import ProgressBars, counts_table

Outcome = SyncSummary | HubError
SHOWN_REMARKS = 5


@click.command()
@click.argument("names", nargs=-1, metavar="[SYSTEM[.STREAM]]...")
@click.option("--full", is_flag=True, help="Read everything again, not only what is new.")
@click.option(
    "--from",
    "source",
    type=InstantOrFile(),
    help="Backfill: updated after this instant. Or a FILE to read in the system's place.",
)
@click.option("--until", type=Instant(), help="Backfill: updated up to this instant.")
@click.option("--limit", type=click.IntRange(1), help="Stop after N records; keeps the cursor.")
@click.option("--dry-run", is_flag=True, help="Show what would happen; write nothing.")
@click.option("--approve-deletes", is_flag=True, help="Accept a large share of missing keys.")
@click.option("--approve-refusals", is_flag=True, help="Quarantine more than the failure budget.")
@json_option
def sync(
    names: Sequence[str],
    full: bool,
    source: datetime | Path | None,
    until: datetime | None,
    limit: int | None,
    dry_run: bool,
    approve_deletes: bool,
    approve_refusals: bool,
    as_json: bool,
) -> int:
    """Sync streams (all, without a name) into the canonical store.

    --from and --until read a window again, --from FILE a file that the system gave out; neither
    moves the stream's cursor.
    """
    file = source if isinstance(source, Path) else None
    since = source if isinstance(source, datetime) else None
    if file is not None and (full or until):
        raise click.UsageError("--from FILE reads that file: leave out --full and --until")
    if full and (since or until):
        raise click.UsageError("--full reads everything: leave out --from and --until")
    if since and until and since >= until:
        raise click.UsageError("--from must be before --until")
    options = SyncOptions(
        mode=_mode(since or until, file, full=full),
        since=since,
        until=until,
        limit=limit,
        dry_run=dry_run,
        approve_deletes=approve_deletes,
        approve_refusals=approve_refusals,
        file=file,
    )
    streams = known_streams(names)
    if file is not None:
        _check_file(streams)
    if options.mode == "backfill":
        _check_windows(streams)
    return run_all(streams, options, as_json)


def _mode(bound: datetime | None, file: Path | None, *, full: bool) -> Mode:
    if file is not None:
        return "file"
    return "backfill" if bound else "full" if full else "incremental"


def _check_file(streams: Sequence[tuple[str, str]]) -> None:
    """UsageError unless the file is for one stream, and that one reads files."""
    from connectors import declarations

    declared = declarations()
    reading = [
        ".".join(pair)
        for pair in streams
        if declared[pair[0]].streams[pair[1]].protocol in {"csv", "xml"}
    ]
    if len(streams) != 1 or not reading:
        known = ", ".join(reading) or "none of these"
        raise click.UsageError(f"--from FILE is for one stream that reads files: {known}")


def _check_windows(streams: Sequence[tuple[str, str]]) -> None:
    """UsageError where one of the streams is a snapshot, which has no windows to read again."""
    from connectors import declarations

    declared = declarations()
    whole = [(s, name) for s, name in streams if declared[s].streams[name].mode == "snapshot"]
    if whole:
        names = ", ".join(".".join(pair) for pair in whole)
        others = ", ".join(".".join(pair) for pair in streams if pair not in whole)
        advice = f"name {others} alone" if others else "use --full"
        raise click.UsageError(
            f"{names}: a snapshot is read whole, --from and --until do not apply; {advice}"
        )


@click.command()
@click.argument("name", metavar="SYSTEM.STREAM")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@json_option
def replay(name: str, dry_run: bool, as_json: bool) -> int:
    """Map archived records again after a mapping was mended, without asking the system.

    Takes every record that another version of the mapping mapped; `hub quarantine replay` takes
    those with open items.
    """
    return run_all([one_stream(name)], SyncOptions(mode="replay", dry_run=dry_run), as_json)


def run_all(streams: list[tuple[str, str]], options: SyncOptions, as_json: bool) -> int:
    systems = list(dict.fromkeys(system for system, _ in streams))
    with (
        ProgressBars(streams, Console(stderr=True)) as bars,
        ThreadPoolExecutor(max_workers=len(systems)) as pool,
    ):
        parts = list(
            pool.map(
                lambda system: _run_system(
                    [pair for pair in streams if pair[0] == system], options, bars
                ),
                systems,
            )
        )
    outcomes = {pair: outcome for part in parts for pair, outcome in part.items()}
    if as_json:
        emit([_as_json(pair, outcome) for pair, outcome in outcomes.items()])
    else:
        _print(outcomes, options)
    return _exit_code(list(outcomes.values()))


def _run_system(
    streams: list[tuple[str, str]], options: SyncOptions, tell: OnProgress
) -> dict[tuple[str, str], Outcome]:
    """The streams of one system, one after the other; a failed one does not stop the next."""
    from base.settings import Settings
    from hub.sync import sync_stream

    outcomes: dict[tuple[str, str], Outcome] = {}
    settings = Settings.load()
    for system, stream in streams:
        try:
            outcomes[system, stream] = sync_stream(system, stream, options, settings, tell)
        except HubError as error:
            outcomes[system, stream] = error.located(system=system, stream=stream)
        except Exception as error:  # noqa: BLE001 - no system's failure may end another's sync
            wrapped = InternalError.of(error)
            outcomes[system, stream] = wrapped.located(system=system, stream=stream)
    return outcomes


def _print(outcomes: dict[tuple[str, str], Outcome], options: SyncOptions) -> None:
    out = console()
    rows = []
    for pair, outcome in outcomes.items():
        name = ".".join(pair)
        if isinstance(outcome, SyncSummary):
            note = "; ".join(outcome.notes)
            rows.append((name, outcome.counts, outcome.seconds, note))
        else:
            rows.append((name, {}, 0.0, f"failed: {outcome.stage.value}, see below"))
    title = "Dry run: nothing was written" if options.dry_run else f"Sync ({options.mode})"
    if rows:
        out.print(counts_table(rows, title))
    for pair, outcome in outcomes.items():
        if isinstance(outcome, SyncSummary) and options.mode == "replay" and not options.dry_run:
            click.echo(f"{'.'.join(pair)}: {outcome.written}")
        if isinstance(outcome, SyncSummary) and outcome.remarks:
            click.echo(f"{'.'.join(pair)}: accepted with a remark: {_remarks(outcome.remarks)}")
        if isinstance(outcome, HubError):
            click.echo(f"hub: {outcome}", err=True)


def _remarks(remarks: Remarks) -> str:
    """The most frequent remarks in words; `--json` has all of them."""
    told = [f"{one['field']} {one['rule']} ({one['count']:,})" for one in told_remarks(remarks)]
    more = len(told) - SHOWN_REMARKS
    return ", ".join(told[:SHOWN_REMARKS]) + (f", and {more} more" if more > 0 else "")


def _as_json(pair: tuple[str, str], outcome: Outcome) -> dict[str, object]:
    if isinstance(outcome, SyncSummary):
        return outcome.as_json()
    return {
        "system": pair[0],
        "stream": pair[1],
        "error": str(outcome),
        "stage": outcome.stage.value,
        "action": outcome.action.value,
    }


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    """0 without errors; the errors' own code where they agree, else that of a failure."""
    from hub.cli import EXIT_FAILED, exit_code_of

    codes = {exit_code_of(outcome) for outcome in outcomes if isinstance(outcome, HubError)}
    if not codes:
        return 0
    return codes.pop() if len(codes) == 1 else EXIT_FAILED
