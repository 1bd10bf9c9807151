"""A store whose records make a few businesses, and what consolidating it leaves."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from base.clock import ManualClock
from canonical.changes import feed
from canonical.changes.cloudevents import cloud_event
from canonical.store import Store
from hub.consolidate import Consolidation, consolidate
from tests.canonical.builders import T0, Syncing

EVERY_SCOPE = ("succession", "yorozu")


def first_days(store: Store, *, case: bool = True) -> None:
    """A register, applications that name it, and a succession case: three businesses."""
    register = _stream(store, "corporate_number", "corporations", "base_registry")
    register.commit(dict.fromkeys("ab", "1"), {"party": [_corporation(k, k) for k in "ab"]})
    applications = _stream(store, "subsidy", "applications", "procedure")
    claims = [_corporation(k, k, role="applicant") for k in "ab"]
    states = [{"key": k, "project_number": k, "status": "submitted"} for k in "ab"]
    person = {"key": "c", "role": "applicant", "kind": "sole_proprietor", "name": "山田太郎"}
    applications.commit(dict.fromkeys("abc", "1"), {"party": [*claims, person], "project": states})
    if case:
        cases = _stream(store, "succession", "cases", "adviser", scope="succession")
        _case(cases, "1", "registered")


def a_later_day(store: Store, *, case: bool = True) -> None:
    """A corporation is renamed, an application goes on, another is withdrawn at its source."""
    register = Syncing.again(store, "corporate_number", "corporations")
    register.commit({"a": "2"}, {"party": [_corporation("a", "新a")]})
    applications = Syncing.again(store)
    claims = [_corporation("a", "a", role="applicant")]
    states = [{"key": "a", "project_number": "a", "status": "selected"}]
    applications.commit({"a": "2"}, {"party": claims, "project": states}, deleted=["c"])
    if case:
        _case(Syncing.again(store, "succession", "cases"), "2", "matching")


def _case(cases: Syncing, raw: str, status: str) -> None:
    case = {"key": "a", "case_key": "C-1", "status": status}
    client = _corporation("a", "a", role="client")
    cases.commit({"a": raw}, {"party": [client], "succession_case": [case]})


def _stream(store: Store, system: str, stream: str, role: str, scope: str = "") -> Syncing:
    sync = Syncing(store, system, stream)
    store.describe_stream(sync.stream_id, source_role=role, scope=scope)
    return sync


_NUMBERS = {"a": "7000012050002", "b": "3000020141003"}


def _corporation(key: str, name: str, role: str = "self") -> dict[str, Any]:
    """Two corporations with numbers of public bodies."""
    return {
        "key": key, "role": role, "kind": "corporation", "corporate_number": _NUMBERS[key],
        "name": f"株式会社{name}工業", "name_core": f"{name}工業",
    }  # fmt: skip


def consolidated(store: Store, days: int = 2) -> Consolidation:
    """Consolidate on the day after so many days, at an instant that is always the same."""
    return consolidate(store, ManualClock(T0 + timedelta(days=days)))


def everything(store: Store, *scopes: str) -> list[dict[str, Any]]:
    """The whole feed as CloudEvents."""
    return [cloud_event(event) for event in feed.read(store.database, scopes=scopes).events]


if __name__ == "__main__":
    with Store.open(sys.argv[1]) as opened:
        consolidated(opened)
