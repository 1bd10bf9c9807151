"""How `hub business show` looks at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from hub.console import console, counted, table

_MOST_LOSING = 5
_SHORT = {
    "name": "name",
    "address": "address_full",
    "representative": "representative_name",
}


def value_of(unit: str, values: Mapping[str, Any]) -> str:
    """A unit's value in a few words."""
    short = values.get(_SHORT.get(unit, unit))
    if short is not None:
        unit_of = values.get(f"{unit}_unit")
        precision = values.get(f"{unit}_precision")
        known = f" (to {unit_of:,})" if isinstance(unit_of, int) and unit_of > 1 else ""
        known += f" (to the {precision})" if precision in {"month", "year"} else ""
        return f"{short:,}{known}" if type(short) is int and known else f"{short}{known}"
    return " · ".join(str(value) for value in values.values() if value is not None)


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
    shown = table("field", "value", "source", "record", "as of", "recorded since")
    for unit, said in told["fields"].items():
        for place, one in enumerate(said[: _MOST_LOSING + 1]):
            sign = "" if one["holds"] else "  = " if one["agrees"] else "  ✗ "
            shown.add_row(
                unit if place == 0 else "",
                sign + value_of(unit, one["values"]),
                one["source"],
                one["record"],
                str(one["as_of"] or "?"),
                f"{one['recorded_since']:%Y-%m-%d %H:%M}",
            )
        if len(said) > _MOST_LOSING + 1:
            more = len(said) - _MOST_LOSING - 1
            shown.add_row("", f"  … {more} more: --json shows them", "", "", "", "")
    console().print(shown)


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
        shown.add_row(conflict["field"], conflict["kind"], members)
    console().print(shown)


def _print_lists(told: Mapping[str, Any]) -> None:
    if not told["lists"]:
        return
    shown = table("list", "item", "value", "source", "record", "as of", title="Lists")
    for item in told["lists"]:
        words = " · ".join(str(value) for value in list(item["values"].values())[:6])
        shown.add_row(
            item["list"], item["item"], words, item["source"], item["record"],
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
        words = " · ".join(str(value) for value in list(row["values"].values())[:6])
        shown.add_row(row["entity"], row["source"], row["record"], words)
    console().print(shown)


def _print_history(told: Mapping[str, Any]) -> None:
    shown = table("version", "recorded", "until", "changed", title="Versions")
    for row in told["versions"]:
        until = row["recorded_to"]
        shown.add_row(
            str(row["version"]),
            f"{row['recorded_from']:%Y-%m-%d %H:%M:%S}",
            f"{until:%Y-%m-%d %H:%M:%S}" if until else "",
            counted(len(row["changed"]), "value") + ": " + ", ".join(row["changed"]),
        )
    console().print(shown)
    shown = table("record", "role", "belongs by", "since", "until", title="Records")
    for row in told["records"]:
        until = row["recorded_to"]
        shown.add_row(
            f"{row['source']}:{row['record']}",
            row["role"],
            row["basis"] + (f" ({row['probability']:.3f})" if row["probability"] else ""),
            f"{row['recorded_from']:%Y-%m-%d %H:%M:%S}",
            f"{until:%Y-%m-%d %H:%M:%S}" if until else "",
        )
    console().print(shown)
