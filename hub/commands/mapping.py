"""`hub mapping`: check a mapping, try it on a record, see what a change of it changes."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.audited import leave_for_record, reads_businesses
from hub.commands.masking import confidential_option
from hub.commands.options import emit, json_option, known_streams, one_stream
from hub.console import console, counted, table

if TYPE_CHECKING:
    from base.errors import HubError
    from base.settings import Settings
    from hub.mapping_tools import StreamTools
    from mappings.check import Report
    from mappings.diff import Change
    from mappings.forms.check import FormReport
    from mappings.trial import TrialRow


@click.group()
def mapping() -> None:
    """Mappings between a system's fields and the canonical model."""


@mapping.command()
@click.argument("names", nargs=-1, metavar="[SYSTEM[.STREAM]]...")
@json_option
def check(names: tuple[str, ...], as_json: bool) -> int:
    """Check the contract's coverage, units and values, purposes and round trips, and the forms.

    Names file, line and field.
    """
    from base.errors import MappingError
    from base.settings import Settings
    from hub.mapping_tools import StreamTools
    from hub.sync import mapping_file
    from mappings.check import check_mapping

    settings = Settings.load()
    reports: list[Report] = []
    broken: list[HubError] = []
    for system, stream in known_streams(names):
        tools = StreamTools(system, stream, settings)
        fields = tools.connector.schema(stream)
        purposes = tools.connector.streams[stream].purpose
        try:
            reports.append(check_mapping(mapping_file(system), stream, fields, purposes))
        except MappingError as error:
            broken.append(error.located(system=system, stream=stream))
    asked = _check_forms([system for system, _ in known_streams(names)], broken)
    if as_json:
        told = [*map(asdict, reports), *map(asdict, asked)]
        emit(told + [{"error": str(e)} for e in broken])
    else:
        for report in reports:
            _print_report(report)
        for form in asked:
            if not form.ok or not any("." in name for name in names):
                _print_form(form)
        for problem in broken:
            click.echo(f"{problem.system}.{problem.stream or 'forms'}: {problem.what}")
            if problem.remedy:
                click.echo(f"  {problem.remedy}")
    well = all(report.ok for report in reports) and all(form.ok for form in asked)
    return 0 if well and not broken else 1


def _check_forms(systems: list[str], broken: list[HubError]) -> list[FormReport]:
    """The reports of all forms of these systems; one that cannot be read goes to `broken`."""
    from base.errors import MappingError
    from hub.sync import mapping_file
    from mappings.forms.check import check_forms

    reports: list[FormReport] = []
    failed = {error.system for error in broken}
    for system in dict.fromkeys(systems):
        if system in failed:
            continue
        try:
            reports += check_forms(mapping_file(system))
        except MappingError as error:
            broken.append(error.located(system=system))
    return reports


def _print_form(report: FormReport) -> None:
    verdict = "all well" if report.ok else counted(len(report.problems), "problem")
    click.echo(
        f"{report.system}, form {report.form}: {verdict}; {report.fields} fields ask"
        f" {counted(report.concepts, 'concept')}"
    )
    for problem in report.problems:
        where = f"mappings/{report.system}.yaml:{problem.line}"
        click.echo(f"  {where}: {problem.field}: {problem.message}")


def _print_report(report: Report) -> None:
    verdict = "all well" if report.ok else counted(len(report.problems), "problem")
    click.echo(
        f"{report.system}.{report.stream}: {verdict}; {report.fields} fields in the contract:"
        f" {report.mapped} mapped, {report.ignored} ignored with a reason;"
        f" {report.round_trips} round trips; version {report.version[:12]}"
    )
    for problem in report.problems:
        where = f"mappings/{report.system}.yaml:{problem.line}"
        click.echo(f"  {where}: {problem.field}: {problem.message}")


@mapping.command("try")
@click.argument("name", metavar="SYSTEM.STREAM")
@click.argument("record", metavar="RECORD")
@click.option("--show-personal", is_flag=True, help="Do not mask personal values.")
@confidential_option
@reads_businesses
@json_option
def try_mapping(
    name: str, record: str, show_personal: bool, show_confidential: bool, as_json: bool
) -> int:
    """Show what the mapping makes of one record, field by field; stores nothing.

    RECORD is the key of an archived record, @FILE with a record in JSON, or - for standard input.
    """
    from base.settings import Settings
    from hub.commands.masking import hidden_row, is_confidential, masked_row
    from hub.mapping_tools import StreamTools
    from mappings.trial import try_record

    system, stream = one_stream(name)
    settings = Settings.load()
    tools = StreamTools(system, stream, settings)
    if record == "-":
        raws = [sys.stdin.buffer.read()]
    elif record.startswith("@"):
        raws = [_read(Path(record[1:]))]
    else:
        raws = _archived(tools, settings, record)
        if not raws:
            return 1
    plan, frame = tools.plan(), tools.decode([raws[0]])
    rows = try_record(plan, frame)
    if is_confidential(system, stream) and not show_confidential:
        rows = [hidden_row(row) for row in rows]
    elif not show_personal:
        rows = [masked_row(row) for row in rows]
    refused = [each.rule for each in plan.map(frame).refusals if each.level == "record"]
    if as_json:
        emit(list(map(_shown, rows)))
        return 0
    shown = table("source field", "as received", "canonical field", "value", "note")
    for row in map(_shown, rows):
        shown.add_row(*(row[column] or "" for column in row))
    console().print(shown)
    if refused:
        rules = ", ".join(dict.fromkeys(refused))
        click.echo(f"refused: {rules}; nothing of this record is loaded")
    return 0


def _archived(tools: StreamTools, settings: Settings, record: str) -> list[bytes]:
    """The record's raw bytes; says so and returns nothing where there are none."""
    from hub.commands.record import refused_items
    from hub.sync import open_store

    name = f"{tools.system}.{tools.stream}"
    with open_store(settings) as store:
        raws = tools.archived(store, [record])
        if raws:
            leave_for_record(store.database, tools.system, tools.stream, record)
        told = "" if raws else refused_items(store, tools.system, tools.stream, record)
    if not raws:
        hint = told or f"take a key from `hub record list {name}`, or try @FILE"
        click.echo(f"{name} has no archived record {record}: {hint}", err=True)
    return raws


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{path} cannot be read: {error.strerror}") from None


def _shown(row: TrialRow) -> dict[str, str | None]:
    return {
        "source": row.source,
        "raw": row.raw,
        "canonical": row.canonical,
        "value": row.value,
        "note": row.note,
    }


@mapping.command()
@click.argument("name", metavar="SYSTEM.STREAM")
@click.option("--old", type=click.Path(path_type=Path, exists=True), help="The other mapping file.")
@click.option("--rev", default="HEAD", show_default=True, help="Its git revision, without --old.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="How many archived records.",
)
@json_option
def diff(name: str, old: Path | None, rev: str, limit: int, as_json: bool) -> int:
    """Show which claims the mapping as it is now changes, over archived records.

    Values are not shown: the fields that differ are counted, with the record rows they concern.
    """
    from base.errors import SettingsError
    from base.settings import Settings
    from hub.mapping_tools import StreamTools, mapping_of_revision
    from hub.sync import open_store
    from mappings.diff import diff_plans

    system, stream = one_stream(name)
    settings = Settings.load()
    tools = StreamTools(system, stream, settings)
    with ExitStack() as stack:
        try:
            path = old or stack.enter_context(mapping_of_revision(system, rev, settings.root))
        except SettingsError as error:
            raise click.BadParameter(f"{error.what}: name a revision that has it") from None
        before = tools.plan(path)
        with open_store(settings) as store:
            raws = tools.sample(store, limit)
    if not raws:
        click.echo(f"{name} has no archived records yet: sync it first", err=True)
        return 1
    found = diff_plans(before, tools.plan(), tools.decode(raws))
    changes = Counter(f"{change.entity}.{change.field} {_kind(change)}" for change in found.changes)
    refused = Counter(
        f"{refusal.rule} {'no longer' if refusal.side == 'old' else 'newly'} refused"
        for refusal in found.refusals
    )
    if as_json:
        emit({"records": len(raws), "changes": changes, "refusals": refused})
        return 0
    verdict = "no difference" if found.same else "differences"
    click.echo(f"{counted(len(raws), 'archived record')}: {verdict}")
    for label, count in (changes | refused).items():
        click.echo(f"  {label}: {count}")
    return 0


def _kind(change: Change) -> str:
    if change.old is None:
        return "newly stated"
    return "no longer stated" if change.new is None else "changed"
