"""One request to the pages: who asks, in which language, and what the answer stands on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from base.clock import Clock, SystemClock
from base.settings import Settings
from canonical.audit import Action, AuditLog, AuditRow, Channel, new_row_id
from canonical.store import Store
from connectors.declaration import Declaration
from connectors.registry import declarations
from hub.audited import OPERATION
from hub.pages import csrf
from hub.pages.guard import Guard, Viewer
from hub.pages.overview import dag_id
from hub.pages.review_queue import ReviewQueue
from hub.sync import open_store

LANGUAGES = ("ja", "en")
LANGUAGE_COOKIE = "hub_language"


class Base:
    """What all requests share: settings, clock, and the databases, opened when first needed."""

    def __init__(self, guard: Guard, settings: Settings, clock: Clock | None = None) -> None:
        self.guard = guard
        self.settings = settings
        self.clock = clock or SystemClock()
        self._lock = Lock()

    @cached_property
    def store(self) -> Store:
        """The hub's store; it is never closed, as the process serves on."""
        with self._lock:
            opened = open_store(self.settings)
            self._kept = opened  # a generator that is collected would close the store
            return opened.__enter__()

    @cached_property
    def audit(self) -> AuditLog:
        """The audit."""
        with self._lock:
            return AuditLog.open(self.settings.side_database_url)

    @cached_property
    def review(self) -> ReviewQueue:
        """The pairs that wait for a person."""
        store = self.store
        with self._lock:
            return ReviewQueue(store, self.clock)


@dataclass
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    viewer: Viewer
    base: Base
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The hub's store."""
        return self.base.store

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.base.clock.now()

    @property
    def root(self) -> str:
        """What stands before every path of the pages."""
        return str(self.request.scope.get("root_path", ""))

    @cached_property
    def language(self) -> str:
        """The reader's: as asked for, as chosen before, or as the browser prefers."""
        chosen = self.request.query_params.get("lang") or self.request.cookies.get(LANGUAGE_COOKIE)
        if chosen in LANGUAGES:
            return chosen
        wanted = self.request.headers.get("accept-language", "ja")
        return next((one[:2] for one in wanted.lower().split(",") if one[:2] in LANGUAGES), "ja")

    @cached_property
    def csrf(self) -> str:
        """The token of this answer's forms."""
        return csrf.make(self.base.guard.secret, self.viewer.name, self.now)

    @cached_property
    def systems(self) -> dict[str, Declaration]:
        """The systems whose DAG the viewer may see."""
        declared = declarations()
        may = self.base.guard.readable(self.viewer, [dag_id(name) for name in declared])
        return {name: one for name, one in declared.items() if dag_id(name) in may}

    def may_trigger(self, dag: str) -> bool:
        """Whether the viewer may start runs of a DAG."""
        return self.base.guard.may_trigger(self.viewer, dag)

    def leave(
        self,
        systems_of: Mapping[int, Collection[str]] | None = None,
        *,
        systems: Collection[str] = (),
        purpose: str = OPERATION,
        action: Action = Action.READ,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Leave an audit row for each business that is about to be shown, or one without any.

        Raises:
            StoreUnreachable: the rows are not committed; nothing may be shown.
        """
        at = self.now
        shown: list[tuple[int | None, Collection[str]]] = [*(systems_of or {}).items()]
        self.base.audit.append(
            [
                AuditRow(
                    row_id=new_row_id(at),
                    at=at,
                    action=action,
                    channel=Channel.OPERATOR_PAGES,
                    operation=f"{self.request.method} {self.request.url.path}",
                    allowed=True,
                    rule="operator_pages",
                    purpose=purpose,
                    client="airflow",
                    subject=self.viewer.name,
                    party_id=party,
                    systems=tuple(sorted(of)),
                    details=details or {},
                )
                for party, of in shown or [(None, systems)]
            ]
        )
        with suppress(Exception):  # the rows stand; the next to seal takes them with it
            self.base.audit.seal()


Handler = Callable[[Visit], Response]
