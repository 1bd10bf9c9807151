"""From a fault in a mock to the right alert, as the table of docs/guides/alerts.md has it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from base.clock import ManualClock
from base.errors import HubError
from base.settings import Settings
from canonical.store import Store
from connectors.registry import declarations
from hub import deletes
from hub.alerts.check import settle
from hub.alerts.deliver import deliver
from hub.alerts.words import LANGUAGES, body, told
from hub.options import SyncOptions
from hub.sync import make_job
from hub.transfer import run_sync
from mocks.fault_sftp import OF_CONNECTIONS
from mocks.faults import KINDS, Fault
from mocks.world import World
from tests.hub.alerts.conftest import Remembers
from tests.hub.ten_systems import TenSystems, ten_systems

pytestmark = pytest.mark.network

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "alerts.md"
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| (.+?) \| (.+?) \|$", re.M)
STREAMS = {
    "subsidy": "applications",
    "support_agency": "agencies",
    "smart_sme": "tools",
    "management_plan": "plans",
    "yorozu": "consultations",
}
PATHS = {"subsidy": "/applicant/*"}
"""Which requests are spoilt where not all of the system's may be."""

BUSINESSES = 60


@dataclass(frozen=True)
class Row:
    """One row of the guide's table; None where no alert is expected."""

    fault: str
    system: str
    once: str | None
    lasting: str | None


def _table() -> list[Row]:
    _, _, text = GUIDE.read_text("utf-8").partition("## From fault to alert")
    return [
        Row(fault, system, *(None if one == "—" else one.strip("`") for one in kinds))
        for fault, system, *kinds in ROW.findall(text)
    ]


TABLE = _table()


@dataclass
class Synced:
    """Mocks, and a store that has read them once."""

    ten: TenSystems
    store: Path

    def alerts_after(self, row: Row, folder: Path, *, lasting: bool) -> list[str]:
        """The kinds of alerts after the next sync meets the fault; each is told once, fully."""
        folder.mkdir()
        path = shutil.copy(self.store, folder / "hub.sqlite")
        faults = self.ten.servers.faults
        faults.clear()
        faults.add(self._fault(row, lasting=lasting))
        clock, channel = ManualClock(self.ten.hub.clock.now() + timedelta(minutes=1)), Remembers()
        with Store.open(f"sqlite:///{path}") as store:
            job = make_job(row.system, STREAMS[row.system], self._settings(row), store, clock=clock)
            with suppress(HubError):
                run_sync(job, SyncOptions(mode="full"))
            assert lasting or not faults.waiting(), "the fault never happened"
            for _ in range(2):
                settle(store, [channel], clock)
                deliver(store.database, [channel], clock)
        for notice in channel.said:
            condition = notice.alert.condition
            assert (condition.system, condition.stream) == (row.system, STREAMS[row.system])
            text = body(notice, declarations(), "https://airflow.example")
            assert all(told(condition, declarations(), one).remedy in text for one in LANGUAGES)
        return [str(notice.alert.condition.kind) for notice in channel.said]

    def _fault(self, row: Row, *, lasting: bool) -> Fault:
        more: dict[str, Any] = {}
        if row.fault == "rate_limited":
            more["retry_after"] = "86400" if lasting else "2"
        if row.fault == "slow_drip":
            more["seconds"] = 30.0
        path = "/connection" if row.fault in OF_CONNECTIONS else PATHS.get(row.system, "*")
        return Fault(row.fault, row.system, path, count=None if lasting else 1, **more)

    def _settings(self, row: Row) -> Settings:
        given = dict(self.ten.hub.settings.environ)
        if row.fault == "slow_drip":
            name = f"HUB_CONNECTION_{row.system.upper()}"
            given[name] = json.dumps(json.loads(given[name]) | {"timeout": 0.2})
        return Settings.load(given)


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    home = tmp_path_factory.mktemp("alerts")
    with ten_systems(World(1, BUSINESSES), home, frozenset(STREAMS)) as ten:
        ten.sync_all()
        ten.hub.store.backup(home / "synced.sqlite")
        yield Synced(ten, home / "synced.sqlite")


def test_the_table_has_every_fault_of_the_mocks_once() -> None:
    assert sorted(row.fault for row in TABLE) == sorted(KINDS)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fault)
def test_a_fault_leads_to_its_alert_and_no_other(
    row: Row, synced: Synced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if row.fault == "rows_gone":
        monkeypatch.setattr(deletes, "AT_LEAST", 0)  # the world has but few
    once = synced.alerts_after(row, tmp_path / "once", lasting=False)
    assert once == ([row.once] if row.once else [])
    lasting = synced.alerts_after(row, tmp_path / "lasting", lasting=True)
    assert lasting == ([row.lasting] if row.lasting else [])
