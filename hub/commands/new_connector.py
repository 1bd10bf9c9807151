"""`hub new-connector`: a folder, a contract, a mapping, a mock and a test for another system."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from base.errors import SettingsError
from connectors.declaration import Protocol

if TYPE_CHECKING:
    from base.connection import Connection
    from hub.scaffold.write import Written

ROLES = ("procedure", "register", "base_registry", "adviser", "aggregator", "identity_provider")


@click.command("new-connector")
@click.argument("new_name", metavar="NAME")
@click.option("--protocol", type=click.Choice(get_args(Protocol)), required=True)
@click.option(
    "--from",
    "source",
    metavar="FILE|TABLE",
    help="openapi.yaml, service.wsdl, schema.xsd, sample.csv, NAME.table.yaml; or a table's name.",
)
@click.option(
    "--database",
    metavar="URL",
    help="Where TABLE is: postgresql://USER@HOST/DATABASE or sqlite:///PATH. Without a password:"
    " that is the connection's, or PGPASSWORD.",
)
@click.option("--role", type=click.Choice(ROLES), default=ROLES[0], show_default=True)
def new_connector(
    new_name: str, protocol: Protocol, source: str | None, database: str | None, role: str
) -> int:
    """Write a connector for another system, as far as its contract tells.

    Writes connectors/NAME/, mappings/NAME.yaml, mocks/NAME/ and tests/contract/test_NAME.py, and
    says what is left to do. Nothing that is there is overwritten. A TABLE is looked at in the
    database of the connection NAME (HUB_CONNECTION_NAME, or Airflow's as the URI in
    AIRFLOW_CONN_HUB_NAME), or in that of --database.
    """
    from connectors.registry import ROOT
    from hub.scaffold.write import draft_of, write

    if database is not None and protocol != "sql":
        raise SettingsError("--database is for --protocol sql", remedy="Leave it out")
    where = _database(new_name, database) if protocol == "sql" else None
    written = write(ROOT.parent, draft_of(new_name, protocol, source, where), role)
    _tell(written)
    return _check(written)


def _database(name: str, url: str | None) -> Connection | None:
    """Where a table is looked at: the connection that is set, at `url` if there is one."""
    from base.connection import Connection, variable_of
    from base.redact import url_password
    from base.settings import Settings

    environ = Settings.load().environ
    told = environ.get(variable_of(name)) or environ.get(f"AIRFLOW_CONN_HUB_{name.upper()}")
    known = Connection.parse(name, told) if told else None
    if url is None:
        return known
    if url_password(url) is not None:
        raise SettingsError(
            "--database has a password in it, which every process of this machine may see",
            remedy=f"Take it out, and set it as `password` in {variable_of(name)}, or PGPASSWORD",
        )
    options, secrets = (known.options, known.secrets) if known else ({}, {})
    return Connection(name, url, options=options, secrets=secrets)


def _tell(written: Written) -> None:
    draft = written.draft
    for path in written.files:
        if path.name != "__init__.py":
            click.echo(f"wrote {path}")
    for stream in draft.streams:
        shown = {name: value for name, value in stream.declared.items() if name != "csv"}
        click.echo(f"\n{draft.name}.{stream.name}: key {stream.key}, {shown['mode']}")
        for line in stream.seen:
            click.echo(f"   | {line}")
        proposals = written.proposals[stream.name]
        for one in proposals:
            sign = " " if one.sure else "?"
            click.echo(f" {sign} {one.score:.2f}  {', '.join(one.sources)} → {one.to}  ({one.why})")
        mapped = sum(len(one.sources) for one in proposals if one.sure)
        click.echo(f"  {mapped} of {len(stream.fields)} fields mapped; the others are under ignore")
        for what in stream.left:
            click.echo(f"  to do: {what}")
    for what in draft.left:
        click.echo(f"to do: {what}")


def _check(written: Written) -> int:
    """Check what was written, as `hub connector check` and `hub mapping check` do."""
    from connectors.checks import check_connector
    from connectors.registry import ROOT, load_connector
    from hub.sync import mapping_file
    from mappings.check import check_mapping

    name = written.draft.name
    found = [str(problem) for problem in check_connector(ROOT / name)]
    if not found:
        connector = load_connector(name, _no_connection)
        for stream in connector.streams.values():
            fields = connector.schema(stream.name)
            report = check_mapping(mapping_file(name), stream.name, fields, stream.purpose)
            found += [f"mappings/{name}.yaml:{one.line}: {one.message}" for one in report.problems]
    for problem in found:
        click.echo(f"to do: {problem}")
    click.echo("to do: write the references anew: python -m hub.connector_reference")
    click.echo(f"\n{name}: {'all checks hold' if not found else 'not all checks hold yet'}")
    return 1 if found else 0


def _no_connection(name: str) -> Connection:
    raise SettingsError(f"the connection {name} is not set yet")
