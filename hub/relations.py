"""Relations of parties as plain values for the command line."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from canonical.store import Store

REASONS = {
    "decision": "a person decided",
    "register": "a register says so",
    "claim": "a record says so",
    "shareholder": "a record names it as the holder of half the shares or more",
    "alike": "they share",
}


def relations(
    store: Store,
    name: str | None,
    status: str | None,
    scopes: Collection[str],
    limit: int,
) -> tuple[list[dict[str, Any]], int]:
    """The relations that stand, of one party or of all, and how many there are.

    Raises:
        StoreError: a name that is not known.
    """
    from canonical.matching import decisions, parties
    from canonical.matching.related import standing

    with store.database.read() as connection:
        party = None if name is None else parties.find(connection, name, scopes).party_id
        rows, total = standing(connection, party, status=status, scopes=scopes, limit=limit)
        told = [json.loads(row.evidence) for row in rows]
        members = {int(member) for evidence in told for member in evidence["members"]}
        names = parties.names(connection, members)
        said = [evidence["decision"] for evidence in told if "decision" in evidence]
        ids = decisions.ids(connection, said)
    found = []
    for row, evidence in zip(rows, told, strict=True):
        found.append(
            {
                "kind": row.kind,
                "from": str(row.from_party),
                "to": str(row.to_party),
                "cause": row.cause,
                "since": row.since_on,
                "status": row.status,
                "because": _reason(evidence, ids),
                "records": [names.get(int(one), one) for one in evidence["members"]],
                "known_since": row.recorded_from,
                **({"scope": row.scope} if row.scope else {}),
            }
        )
    return found, total


def _reason(evidence: dict[str, Any], ids: Mapping[int, str]) -> str:
    told = REASONS[evidence["because"]]
    if agree := evidence.get("agree"):
        told += " " + ", ".join(word.replace("_", " ") for word in agree)
    if number := evidence.get("decision"):
        told += f" (decision {ids[number]})"
    return told
