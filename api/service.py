"""Everything that one worker process of the API holds."""

from __future__ import annotations

import time
from datetime import date

from anyio import CapacityLimiter

from api.limits import Limits
from api.settings import ApiSettings
from base.clock import Clock, SystemClock
from base.errors import SettingsError
from canonical.access.accounts import party_of
from canonical.access.businesses import Streams
from canonical.access.quick import Quick
from canonical.audit import AuditLog, GroupWriter, Sealer
from canonical.search import refresh
from canonical.store import Store
from canonical.store.database import Database
from sso.resource import Validator
from sso.service import prepare as prepare_tokens
from sso.subjects import AccountKey

PARTY_SECONDS = 5.0
"""How long it is remembered whose account it is; so late the end of a right may take effect."""

_MOST_PARTIES = 50_000
THREADS = 12


def prepare(settings: ApiSettings) -> None:
    """Bring the side database and an embedded store to their newest migrations, search up to date.

    Raises:
        SettingsError: a PostgreSQL store lacks migrations, which `hub db upgrade` applies.
    """
    prepare_tokens(settings.service, SystemClock()).close()
    with Store.open(settings.database_url) as store:
        if store.dialect == "sqlite":
            store.upgrade()
        elif lacking := store.pending_migrations():
            raise SettingsError(
                f"the store lacks {lacking} migrations", remedy="Run `hub db upgrade`"
            )
        refresh(store.database)


class Service:
    """The stores, the validator of tokens, and the audit."""

    def __init__(
        self, settings: ApiSettings, *, validator: Validator | None = None,
        clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.clock = clock or SystemClock()
        self.database = Database(settings.database_url)
        self.quick = Quick(self.database)
        self.streams = Streams(self.quick)
        self.log = AuditLog.open(settings.side_database_url)
        self.writer = GroupWriter(self.log.database)
        self.sealer = Sealer(self.log)
        self.validator = validator or Validator.open(settings.service, settings.audience)
        self.clients = Limits(settings.rate)
        self.addresses = Limits(settings.rate)
        self.threads = CapacityLimiter(THREADS)
        self._parties: dict[AccountKey, tuple[int | None, float]] = {}

    def start(self) -> None:
        """Begin what runs beside requests."""
        self.sealer.start()

    def close(self) -> None:
        """End it, write what waits and give everything back."""
        self.writer.close()
        self.sealer.close()
        self.quick.close()
        self.log.close()
        self.database.close()

    def today(self) -> date:
        """Today in Japan."""
        return self.clock.today()

    def known_party(self, account: AccountKey) -> tuple[bool, int | None]:
        """Whether it is remembered whose account it is, and whose."""
        party, until = self._parties.get(account, (None, 0.0))
        return time.monotonic() < until, party

    def party(self, account: AccountKey) -> int | None:
        """Whose account it is; None where it gives no right. May look into the store."""
        known, party = self.known_party(account)
        if known:
            return party
        issuer, name = account
        system = self.settings.accounts.get(issuer)
        asked = time.monotonic()
        party = party_of(self.quick, system, name, self.today()) if system else None
        if len(self._parties) > _MOST_PARTIES:
            self._parties.clear()
        self._parties[account] = (party, asked + PARTY_SECONDS)
        return party
