"""Changes clients, audiences, rules and keys; each change is checked, audited, and whole."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, insert, select, update

from base.clock import Clock, SystemClock
from base.errors import SettingsError
from canonical.audit import Action, AuditRow, Channel, new_row_id
from canonical.audit.insertion import insert as insert_audit
from canonical.store.database import Database
from sso import checks
from sso.configuration import Configuration, read, read_from
from sso.keeping import changed, lock
from sso.keys import KEPT_SECONDS, WAIT_SECONDS, new_row
from sso.model import Audience, Client, Rule, Secret, hashed, new_secret
from sso.settings import ServiceSettings
from sso.tables import AUDIENCE, CLIENT, KEY, RULE, TOKEN

T = TypeVar("T")
OVERLAP_SECONDS = 24 * 3600
"""How long a replaced secret goes on being good, unless it is to end at once."""


class Register:
    """The administration of the token service, from the command line.

    Args:
        codes: what can be delegated, where that is known; rules are checked against it.
    """

    def __init__(
        self,
        database: Database,
        settings: ServiceSettings,
        clock: Clock | None = None,
        codes: checks.Codes | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock or SystemClock()
        self._codes = codes

    def read(self) -> Configuration:
        """The configuration as it is."""
        return read(self._database, self._settings.sealer)

    def check(self) -> list[checks.Mistake]:
        """Every mistake of the configuration as it is."""
        return checks.of_configuration(self.read(), self._settings.issuer, self._codes)

    def add_client(self, client: Client) -> str | None:
        """Add a client; its secret, which is shown once, unless it signs.

        Raises:
            SettingsError: it exists, or a check finds an error.
        """
        secret = None
        if client.authentication != "private_key_jwt":
            secret = new_secret()
            client = replace(client, secrets=(Secret(hashed(secret)),))
        self._add(CLIENT, client_row(replace(client, created_at=self._now())), "client add")
        return secret

    def add_audience(self, audience: Audience) -> None:
        """Add an audience.

        Raises:
            SettingsError: it exists, or a check finds an error.
        """
        self._add(AUDIENCE, audience_row(audience), "audience add")

    def add_rule(self, rule: Rule) -> None:
        """Add a rule.

        Raises:
            SettingsError: it exists, or a check finds an error.
        """
        self._add(RULE, rule_row(rule), "policy add")

    def remove_rule(self, rule_id: str) -> None:
        """Remove a rule.

        Raises:
            SettingsError: there is none.
        """

        def work(connection: Connection) -> None:
            found = connection.execute(delete(RULE).where(RULE.c.rule_id == rule_id))
            _must_exist(found.rowcount, f"rule {rule_id}")

        self._change("policy remove", {"rule": rule_id}, work)

    def enable(self, client_id: str, *, enabled: bool) -> None:
        """Let a client in again, or keep it out and end all of its tokens.

        Raises:
            SettingsError: there is none.
        """

        def work(connection: Connection) -> None:
            found = connection.execute(
                update(CLIENT).where(CLIENT.c.client_id == client_id).values(enabled=enabled)
            )
            _must_exist(found.rowcount, f"client {client_id}")
            if not enabled:
                connection.execute(
                    update(TOKEN)
                    .where(TOKEN.c.client_id == client_id, TOKEN.c.revoked_at.is_(None))
                    .values(revoked_at=self._now())
                )

        self._change(f"client {'enable' if enabled else 'disable'}", {"client": client_id}, work)

    def rotate_secret(self, client_id: str, *, at_once: bool = False) -> str:
        """A client's new secret; the old one goes on for a day, or ends at once.

        Raises:
            SettingsError: there is no such client, or it signs.
        """
        secret = new_secret()

        def work(connection: Connection) -> None:
            row = connection.execute(
                select(CLIENT.c.secrets).where(
                    CLIENT.c.client_id == client_id,
                    CLIENT.c.authentication != "private_key_jwt",
                )
            ).one_or_none()
            _must_exist(row is not None, f"client with a secret, {client_id}")
            now = self._now()
            until = now if at_once else now + OVERLAP_SECONDS
            old = [
                {"hash": one["hash"], "until": min(one["until"] or until, until)}
                for one in (row.secrets if row else [])
                if one["until"] is None or one["until"] > now
            ]
            kept = [one for one in old if one["until"] > now]
            secrets = [*kept, {"hash": hashed(secret), "until": None}]
            connection.execute(
                update(CLIENT).where(CLIENT.c.client_id == client_id).values(secrets=secrets)
            )

        self._change("client rotate-secret", {"client": client_id}, work)
        return secret

    def rotate_key(self, *, at_once: bool = False) -> str:
        """A new signing key; it signs once everybody can have it, or at once in an emergency.

        Raises:
            SettingsError: another key is still waiting to sign.
        """
        now = self._now()
        signs_from = now if at_once else now + WAIT_SECONDS
        row = new_row(self._settings.sealer, now, signs_from=signs_from)

        def work(connection: Connection) -> None:
            waiting = connection.execute(select(KEY.c.kid).where(KEY.c.signs_from > now)).first()
            if waiting is not None and not at_once:
                raise SettingsError(
                    f"key {waiting.kid} waits to sign", remedy="Rotate again once it signs"
                )
            connection.execute(
                update(KEY)
                .where(KEY.c.signs_until.is_(None), KEY.c.signs_from <= now)
                .values(signs_until=signs_from, removed_at=signs_from + KEPT_SECONDS)
            )
            connection.execute(insert(KEY).values(row))
            connection.execute(delete(KEY).where(KEY.c.removed_at < now - KEPT_SECONDS))

        self._change("key rotate", {"key": row["kid"]}, work)
        return str(row["kid"])

    def retire_key(self, kid: str) -> None:
        """Take a key out of the published set at once: nothing it signed holds any more.

        Raises:
            SettingsError: there is none, or no other key could sign.
        """
        now = self._now()

        def work(connection: Connection) -> None:
            found = connection.execute(
                update(KEY).where(KEY.c.kid == kid).values(signs_until=now, removed_at=now)
            )
            _must_exist(found.rowcount, f"key {kid}")
            left = connection.execute(
                select(KEY.c.kid).where(KEY.c.signs_from <= now, KEY.c.signs_until.is_(None))
            ).first()
            if left is None:
                raise SettingsError(
                    "no other key could sign", remedy="First run: hub sso key rotate --now"
                )

        self._change("key retire", {"key": kid}, work)

    def replace_all(
        self, clients: list[Client], audiences: list[Audience], rules: list[Rule]
    ) -> dict[str, str]:
        """Take over clients, audiences and rules that were written down; the new secrets.

        What is not among them stays; a client that exists keeps its secrets.

        Raises:
            SettingsError: a check finds an error in the whole that would result.
        """
        new: dict[str, str] = {}

        def work(connection: Connection) -> None:
            known = {row.client_id: row for row in connection.execute(select(CLIENT))}
            for client in clients:
                there = known.get(client.client_id)
                row = client_row(client)
                row["created_at"] = there.created_at if there else self._now()
                row["secrets"] = there.secrets if there else []
                if client.authentication == "private_key_jwt":
                    row["secrets"] = []
                elif not row["secrets"]:
                    new[client.client_id] = new_secret()
                    row["secrets"] = [{"hash": hashed(new[client.client_id]), "until": None}]
                _put(connection, CLIENT, "client_id", row)
            for audience in audiences:
                _put(connection, AUDIENCE, "audience", audience_row(audience))
            for rule in rules:
                _put(connection, RULE, "rule_id", rule_row(rule))

        counts = {"clients": len(clients), "audiences": len(audiences), "rules": len(rules)}
        self._change("client import", counts, work)
        return new

    def _add(self, table: Table, row: dict[str, Any], operation: str) -> None:
        key = next(iter(table.primary_key.columns))

        def work(connection: Connection) -> None:
            if connection.execute(select(key).where(key == row[key.name])).first() is not None:
                raise SettingsError(f"{row[key.name]} exists already", remedy="Choose another id")
            connection.execute(insert(table).values(row))

        self._change(operation, {key.name: row[key.name]}, work)

    def _change(
        self, operation: str, details: Mapping[str, Any], work: Callable[[Connection], T]
    ) -> T:
        """Do `work`, check the whole that results, and record who did it, in one transaction."""
        with self._database.write() as connection:
            lock(connection)
            before = set(self._errors(connection))
            done = work(connection)
            wrong = [one for one in self._errors(connection) if one not in before]
            if wrong:
                raise SettingsError("; ".join(one.what for one in wrong))
            changed(connection)
            insert_audit(connection, [self._row(operation, details)])
        return done

    def _errors(self, connection: Connection) -> list[checks.Mistake]:
        found = checks.of_configuration(
            read_from(connection, self._settings.sealer), self._settings.issuer, self._codes
        )
        return [one for one in found if one.level == "error"]

    def _row(self, operation: str, details: Mapping[str, Any]) -> AuditRow:
        at = datetime.fromtimestamp(self._now(), UTC)
        return AuditRow(
            row_id=new_row_id(at),
            at=at,
            action=Action.ADMINISTER,
            channel=Channel.COMMAND_LINE,
            operation=f"hub sso {operation}",
            allowed=True,
            rule="operator",
            purpose="operation",
            client="operator",
            subject=getpass.getuser(),
            details=dict(details),
        )

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def client_row(client: Client) -> dict[str, Any]:
    """A client as a row of `sso_client`."""
    return {
        "client_id": client.client_id,
        "name": client.name,
        "contact": client.contact,
        "authentication": client.authentication,
        "secrets": [{"hash": one.hash, "until": one.until} for one in client.secrets],
        "jwks": client.jwks,
        "grants": sorted(client.grants),
        "redirect_uris": list(client.redirect_uris),
        "logout_uris": list(client.logout_uris),
        "serves": sorted(client.serves),
        "relying_parties": sorted(client.relying_parties),
        "enabled": client.enabled,
        "created_at": client.created_at,
    }


def audience_row(audience: Audience) -> dict[str, Any]:
    """An audience as a row of `sso_audience`."""
    return {
        **asdict(audience),
        "scopes": sorted(audience.scopes),
        "no_agent_programmes": sorted(audience.no_agent_programmes),
    }


def rule_row(rule: Rule) -> dict[str, Any]:
    """A rule as a row of `sso_rule`."""
    return {**asdict(rule), "scopes": sorted(rule.scopes), "purposes": sorted(rule.purposes)}


def _put(connection: Connection, table: Table, key: str, row: dict[str, Any]) -> None:
    column = table.c[key]
    there = connection.execute(select(column).where(column == row[key])).first()
    if there is None:
        connection.execute(insert(table).values(row))
    else:
        connection.execute(update(table).where(column == row[key]).values(row))


def _must_exist(found: object, what: str) -> None:
    if not found:
        raise SettingsError(f"there is no {what}", remedy="`hub sso … list` shows what there is")
