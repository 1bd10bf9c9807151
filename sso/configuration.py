"""Clients, audiences, rules and keys: read from the side database, and held in memory.

Every change makes the configuration's version grow. A process looks at the version twice a second,
and the transaction that records a token looks at it again: no token is given out under a
configuration that was changed before it was recorded.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from joserfc import jwk
from joserfc.errors import JoseError
from sqlalchemy import Connection, select

from base.errors import HubError, InternalError, SettingsError, StoreUnreachable
from canonical.store.database import Database
from sso.keys import Keys, read_row
from sso.model import Assurance, Audience, Authentication, Client, Mode, Rule, Secret
from sso.sealing import Sealer
from sso.tables import AUDIENCE, CLIENT, CONFIGURATION, KEY, RULE

LOOK_SECONDS = 0.5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One version of all that the token service decides by."""

    version: int
    clients: Mapping[str, Client]
    audiences: Mapping[str, Audience]
    rules: Mapping[str, Rule]
    keys: Keys
    _by_pair: Mapping[tuple[str, str], tuple[Rule, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        pairs: dict[tuple[str, str], tuple[Rule, ...]] = {}
        for rule in self.rules.values():
            pair = rule.client_id, rule.audience
            pairs[pair] = (*pairs.get(pair, ()), rule)
        object.__setattr__(self, "_by_pair", pairs)

    def rules_of(self, client_id: str, audience: str) -> tuple[Rule, ...]:
        """The rules of a client for an audience."""
        return self._by_pair.get((client_id, audience), ())


def version_of(connection: Connection) -> int:
    """The configuration's version in the database."""
    return int(connection.execute(select(CONFIGURATION.c.version)).scalar_one())


def read(database: Database, sealer: Sealer) -> Configuration:
    """Read the whole configuration as one consistent state."""
    with database.read() as connection:
        if database.dialect == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return read_from(connection, sealer)


def read_from(connection: Connection, sealer: Sealer) -> Configuration:
    """The configuration as a transaction sees it."""
    version = version_of(connection)
    clients = [_client(dict(row._mapping)) for row in connection.execute(select(CLIENT))]
    audiences = [_audience(dict(row._mapping)) for row in connection.execute(select(AUDIENCE))]
    rules = [rule_of(dict(row._mapping)) for row in connection.execute(select(RULE))]
    keys = [dict(dict(row._mapping)) for row in connection.execute(select(KEY))]
    return Configuration(
        version,
        {one.client_id: one for one in clients},
        {one.audience: one for one in audiences},
        {one.rule_id: one for one in rules},
        Keys(read_row(sealer, row) for row in keys),
    )


class Current:
    """The newest configuration that this process knows; a thread of its own keeps it new."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.now = read(database, sealer)

    def refresh(self, than: int | None = None) -> Configuration:
        """Read it again, unless another thread has read one newer than version `than` already."""
        with self._lock:
            if than is None or self.now.version == than:
                self.now = read(self._database, self._sealer)
            return self.now

    def watch(self, seconds: float = LOOK_SECONDS) -> None:
        """Look for changes every `seconds` until `close`; while the store is away, keep what is."""
        self._thread = threading.Thread(target=self._look, args=(seconds,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _look(self, seconds: float) -> None:
        while not self._ended.wait(seconds):
            try:
                with self._database.read() as connection:
                    version = version_of(connection)
                if version != self.now.version:
                    self.refresh(self.now.version)
            except StoreUnreachable:
                continue
            except Exception as error:  # noqa: BLE001 - a thread that ends would leave old rules
                _log.error("%s", error if isinstance(error, HubError) else InternalError.of(error))


def _client(row: Mapping[str, Any]) -> Client:
    return Client(
        client_id=row["client_id"],
        name=row["name"],
        authentication=cast(Authentication, row["authentication"]),
        secrets=tuple(Secret(one["hash"], one.get("until")) for one in row["secrets"]),
        jwks=row["jwks"],
        grants=frozenset(row["grants"]),
        redirect_uris=tuple(row["redirect_uris"]),
        logout_uris=tuple(row["logout_uris"]),
        serves=frozenset(row["serves"]),
        relying_parties=frozenset(row["relying_parties"]),
        enabled=row["enabled"],
        contact=row["contact"],
        created_at=row["created_at"],
        keys=key_set(row["client_id"], row["jwks"]),
    )


def key_set(client_id: str, jwks: Mapping[str, Any] | None) -> jwk.KeySet | None:
    """A client's public keys.

    Raises:
        SettingsError: they are none.
    """
    if jwks is None:
        return None
    try:
        return jwk.KeySet.import_key_set(cast(Any, jwks))
    except (JoseError, ValueError, TypeError, KeyError):
        raise SettingsError(f"the keys of client {client_id} are no JWK set") from None


def _audience(row: Mapping[str, Any]) -> Audience:
    return Audience(
        row["audience"],
        row["title"],
        frozenset(row["scopes"]),
        row["seconds"],
        cast(Assurance, row["assurance"]),
        frozenset(row["no_agent_programmes"]),
    )


def rule_of(row: Mapping[str, Any]) -> Rule:
    """The rule of a row of `sso_rule`."""
    return Rule(
        row["rule_id"],
        row["client_id"],
        row["audience"],
        frozenset(row["scopes"]),
        frozenset(row["purposes"]),
        cast(Mode, row["mode"]),
        cast(Assurance, row["assurance"]),
        row["system"],
        row["category"],
        row["procedure"],
        row["programme"],
    )
