"""The token service in one process: its configuration, its ledger, how a request is answered."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import anyio
from anyio import to_thread

from base.clock import Clock, SystemClock
from base.errors import HubError, InternalError
from canonical.audit import Action
from canonical.audit.tables import SCHEMA as AUDIT
from canonical.store.database import Database
from canonical.store.migrations import upgrade
from canonical.store.side import side_database
from sso import throttle
from sso.configuration import LOOK_SECONDS, Current
from sso.facts import Facts, Needed, NoSubjects, RepresentationSource, SelfAlone, SubjectSource
from sso.forms import Form
from sso.keeping import Housekeeping, ensure_key
from sso.ledger import Entry, Ledger, Outcome, Verdict
from sso.refusals import Refused
from sso.request import TokenRequest, refusal_row
from sso.server import Draft, TokenServer, operation
from sso.settings import ServiceSettings
from sso.tables import SCHEMA

MOST_ROUNDS = 8
"""How often one request may be decided again after a change of configuration."""

MOST_ASKED = 16
"""How many requests of a process may wait for somebody else's answer at once."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom decisions ask."""

    subjects: SubjectSource
    representations: RepresentationSource


class Service:
    """Everything that one worker process holds."""

    def __init__(
        self, settings: ServiceSettings, sources: Sources | None = None, clock: Clock | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.database = prepare(settings, self.clock)
        self.current = Current(self.database, settings.sealer)
        self.ledger = Ledger(self.database)
        self.housekeeping = Housekeeping(self.database, self.clock)
        asked = sources or Sources(NoSubjects(), SelfAlone())
        self.server = TokenServer(settings.issuer, asked.subjects, asked.representations)
        self._limiter = anyio.CapacityLimiter(MOST_ASKED)

    def start(self) -> None:
        """Start the threads."""
        self.current.watch(LOOK_SECONDS)
        self.housekeeping.start()

    def close(self) -> None:
        """End the threads and give the connections back."""
        self.housekeeping.close()
        self.current.close()
        self.ledger.close()
        self.database.close()

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()

    async def token(self, form: Form) -> Draft:
        """The answer of the token endpoint, once all that it leaves behind is committed.

        Raises:
            HubError: the store does not answer.
        """
        facts = Facts()
        for _ in range(MOST_ROUNDS):
            request, draft = await self._decided(form, facts)
            found = await self._recorded(request, draft)
            if found is not None:
                return found
            await to_thread.run_sync(self.current.refresh, request.configuration.version)
        raise Refused("store.away")

    async def _decided(self, form: Form, facts: Facts) -> tuple[TokenRequest, Draft]:
        """A request and its answer, when all that had to be asked was: each fact once."""
        while True:
            request = TokenRequest(form, self.current.now, facts, self.settings.issuer, self.now())
            try:
                return request, self.server.decide(request)
            except Needed as needed:
                await to_thread.run_sync(needed.learn, limiter=self._limiter)

    async def _recorded(self, request: TokenRequest, draft: Draft) -> Draft | None:
        """The answer once it is committed; None to decide again."""
        outcome = await self.ledger.write(draft.entry)
        if outcome.verdict is Verdict.STALE:
            return None
        if outcome.verdict is Verdict.REVOKED:
            draft = self.server.refuse(request, Refused("subject.revoked"))
            return await self._recorded(request, draft)
        if outcome.verdict is Verdict.REPLAYED:
            refusal = Refused("client.assertion_replayed")
            refused = self.server.refuse(request, refusal)
            draft = replace(refused, entry=replace(refused.entry, assertion=None))
            return await self._recorded(request, draft)
        return self._throttled(request, draft, outcome)

    def _throttled(self, request: TokenRequest, draft: Draft, outcome: Outcome) -> Draft:
        """After too many failures, the advice to come again later instead of the refusal."""
        seconds = throttle.retry_after(outcome.failures)
        if seconds is None:
            return draft
        told = self.server.refuse(request, Refused("client.throttled", retry_after=seconds))
        return replace(told, entry=draft.entry)

    async def refused(self, refusal: Refused, form: Form | None, path: str) -> None:
        """Record a request that was refused before it could be decided.

        Raises:
            HubError: the store does not answer.
        """
        name = operation(form) if form and path == "/token" else f"POST {path}"
        action = {"/introspect": Action.INTROSPECT, "/revoke": Action.REVOKE}.get(
            path, Action.ISSUE
        )
        row = refusal_row(self.now(), action, name, refusal.rule, refusal.client_id)
        await self.ledger.write(Entry(row))

    async def learn(self, needed: Needed) -> None:
        """Ask for a fact, outside the event loop."""
        await to_thread.run_sync(needed.learn, limiter=self._limiter)


def prepare(settings: ServiceSettings, clock: Clock) -> Database:
    """The side database with the newest tables and a key that signs."""
    database = side_database(settings.database_url)
    upgrade(database, AUDIT)
    upgrade(database, SCHEMA)
    ensure_key(database, settings.sealer, int(clock.now().timestamp()))
    return database


def told(error: BaseException) -> HubError:
    """An error as it may be logged."""
    return error if isinstance(error, HubError) else InternalError.of(error)


__all__: list[Any] = ["MOST_ASKED", "Service", "Sources", "prepare", "told"]
