"""Matching as the command line and the DAGs run it, and its answers as plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from base.clock import Clock, SystemClock
from base.errors import StoreError
from base.redact import mask
from connectors.registry import declarations

if TYPE_CHECKING:
    from canonical.matching.counts import MatchSummary
    from canonical.matching.decisions import Decision
    from canonical.matching.explaining import Explanation
    from canonical.store import Store

_ALWAYS_PERSONAL = frozenset({"person", "birth"})
_PERSONAL_OF_INDIVIDUALS = frozenset({"name", "trade_name", "place", "phone", "email", "begun"})


def run_matching(store: Store, *, full: bool = False, clock: Clock | None = None) -> MatchSummary:
    """Match what changed since the last run, and look for relations anew where that mattered.

    `full` does both from scratch.
    """
    from canonical.matching.relations import relate
    from canonical.matching.run import match

    clock = clock or SystemClock()
    describe_streams(store)
    matched = match(store, clock, full=full)
    relate(store, clock, full=full)
    return matched


def describe_streams(store: Store) -> None:
    """Tell the store of every stream that it holds what its connector declares.

    A sync does so too; this is for stores that were filled before streams were described.
    """
    from sqlalchemy import select

    from canonical.store.tables import STREAM

    declared = declarations()
    with store.database.read() as connection:
        known = connection.execute(select(STREAM)).all()
    for row in known:
        system = declared.get(row.system)
        stream = system.streams.get(row.stream) if system else None
        if system is not None and stream is not None:
            scope = row.system if stream.confidential else ""
            store.describe_stream(
                row.stream_id, source_role=system.role, scope=scope, purposes=stream.purpose
            )


def decide(
    store: Store, one: str, other: str, decision: Decision, scopes: Collection[str]
) -> dict[str, Any]:
    """Remember a decision and settle what it touches; how many pairs, and the parties afterwards.

    Raises:
        StoreError: a name that is not known, or a decision that cannot be.
    """
    from canonical.matching import decisions, parties

    clock = SystemClock()
    with store.database.read() as connection:
        mine, its = (parties.find(connection, name, scopes) for name in (one, other))
    numbers = decisions.decide(store.database, mine, its, decision, clock.now())
    return _settled(store, numbers, mine.members[0], its.members[0])


def unmerge(
    store: Store, party: str, records: Sequence[str], decision: Decision, scopes: Collection[str]
) -> dict[str, Any]:
    """Take records out of a party and settle what that touches.

    Raises:
        StoreError: a name that is not known, or records that are not of the party or all of it.
    """
    from canonical.matching import decisions, parties

    with store.database.read() as connection:
        whole = parties.find(connection, party, scopes)
        leaving = parties.together([parties.find(connection, name, scopes) for name in records])
        if not whole.whole:
            mates = str(whole.party_id)
            whole = parties.find(connection, mates, scopes)
    numbers = decisions.part(store.database, whole, leaving, decision, SystemClock().now())
    rest = next(member for member in whole.members if member not in leaving.members)
    return _settled(store, numbers, rest, leaving.members[0])


def _settled(store: Store, numbers: Sequence[int], *members: int) -> dict[str, Any]:
    """Settle what was decided; the parties in which the members are then."""
    from canonical.matching import parties

    run_matching(store)
    with store.database.read() as connection:
        found = [parties.party_of(connection, member) for member in members]
    return {"pairs": len(numbers), "parties": [str(party) for party in found]}


def review(store: Store, scopes: Collection[str], limit: int) -> tuple[list[dict[str, Any]], int]:
    """The pairs that wait for a person, the likeliest first, and how many there are."""
    from canonical.matching import parties
    from canonical.matching.review import REASONS, pending

    with store.database.read() as connection:
        pairs = pending(connection, store.database.bulk, scopes).pairs
        rows = pairs.head(limit).to_dicts()
        names = parties.names(connection, {row[end] for row in rows for end in ("low", "high")})
    return [
        {
            "parties": [str(row["party_low"]), str(row["party_high"])],
            "records": [names[row["low"]], names[row["high"]]],
            "probability": row["probability"],
            "reason": row["reason"],
            "told": REASONS[row["reason"]] + (f" ({row['detail']})" if row["detail"] else ""),
            **({"scope": row["scope"]} if row["scope"] else {}),
        }
        for row in rows
    ], pairs.height


def explain(
    store: Store, one: str, other: str, scopes: Collection[str], *, show_personal: bool
) -> dict[str, Any]:
    """Why two records or parties are one, or are not; personal values masked unless asked for.

    Raises:
        StoreError: a name that is not known, or both stand for the same claim.
    """
    from canonical.matching import decisions, parties
    from canonical.matching.explaining import explained

    with store.database.read() as connection:
        found = [parties.find(connection, name, scopes) for name in (one, other)]
        told = explained(connection, store.database.bulk, *found)
        names = parties.names(connection, {told.low, told.high})
        said = told.decision and told.decision["decision_no"]
        ids = decisions.ids(connection, [said] if said else [])
    individual = _individual(told.kinds)
    return {
        "records": [names[told.low], names[told.high]],
        "together": told.together,
        "basis": list(told.basis),
        "outcome": told.outcome,
        "probability": told.probability,
        "weight": round(told.weight, 3),
        "model": told.model_no,
        "shared_identifiers": told.shared,
        "decision": _decision(told, ids),
        "comparisons": [
            _comparison(row, individual=individual, show_personal=show_personal)
            for row in told.comparisons
        ],
    }


def _individual(kinds: Iterable[str | None]) -> bool:
    from canonical.model.party import is_individual

    return any(is_individual([kind]) for kind in kinds)


def _decision(told: Explanation, ids: Mapping[int, str]) -> dict[str, Any] | None:
    if told.decision is None:
        return None
    name = ids[told.decision["decision_no"]]
    return {"decision": name, "verdict": told.decision["verdict"]}


def _comparison(row: dict[str, Any], *, individual: bool, show_personal: bool) -> dict[str, Any]:
    personal = row["comparison"] in _ALWAYS_PERSONAL or (
        individual and row["comparison"] in _PERSONAL_OF_INDIVIDUALS
    )
    if personal and not show_personal:
        return row | {"value_a": mask(row["value_a"]), "value_b": mask(row["value_b"])}
    return row


def decided(
    store: Store, scopes: Collection[str], limit: int, decision: str | None = None
) -> tuple[list[dict[str, Any]], int]:
    """What was decided, the newest first, and how many decisions there are; or one of them.

    Raises:
        StoreError: there is no such decision, as far as the scopes let see.
    """
    from canonical.matching import decisions, parties

    with store.database.read() as connection:
        rows = decisions.listed(connection, scopes)
        ids = {row.decision_no: decisions.id_of(row) for row in rows}
        if decision is not None:
            rows = [row for row in rows if ids[row.decision_no] == decision]
        some = rows[:limit]
        names = parties.names(connection, {end for row in some for end in (row.low, row.high)})
    if decision is not None and not some:
        raise StoreError(
            f"{decision} is no decision that is known here",
            remedy="`hub match decisions` lists them",
        )
    return [
        {
            "decision": ids[row.decision_no],
            "verdict": row.verdict,
            "records": [names.get(end, str(end)) for end in (row.low, row.high)],
            "relation": row.relation,
            "cause": row.cause,
            "since": row.since_on,
            "reason": row.reason,
            "decided_by": row.decided_by,
            "decided_at": row.decided_at,
            "replaced_by": ids.get(row.replaced_by),
        }
        for row in some
    ], len(rows)


def members(store: Store, name: str, scopes: Collection[str]) -> dict[str, Any]:
    """Who belongs to a party, and why; an id that was merged leads to the party of today.

    Raises:
        StoreError: a name that is not known.
    """
    from canonical.golden.finding import memberships
    from canonical.matching import parties

    with store.database.read() as connection:
        found = parties.find(connection, name, scopes)
    rows = memberships(store.database, found.party_id, scopes)
    return {
        "party": str(found.party_id),
        "members": [
            {
                "record": f"{row.system}.{row.stream}:{row.record_key}/{row.role}",
                "basis": row.basis,
                "probability": row.probability,
                "since": row.recorded_from,
                **({"scope": row.scope} if row.scope else {}),
            }
            for row in rows
            if row.recorded_to is None
        ],
    }


def models(store: Store) -> list[dict[str, Any]]:
    """The versions of the model, the oldest first."""
    from canonical.matching import versions

    with store.database.read() as connection:
        return [asdict(version) for version in versions.versions(connection)]
