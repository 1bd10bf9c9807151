"""Writing a receipt: what was filled in for whom, in one transaction."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, text

from base.clock import Clock, SystemClock
from canonical.golden.lists import LISTS
from canonical.model.receipt import Filing, Given, Receipt
from canonical.receipts.answers import UNIT_OF
from canonical.store.database import Database
from canonical.store.receipt_tables import RECEIPT, RECEIPT_FIELD

_ID_BYTES = 16
_LET_WAIT = text("INSERT INTO golden_pending (party_id) VALUES (:party_id) ON CONFLICT DO NOTHING")


def issue(
    database: Database, filing: Filing, given: Sequence[Given], *, clock: Clock | None = None
) -> Receipt:
    """Write down what leaves the hub for a form; answers that nobody's golden record has a place
    for are not kept.

    Raises:
        StoreError: the store refused the rows.
    """
    at = (clock or SystemClock()).now()
    kept = tuple(one for one in given if _unit(one) is not None)
    receipt = Receipt(secrets.token_hex(_ID_BYTES), at, filing, kept)
    with database.write() as connection:
        connection.execute(insert(RECEIPT).values(_head(receipt)))
        if kept:
            connection.execute(insert(RECEIPT_FIELD), [_field(receipt.id, one) for one in kept])
        connection.execute(_LET_WAIT, {"party_id": filing.party_id})
    return receipt


def _head(receipt: Receipt) -> dict[str, object]:
    filing = receipt.filing
    return {
        "receipt_id": receipt.id, "party_id": filing.party_id, "form": filing.form,
        "version": filing.version, "system": filing.system, "stream": filing.stream,
        "day": filing.day, "at": receipt.at, "purpose": filing.purpose,
        "for_client": filing.client, "for_user": filing.user,
    }  # fmt: skip


def _unit(one: Given) -> str | None:
    if one.entity == "party":
        return next((UNIT_OF[name] for name in one.own if name in UNIT_OF), None)
    return one.entity if one.entity in LISTS else None


def _field(receipt_id: str, one: Given) -> dict[str, object]:
    origin = one.origins[0] if one.origins else None
    return {
        "receipt_id": receipt_id, "path": one.path, "field": one.field, "concept": one.concept,
        "written": one.text, "derived_from": " ".join(one.derived_from),
        "member_id": origin and origin.member_id, "record_id": origin and origin.record_id,
        "source_role": origin and origin.source_role, "claim_role": origin and origin.role,
        "recorded_from": origin and origin.recorded_from, "as_of": one.as_of,
        "entity": one.entity, "role": one.role, "element": one.row, "unit": _unit(one),
        "read_as": json.dumps(one.values, ensure_ascii=False, sort_keys=True, default=_plain),
        "own_columns": " ".join(one.own),
    }  # fmt: skip


def _plain(value: object) -> str:
    assert isinstance(value, date)  # noqa: S101 (a datetime is one, too)
    return value.isoformat()
