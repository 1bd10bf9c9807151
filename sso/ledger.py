"""What a decision writes, before its answer: tokens, used assertions, failures, audit rows.

One thread commits what all requests of a process hand over, many in one transaction. The
transaction also looks once more at what the decision stood on: the configuration's version, that
the presented token's chain is live, that the assertion was never used. An entry that does not hold
writes nothing, and its decision is made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from sqlalchemy import Connection

from canonical.audit import AuditRow
from canonical.audit.insertion import insert
from canonical.store.database import Database
from canonical.store.group_commit import GroupCommit
from sso import statements
from sso.statements import Assertion, TokenRow


class Verdict(Enum):
    """What became of an entry."""

    WRITTEN = auto()
    STALE = auto()
    REVOKED = auto()
    REPLAYED = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """All that one answer stands on and leaves behind.

    Attributes:
        version: of the configuration by which it was decided; None where that does not matter.
        parent: a token that must be live.
        assertion: a client assertion that must be new.
        revoked: a token that ends, and with it all that was derived from it.
        failures: counters of failed authentication that grow by one.
    """

    audit: AuditRow
    version: int | None = None
    parent: str | None = None
    assertion: Assertion | None = None
    token: TokenRow | None = None
    revoked: str | None = None
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """An entry's verdict, and where its failure counters stand: the highest, and since when."""

    verdict: Verdict
    failures: dict[str, tuple[int, int]] = field(default_factory=dict)


class Ledger(GroupCommit[Entry, Outcome]):
    """Writes entries in groups; its thread starts with the first one."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "sso", _recorded)


def _recorded(connection: Connection, entries: Sequence[Entry]) -> list[Outcome]:
    outcomes = _judge_and_write(statements.Statements(connection), entries)
    judged = zip(entries, outcomes, strict=True)
    insert(connection, [e.audit for e, outcome in judged if outcome.verdict is Verdict.WRITTEN])
    return outcomes


def _judge_and_write(database: statements.Statements, entries: Sequence[Entry]) -> list[Outcome]:
    version = database.version()
    verdicts = [
        Verdict.STALE if entry.version not in (None, version) else Verdict.WRITTEN
        for entry in entries
    ]
    parents = {entry.parent for entry in entries if entry.parent is not None}
    live = database.live(parents) if parents else set()
    for place, entry in enumerate(entries):
        if entry.parent is not None and entry.parent not in live:
            verdicts[place] = (
                verdicts[place] if verdicts[place] is Verdict.STALE else Verdict.REVOKED
            )
    _judge_assertions(database, entries, verdicts)
    good = [
        entry
        for entry, verdict in zip(entries, verdicts, strict=True)
        if verdict is Verdict.WRITTEN
    ]
    database.add_tokens([entry.token for entry in good if entry.token is not None])
    database.revoke([entry.revoked for entry in good if entry.revoked is not None])
    counted = database.count_failures([bucket for entry in good for bucket in entry.failures])
    return [
        Outcome(
            verdict, {bucket: counted[bucket] for bucket in entry.failures if bucket in counted}
        )
        for entry, verdict in zip(entries, verdicts, strict=True)
    ]


def _judge_assertions(
    database: statements.Statements, entries: Sequence[Entry], verdicts: list[Verdict]
) -> None:
    """Use up the assertions of entries that hold so far; the first of several equal ones wins."""
    places: dict[tuple[str, str], int] = {}
    offered: list[Assertion] = []
    for place, entry in enumerate(entries):
        one = entry.assertion
        if one is None or verdicts[place] is not Verdict.WRITTEN:
            continue
        key = one.client_id, one.token_id
        if key in places:
            verdicts[place] = Verdict.REPLAYED
        else:
            places[key] = place
            offered.append(one)
    if offered:
        new = database.use_assertions(offered)
        for key, place in places.items():
            if key not in new:
                verdicts[place] = Verdict.REPLAYED
