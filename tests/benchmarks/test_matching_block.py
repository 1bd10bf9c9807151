"""The block `matching` from claims to floors, on few claims."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks import report
from benchmarks.floors import floors
from benchmarks.matching import block
from benchmarks.matching.block import Setting
from benchmarks.matching.scoring import Quality
from benchmarks.measure import Measurement
from benchmarks.results import Results, Run

RIGHT = Quality(joined=100, true=100, right=98, claims=1000, review=5)
WEAKER = Quality(joined=120, true=100, right=95, claims=1000)


def measured(**contenders: tuple[float, int, Quality]) -> Results:
    """One round: seconds, peak in MB and quality of each contender."""
    found = Results()
    for name, (seconds, peak, quality) in contenders.items():
        measurement = Measurement(seconds, seconds, seconds, peak * 10**6, {"rows": 1000})
        found.runs.append(Run("matching", name, "first", 0, 1000, measurement))
        found.qualities["matching", name, 0] = quality
    return found


def test_a_run_measures_the_hub_alone_and_after_decisions(tmp_path: Path) -> None:
    results, said = Results(), list[str]()
    only = ("hub", "hub_decided")
    block.run(results, said.append, Setting(600, 5, 1, tmp_path, only))
    assert [run.contender for run in results.runs] == list(only)
    assert results.qualities["matching", "hub", 0].claims == 600
    assert results.qualities["matching", "hub", 0].precision > 0.9
    assert len(said) == 1 + len(only)


def test_only_some_of_the_pairs_for_review_are_decided_evenly(tmp_path: Path) -> None:
    pairs = pl.DataFrame(
        {"low": range(100), "high": range(100, 200), "probability": [n / 100 for n in range(100)]}
    )
    pairs.write_parquet(tmp_path / "review.parquet")
    truth = pl.DataFrame({"member_id": range(200), "entity": [str(n % 100) for n in range(200)]})
    told = pl.read_parquet(block.decide(tmp_path, truth, 10))
    assert told["low"].to_list() == list(range(0, 100, 10))
    assert told["verdict"].unique().to_list() == ["same"]


def test_the_floors_of_matching_stand_on_quality_time_and_memory() -> None:
    found = {
        floor.name: floor
        for floor in floors(
            measured(
                hub=(10.0, 900, RIGHT), hub_decided=(9.0, 900, RIGHT), splink=(15.0, 1800, WEAKER)
            )
        )
        if "matching" in floor.name
    }
    assert {name: floor.held for name, floor in found.items()} == dict.fromkeys(found, True)
    spread = found["matching: F1 above Splink's by"].measured
    assert spread is not None
    assert spread.median == pytest.approx(0.98 - 190 / 220)


def test_floors_that_were_not_measured_are_neither_held_nor_missed() -> None:
    found = [floor for floor in floors(Results()) if "matching" in floor.name]
    assert {floor.held for floor in found} == {None}


def test_a_slower_and_a_less_exact_hub_misses() -> None:
    found = floors(measured(hub=(20.0, 2000, WEAKER), splink=(15.0, 1800, WEAKER)))
    missed = {floor.name for floor in found if floor.held is False}
    assert missed == {
        "matching: F1",
        "matching: precision",
        "matching: F1 above Splink's by",
        "matching: speed, × Splink's",
        "matching: memory, × Splink's",
    }


def test_the_report_has_a_table_of_what_was_right(tmp_path: Path) -> None:
    written = report.write(measured(hub=(10.0, 900, RIGHT)), {"cores": "2"}, tmp_path)
    text = written.read_text(encoding="utf-8")
    assert "| the hub, whole path | 0.9800 | 0.9800 | 0.9800 | 0.5000 | 10.0 |" in text
    assert '"f1": 0.98' in written.with_suffix(".json").read_text(encoding="utf-8")
