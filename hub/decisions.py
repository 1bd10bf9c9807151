"""Questions to a person: whether a stream's sync shall go on where it could not by itself.

Two runs stop and ask: one in whose snapshot too many keys are missing, and one of whose records too
many were refused. The answer is a sync that may do what the newest run might not. The store is the
truth of whether there is still something to decide, whoever decides it and where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self

from sqlalchemy import select

from base.clock import SystemClock
from base.errors import ApprovalNeeded, FailureBudgetExceeded
from base.settings import Settings
from canonical.audit import Action, AuditLog, AuditRow, Channel, new_row_id
from canonical.store import Store
from canonical.store.tables import RUN
from hub.audited import OPERATION
from hub.options import SyncOptions

Kind = Literal["missing_keys", "refused_records"]
KINDS: Mapping[str, Kind] = {
    ApprovalNeeded.__name__: "missing_keys",
    FailureBudgetExceeded.__name__: "refused_records",
}
"""Type of the error that ended a run → what is asked."""

_ASKING = {kind: name for name, kind in KINDS.items()}
_READING = ("incremental", "full", "backfill")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one stream.

    Attributes:
        count: how many keys are missing, or records were refused when the run stopped.
        said: the run's own words; no value of a record is in them.
        mode, since, until: of the sync that asks (instants in ISO 8601).
        after: the last run that ended well, empty before the first: until another one does, it is
            the same question.
    """

    system: str
    stream: str
    kind: Kind
    count: int
    said: str
    mode: str
    since: str | None
    until: str | None
    after: str

    @classmethod
    def of(
        cls,
        store: Store,
        system: str,
        stream: str,
        options: SyncOptions,
        error: ApprovalNeeded | FailureBudgetExceeded,
    ) -> Self:
        """The question that a sync's end by this error puts."""
        return cls(
            system, stream, KINDS[type(error).__name__], error.count, str(error), options.mode,
            options.since.isoformat() if options.since else None,
            options.until.isoformat() if options.until else None,
            _last_good(store, system, stream),
        )  # fmt: skip

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Self:
        """As `as_json` told it."""
        return cls(**{name: given[name] for name in cls.__dataclass_fields__})

    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    def id(self, again: bool) -> str:
        """Names the question, so that it is put once; `again` because more is missing by now."""
        first = f"{self.system}.{self.stream}__{self.kind}__{self.after or 'first'}"
        return f"{first}__{self.count}" if again else first

    def answered_yes(self) -> SyncOptions:
        """The sync that may do what the one that asked might not, and no more than was asked."""
        options = SyncOptions(
            mode=self.mode,  # type: ignore[arg-type]
            since=datetime.fromisoformat(self.since) if self.since else None,
            until=datetime.fromisoformat(self.until) if self.until else None,
            trigger="dag",
        )
        if self.kind == "missing_keys":
            return replace(options, approve_missing=self.count)
        return replace(options, approve_refusals=True)


def stands(store: Store, question: Question) -> bool:
    """Whether the newest run of the stream still ended by what is asked."""
    query = (
        select(RUN.c.status, RUN.c.failure)
        .where(
            RUN.c.stream_id == store.stream_id(question.system, question.stream),
            RUN.c.mode.in_(_READING),
        )
        .order_by(RUN.c.started_at.desc())
        .limit(1)
    )
    with store.database.read() as connection:
        newest = connection.execute(query).one_or_none()
    return newest is not None and newest.failure == _ASKING[question.kind]


def _last_good(store: Store, system: str, stream: str) -> str:
    query = (
        select(RUN.c.run_id)
        .where(
            RUN.c.stream_id == store.stream_id(system, stream),
            RUN.c.mode.in_(_READING),
            RUN.c.status == "succeeded",
        )
        .order_by(RUN.c.started_at.desc())
        .limit(1)
    )
    with store.database.read() as connection:
        return connection.scalar(query) or ""


def note(settings: Settings, question: Question, *, yes: bool, who: str, why: str) -> None:
    """Leave in the audit who decided what, and why.

    Raises:
        StoreUnreachable: the row is not committed; nothing may be done.
    """
    at = SystemClock().now()
    details = {
        "stream": question.stream, "kind": question.kind, "count": question.count, "approved": yes,
        "reason": why,
    }  # fmt: skip
    row = AuditRow(
        row_id=new_row_id(at), at=at, action=Action.ADMINISTER, channel=Channel.OPERATOR_PAGES,
        operation="decide", allowed=True, rule="operator_pages", purpose=OPERATION,
        client="airflow", subject=who, systems=(question.system,), details=details,
    )  # fmt: skip
    AuditLog.open(settings.side_database_url).append([row])
