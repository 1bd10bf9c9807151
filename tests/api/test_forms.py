"""Filling in a form over the API: what is looked at leaves no receipt, what is handed over does."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from canonical.store.receipt_tables import RECEIPT, RECEIPT_FIELD
from tests.api.running import Running
from tests.api.world import ACCOUNTS, CLIENT, ISSUER, OWNER

pytestmark = pytest.mark.network

FORM = "it_subsidy"
FIELD = "法人番号"


def asked(service: Running, what: str, token: str | None = None, **body: Any) -> Any:
    answer = service.session.post(
        f"{service.address}/v1/forms/{FORM}/{what}", json=body, timeout=30,
        headers={"Authorization": f"Bearer {token or service.token()}"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.json()


def receipts(service: Running) -> int:
    with service.store.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(RECEIPT)) or 0


def test_looking_leaves_no_receipt(service: Running) -> None:
    before = receipts(service)
    shown = asked(service, "prefill")
    assert FIELD in {row["field"] for row in shown["fields"]}
    assert len(asked(service, "preview", fields=[FIELD])["fields"]) == 1
    assert receipts(service) == before


def test_what_is_handed_over_is_what_was_previewed_and_leaves_a_receipt(service: Running) -> None:
    held_back = FIELD
    wanted = [row["field"] for row in asked(service, "preview")["fields"]]
    wanted.remove(held_back)
    previewed = asked(service, "preview", fields=wanted)
    released = asked(service, "release", fields=wanted)
    receipt = released.pop("receipt")
    assert released == previewed
    with service.store.database.read() as connection:
        row = connection.execute(select(RECEIPT).where(RECEIPT.c.receipt_id == receipt)).one()
        fields = connection.execute(
            select(RECEIPT_FIELD).where(RECEIPT_FIELD.c.receipt_id == receipt)
        ).all()
    assert (str(row.party_id), row.form, row.purpose) == (OWNER, FORM, "prefill")
    assert (row.for_client, row.for_user) == ("portal", f"{ISSUER} {ACCOUNTS[OWNER]}")
    texts = {path: text for one in released["fields"] for path, text in one["texts"].items()}
    assert fields
    assert {one.path: one.written for one in fields}.items() <= texts.items()
    assert held_back not in {one.field for one in fields}
    looked = service.audited()[-1]
    assert looked.operation == "POST /v1/forms/{form}/release"


def test_without_the_purpose_nothing_is_handed_over(service: Running) -> None:
    before = receipts(service)
    answer = service.session.post(
        f"{service.address}/v1/forms/{FORM}/release", json={}, timeout=30,
        headers={
            "Authorization": f"Bearer {service.token(purposes=frozenset({'application_status'}))}"
        },
    )  # fmt: skip
    assert answer.status_code == 403
    assert receipts(service) == before


def test_an_agent_fills_in_for_the_client_alone(service: Running) -> None:
    headers = {"Authorization": f"Bearer {service.agent()}"}
    forms = service.session.get(f"{service.address}/v1/forms", headers=headers, timeout=30).json()
    (form,) = [one["id"] for one in forms["items"] if one["system"] == "subsidy"][:1]
    told = service.session.post(
        f"{service.address}/v1/forms/{form}/prefill", json={}, headers=headers, timeout=30
    )
    assert told.json()["business"] == CLIENT
    assert CLIENT in told.text
    assert OWNER not in told.text
    assert "山田製作所" not in told.text
