"""`hub forms findings`: what businesses have corrected, for the owners of what was held before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from hub.audited import leave, reads_businesses
from hub.commands.options import emit, json_option
from hub.console import console, counted, table

if TYPE_CHECKING:
    from canonical.model.business import Business
    from canonical.receipts.findings import Finding
    from canonical.store import Store

_KINDS = {"differs": "相違 differs", "not_registered": "登記未反映 not registered"}


@click.command()
@click.option("--system", metavar="SYSTEM", help="Of this system's records alone.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    metavar="TIME",
    help="Of corrections known since then (Japan's time).",
)
@click.option("--show-personal", is_flag=True, help="Do not mask personal values.")
@reads_businesses
@json_option
def findings(system: str | None, since: datetime | None, show_personal: bool, as_json: bool) -> int:
    """Show records that still say what a business has corrected in a form.

    One is gone once the record agrees, or the correction is withdrawn or replaced. Records of
    confidential streams, and corrections that may not be used elsewhere, are none.
    """
    from base.clock import JST
    from base.settings import Settings
    from canonical.receipts.findings import findings as standing
    from hub.matching import describe_streams
    from hub.sync import open_store

    _check(system)
    with open_store(Settings.load()) as store:
        describe_streams(store)
        start = since.replace(tzinfo=JST) if since else None
        found = standing(store.database, system=system, since=start)
        rows = _rows(store, found, show_personal=show_personal)
    shown: dict[int, set[str]] = {}
    for one in found:
        shown.setdefault(one.party_id, set()).update((one.held.system, one.by.system))
    leave(shown)
    if as_json:
        emit(rows)
    else:
        _print(rows)
    return 0


def _check(system: str | None) -> None:
    from connectors import declarations

    known = declarations()
    if system is not None and system not in known:
        raise click.BadParameter(
            f"no system {system}; there are: {', '.join(sorted(known))}", param_hint="--system"
        )


def _rows(store: Store, found: list[Finding], *, show_personal: bool) -> list[dict[str, Any]]:
    from canonical.golden.asof import business
    from hub.businesses import Masking, of_business

    told: dict[int, Business | None] = {}
    rows = []
    for one in found:
        if one.party_id not in told:
            told[one.party_id] = business(store.database, one.party_id)
        whose = told[one.party_id]
        masking = (
            of_business(whose, show_personal=show_personal)
            if whose
            else Masking([], show_personal=show_personal)
        )
        rows.append(
            {
                "finding": one.id,
                "kind": one.kind,
                "party": str(one.party_id),
                "system": one.held.system,
                "stream": one.held.stream,
                "record": one.held.record_key,
                "field": one.unit,
                "as_of": one.held.as_of,
                "says": masking.values(one.entity, one.held_values),
                "corrected_on": one.on,
                "known_since": one.since,
                "by": f"{one.by.system}.{one.by.stream}:{one.by.record_key}",
                "corrected": masking.values(one.entity, one.values),
            }
        )
    return rows


def _print(rows: list[dict[str, Any]]) -> None:
    click.echo(counted(len(rows), "finding"))
    if not rows:
        return
    shown = table("kind", "record", "field", "says", "as of", "corrected", "on", "by")
    for row in rows:
        shown.add_row(
            _KINDS[row["kind"]],
            f"{row['system']}.{row['stream']}:{row['record']}",
            row["field"],
            _words(row["says"]),
            str(row["as_of"] or "?"),
            _words(row["corrected"]),
            str(row["corrected_on"]),
            row["by"],
        )
    console().print(shown)


def _words(values: dict[str, Any]) -> str:
    return " ".join(str(value) for value in values.values() if value is not None)
