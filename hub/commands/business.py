"""`hub business`: what the hub believes about a business, and who says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from hub.audited import leave, reads_businesses, systems_of_parties
from hub.commands.eligibility import eligibility
from hub.commands.options import Instant, emit, json_option, tell_cut
from hub.console import console, table

if TYPE_CHECKING:
    from canonical.store import Store


@click.group()
def business() -> None:
    """Businesses: golden records, their sources, conflicts and history."""


business.add_command(eligibility)


def _scope_option(command: Any) -> Any:
    return click.option(
        "--scope",
        "scopes",
        multiple=True,
        metavar="SCOPE",
        help="Let records of confidential streams take part, such as `succession`.",
    )(command)


def _personal_option(command: Any) -> Any:
    return click.option("--show-personal", is_flag=True, help="Do not mask personal values.")(
        command
    )


@business.command()
@click.argument("which", metavar="ID")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="What was so on that day, by all that is known.",
)
@click.option(
    "--known-at", type=Instant(), metavar="INSTANT", help="What the hub believed at that instant."
)
@click.option("--history", is_flag=True, help="Show all versions, and which records came and went.")
@_scope_option
@_personal_option
@reads_businesses
@json_option
def show(
    which: str,
    as_of: datetime | None,
    known_at: datetime | None,
    history: bool,
    scopes: tuple[str, ...],
    show_personal: bool,
    as_json: bool,
) -> int:
    """Show a business: each value with its source and its day, and every value that lost.

    ID is a party's id, a 13-digit number, or a record as SYSTEM.STREAM:KEY.
    """
    from base.settings import Settings
    from hub.commands.business_text import print_business
    from hub.commands.scopes import check_scopes
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        check_scopes(store.database, scopes)
        told = _told(
            store,
            which,
            as_of.date() if as_of else None,
            known_at,
            scopes,
            history=history,
            show_personal=show_personal,
        )
    if told is None:
        return 1
    if as_json:
        emit(told)
    else:
        print_business(told)
    return 0


def _told(
    store: Store,
    which: str,
    as_of: date | None,
    known_at: datetime | None,
    scopes: tuple[str, ...],
    *,
    history: bool,
    show_personal: bool,
) -> dict[str, Any] | None:
    """Everything that is shown of a business; None, having said why, if there is not one."""
    from canonical.golden import finding
    from canonical.golden.asof import business as at
    from hub import businesses

    database = store.database
    parties = finding.resolve(database, which, scopes, known_at)
    if len(parties) > 1:
        several = ", ".join(map(str, parties))
        click.echo(f"{which} names several businesses: {several}; show one of them", err=True)
        return None
    found = (
        at(database, parties[0], as_of=as_of, known_at=known_at, scopes=scopes) if parties else None
    )
    if found is None:
        click.echo(
            f"no business answers to {which}{_then(as_of, known_at)}:"
            " look for one with `hub business find NAME`",
            err=True,
        )
        return None
    leave({found.party_id: {one.system for one in found.origins}}, scopes=scopes)
    masking = businesses.of_business(found, show_personal=show_personal)
    party = found.party_id
    told = businesses.shown(found, masking)
    told["relations"] = [
        businesses.relation(row, party)
        for row in finding.relations(database, party, scopes, known_at, as_of)
    ]
    told["proceedings"] = [
        businesses.proceeding(row, masking)
        for row in finding.proceedings(database, found, known_at, as_of)
    ]
    if history:
        told["versions"] = businesses.golden_versions(finding.versions(database, party), masking)
        told["records"] = [
            businesses.membership(row) for row in finding.memberships(database, party, scopes)
        ]
    return told


def _then(as_of: date | None, known_at: datetime | None) -> str:
    """Of which day and instant was asked."""
    from hub.commands.readable import instant

    day = f" as of {as_of}" if as_of else ""
    return day + (f" by what was known at {instant(known_at)} JST" if known_at else "")


@business.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@_personal_option
@reads_businesses
@json_option
def find(text: str, limit: int, show_personal: bool, as_json: bool) -> int:
    """Find businesses whose name, kana or trade name holds TEXT."""
    from base.settings import Settings
    from canonical.golden import finding
    from hub.businesses import Masking
    from hub.sync import open_store

    with open_store(Settings.load()) as store:
        rows, total = finding.by_name(store.database, text, limit)
        leave(systems_of_parties(store.database, [row.party_id for row in rows]))
    found = []
    for row in rows:
        names = ("kind", "corporate_number", "name", "address_full")
        masking = Masking([row.kind], show_personal=show_personal)
        values = masking.values("party", {name: row._mapping[name] for name in names})
        found.append({"party": str(row.party_id), **values})
    if as_json:
        emit(found)
    elif not found:
        click.echo(f"no business has {text} in its name, kana or trade name", err=True)
    else:
        shown = table("party", "kind", "corporate number", "name", "address")
        for one in found:
            shown.add_row(*(str(value or "") for value in one.values()))
        console().print(shown)
    tell_cut(len(found), total)
    return 0 if found else 1


def _known_field(_context: click.Context, _option: Any, value: str | None) -> str | None:
    """The name of a unit of a party."""
    from canonical.golden.units import UNITS

    units = [unit.name for unit in UNITS]
    if value is not None and value not in units:
        raise click.BadParameter(f"{value} is no field; there are: {', '.join(units)}")
    return value


@business.command()
@click.option("--kind", type=click.Choice(["unregistered", "equal_rank"]), help="Only this kind.")
@click.option(
    "--field", callback=_known_field, help="Only this field, such as `name` or `address`."
)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@_personal_option
@reads_businesses
@json_option
def conflicts(
    kind: str | None, field: str | None, limit: int, show_personal: bool, as_json: bool
) -> int:
    """List where claims are at odds: not yet registered (登記未反映), or for a person to settle."""
    from base.settings import Settings
    from canonical.golden import finding
    from canonical.golden.asof import business as at
    from hub.businesses import of_business, origin
    from hub.sync import open_store

    listed: list[dict[str, Any]] = []
    with open_store(Settings.load()) as store:
        rows, total = finding.conflicts(store.database, kind=kind, field=field, limit=limit)
        leave(systems_of_parties(store.database, [row.party_id for row in rows]))
        for row in rows:
            found = at(store.database, row.party_id)
            if found is None:
                continue
            masking = of_business(found, show_personal=show_personal)
            said = [
                {"values": masking.values("party", one.values), **origin(one.origin)}
                for unit in found.units
                if unit.name == row.field
                for one in unit.said
                if f"{one.origin.member_id}" in row.members
            ]
            listed.append(
                {
                    "party": str(row.party_id),
                    "name": masking.values("party", {"name": found.values.get("name")})["name"],
                    "field": row.field,
                    "kind": row.kind,
                    "said": said,
                }
            )
    if as_json:
        emit(listed)
    elif not listed:
        click.echo("no claims are at odds", err=True)
    else:
        _print_conflicts(listed)
    tell_cut(len(listed), total)
    return 0


def _print_conflicts(listed: list[dict[str, Any]]) -> None:
    from hub.commands.business_text import kind_of, value_of
    from hub.commands.readable import label

    shown = table("party", "name", "field", "kind", "who says what")
    for conflict in listed:
        words = "; ".join(
            f"{value_of(conflict['field'], one['values'])} ({one['source']}, {one['as_of'] or '?'})"
            for one in conflict["said"]
        )
        shown.add_row(
            conflict["party"],
            conflict["name"] or "",
            f"{label(conflict['field'])} {conflict['field']}",
            kind_of(conflict["kind"]),
            words,
        )
    console().print(shown)
