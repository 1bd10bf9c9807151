"""`hub sso agency` and `hub sso members`: what the hub knows of accounts that GビズID does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from base.errors import SettingsError
from sso.commands.opened import emit, json_option

if TYPE_CHECKING:
    from sso.agencies import Agencies

issuer_option = click.option(
    "--issuer", help="Whose account it is; by default the first identity provider's."
)


@click.group()
def agency() -> None:
    """Support agencies: which account is which agency's, by its 認定支援機関ID."""


@agency.command()
@click.argument("agency_id", metavar="AGENCY")
@click.argument("account")
@issuer_option
def link(agency_id: str, account: str, issuer: str | None) -> None:
    """Let ACCOUNT (its key at the identity provider) be the agency AGENCY's."""
    with _agencies() as (agencies, known):
        agencies.link((issuer or known, account), agency_id)
    _recorded("agency link", {"agency": agency_id})
    click.echo(f"Account {account} is agency {agency_id}'s.")


@agency.command()
@click.argument("account")
@issuer_option
def unlink(account: str, issuer: str | None) -> None:
    """Let ACCOUNT be no agency's."""
    with _agencies() as (agencies, known):
        agencies.unlink((issuer or known, account))
    _recorded("agency unlink", {})
    click.echo(f"Account {account} is no agency's.")


@agency.command("list")
@json_option
def list_agencies(as_json: bool) -> None:
    """List the links, and whether each agency is certified today."""
    with _agencies() as (agencies, _):
        found = agencies.all()
    if as_json:
        emit(
            [
                {
                    "issuer": one.account[0],
                    "account": one.account[1],
                    "agency": one.agency_id,
                    "certified": one.certified,
                }
                for one in found
            ]
        )
        return
    for one in found:
        state = "certified" if one.certified else "not certified today"
        click.echo(f"{one.agency_id}  {one.account[1]}  {one.account[0]}  {state}")


@click.command()
@click.option("--least", type=click.IntRange(2), default=2, show_default=True,
              help="The fewest businesses.")  # fmt: skip
@json_option
def members(least: int, as_json: bool) -> None:
    """List メンバー accounts by which one person is seen at several businesses.

    GビズID means members to be people of the business, and delegation for outsiders.
    """
    from base.settings import Settings
    from canonical.access.quick import Quick
    from canonical.store.database import Database
    from sso.agencies import shared_members

    quick = Quick(Database(Settings.load().database_url))
    try:
        found = shared_members(quick, least)
    finally:
        quick.close()
    _recorded("members", {"people": len(found)})
    if as_json:
        emit([{"businesses": number, "accounts": accounts} for number, accounts in found])
        return
    for number, accounts in found:
        click.echo(f"{number} businesses: {' '.join(accounts)}")


@contextmanager
def _agencies() -> Iterator[tuple[Agencies, str]]:
    """The links of this installation, and the first identity provider's issuer."""
    from base.clock import SystemClock
    from base.settings import Settings
    from canonical.access.quick import Quick
    from canonical.store.database import Database
    from sso.agencies import Agencies
    from sso.providers import providers
    from sso.service import prepare
    from sso.settings import ServiceSettings

    settings, clock = Settings.load(), SystemClock()
    known = providers(settings)
    if not known:
        raise SettingsError(
            "there is no identity provider", remedy="Set HUB_CONNECTION_CORPORATE_AUTH"
        )
    database = prepare(ServiceSettings.of(settings), clock)
    quick = Quick(Database(settings.database_url))
    try:
        yield Agencies(database, quick, clock), known[0].issuer
    finally:
        quick.close()
        database.close()


def _recorded(operation: str, details: dict[str, object]) -> None:
    """Leave an audit row of what the operator did."""
    import getpass

    from base.clock import SystemClock
    from base.settings import Settings
    from canonical.audit import Action, AuditRow, Channel, new_row_id
    from canonical.audit.insertion import insert
    from sso.service import prepare
    from sso.settings import ServiceSettings

    clock = SystemClock()
    database = prepare(ServiceSettings.of(Settings.load()), clock)
    at = clock.now()
    row = AuditRow(
        row_id=new_row_id(at), at=at, action=Action.ADMINISTER, channel=Channel.COMMAND_LINE,
        operation=f"hub sso {operation}", allowed=True, rule="operator", purpose="operation",
        client="operator", subject=getpass.getuser(), details=details,
    )  # fmt: skip
    try:
        with database.write() as connection:
            insert(connection, [row])
    finally:
        database.close()
