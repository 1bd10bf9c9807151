"""`hub alerts`: what is wrong, and who has been told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from hub.commands.options import emit, json_option
from hub.console import console, table

if TYPE_CHECKING:
    from canonical.store.alerts import Alert, Notice

SHOWN = 50


@click.group()
def alerts() -> None:
    """What is wrong with the syncs, and who has been told."""


@alerts.command("list")
@click.option("--all", "every", is_flag=True, help="Those that have cleared, too.")
@click.option("--limit", type=click.IntRange(1), default=SHOWN, show_default=True)
@json_option
def list_alerts(every: bool, limit: int, as_json: bool) -> None:
    """Show open alerts: what, where, since when, what to do."""
    from base.settings import Settings
    from canonical.store import alerts as stored
    from hub.sync import open_store

    with open_store(Settings.load()) as store, store.database.read() as connection:
        found = stored.latest(connection, limit) if every else stored.open_alerts(connection)
        found = found[:limit]
        queued = stored.notices(connection, [alert.alert_id for alert in found])
    if as_json:
        emit([_as_json(alert, queued) for alert in found])
    elif not found:
        click.echo("No alert is open.")
    else:
        _show(found, queued)


@alerts.command("check")
@json_option
def check_alerts(as_json: bool) -> int:
    """Look now: open and clear alerts, and tell what waits to be told."""
    from base.settings import Settings
    from hub.alerts.check import check
    from hub.alerts.words import name_of

    done = check(Settings.load())
    opened, cleared = done.change.opened, done.change.cleared
    if as_json:
        emit(
            {
                "opened": [_as_json(alert) for alert in opened],
                "cleared": [_as_json(alert) for alert in cleared],
                "told": [[n.channel, n.event, n.alert.alert_id] for n in done.delivery.told],
                "problems": done.delivery.problems,
            }
        )
    else:
        for word, changed in (("opened", opened), ("cleared", cleared)):
            for alert in changed:
                click.echo(f"{word}: {name_of(alert.condition)} {alert.condition.kind}")
        if not opened and not cleared:
            click.echo("Nothing has changed.")
    for channel, problem in done.delivery.problems.items():
        click.echo(f"{channel}: {problem}. It is tried again.", err=True)
    return 1 if done.delivery.problems else 0


@alerts.command("test-channel")
@click.argument("channel")
def test_channel(channel: str) -> None:
    """Send a trial through one CHANNEL: log, mail or webhook."""
    from base.clock import SystemClock
    from base.settings import Settings
    from connectors.registry import declarations
    from hub.alerts.channels import channels, trial

    clock = SystemClock()
    have = {one.name: one for one in channels(Settings.load(), declarations(), clock)}
    if channel not in have:
        raise click.BadParameter(f"{channel} is not set; there are: {', '.join(have)}")
    have[channel].send(trial(channel, clock))
    click.echo(f"{channel}: sent.")


def _show(found: list[Alert], queued: list[Notice]) -> None:
    from connectors.registry import declarations
    from hub.alerts.words import japan, name_of, told

    shown = table("where", "what", "since", "cleared", "told")
    for alert in found:
        said = told(alert.condition, declarations(), "en")
        shown.add_row(
            name_of(alert.condition),
            said.title,
            japan(alert.condition.since),
            japan(alert.cleared_at) if alert.cleared_at else "",
            ", ".join(_told(n) for n in queued if n.alert.alert_id == alert.alert_id),
        )
    out = console()
    out.print(shown)
    for alert in found:
        if alert.cleared_at is None:
            said = told(alert.condition, declarations(), "en")
            out.print(f"{name_of(alert.condition)}: {said.remedy}", markup=False)


def _told(notice: Notice) -> str:
    event = "" if notice.event == "opened" else " (cleared)"
    return f"{notice.channel}{event}{'' if notice.told_at else ': waits'}"


def _as_json(alert: Alert, queued: list[Notice] | None = None) -> dict[str, Any]:
    from connectors.registry import declarations
    from hub.alerts.words import LANGUAGES, told

    condition = alert.condition
    said = {language: told(condition, declarations(), language) for language in LANGUAGES}
    shown: dict[str, Any] = {
        "id": alert.alert_id,
        "kind": str(condition.kind),
        "system": condition.system,
        "stream": condition.stream,
        "since": _text(condition.since),
        "opened_at": _text(alert.opened_at),
        "cleared_at": _text(alert.cleared_at),
        "facts": dict(condition.facts),
        "title": {language: one.title for language, one in said.items()},
        "what": {language: one.what for language, one in said.items()},
        "remedy": {language: one.remedy for language, one in said.items()},
    }
    if queued is not None:
        shown["notices"] = [
            {
                "channel": n.channel, "event": n.event, "told_at": _text(n.told_at),
                "tries": n.tries, "problem": n.problem,
            }
            for n in queued
            if n.alert.alert_id == alert.alert_id
        ]  # fmt: skip
    return shown


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
