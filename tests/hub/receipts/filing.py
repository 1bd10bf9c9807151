"""Systems that are synced, a form filled in from them, and its answers handed in again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from canonical.golden.asof import business
from canonical.golden.permission import PREFILL
from canonical.model.business import Business
from canonical.model.receipt import Filing, Receipt
from canonical.receipts.issuing import issue
from canonical.store.party_tables import GOLDEN_PARTY
from canonical.store.receipt_tables import RETURNED_ANSWER
from hub.consolidate import consolidate
from hub.matching import describe_streams
from mappings.forms import load_forms
from mappings.prefill import Released, prefill, release
from mappings.prefill.giving import given
from tests.hub.ten_systems import TenSystems

CONSENT = {
    "it_subsidy": {"answers.データ利活用の同意": "true"},
    "management_plan": {"同意.データ利活用": "同意する"},
    "subsidy": {"answers.データ利活用の同意": "true"},
}


@dataclass
class Desk:
    """Where forms are filled in and handed in."""

    hub: TenSystems

    def sync(self) -> None:
        self.hub.sync_all()
        describe_streams(self.hub.hub.store)
        consolidate(self.hub.hub.store, self.hub.hub.clock)

    def told(self, party: int, **options: Any) -> Business:
        found = business(self.hub.hub.store.database, party, **options)
        assert found is not None
        return found

    def party_of(self, business_id: str) -> int:
        (party,) = self.hub.judged().open_parties(business_id)
        return party

    def filled(self, form: str, party: int) -> tuple[Receipt, Released]:
        """The form as the hub fills it in today, and the receipt."""
        asked = load_forms()[form]
        told = self.told(party, purpose=PREFILL)
        found = release(prefill(asked, told, self.hub.world.today))
        filing = Filing(
            party, form, found.version, asked.system, asked.stream or "", found.day, PREFILL
        )
        clock = self.hub.hub.clock
        answers = given(found.answers)
        return issue(self.hub.hub.store.database, filing, answers, clock=clock), found

    def hand_in(self, system: str, business_id: str, texts: Mapping[str, str]) -> str:
        """The key of an application with these answers, as the system will show it."""
        done = self.hub.world.apply(
            {
                "kind": "answers_submitted",
                "system": system,
                "business": business_id,
                "answers": {**texts, **CONSENT[system]},
            }
        )
        return str(done["application"])

    def golden(self, party: int) -> Mapping[str, Any]:
        table = GOLDEN_PARTY.c
        query = select(GOLDEN_PARTY).where(table.party_id == party, table.recorded_to.is_(None))
        with self.hub.hub.store.database.read() as connection:
            row = dict(connection.execute(query).mappings().one())
        return {name: row[name] for name in row if name not in {"version", "recorded_from"}}

    def returned_of(self, record_key: str) -> dict[str, str]:
        """Path → outcome of the answers that came back in a record, as they stand."""
        query = text(
            "SELECT a.path, a.outcome FROM returned_answer a"
            " JOIN source_record r ON r.record_id = a.record_id"
            " WHERE r.record_key = :key AND a.recorded_to IS NULL"
        )
        with self.hub.hub.store.database.read() as connection:
            return {row.path: row.outcome for row in connection.execute(query, {"key": record_key})}

    def rows(self) -> int:
        """How many answers came back, closed ones included."""
        with self.hub.hub.store.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(RETURNED_ANSWER)) or 0

    def events(self) -> int:
        with self.hub.hub.store.database.read() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM event")) or 0)
