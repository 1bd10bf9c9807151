"""The succession database end to end, its replica in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from base.clock import ManualClock
from base.settings import Settings
from canonical.store import Store
from canonical.store.batch import ClaimVersion
from hub.options import SyncOptions, SyncSummary, Written
from hub.sync import make_job, open_store
from hub.transfer import run_sync
from mappings.transforms.disclosure import is_masked
from mocks.settings import connection_variables
from mocks.succession.cases import DELETED, Case
from mocks.succession.database import CaseDatabase
from mocks.succession.desk import CaseDesk
from mocks.world import World, dirt
from tests import postgres

SHARES = ("REFUSED_SHARE", "REVIEW_SHARE", "MASKED_SHARE")


@dataclass
class Centre:
    """A world's succession centres, and a hub that reads their replica."""

    world: World
    database: CaseDatabase
    desk: CaseDesk
    settings: Settings
    store: Store
    clock: ManualClock

    def sync(self, options: SyncOptions | None = None) -> SyncSummary:
        job = make_job("succession", "cases", self.settings, self.store, clock=self.clock)
        return run_sync(job, options)

    def advance(self, days: int) -> None:
        self.world.advance(days)
        self.clock.advance(timedelta(days=days))

    def shown(self) -> list[Case]:
        return [case for case in self.desk.cases.values() if case.shown(self.world.now)]

    def live_keys(self) -> set[str]:
        stream = self.store.stream_id("succession", "cases")
        return {key for keys in self.store.live_keys(stream) for key in keys}

    def claims(self, key: str, entity: str) -> list[ClaimVersion]:
        every = self.store.claims_of("succession", "cases", key)
        return sorted(
            (claim for claim in every if claim.entity == entity), key=lambda c: c.recorded_from
        )

    def flaws(self) -> set[tuple[str, str, str]]:
        return {
            (record.key, flaw.rule, flaw.field)
            for record, flaws in self.world.truth.flaws.items()
            for flaw in flaws
            if flaw.outcome != "review"
        }


def is_deleted(case: Case, world: World) -> bool:
    return case.shown(world.now)[-1].status == DELETED


@contextmanager
def addresses(request: pytest.FixtureRequest, folder: Path) -> Iterator[tuple[str, str]]:
    """Where the mock writes (SQLAlchemy) and where the hub reads."""
    if request.param == "sqlite":
        address = f"sqlite:///{folder / 'succession.sqlite'}"
        yield address, address
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield url.replace("postgresql://", "postgresql+psycopg://"), url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def centre(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Centre]:
    for share in SHARES:
        monkeypatch.setattr(dirt, share, 0.08)
    world = World(5, 1500, programs=12, applications=0)
    with addresses(request, tmp_path) as (written, read):
        database = CaseDatabase(written)
        variables = connection_variables({"succession": {"address": read}})
        settings = Settings.load({**variables, "HUB_HOME": str(tmp_path / "hub")})
        try:
            desk = CaseDesk(world, database)
            with open_store(settings) as store:
                yield Centre(world, database, desk, settings, store, ManualClock(world.now))
        finally:
            database.close()


def test_every_case_is_read_and_what_the_truth_names_is_quarantined(centre: Centre) -> None:
    summary = centre.sync()
    cases = centre.shown()
    deleted = {case.key for case in cases if is_deleted(case, centre.world)}
    assert summary.counts["read"] == len(cases) > 50
    assert summary.findings == 0
    assert deleted
    items = centre.store.quarantine(limit=1000)
    assert {(i.record_key, i.rule, i.field) for i in items} == centre.flaws()
    assert {rule for _, rule, _ in centre.flaws()} > {"impossible_date", "personal_number"}
    assert centre.live_keys() == {case.key for case in cases} - deleted

    centre.clock.advance(60)
    again = centre.sync()
    assert again.counts["new"] == again.counts["changed"] == again.counts["quarantined"] == 0
    assert again.written == Written()
    full = centre.sync(SyncOptions(mode="full"))
    assert full.written == Written()
    assert full.counts["read"] == full.counts["unchanged"] == len(cases)


def test_a_name_is_claimed_from_the_agreement_on_and_no_mask_ever(centre: Centre) -> None:
    centre.sync()
    soon = [
        case for case in centre.shown()
        if case.nda_on and centre.world.today <= case.nda_on < date(2027, 1, 10) and not case.flaws
    ]  # fmt: skip
    assert soon
    for case in soon:
        (before,) = centre.claims(case.key, "party")
        assert not {"name", "corporate_number", "representative_name"} & set(before.values)
        assert not centre.claims(case.key, "contact")
    centre.advance(60)
    centre.sync()
    for case in soon:
        old, new = centre.claims(case.key, "party")
        assert old.recorded_to is not None
        assert "name" not in old.values
        assert "representative_name" in new.values
        assert new.values["name"]
        assert new.as_of == case.nda_on
    for key in centre.live_keys():
        for claim in centre.store.claims_of("succession", "cases", key):
            texts = [v for n, v in claim.values.items() if "name" in n and isinstance(v, str)]
            assert not any(map(is_masked, texts))


def test_a_case_that_is_struck_closes_its_claims(centre: Centre) -> None:
    centre.sync()
    held = centre.live_keys()
    centre.advance(120)
    struck = {c.key for c in centre.shown() if is_deleted(c, centre.world)} & held
    assert struck
    assert centre.sync().counts["deleted"] >= len(struck)
    assert not struck & centre.live_keys()
    for key in struck:
        every = centre.store.claims_of("succession", "cases", key)
        assert all(claim.recorded_to is not None for claim in every)


def test_what_a_lagging_replica_does_not_have_yet_is_read_later(centre: Centre) -> None:
    centre.sync()
    expected: set[str] = set()
    while not expected:
        yesterday = centre.world.now
        centre.advance(1)
        now = centre.world.now
        expected = {c.key for c in centre.shown() if c.shown(now)[-1].at > yesterday}
    centre.database.lag(yesterday)
    late = centre.sync()
    centre.clock.advance(3600)
    centre.database.lag(None)
    then = centre.sync()
    assert late.counts["read"] == 0
    assert then.counts["read"] == len(expected)
    centre.clock.advance(3600)
    assert centre.sync().counts["read"] == 0
