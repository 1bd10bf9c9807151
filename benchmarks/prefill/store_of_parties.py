"""A store of many parties: the claims of the block `golden`, with records, consents, accounts."""

from __future__ import annotations

from sqlalchemy import text

from benchmarks.golden import claims
from canonical.store import Store

_PROCEDURES = ", ".join(
    str(source.stream_id) for source in claims.SOURCES if source.source_role == "procedure"
)
_ACCOUNTS = ", ".join(
    str(source.stream_id) for source in claims.SOURCES if source.source_role == "identity_provider"
)
_CLAIM = "record_id, role, ordinal, batch_no, recorded_from, as_of"
_STATED = "record_id, 'self', 0, batch_no, recorded_from, as_of"
_AFTERWARDS = (
    "UPDATE stream SET purposes = 'prefill'",
    "INSERT INTO source_record (record_id, stream_id, record_key, raw_hash, plan_no, status,"
    " batch_no) SELECT record_id, record_id >> 40, 'K' || record_id, CAST('' AS {bytes}), 1,"
    " 'current', 1 FROM claim_party",
    f"INSERT INTO claim_project ({_CLAIM}, data_use_consent) SELECT {_STATED}, {{yes}}"
    f" FROM claim_party WHERE record_id >> 40 IN ({_PROCEDURES})",
    f"INSERT INTO claim_account ({_CLAIM}, account_key, account_type, valid, user_name)"
    f" SELECT {_STATED}, 'A' || record_id, 'prime', {{yes}}, '試験 太郎'"
    f" FROM claim_party WHERE record_id >> 40 IN ({_ACCOUNTS})",
    "ANALYZE",
)


def fill(store: Store, parties: int, *, waiting: bool = False) -> dict[str, int]:
    """Write about so many parties with all that a form is filled in from; rows by table.

    Args:
        waiting: whether all of them wait for their golden records.
    """
    counts = claims.fill(store, round(parties * claims.CLAIMS_A_PARTY))
    server = store.dialect == "postgresql"
    words = {"bytes": "bytea", "yes": "true"} if server else {"bytes": "blob", "yes": "1"}
    nobody = () if waiting else ("DELETE FROM golden_pending",)
    for statement in (*nobody, *_AFTERWARDS):
        with store.database.write() as connection:
            connection.execute(text(statement.format(**words)))
    return counts
