"""`hub export`: businesses and applications in GIF's form, and snapshots for analysis."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from hub.audited import every_system, leave, reads_businesses, systems_of_parties
from hub.commands.options import emit, json_option
from hub.commands.scopes import opened_store
from hub.console import counted

if TYPE_CHECKING:
    from canonical.store.database import Database
    from hub.exports.report import Report


@click.group()
def export() -> None:
    """Give data out: GIF's standard form, and pseudonymised snapshots for analysis."""


@export.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="A new folder; or a new file (.xml, .json, .jsonl) of businesses alone.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["xml", "json"]),
    help="Of the businesses (default: by the file's ending, xml for a folder).",
)
@click.option(
    "--xsd",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="GIF_Core_DataModel.xsd: each business in XML must be valid, or is left out.",
)
@click.option(
    "--party",
    "names",
    multiple=True,
    metavar="ID",
    help="Only this business: a party's id, a 13-digit number, or SYSTEM.STREAM:KEY.",
)
@click.option("--limit", type=click.IntRange(1), help="At most this many businesses.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="SCOPE",
    help="Let records of confidential streams take part, such as `succession`.",
)
@click.option(
    "--show-personal",
    is_flag=True,
    help="Write personal values too; without it natural persons are left out.",
)
@reads_businesses
@json_option
def gif(
    out: Path,
    form: Literal["xml", "json"] | None,
    xsd: Path | None,
    names: tuple[str, ...],
    limit: int | None,
    scopes: tuple[str, ...],
    show_personal: bool,
    as_json: bool,
) -> int:
    """Write businesses as GIF's 法人 (XML or JSON) and applications in DS-451-1's names (JSON).

    What the form cannot hold is listed beside it. Ends with 1 if the XSD refused a business.
    """
    from base.clock import SystemClock
    from canonical.audit import EVERY_BUSINESS
    from hub.exports.gif import GifExport
    from hub.exports.gif import export as write

    chosen = _format(out, form)
    if xsd and chosen != "xml":
        raise click.UsageError("--xsd checks XML: leave it away, or say --format xml")
    with opened_store(scopes) as store:
        parties = _parties(store.database, names, scopes) if names else None
        leave(
            {EVERY_BUSINESS: every_system(store.database, scopes)}
            if parties is None
            else systems_of_parties(store.database, parties, scopes),
            scopes=scopes,
            details={"format": f"gif {chosen}"},
        )
        wanted = GifExport(chosen, parties, limit, scopes, show_personal, xsd)
        report = write(store.database, out, wanted, SystemClock().now())
    if as_json:
        emit(report.as_json())
    else:
        _print_report(report, out)
    return 1 if report.invalid else 0


def _format(out: Path, form: Literal["xml", "json"] | None) -> Literal["xml", "json"]:
    from hub.exports.gif import FILES

    meant = FILES.get(out.suffix)
    if form and meant and form != meant:
        raise click.UsageError(f"{out.name} is no name for {form}: name a folder, or end it so")
    return form or meant or "xml"


def _parties(database: Database, names: Sequence[str], scopes: Sequence[str]) -> list[int]:
    """The businesses named; one that only a confidential record knows is unknown without it."""
    from hub.exports.golden import answering

    found = {name: answering(database, name, scopes) for name in names}
    unknown = [name for name, parties in found.items() if not parties]
    if unknown:
        raise click.UsageError(
            f"no business answers to {', '.join(unknown)}:"
            " look for one with `hub business find NAME`"
        )
    return [party for parties in found.values() for party in parties]


def _print_report(report: Report, out: Path) -> None:
    written, invalid = report.told.total(), report.invalid
    forms = ", ".join(f"{number:,} {name}" for name, number in sorted(report.told.items()))
    click.echo(f"{written:,} businesses written to {out}" + (f" ({forms})" if forms else ""))
    if report.applications or report.applications_left_out:
        click.echo(f"{counted(report.applications, 'application')} written")
    for reason, number in report.left_out.most_common():
        click.echo(f"businesses left out: {number:,} · {reason}")
    for reason, number in report.applications_left_out.most_common():
        click.echo(f"applications left out: {number:,} · {reason}")
    if report.about["validated_against"]:
        click.echo(
            f"valid against {report.about['validated_against']}: {written:,}; refused: {invalid:,}"
        )
    if report.not_held:
        click.echo("values without a place in the form: see the report")


@export.command()
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="A new folder."
)
@click.option(
    "--release",
    required=True,
    metavar="NAME",
    help="Its name: the same business has other pseudonyms in another release.",
)
@click.option(
    "--salt-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the pseudonyms are keyed with (default: made at random and kept in the hub's home).",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(["succession", "yorozu"]),
    help="Count what this confidential system knows, too.",
)
@reads_businesses
@json_option
def parquet(
    out: Path, release: str, salt_file: Path | None, scopes: tuple[str, ...], as_json: bool
) -> int:
    """Write a pseudonymised snapshot for analysis, as Parquet: no names, no cell under 10."""
    from dataclasses import asdict

    from base.clock import SystemClock
    from base.settings import Settings
    from hub.exports import pseudonyms, target
    from hub.exports.snapshot import snapshot
    from hub.sync import open_store

    try:
        name = pseudonyms.release_name(release)
    except ValueError:
        raise click.UsageError(
            f"{release!r} cannot name a release: use letters, digits, '.', '_' and '-'"
        ) from None
    settings = Settings.load()
    with open_store(settings) as store:
        target.free(out)
        salt = (
            pseudonyms.given_salt(salt_file)
            if salt_file
            else pseudonyms.kept_salt(settings.home, name)
        )
        leave(
            systems=every_system(store.database, scopes),
            scopes=scopes,
            details={"format": "parquet", "every_business": True, "pseudonymous": True},
        )
        written = snapshot(
            store.database,
            out,
            pseudonyms.Pseudonyms(name, salt),
            SystemClock().now(),
            scopes=scopes,
        )
    if as_json:
        emit([asdict(one) for one in written])
        return 0
    for one in written:
        left = f", {one.left_out:,} left out in cells under 10" if one.left_out else ""
        click.echo(f"{one.table}: {counted(one.rows, 'row')}{left}")
    return 0
