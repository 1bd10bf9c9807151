"""The register of corporate numbers, from its mock and from its files into the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from hub.options import SyncOptions, SyncSummary
from mocks.corporate_number import app, history
from mocks.corporate_number.rows import COLUMNS
from mocks.world import World
from mocks.world.numbers import corporate_number
from tests.hub.systems import OneSystem, one_system

SYSTEM, STREAM = "corporate_number", "corporations"
MANY = ((0.05, history.REFUSED[0][1]), (0.3, history.REFUSED[1][1]))
NUMBER = corporate_number(77)
OTHER = corporate_number(78)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneSystem]:
    home = tmp_path_factory.mktemp(SYSTEM)
    with (
        patch.object(history, "REFUSED", MANY),
        patch.object(history, "REVIVED_SHARE", 0.2),
        patch.object(history, "RESENT_SHARE", 0.2),
        patch.object(app, "ROWS", 40),
        one_system(SYSTEM, World(5, 1200), home) as one,
    ):
        yield one


@pytest.fixture(scope="module")
def first(system: OneSystem) -> SyncSummary:
    return system.sync(STREAM)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[OneSystem]:
    with one_system(SYSTEM, World(5, 0), tmp_path) as one:
        yield one


def shown(system: OneSystem) -> set[str]:
    return {record.key for record in system.servers.world.truth.business_of}


def held(system: OneSystem) -> list[str]:
    store = system.hub.store
    return sorted(key for keys in store.live_keys(store.stream_id(SYSTEM, STREAM)) for key in keys)


def test_every_row_is_read_once(system: OneSystem, first: SyncSummary) -> None:
    assert held(system) == sorted(shown(system))
    counts = first.counts
    assert counts["new"] + counts["quarantined"] == counts["read"] == len(shown(system)) > 900
    assert first.findings == 0


def test_exactly_what_the_truth_names_is_quarantined(system: OneSystem, first: SyncSummary) -> None:
    expected = system.must_be_quarantined([STREAM])
    assert first.counts["quarantined"] > 0
    assert system.quarantined() == expected
    assert {rule for _, _, _, rule, _ in expected} == {"check_digit", "unknown_code"}


def test_a_second_run_writes_nothing(system: OneSystem, first: SyncSummary) -> None:
    again = system.sync(STREAM, SyncOptions(mode="full"))
    assert again.counts["read"] == again.counts["unchanged"] == first.counts["read"]
    assert again.written.claims_written == again.written.quarantine_opened == 0


# --- files ------------------------------------------------------------------------------------


def row(process: str, change: str, update: str, **values: str) -> dict[str, str]:
    usual = dict.fromkeys(COLUMNS, "") | {
        "corporateNumber": NUMBER, "process": process, "correct": "0", "updateDate": update,
        "changeDate": change, "name": "株式会社架空製作所", "kind": "301",
        "prefectureName": "静岡県", "cityName": "浜松市中央区", "streetNumber": "元城町１０３番地",
        "prefectureCode": "22", "cityCode": "138", "postCode": "4308652",
        "assignmentDate": "2015-10-05", "latest": "1", "hihyoji": "0",
    }  # fmt: skip
    return usual | values


def file(folder: Path, *rows: dict[str, str], encoding: str = "cp932") -> Path:
    lines = [",".join([str(n), *one.values()]) for n, one in enumerate(rows, 1)]
    path = folder / f"diff_{len(list(folder.iterdir()))}.csv"
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def sync_file(system: OneSystem, path: Path) -> SyncSummary:
    return system.sync(STREAM, SyncOptions(mode="file", file=path))


def claim(system: OneSystem, key: str, entity: str) -> dict[str, Any]:
    found = system.claims(STREAM, f"{NUMBER}-{key}")
    return next(dict(c.values) for c in found if c.entity == entity)


def test_a_rewritten_ward_is_no_move(empty: OneSystem, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        row("12", "2024-01-09", "2024-01-10"),
        row("12", "2024-01-10", "2024-01-10"),
        row("12", "2024-01-09", "2024-01-10", corporateNumber=OTHER, cityCode="210"),
    )
    assert sync_file(empty, path).counts["new"] == 3
    kinds = [claim(empty, f"{day}-12", "registration_event")["kind"]
             for day in ("2024-01-09", "2024-01-10")]  # fmt: skip
    assert kinds == ["place_renamed", "moved"]
    (other,) = (c for c in empty.claims(STREAM, f"{OTHER}-2024-01-09-12")
                if c.entity == "registration_event")  # fmt: skip
    assert other.values["kind"] == "moved"


def test_an_older_row_never_overtakes_its_correction(empty: OneSystem, tmp_path: Path) -> None:
    corrected = row("11", "2023-03-01", "2024-05-01", correct="1", name="株式会社Ａ‐Ｂ")
    older = row("11", "2023-03-01", "2023-03-02", name="株式会社Ａ－Ｂ")
    sync_file(empty, file(tmp_path, corrected, row("01", "2015-10-05", "2024-05-01", latest="0")))
    summary = sync_file(empty, file(tmp_path, older))
    assert summary.counts["superseded"] == summary.counts["read"] == 1
    party = claim(empty, "2023-03-01-11", "party")
    assert (party["name"], party["name_reduced"]) == ("株式会社Ａ‐Ｂ", "AB")
    assert claim(empty, "2015-10-05-01", "registration_event")["latest"] is False


def test_a_row_sent_again_is_unchanged_wherever_it_stands(empty: OneSystem, tmp_path: Path) -> None:
    one, other = row("01", "2015-10-05", "2015-12-01"), row("22", "2022-01-01", "2022-01-02")
    sync_file(empty, file(tmp_path, one, other))
    again = sync_file(empty, file(tmp_path, other, one, encoding="utf-8"))
    assert again.counts["unchanged"] == again.counts["read"] == 2


def test_closing_merger_revival_and_deletion(empty: OneSystem, tmp_path: Path) -> None:
    into = f"令和６年１月１日東京都港区赤坂一丁目１番１号株式会社乙（{OTHER}）に合併し解散"
    both = f"令和６年１月１日甲（{NUMBER}）を合併令和６年２月１日丙（{OTHER}）を合併"
    path = file(
        tmp_path,
        row("21", "2024-01-04", "2024-01-05", closeDate="2024-01-04", closeCause="11",
            successorCorporateNumber=OTHER, changeCause=into),
        row("22", "2024-02-01", "2024-02-02"),
        row("71", "2024-03-01", "2024-03-02", changeCause=both),
        row("99", "2024-04-01", "2024-04-02", latest="", correct=""),
    )  # fmt: skip
    assert sync_file(empty, path).counts["new"] == 4
    statuses = [claim(empty, key, "party")["activity_status"] for key in
                ("2024-01-04-21", "2024-02-01-22", "2024-03-01-71", "2024-04-01-99")]  # fmt: skip
    assert statuses == ["closed", "active", "active", "deleted"]
    event = claim(empty, "2024-01-04-21", "registration_event")
    assert (event["closing_cause"], event["successor_number"]) == ("merger", OTHER)
    relation = claim(empty, "2024-01-04-21", "party_relation")
    assert (relation["kind"], relation["other_corporate_number"]) == ("succeeded_by", OTHER)
    merged = [c.values for c in empty.claims(STREAM, f"{NUMBER}-2024-03-01-71")
              if c.entity == "party_relation"]  # fmt: skip
    assert [(m["kind"], m["since_on"].month) for m in merged] == [
        ("successor_of", 1), ("successor_of", 2),
    ]  # fmt: skip
    deleted = claim(empty, "2024-04-01-99", "registration_event")
    assert "latest" not in deleted


def test_a_name_shown_as_an_image_says_so(empty: OneSystem, tmp_path: Path) -> None:
    path = file(tmp_path, row("01", "2015-10-05", "2015-12-01", name="株式会社＿田",
                              nameImageId="00123456", addressImageId="00123457"))  # fmt: skip
    assert sync_file(empty, path).counts["new"] == 1
    assert claim(empty, "2015-10-05-01", "party")["name"] == "株式会社＿田"
    event = claim(empty, "2015-10-05-01", "registration_event")
    assert (event["name_image_id"], event["address_image_id"]) == ("00123456", "00123457")


def test_rows_without_a_number_or_with_a_wrong_one_are_quarantined(
    empty: OneSystem, tmp_path: Path
) -> None:
    wrong = f"{int(NUMBER[0]) % 9 + 1}{NUMBER[1:]}"
    path = file(
        tmp_path,
        row("01", "2015-10-05", "2015-12-01"),
        row("01", "2015-10-05", "2015-12-01", corporateNumber=""),
        row("01", "2015-10-05", "2015-12-01", corporateNumber=wrong),
    )
    counts = sync_file(empty, path).counts
    assert (counts["new"], counts["quarantined"]) == (1, 2)
    assert {item[3] for item in empty.quarantined()} == {"key", "check_digit"}
