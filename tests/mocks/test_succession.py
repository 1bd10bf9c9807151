"""The succession centres' database: by its contract, masked until the agreement, and late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from base.clock import ManualClock
from base.connection import Connection
from base.records import Page, Window
from base.replica import Replica
from connectors.registry import load_connector
from mappings.transforms.disclosure import is_masked
from mocks.succession.cases import DELETED, Case
from mocks.succession.database import HEARTBEAT, CaseDatabase
from mocks.succession.desk import CaseDesk
from mocks.succession.rows import columns
from mocks.world import World

ASKED_BEHIND_THE_MASK = (
    "corporate_no", "city_name", "tel", "contact_name", "contact_tel", "contact_mail",
    "shareholding",
)  # fmt: skip


class Centre:
    """A world, its centres' database, and what the hub's connector reads of it."""

    def __init__(self, folder: Path, world: World) -> None:
        self.url = f"sqlite:///{folder / 'succession.sqlite'}"
        self.world = world
        self.database = CaseDatabase(self.url)
        self.desk = CaseDesk(world, self.database)

    def rows(self) -> dict[str, dict[str, Any]]:
        with self.database.engine.connect() as connection:
            found = connection.execute(sa.select(self.database.table)).mappings().all()
        return {row["case_no"]: dict(row) for row in found}

    def pages(self) -> list[Page]:
        clock = ManualClock(self.world.now)
        connector = load_connector(
            "succession",
            lambda name: Connection(name, self.url),
            open_client=lambda connection, _method: Replica(connection, clock),
        )
        window = Window(None, self.world.now)
        return list(connector.read("cases", window, memo=lambda _keys: {}, clock=clock))

    def open_case(self, *, disclosed: bool) -> Case:
        """A case that has no step to come in the next ten weeks."""
        now, later = self.world.now, self.world.now + timedelta(weeks=10)
        return next(
            case
            for case in self.desk.cases.values()
            if case.shown(now)
            and case.disclosed(now) is disclosed
            and case.shown(now)[-1].status not in {DELETED, "成約"}
            and case.shown(later) == case.shown(now)
            and not case.flaws
            and self.world.businesses[case.business].kind == "corporation"
        )


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path, World(7, 1000, programs=12, applications=0))
    yield made
    made.database.close()


def test_every_row_fits_the_contract(centre: Centre) -> None:
    connector = load_connector("succession", lambda name: Connection(name, centre.url))
    pages = centre.pages()
    raws = [raw for page in pages for raw in page.raws]
    decoded = connector.decoder("cases").decode(raws)
    assert not decoded.drift
    assert not decoded.refusals
    assert len(raws) + sum(len(page.deleted) for page in pages) == len(centre.rows()) > 40
    assert list(centre.database.table.columns.keys()) == list(columns())


def test_who_it_is_stands_nowhere_before_the_agreement(centre: Centre) -> None:
    rows = centre.rows().values()
    masked = [row for row in rows if row["nda_on"] is None]
    named = [row for row in rows if row["nda_on"] is not None]
    assert len(masked) > 10
    assert len(named) > 10
    for row in masked:
        assert is_masked(row["company_name"])
        assert row["rep_name"] is None or is_masked(row["rep_name"])
        assert not any(row[name] for name in ASKED_BEHIND_THE_MASK)
    for row in named:
        assert not is_masked(row["company_name"])
        assert not is_masked(row["rep_name"])
        assert row["city_name"]


def test_nothing_is_dated_in_the_future(centre: Centre) -> None:
    now = f"{centre.world.now:%Y-%m-%dT%H:%M:%S}"
    for _ in range(2):
        assert all(row["updated_at"] < now for row in centre.rows().values())
        centre.world.advance(20)
        now = f"{centre.world.now:%Y-%m-%dT%H:%M:%S}"


def test_the_same_seed_gives_the_same_rows(centre: Centre, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    again = Centre(tmp_path / "again", World(7, 1000, programs=12, applications=0))
    assert again.rows() == centre.rows()
    centre.world.advance(9)
    for _ in range(9):
        again.world.advance(1)
    assert again.rows() == centre.rows()
    again.database.close()


def test_a_new_name_is_heard_of_weeks_later(centre: Centre) -> None:
    case = centre.open_case(disclosed=True)
    before = centre.rows()[case.key]
    centre.world.apply({"kind": "renamed", "business": case.business, "name": "新名乗り"})
    centre.world.advance(13)
    assert centre.rows()[case.key] == before
    centre.world.advance(50)
    after = centre.rows()[case.key]
    assert "新名乗り" in after["company_name"]
    assert after["updated_at"] > before["updated_at"]
    assert after["status"] == before["status"]


def test_a_new_name_stays_behind_the_mask(centre: Centre) -> None:
    case = centre.open_case(disclosed=False)
    centre.world.apply({"kind": "renamed", "business": case.business, "name": "新名乗り"})
    centre.world.advance(60)
    assert is_masked(centre.rows()[case.key]["company_name"])


def test_the_case_of_a_business_that_is_gone_is_struck(centre: Centre) -> None:
    case = centre.open_case(disclosed=True)
    centre.world.apply({"kind": "merged", "business": case.business})
    centre.world.advance(60)
    row = centre.rows()[case.key]
    assert (row["deleted_flg"], row["status"]) == (True, "中止")
    assert case.key in {key for page in centre.pages() for key in page.deleted}


def test_a_reader_does_not_hold_the_world_up(centre: Centre) -> None:
    replica = Replica(Connection("succession", centre.url), ManualClock())
    count = sa.select(sa.func.count()).select_from(sa.table("succession_cases"))
    with replica.reading() as reading:
        ((before,),) = reading.run(lambda s: s.rows(count)).rows
        centre.world.advance(60)
        assert reading.run(lambda s: s.rows(count)).rows == [(before,)]
    with replica.reading() as reading:
        ((after,),) = reading.run(lambda s: s.rows(count)).rows
    assert after > before


def test_a_database_that_is_there_already_is_made_anew(centre: Centre, tmp_path: Path) -> None:
    rows = centre.rows()
    centre.database.close()
    again = Centre(tmp_path, World(7, 1000, programs=12, applications=0))
    assert again.rows() == rows
    again.database.close()


def test_a_live_replica_beats_with_the_clock(tmp_path: Path) -> None:
    today = datetime.now(UTC)
    world = World(
        7, 50, date(2026, 11, 20), programs=12, applications=0,
        wall_clock=lambda: datetime.now(UTC),
    )  # fmt: skip
    centre = Centre(tmp_path, world)
    with centre.database.engine.connect() as connection:
        beat: str = connection.execute(
            sa.select(sa.column("beat_at")).select_from(sa.table(HEARTBEAT))
        ).scalar_one()
    assert datetime.fromisoformat(beat) >= today - timedelta(seconds=1)
    centre.database.close()
