"""What kinds of alerts there are, and which error that ended a run is which kind."""

from __future__ import annotations

from enum import StrEnum

from canonical.store.alerts import Condition
from canonical.store.runs import DIED_TYPE


class Kind(StrEnum):
    """What an alert tells of; `words.yaml` has the words of each."""

    LATE = "late"
    DRIFT = "drift"
    DEADLINE = "deadline"
    BUDGET = "failure_budget"
    APPROVAL = "approval"
    BREAKER = "breaker"
    DOWN = "down"
    AUTHENTICATION = "authentication"
    FORBIDDEN = "forbidden"
    RATE = "rate_limited"
    UNREADABLE = "unreadable"
    CONTRACT = "contract"
    SETTINGS = "settings"
    STORE = "store"
    DIED = "died"
    FAILED = "failed"
    TRIAL = "trial"


OF_ERRORS: dict[str, Kind] = {
    "SettingsError": Kind.SETTINGS,
    "MappingError": Kind.SETTINGS,
    "ConnectError": Kind.DOWN,
    "ServerFault": Kind.DOWN,
    "CircuitOpen": Kind.BREAKER,
    "AuthenticationError": Kind.AUTHENTICATION,
    "TokenExpired": Kind.AUTHENTICATION,
    "Forbidden": Kind.FORBIDDEN,
    "RateLimited": Kind.RATE,
    "ReadError": Kind.UNREADABLE,
    "NotFound": Kind.UNREADABLE,
    "PagingError": Kind.UNREADABLE,
    "ApprovalNeeded": Kind.APPROVAL,
    "ContractError": Kind.CONTRACT,
    "FailureBudgetExceeded": Kind.BUDGET,
    "StoreError": Kind.STORE,
    "StoreUnreachable": Kind.STORE,
    "ArchiveError": Kind.STORE,
    "AirflowTaskTimeout": Kind.DEADLINE,
    DIED_TYPE: Kind.DIED,
}
"""By the type of the error that ended a run; any other one is a run that FAILED."""

OF_RUNS = frozenset(OF_ERRORS.values()) | {Kind.FAILED}
"""Kinds that tell how the newest run ended: of these a stream has one at a time."""


def of_failure(failure: str | None) -> Kind | None:
    """The kind of a run that this type of error ended; None where a person stopped it."""
    if failure == "KeyboardInterrupt":
        return None
    return OF_ERRORS.get(failure or "", Kind.FAILED)


def succeeds(new: Condition, old: Condition) -> bool:
    """Whether one condition only says anew why the same stream fails."""
    same = (new.system, new.stream) == (old.system, old.stream)
    return same and new.kind in OF_RUNS and old.kind in OF_RUNS
