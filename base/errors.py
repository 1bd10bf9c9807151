"""The hub's one tree of errors, on two axes: where it happened and what to do about it.

::

    HubError
    ├── SettingsError            connect       stop        a setting is missing or malformed
    ├── ConnectError             connect       retry       no connection, reset, time-out
    │   └── CircuitOpen          connect       wait        the breaker of this system is open
    ├── AuthenticationError      authenticate  stop        credentials refused
    │   └── TokenExpired         authenticate  retry       the token ran out during the run
    ├── ReadError                read          stop        the source's answer cannot be used
    │   ├── RateLimited          read          wait        429: come back after `retry_after`
    │   ├── ServerFault          read          retry       5xx, truncated or reset body
    │   ├── Forbidden            read          stop        403
    │   ├── NotFound             read          stop        404
    │   ├── PagingError          read          stop        a page repeats, or a token leads nowhere
    │   └── ApprovalNeeded       read          stop        a person has to decide
    ├── ContractError            contract      stop        the answer is outside the contract
    ├── MappingError             map           stop        a mapping file is wrong
    ├── RefusedValue             map           quarantine  one value cannot be what its field says
    ├── FailureBudgetExceeded    map           stop        too many records of a run were refused
    ├── StoreError               store         stop
    │   ├── StoreUnreachable     store         retry       the database is away
    │   ├── LeaseHeld            store         stop        another run holds this stream
    │   ├── LeaseLost            store         stop        the lease passed to another run
    │   └── ArchiveError         store         stop        the archive cannot be written
    └── InternalError            store         stop        a bug in the hub: type and place only

A message says what happened, in which system, stream and record, and what to do about it.
It never holds a personal value or a secret: values reach errors masked (`base.redact.mask`).
"""

from __future__ import annotations

import traceback
from enum import StrEnum
from typing import Any, ClassVar, Self

_ROOMS = frozenset(
    {"api", "base", "canonical", "connectors", "dags", "hub", "mappings", "mocks", "sso"}
)


class Stage(StrEnum):
    """Where in a sync something happened."""

    CONNECT = "connect"
    AUTHENTICATE = "authenticate"
    READ = "read"
    CONTRACT = "contract"
    MAP = "map"
    MATCH = "match"
    STORE = "store"


class Action(StrEnum):
    """What the caller does about it; the retry policy follows from this alone."""

    RETRY = "retry"
    WAIT = "wait"
    QUARANTINE = "quarantine"
    STOP = "stop"


class HubError(Exception):
    """An error that names its system, stream, record and field, and the remedy.

    Args:
        what: what happened, one sentence without a full stop at its end.
        remedy: what the reader can do about it.
        retry_after: seconds to wait before the next try, where the source said so.
    """

    stage: ClassVar[Stage] = Stage.READ
    action: ClassVar[Action] = Action.STOP

    def __init__(
        self,
        what: str,
        *,
        system: str | None = None,
        stream: str | None = None,
        record: str | None = None,
        field: str | None = None,
        remedy: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.system = system
        self.stream = stream
        self.record = record
        self.field = field
        self.remedy = remedy
        self.retry_after = retry_after

    @property
    def where(self) -> str:
        """`system.stream record KEY field F`, as far as it is known; else an empty string."""
        place = ".".join(part for part in (self.system, self.stream) if part)
        parts = [place] if place else []
        if self.record:
            parts.append(f"record {self.record}")
        if self.field:
            parts.append(f"field {self.field}")
        return " ".join(parts)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}. {self.remedy}" if self.remedy else text

    def located(
        self, *, system: str | None = None, stream: str | None = None, record: str | None = None
    ) -> HubError:
        """Fill in the place where it is not known yet, and return self."""
        self.system = self.system or system
        self.stream = self.stream or stream
        self.record = self.record or record
        return self


class SettingsError(HubError):
    """A setting is missing or malformed."""

    stage = Stage.CONNECT


class ConnectError(HubError):
    """No connection: refused, reset, timed out, name not found."""

    stage = Stage.CONNECT
    action = Action.RETRY


class CircuitOpen(ConnectError):
    """The breaker of this system is open after repeated failures."""

    action = Action.WAIT


class AuthenticationError(HubError):
    """The system refused our credentials."""

    stage = Stage.AUTHENTICATE


class TokenExpired(AuthenticationError):
    """The access token ran out; a new one is asked for and the request repeated once."""

    action = Action.RETRY


class ReadError(HubError):
    """The source's answer cannot be used."""


class RateLimited(ReadError):
    """The system asks us to slow down (HTTP 429, or 503 with Retry-After)."""

    action = Action.WAIT


class ServerFault(ReadError):
    """The system failed (5xx) or its answer broke off."""

    action = Action.RETRY


class Forbidden(ReadError):
    """The credentials are good, but not for this."""


class NotFound(ReadError):
    """The address or the record does not exist."""


class PagingError(ReadError):
    """Paging does not come to an end, or a page token leads nowhere."""


class ApprovalNeeded(ReadError):
    """What was read may be meant so or not: a person has to decide.

    Args:
        count: of how many keys or records it is.
    """

    def __init__(self, what: str, *, count: int = 0, **more: Any) -> None:
        super().__init__(what, **more)
        self.count = count


class ContractError(HubError):
    """The answer is outside the contract in a way that leaves nothing to read."""

    stage = Stage.CONTRACT


class MappingError(HubError):
    """A mapping or connector file is wrong; names file, line and field."""

    stage = Stage.MAP


class RefusedValue(HubError):
    """One value cannot be what its field says it is.

    Args:
        rule: the short name of the rule that refused it, such as `check_digit`.
    """

    stage = Stage.MAP
    action = Action.QUARANTINE

    def __init__(self, rule: str, what: str, **place: str | None) -> None:
        super().__init__(
            what,
            system=place.get("system"),
            stream=place.get("stream"),
            record=place.get("record"),
            field=place.get("field"),
            remedy=place.get("remedy"),
        )
        self.rule = rule


class FailureBudgetExceeded(HubError):
    """More records of this run were refused than its failure budget allows.

    Args:
        count: how many were, when it stopped.
    """

    stage = Stage.MAP

    def __init__(self, what: str, *, count: int = 0, **more: Any) -> None:
        super().__init__(what, **more)
        self.count = count


class StoreError(HubError):
    """The hub's own store refused something."""

    stage = Stage.STORE


class StoreUnreachable(StoreError):
    """The database is away or does not answer."""

    action = Action.RETRY


class LeaseHeld(StoreError):
    """Another run is at work on this stream."""


class LeaseLost(StoreError):
    """This run's lease passed to another one; nothing more may be written under it."""


class ArchiveError(StoreError):
    """The raw archive cannot be written (disk full, no permission)."""


class InternalError(HubError):
    """A bug in the hub: something was raised that is not of this tree."""

    stage = Stage.STORE

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """The error that tells of a raised one by type and place.

        Its message stays out: a library's message may quote the value it stumbled over.
        Raise the result `from None`, so that no trace prints the message either.
        """
        return cls(
            f"a bug in the hub: {type(error).__name__} in {_place(error)}",
            remedy="What was committed stays; report it with this line and the hub's version",
        )


def _place(error: BaseException) -> str:
    """`module:line` where the hub's own code last had a hand in it, else where it was raised."""
    frames = [
        (str(frame.f_globals.get("__name__", "?")), line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    own = [place for place in frames if place[0].partition(".")[0] in _ROOMS]
    module, line = (own or frames or [("an unknown place", 0)])[-1]
    return f"{module}:{line}" if line else module
