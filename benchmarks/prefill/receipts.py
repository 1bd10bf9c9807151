"""Receipts in a store of many parties: real ones for half of those drawn, others in bulk."""

from __future__ import annotations

from sqlalchemy import text

from benchmarks.prefill.timing import DAY, drawn
from canonical.golden.asof import business
from canonical.golden.permission import PREFILL
from canonical.model.receipt import Filing
from canonical.receipts.issuing import issue
from canonical.store import Store
from mappings.prefill import knowledge, prefill
from mappings.prefill.giving import given

FORM = "it_subsidy"
STREAM = ("bench4", "records")
"""Whose records bring answers back: the applications of the store."""

_ONE_IN = 4
_FIELDS = 5
_HEAD = "form, version, system, stream, day, at, purpose, for_client, for_user"
_FIELD = (
    "path, field, concept, written, derived_from, member_id, record_id, source_role, claim_role,"
    " recorded_from, as_of, entity, role, element, unit, read_as, own_columns"
)
_IN_BULK = (
    f"INSERT INTO receipt (receipt_id, party_id, {_HEAD}) SELECT 'b' || p.party_id, p.party_id,"
    f" {_HEAD} FROM party p CROSS JOIN receipt r"
    f" WHERE r.receipt_id = :one AND p.party_id % {_ONE_IN} = 0",
    "ANALYZE",
    f"INSERT INTO receipt_field (receipt_id, {_FIELD}) SELECT 'b' || p.party_id, {_FIELD}"
    f" FROM party p CROSS JOIN (SELECT * FROM receipt_field WHERE receipt_id = :one"
    f" ORDER BY path LIMIT {_FIELDS}) f WHERE p.party_id % {_ONE_IN} = 0",
    "DELETE FROM golden_pending",
    "ANALYZE",
)


def fill(store: Store) -> dict[str, int]:
    """Write a receipt for every second of the parties that are drawn, and in bulk for one party in
    four; rows by table."""
    known = knowledge()
    form = known.forms[FORM]
    last = ""
    for party in drawn(store)[::2]:
        told = business(store.database, party, purpose=PREFILL)
        if told is None:
            raise RuntimeError(f"party {party} tells nothing")
        found = prefill(form, told, DAY, known)
        filing = Filing(party, FORM, found.version, *STREAM, DAY, PREFILL)
        last = issue(store.database, filing, given(found.answers)).id
    for statement in _IN_BULK:
        wanted = {"one": last} if ":one" in statement else {}
        with store.database.write() as connection:
            connection.execute(text(statement), wanted)
    with store.database.read() as connection:
        return {
            table: int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
            for table in ("receipt", "receipt_field")
        }
