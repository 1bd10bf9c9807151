"""How `hub business show` looks at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from canonical.model import ENTITIES
from hub.commands import readable
from hub.console import console, counted, table

_MOST_LOSING = 5
_MOST_OF_A_ROW = 8
_EXACTLY = "%Y-%m-%d %H:%M:%S.%f"
"""Instants of history, so that `--known-at` takes them back as they are."""
KINDS = {"unregistered": "登記未反映", "equal_rank": "同順位の相違"}


def value_of(unit: str, values: Mapping[str, Any]) -> str:
    """A unit's value in a few words."""
    party = {field.name: field for field in ENTITIES["party"].fields}
    short = readable.lead(unit)
    if short in party and values.get(short) is not None:
        closed = readable.words(party["closed_on"], values) if unit == "activity" else ""
        return readable.words(party[short], values) + (f" ({closed})" if closed else "")
    return " · ".join(readable.words(party[name], values) for name in values if name in party)


def kind_of(conflict: str) -> str:
    """A kind of conflict with its Japanese name."""
    return f"{conflict} {KINDS[conflict]}" if conflict in KINDS else conflict


def print_business(told: Mapping[str, Any]) -> None:
    """The whole of what `hub business show` tells."""
    if "redirected_from" in told:
        click.echo(f"{told['redirected_from']} was joined to {told['party']}")
    click.echo(f"party {told['party']}\n")
    _print_fields(told)
    _print_conflicts(told)
    _print_lists(told)
    _print_relations(told)
    _print_proceedings(told)
    if "versions" in told:
        _print_history(told)


def _print_fields(told: Mapping[str, Any]) -> None:
    shown = table("field", "value", "source", "record", "as of", "recorded since (JST)")
    for unit, said in told["fields"].items():
        for place, one in enumerate(said[: _MOST_LOSING + 1]):
            sign = _sign(one)
            shown.add_row(
                f"{readable.label(unit)} {unit}" if place == 0 else "",
                sign + value_of(unit, one["values"]),
                one["source"],
                one["record"],
                str(one["as_of"] or "?"),
                readable.instant(one["recorded_since"]),
            )
            for by in one.get("confirmed", ()):
                words = f"  確認 confirmed by {by['by']} on {by['on']}"
                shown.add_row("", words, "", "", "", "")
        if len(said) > _MOST_LOSING + 1:
            more = len(said) - _MOST_LOSING - 1
            shown.add_row("", f"  … {more} more: --json shows them", "", "", "", "")
    console().print(shown)


def _sign(said: Mapping[str, Any]) -> str:
    """How a word stands to the one that holds; ↺ repeats what the hub had filled in."""
    if said["holds"]:
        return ""
    if said.get("repeats"):
        return "  ↺ "
    return "  = " if said["agrees"] else "  ✗ "


def _print_conflicts(told: Mapping[str, Any]) -> None:
    if not told["conflicts"]:
        return
    whose = {
        one["member"]: f"{one['source']}:{one['record']}"
        for said in told["fields"].values()
        for one in said
    }
    shown = table("field", "kind", "at odds", title="Conflicts")
    for conflict in told["conflicts"]:
        members = ", ".join(whose.get(member, member) for member in conflict["members"])
        name = f"{readable.label(conflict['field'])} {conflict['field']}"
        shown.add_row(name, kind_of(conflict["kind"]), members)
    console().print(shown)


def _print_lists(told: Mapping[str, Any]) -> None:
    if not told["lists"]:
        return
    shown = table("list", "item", "value", "source", "record", "as of", title="Lists")
    for item in told["lists"]:
        words = readable.some(readable.pairs(item["list"], item["values"]), _MOST_OF_A_ROW)
        shown.add_row(
            f"{ENTITIES[item['list']].ja} {item['list']}",
            item["item"], words, item["source"], item["record"],
            str(item["as_of"] or "?"),
        )  # fmt: skip
    console().print(shown)


def _print_relations(told: Mapping[str, Any]) -> None:
    if not told["relations"]:
        return
    shown = table("relation", "from", "to", "cause", "since", "status", title="Relations")
    for row in told["relations"]:
        words = (row["kind"], row["from"], row["to"], row["cause"], row["since"], row["status"])
        shown.add_row(*(str(word or "") for word in words))
    console().print(shown)


def _print_proceedings(told: Mapping[str, Any]) -> None:
    if not told["proceedings"]:
        return
    shown = table("what", "source", "record", "told", title="Procedures and other records")
    for row in told["proceedings"]:
        words = readable.some(readable.pairs(row["entity"], row["values"]), _MOST_OF_A_ROW)
        name = f"{ENTITIES[row['entity']].ja} {row['entity']}"
        shown.add_row(name, row["source"], row["record"], words)
    console().print(shown)


def _print_history(told: Mapping[str, Any]) -> None:
    shown = table("version", "recorded (JST)", "until (JST)", "changed", title="Versions")
    for row in told["versions"]:
        shown.add_row(
            str(row["version"]),
            _exactly(row["recorded_from"]),
            _exactly(row["recorded_to"]),
            counted(len(row["changed"]), "value") + ": " + ", ".join(row["changed"]),
        )
    console().print(shown)
    shown = table("record", "role", "belongs by", "since (JST)", "until (JST)", title="Records")
    for row in told["records"]:
        shown.add_row(
            f"{row['source']}:{row['record']}",
            row["role"],
            row["basis"] + (f" ({row['probability']:.3f})" if row["probability"] else ""),
            _exactly(row["recorded_from"]),
            _exactly(row["recorded_to"]),
        )
    console().print(shown)


def _exactly(moment: datetime | None) -> str:
    return readable.instant(moment, _EXACTLY) if moment else ""
