"""`hub quarantine`: what was refused, why, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hub.audited import leave, leave_for_record, reads_businesses
from hub.commands.masking import confidential_option, masked_item
from hub.commands.options import (
    confirmed,
    emit,
    json_option,
    known_streams,
    one_stream,
    tell_cut,
)
from hub.console import console, counted, item_name, item_number, table

if TYPE_CHECKING:
    from canonical.store import Store
    from canonical.store.batch import QuarantineItem


EVERYTHING = 1_000_000_000


class Item(click.ParamType[int]):
    """A quarantine item's number as the list shows it, `2-17`."""

    name = "item"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number in the store."""
        try:
            return item_number(str(value))
        except ValueError:
            self.fail(f"{value!r} is no item: take it from `hub quarantine list`", param, ctx)


def _plain(item: QuarantineItem) -> dict[str, Any]:
    """An item as plain values, named as the list names it."""
    return {
        **asdict(item),
        "item_id": item_name(item.item_id),
        "raw_hash": item.raw_hash.hex(),
    }


@click.group()
def quarantine() -> None:
    """Refused records and fields."""


@quarantine.command("list")
@click.argument("name", required=False, metavar="[SYSTEM[.STREAM]]")
@click.option("--rule", help="Only items refused by this rule.")
@click.option("--all", "everything", is_flag=True, help="Closed and discarded items too.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@confidential_option
@reads_businesses
@json_option
def list_items(
    name: str | None,
    rule: str | None,
    everything: bool,
    limit: int,
    show_confidential: bool,
    as_json: bool,
) -> None:
    """List quarantined records and fields, oldest first; values are masked where personal."""
    from base.settings import Settings
    from hub.sync import open_store

    system, _, stream = (name or "").partition(".")
    if name:
        known_streams([name])
    chosen: dict[str, str | None] = {
        "system": system or None,
        "stream": stream or None,
        "status": None if everything else "open",
    }
    with open_store(Settings.load()) as store:
        items = store.quarantine(**chosen, rule=rule, limit=limit)
        found = len(items)
        if found == limit:
            found = len(store.quarantine(**chosen, rule=rule, limit=EVERYTHING))
        nothing = "" if items else _nothing(store, rule, chosen)
    leave(systems={item.system for item in items}, details={"items": len(items)})
    if not show_confidential:
        items = [masked_item(item) for item in items]
    if as_json:
        emit([_plain(item) for item in items])
    elif items:
        _print_items(items, with_status=everything)
    if nothing:
        click.echo(nothing, err=as_json)
    tell_cut(len(items), found)


def _nothing(store: Store, rule: str | None, chosen: dict[str, str | None]) -> str:
    """What says that there are no such items; where others are, by which rules."""
    others = {item.rule for item in store.quarantine(**chosen, limit=EVERYTHING)} if rule else set()
    if not others:
        return "Nothing in quarantine."
    return f"Nothing was refused by {rule}. There are items of: {', '.join(sorted(others))}."


def _print_items(items: Sequence[QuarantineItem], *, with_status: bool) -> None:
    shown = table("item", "stream", "record", "level", "rule", "field", "value")
    if with_status:
        shown.add_column("status")
    for item in items:
        cells = [
            item_name(item.item_id),
            f"{item.system}.{item.stream}",
            item.record_key,
            item.level,
            item.rule,
            item.field or "",
            item.value or "",
        ]
        shown.add_row(*cells, *([item.status] if with_status else []))
    console().print(shown)
    for rule_name, message in {item.rule: item.message for item in items}.items():
        click.echo(f"{rule_name}: {message}")


@quarantine.command()
@click.argument("item", type=Item())
@confidential_option
@reads_businesses
@json_option
def show(item: int, show_confidential: bool, as_json: bool) -> int:
    """Show one item in full."""
    from base.settings import Settings
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        found = store.quarantine_item(item)
        if found is None:
            click.echo(f"there is no quarantine item {item_name(item)}", err=True)
            return 1
        leave_for_record(store.database, found.system, found.stream, found.record_key)
    data = _plain(found if show_confidential else masked_item(found))
    if as_json:
        emit(data)
        return 0
    for key, value in data.items():
        click.echo(f"{key:17} {'' if value is None else value}")
    return 0


@quarantine.command()
@click.argument("name", metavar="SYSTEM.STREAM")
@click.option("--rule", help="Only records refused by this rule.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@json_option
def replay(name: str, rule: str | None, dry_run: bool, as_json: bool) -> int:
    """Map the records of open items again, from the archive, by the mapping as it is now."""
    from base.settings import Settings
    from hub.commands.sync import run_all
    from hub.options import SyncOptions
    from hub.sync import open_store

    system, stream = one_stream(name)
    with open_store(Settings.load()) as store:
        before = store.quarantine(system=system, stream=stream, rule=rule, limit=EVERYTHING)
        nothing = "" if before else _nothing(store, rule, {"system": system, "stream": stream})
    keys = tuple(dict.fromkeys(item.record_key for item in before))
    if not keys:
        click.echo(nothing)
        return 0
    options = SyncOptions(mode="replay", dry_run=dry_run, keys=keys)
    code = run_all([(system, stream)], options, as_json)
    if not as_json and not dry_run:
        with open_store(Settings.load()) as store:
            after = store.quarantine(system=system, stream=stream, rule=rule, limit=EVERYTHING)
        still = {item.item_id for item in after}
        closed = [item for item in before if item.item_id not in still]
        click.echo(f"{len(closed)} of {counted(len(before), 'item')} closed, {len(still)} open.")
    return code


@quarantine.command()
@click.argument("items", type=Item(), nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
def discard(items: Sequence[int], yes: bool) -> int:
    """Close items for good: nothing is deleted, and a later good version still loads."""
    from base.settings import Settings
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        wrong = [told for item in items if (told := _not_open(store, item))]
        for told in wrong:
            click.echo(told, err=True)
        if len(wrong) == len(items):
            return 1
        if not yes and not confirmed(f"Discard {counted(len(items) - len(wrong), 'item')}?"):
            return 1
        done = store.discard(items)
    click.echo(f"{counted(done, 'item')} discarded.")
    return 1 if wrong else 0


def _not_open(store: Store, item: int) -> str:
    """Why an item cannot be discarded; empty where it is open."""
    found = store.quarantine_item(item)
    if found is None:
        return f"there is no quarantine item {item_name(item)}"
    return "" if found.status == "open" else f"item {item_name(item)} is {found.status} already"
