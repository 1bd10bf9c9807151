"""`hub audit`: who read what, and whether anybody touched the rows that say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from hub.audited import leave, reads_businesses
from hub.commands.options import Instant, emit, json_option
from hub.console import console, counted, table

if TYPE_CHECKING:
    from canonical.audit import AuditLog, AuditRow

_WORDS = {
    "changed": "was changed since it was sealed",
    "missing": "was taken out",
    "inserted": "was put in after the block was sealed",
    "block_changed": "the block's hash does not follow from it and the block before",
    "block_missing": "the block is gone",
    "not_as_noted": "the block is not the one whose hash was noted",
}


@click.group()
def audit() -> None:
    """The audit: one row for every read of a business and every token, in sealed blocks."""


@contextmanager
def _opened() -> Iterator[AuditLog]:
    from base.settings import Settings
    from canonical.audit import AuditLog

    log = AuditLog.open(Settings.load().side_database_url)
    try:
        yield log
    finally:
        log.close()


def _noted(_context: click.Context, _option: Any, text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, found = text.partition(":")
    if not number.isdecimal() or len(found) != 64:
        raise click.BadParameter("write it as `hub audit verify` printed it: NUMBER:HASH")
    return int(number), found


@audit.command()
@click.option(
    "--noted",
    callback=_noted,
    metavar="NUMBER:HASH",
    help="A head noted earlier and kept elsewhere: shows a tail that was cut off.",
)
@json_option
def verify(noted: tuple[int, str] | None, as_json: bool) -> int:
    """Look through all blocks for a row that was changed, taken out or put in.

    Rows that no block holds yet are counted: they are not protected. Ends with 1 if something was
    found. Note the head that it prints where nobody of this machine can change it.
    """
    with _opened() as log:
        found = log.verify(noted)
    head = f"{found.head[0]}:{found.head[1]}" if found.head else None
    if as_json:
        emit({**asdict(found), "head": head})
    else:
        for one in found.findings:
            whose = f" row {one.row_id}" if one.row_id else ""
            click.echo(f"block {one.block_no}{whose}: {_WORDS[one.what]}")
        verdict = "does NOT hold" if found.findings else "holds"
        click.echo(
            f"The audit {verdict}: {counted(found.rows, 'row')} in"
            f" {counted(found.blocks, 'block')}, {found.unsealed:,} not sealed yet."
        )
        if head:
            click.echo(f"head {head}")
    return 1 if found.findings else 0


@audit.command()
def seal() -> None:
    """Seal all rows that no block holds; servers and commands do so by themselves."""
    done = 0
    with _opened() as log:
        while sealed := log.seal():
            done += sealed
    click.echo(f"{counted(done, 'row')} sealed.")


def _limit_option(command: Any) -> Any:
    return click.option(
        "--limit", type=click.IntRange(1), default=100, show_default=True, help="Newest rows shown."
    )(command)


@audit.command()
@click.option("--system", required=True, metavar="SYSTEM", help="Whose records were read.")
@click.option("--since", type=Instant(), metavar="INSTANT", help="From then on.")
@click.option("--until", type=Instant(), metavar="INSTANT", help="Before then.")
@_limit_option
@json_option
def report(
    system: str, since: datetime | None, until: datetime | None, limit: int, as_json: bool
) -> int:
    """For a system's owner: who read its records, what for, how often; and the newest rows."""
    with _opened() as log:
        uses = log.uses(system, since=since, until=until)
        page = log.of_system(system, since=since, until=until, limit=limit)
    if as_json:
        emit(
            {
                "system": system,
                "uses": [asdict(use) for use in uses],
                "rows": [plain(row) for row in page.rows],
                "more": page.more,
            }
        )
        return 0
    if not uses:
        click.echo(f"Nobody read a record of {system}.")
        return 0
    shown = table("client", "what", "purpose", "acts", "refused", "businesses", "last (JST)")
    for use in uses:
        figures = (f"{n:,}" for n in (use.acts, use.refused, use.businesses))
        shown.add_row(use.client or "", use.operation, use.purpose or "", *figures, _jst(use.last))
    console().print(shown)
    _print_rows(page.rows, more=page.more)
    return 0


@audit.command("list")
@click.option("--party", required=True, metavar="ID", help="Whom was looked at: a party's id.")
@_limit_option
@reads_businesses
@json_option
def list_rows(party: str, limit: int, as_json: bool) -> int:
    """List who looked at a business, the newest first."""
    if not party.isdecimal() or int(party) >= 1 << 63:
        raise click.BadParameter(f"{party} is no party's id", param_hint="--party")
    with _opened() as log:
        page = log.of_party(int(party), limit=limit)
    leave({int(party): []}, details={"rows": len(page.rows)})
    if as_json:
        emit([plain(row) for row in page.rows])
    elif page.rows:
        _print_rows(page.rows, more=page.more)
    else:
        click.echo(f"Nobody looked at {party}.")
    return 0


def plain(row: AuditRow) -> dict[str, Any]:
    """A row as plain values; the party's id as text, as everywhere in JSON."""
    return {**asdict(row), "party_id": None if row.party_id is None else str(row.party_id)}


def _print_rows(rows: list[AuditRow], *, more: bool) -> None:
    shown = table("at (JST)", "who", "acting", "by", "what", "purpose", "allowed", "party")
    for row in rows:
        shown.add_row(
            _jst(row.at),
            row.subject or "",
            row.actor or "",
            row.client or "",
            row.operation,
            row.purpose or "",
            "yes" if row.allowed else f"no: {row.rule}",
            _party(row.party_id),
        )
    console().print(shown)
    if more:
        click.echo("there are older rows; --limit shows more", err=True)


def _party(party_id: int | None) -> str:
    from canonical.audit import EVERY_BUSINESS

    if party_id is None:
        return ""
    return "every business" if party_id == EVERY_BUSINESS else str(party_id)


def _jst(at: datetime) -> str:
    from hub.commands.readable import instant

    return instant(at)
