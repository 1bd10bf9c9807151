"""The advisers' files: what they hold, day by day, and who may fetch them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import asyncssh
import pytest

from connectors.contracts.table import TableContract
from mocks.credentials import ClientCredentials
from mocks.faults import Fault, FaultBox
from mocks.serve import MockServers, serve
from mocks.world import World
from mocks.world.truth import RecordKey
from mocks.yorozu.desk import KEPT, KarteDesk
from mocks.yorozu.rows import GAIJI, writable

CONTRACT = Path(__file__).parents[2] / "connectors" / "yorozu" / "consultations.table.yaml"


@pytest.fixture
def desk(tmp_path: Path) -> KarteDesk:
    return KarteDesk(World(7, 1500), tmp_path)


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("cp932"), newline="")))


def keys(desk: KarteDesk, name: str) -> set[str]:
    return {row[0] for row in rows(desk.folder / name)[1:]}


def names(desk: KarteDesk) -> list[str]:
    return sorted(path.name for path in desk.folder.iterdir())


def test_the_files_have_the_contracts_columns_and_words(desk: KarteDesk) -> None:
    contract = TableContract(CONTRACT)
    leaves = contract.record_schema(record="consultations").leaves
    broken = {
        key.key for key, flaws in desk.world.truth.flaws.items()
        if any(flaw.rule == "columns" for flaw in flaws)
    }  # fmt: skip
    for name in names(desk):
        header, *found = rows(desk.folder / name)
        assert header == contract.columns("consultations")
        assert {row[0] for row in found if len(row) != len(header)} <= broken
        for row in (dict(zip(header, row, strict=True)) for row in found if row[0] not in broken):
            for leaf in leaves:
                assert leaf.enum is None or row[leaf.path] in leaf.enum
                assert leaf.nullable or row[leaf.path]
        assert (desk.folder / name).read_bytes().endswith(b"\r\n")


def test_a_full_file_on_sundays_and_differences_every_day(desk: KarteDesk) -> None:
    assert names(desk) == [
        *(f"karte_diff_202611{day}.csv" for day in range(15, 20)), "karte_full_20261115.csv",
    ]  # fmt: skip
    desk.world.advance(3)
    assert {"karte_diff_20261122.csv", "karte_full_20261122.csv"} <= set(names(desk))
    desk.world.advance(40)
    oldest = desk.world.today - timedelta(days=KEPT + 1)
    assert min(name[-12:-4] for name in names(desk)) == f"{oldest:%Y%m%d}"


def test_the_full_file_and_the_differences_after_it_make_the_next_full_file(
    desk: KarteDesk,
) -> None:
    desk.world.advance(3)
    living = {row[0]: row for row in rows(desk.folder / "karte_full_20261115.csv")[1:]}
    struck = 0
    for day in range(16, 23):
        for row in rows(desk.folder / f"karte_diff_202611{day}.csv")[1:]:
            if row[-1] == "1":
                struck += living.pop(row[0], None) is not None
            else:
                living[row[0]] = row
    assert struck
    assert living == {row[0]: row for row in rows(desk.folder / "karte_full_20261122.csv")[1:]}


def test_the_truth_knows_every_consultation_and_none_that_was_struck(desk: KarteDesk) -> None:
    desk.world.advance(3)
    told = {key.key for key in desk.world.truth.business_of if key.system == "yorozu"}
    assert told == keys(desk, "karte_full_20261122.csv")


def test_a_change_is_heard_of_weeks_later(desk: KarteDesk) -> None:
    one = next(
        c for c in desk.consultations.values()
        if desk.world.businesses[c.business].kind == "corporation"
        and len(c.steps) > 1 and c.consents and c.steps[-1].at < desk.world.now
    )  # fmt: skip
    desk.world.apply({"kind": "consent_withdrawn", "business": one.business})
    before = set(names(desk))
    desk.world.advance(6)
    fresh = [name for name in set(names(desk)) - before if "diff" in name]
    assert not any(one.key in keys(desk, name) for name in fresh)
    desk.world.advance(26)
    last = desk._of[one.business][-1]
    full = max(name for name in names(desk) if "full" in name)
    header, *found = rows(desk.folder / full)
    row = next(dict(zip(header, row, strict=False)) for row in found if row[0] == last.key)
    assert row["情報共有の同意"] == "同意しない"


def test_an_age_is_that_of_the_day_and_somebody_without_a_business_has_no_number(
    desk: KarteDesk,
) -> None:
    header, *found = rows(desk.folder / "karte_full_20261115.csv")
    for row in (dict(zip(header, row, strict=False)) for row in found):
        key = RecordKey("yorozu", "consultations", row["カルテ番号"])
        business = desk.world.businesses[desk.world.truth.business_of[key]]
        if desk.world.truth.flaws.get(key):
            continue
        born, on = business.representative.born_on, date.fromisoformat(row["受付日"])
        if not business.past:
            assert abs(int(row["代表者年齢"].removesuffix("歳")) - (on - born).days / 365.25) < 1.01
        if row["相談者区分（既存/創業予定）"] == "創業予定":
            assert row["法人番号"] == row["代表者名"] == ""


def test_what_cp932_does_not_have_is_written_in_the_bases_own_character() -> None:
    assert writable("𠮷田—髙﨑") == f"{GAIJI}田{GAIJI}髙﨑"


@pytest.fixture(scope="module")
def served() -> Iterator[MockServers]:
    with serve(World(7, 300), only=["yorozu"]) as servers:
        yield servers


async def files(served: MockServers, credentials: ClientCredentials) -> list[str]:
    key = asyncssh.import_private_key(credentials.private_key)
    async with (
        asyncssh.connect(
            "127.0.0.1", served["yorozu"].port, username=credentials.client_id,
            client_keys=[key], known_hosts=None, config=None, agent_path=None,
        ) as connection,
        connection.start_sftp_client() as sftp,
    ):  # fmt: skip
        found = [str(name) for name in await sftp.listdir(".") if not str(name).startswith(".")]
        for refused in (
            sftp.remove(found[0]), sftp.rename(found[0], "x"), sftp.mkdir("x"),
            sftp.open(found[0], "a"), sftp.open("new", "w"), sftp.chmod(found[0], 0),
        ):  # fmt: skip
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await refused
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.run("id", check=True)
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", 22)
        return found


def test_the_server_lets_one_user_read_and_nothing_else(served: MockServers) -> None:
    import asyncio

    found = asyncio.run(files(served, served.credentials))
    assert "karte_full_20261115.csv" in found
    stranger = ClientCredentials.generate(served.credentials.client_id)
    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(files(served, stranger))


def test_a_box_gives_a_fault_to_whom_it_is_for() -> None:
    box = FaultBox()
    box.add(Fault("nul", "yorozu"))
    assert box.take("yorozu", "/connection", {"refused"}) is None
    assert box.take("yorozu", "/x.csv", {"nul"}) is not None
