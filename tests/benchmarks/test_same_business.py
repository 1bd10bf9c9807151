"""The check on real rows: its rule of what is mere spelling, and its three questions."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest

from benchmarks.same_business import __main__ as command
from benchmarks.same_business import checks
from benchmarks.same_business.classes import address_kind, classes, is_spelling, name_kind
from benchmarks.same_business.rows import State, claims, read_changes, read_homonyms
from canonical.matching.model import Model
from mocks.world.numbers import corporate_number

TOKYO = "東京都千代田区神田錦町"


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("株式会社Ａ‐ＮＥＸＴ", "株式会社Ａ－ＮＥＸＴ", "spelling"),
        ("Ｔ．Ｆファンド合同会社", "Ｔ・Ｆファンド合同会社", "spelling"),
        ("有限会社宮城ヒーテイング", "有限会社宮城ヒーティング", "spelling"),
        ("株式会社第ニ髙橋組", "株式会社第二高橋組", "spelling"),
        ("株式会社山田商店", "有限会社山田商店", "form"),
        ("株式会社山田商店", "山田商店株式会社", "form"),
        ("株式会社山田商店", "株式会社川田商店", "renamed"),
        ("株式会社山田商店", "株式会社山田商店", "equal"),
    ],
)
def test_names_that_are_spelled_otherwise(one: str, other: str, kind: str) -> None:
    assert name_kind(one, other) == name_kind(other, one) == kind


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (f"{TOKYO}２丁目２－１", f"{TOKYO}二丁目２番１号", "spelling"),
        (f"{TOKYO}２丁目２番１", f"{TOKYO}２丁目２番地の１", "spelling"),
        ("埼玉県川口市大字木曽呂７３８番地１", "埼玉県川口市木曽呂７３８番地１", "spelling"),
        (f"{TOKYO}２丁目２－１第ニビル６階", f"{TOKYO}２丁目２－１第二ビル６Ｆ", "spelling"),
        (f"{TOKYO}２丁目２－１", f"{TOKYO}２丁目２－１第二ビル６Ｆ", "building"),
        (f"{TOKYO}２丁目２番１－８０３号", f"{TOKYO}２丁目２番１号", "building"),
        (f"{TOKYO}２丁目２番１－８０３号", f"{TOKYO}２丁目２番１号ハイツ８０３", "building"),
        (f"{TOKYO}２丁目２番１－８０３号", f"{TOKYO}２丁目２番１号ハイツ５０１", "near"),
        (f"{TOKYO}２丁目２番１号ハイツ３Ｆ", f"{TOKYO}２丁目２番１号ハイツ５Ｆ", "other_building"),
        (f"{TOKYO}２丁目２番", f"{TOKYO}２丁目２番１号", "near"),
        (f"{TOKYO}２丁目２番１号", f"{TOKYO}２丁目３番１号", "moved"),
        ("宮城県仙台市青葉区一番町２丁目８番", "宮城県仙台市青葉区一番町４丁目６番", "moved"),
        (
            "静岡県浜松市中区上島１丁目２４番１号",
            "静岡県浜松市中央区上島１丁目２４－１",
            "reformed",
        ),
        ("静岡県浜松市中区上島１丁目２４番１号", "静岡県浜松市中央区上島２丁目２４－１", "moved"),
        ("", f"{TOKYO}２丁目", "unstated"),
    ],
)
def test_addresses_that_are_spelled_otherwise(one: str, other: str, kind: str) -> None:
    assert address_kind(one, other) == address_kind(other, one) == kind


def test_mere_spelling_changes_neither_name_nor_place() -> None:
    assert is_spelling(("spelling", "building"))
    assert not is_spelling(("renamed", "equal"))
    assert not is_spelling(("equal", "moved"))
    assert not is_spelling(("different numbers", "equal", "equal"))


OLD = ("株式会社北原精機", "長野県諏訪市城南２丁目２３６８番地５")
NEW = ("株式会社北原精機", "長野県諏訪市城南二丁目２３６８－５")
MOVED = ("株式会社北原精機", "長野県松本市女鳥羽３丁目９番１８号")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Made-up rows: one spelling, one move, one deleted number; two homonyms."""
    same, homonyms = tmp_path / "same.csv", tmp_path / "homonyms.csv"
    head = ["corporateNumber", "changeDate1", "process1", "name1", "address1"]
    head += ["changeDate2", "process2", "name2", "address2", "name_differs", "address_differs"]
    days = ("2021-04-01", "2024-05-01")
    first, second, third, fourth, deleted = map(corporate_number, range(5))
    changes = [(first, OLD, NEW), (second, (OLD[0] + "工業", OLD[1]), MOVED)]
    rows = [
        [number, days[0], "01", *old, days[1], "12", *new, "0", "1"] for number, old, new in changes
    ]
    rows.append([deleted, "", "99", "", "", days[1], "01", *NEW, "0", "1"])
    _write(same, [head, *rows])
    city = "東京都新宿区"
    named = [["株式会社青葉", city, third, "西新宿１丁目１番"],
             ["株式会社青葉", city, fourth, "高田馬場４丁目２番３号"]]  # fmt: skip
    _write(homonyms, [["name", "prefCity", "corporateNumber", "streetNumber"], *named])
    return same, homonyms


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def test_rows_are_read_and_those_that_state_nothing_left_out(files: tuple[Path, Path]) -> None:
    changes = read_changes(files[0])
    assert [classes(change) for change in changes] == [("equal", "spelling"), ("renamed", "moved")]
    assert [row.without_street().address for row in read_homonyms(files[1])] == ["東京都新宿区"] * 2


def test_states_become_claims_by_the_hubs_transforms() -> None:
    state = State("k", corporate_number(9), "（株）北原精機", OLD[1], "2021-04-01")
    claim = claims([state, state.without_number()])
    assert claim["corporate_number"].to_list() == [corporate_number(9), None]
    assert claim["address_block"].to_list() == ["2-2368-5"] * 2
    assert claim["legal_form"].to_list() == ["301"] * 2


def test_the_old_state_finds_its_business_among_registered_ones(files: tuple[Path, Path]) -> None:
    changes, rows = read_changes(files[0]), read_homonyms(files[1])
    found = checks.with_history(changes, [row.state for row in rows], Model.shipped())
    assert found.share(("alone", "review"), lambda _: True) == 1.0


def test_a_spelling_joins_without_numbers_and_a_move_is_told(files: tuple[Path, Path]) -> None:
    found = checks.without_history(read_changes(files[0]), Model.shipped())
    assert found.share(("joined",), is_spelling) == 1.0
    assert found.answers["renamed", "moved"][0][0] == "apart"


def test_name_and_municipality_alone_join_nothing(files: tuple[Path, Path]) -> None:
    found = checks.homonyms(read_homonyms(files[1]), Model.shipped())
    assert {group[0] for group in found.answers} == {
        "whole addresses",
        "name and city, to the register",
        "name and city, to one another",
    }
    assert found.share(("apart",), lambda _: True) == 1.0


def test_the_right_business_must_be_first_in_review() -> None:
    edges = pl.DataFrame(
        {"low": [1, 2], "high": [9, 9], "probability": [0.4, 0.6], "outcome": ["review"] * 2}
    )
    ranked = checks._ranked(edges, {1: "a", 2: "b"})
    assert ranked == {9: ["b", "a"]}
    assert checks._answer("b", set(), ranked[9]) == "review"
    assert checks._answer("a", set(), ranked[9]) == "none"
    assert checks._answer("a", {"a", "b"}, ranked[9]) == "wrong"


def test_the_command_says_whether_the_floors_hold(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    same, homonyms = map(str, files)
    monkeypatch.setattr("sys.argv", ["x", "--same", same, "--homonyms", homonyms])
    assert command.main() == 0
    told = capsys.readouterr().out
    assert "with history: 1.0000 found" in told
    assert "homonyms: 0 pairs joined" in told
