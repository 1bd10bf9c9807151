"""A hub that has synced a small synthetic world, with something refused, drifted and in doubt."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from base.settings import Settings
from canonical.store import Store
from canonical.store.tables import DRIFT_FINDING
from hub.matching import run_matching
from hub.sync import sync_stream
from mocks.serve import serve
from mocks.world import World
from tests.hub.hubs import environment

STREAMS = (
    ("subsidy", "programs"),
    ("subsidy", "applications"),
    ("it_subsidy", "applications"),
    ("management_plan", "plans"),
    ("yorozu", "consultations"),
    ("support_agency", "agencies"),
    ("corporate_auth", "accounts"),
)
SYSTEMS = tuple(dict.fromkeys(system for system, _ in STREAMS))
BUSINESSES = 240


def synced(home: Path) -> dict[str, str]:
    """Fill a hub in `home`; the variables by which its processes find it."""
    with serve(World(1, BUSINESSES), only=list(SYSTEMS)) as servers:
        variables = environment(servers, home)
        settings = Settings.load(variables)
        for system, stream in STREAMS:
            sync_stream(system, stream, settings=settings)
    with Store.open(settings.database_url) as store:
        run_matching(store)
        add_drift(store)
    return variables


def add_drift(store: Store) -> None:
    """A field that the contract does not have, seen at three records."""
    finding = {
        "stream_id": store.stream_id("subsidy", "applications"),
        "path": "answers.新しい項目",
        "kind": "unknown_field",
        "detail": "string, not in the contract",
        "first_batch": 1,
        "last_batch": 1,
        "count": 3,
        "status": "open",
    }
    with store.database.write() as connection:
        connection.execute(insert(DRIFT_FINDING).values(finding))


NOW = datetime(2026, 12, 21, 0, 30, tzinfo=UTC)
