"""Ratios, floors, and the work that a figure stands on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import expectations, report
from benchmarks.datasets import Dataset
from benchmarks.floors import Floor, floors
from benchmarks.measure import Measurement
from benchmarks.results import Results, Run, Spread


def results(*cells: tuple[str, str, str, int, float, int]) -> Results:
    """Runs of 1 000 records: scenario, contender, phase, round, seconds, peak in MB."""
    found = Results()
    for scenario, contender, phase, number, seconds, peak in cells:
        measured = Measurement(seconds, seconds, seconds, peak * 10**6, {"rows": 1000})
        found.runs.append(Run(scenario, contender, phase, number, 1000, measured))
    return found


def floor(found: Results, name: str) -> Floor:
    return next(f for f in floors(found) if f.name == name)


def test_ratios_are_taken_within_a_round() -> None:
    found = results(
        ("flat", "hub", "first", 0, 1.0, 100), ("flat", "dlt", "first", 0, 6.0, 100),
        ("flat", "hub", "first", 1, 2.0, 100), ("flat", "dlt", "first", 1, 8.0, 100),
        ("flat", "hub", "first", 2, 1.0, 100), ("flat", "dlt", "first", 2, 9.0, 100),
    )  # fmt: skip
    assert found.ratio("flat", "first", "dlt") == Spread(6.0, 4.0, 9.0)
    assert floor(found, "first load, × dlt").held is True


def test_a_missed_floor_is_missed_and_an_unmeasured_one_is_neither() -> None:
    found = results(("flat", "hub", "first", 0, 1.0, 500), ("flat", "core", "first", 0, 1.4, 60))
    assert floor(found, "first load, × SQLAlchemy Core").held is False
    assert floor(found, "peak memory, MB").held is False
    assert floor(found, "applications, × dlt").held is None


def test_growth_compares_first_loads_only() -> None:
    found = results(
        ("flat", "hub", "first", 0, 2.0, 200), ("flat", "hub", "unchanged", 0, 1.0, 300),
        ("growth", "hub", "first", 0, 10.0, 220), ("growth", "hub", "unchanged", 0, 3.0, 900),
    )  # fmt: skip
    assert found.growth() == (5.0, 1.1)


def test_the_report_shows_rates_ratios_and_floors(tmp_path: Path) -> None:
    found = results(("flat", "hub", "first", 0, 0.1, 210), ("flat", "core", "first", 0, 0.2, 60))
    written = report.write(found, {"cores": "2"}, tmp_path)
    text = written.read_text(encoding="utf-8")
    assert "| the hub, whole path | 10,000 | – | – | 210 |  |" in text
    assert "| requests + SQLAlchemy Core | 5,000 | – | – | 60 | 2.00 |" in text
    document = json.loads(written.with_suffix(".json").read_text(encoding="utf-8"))
    assert [run["rate"] for run in document["runs"]] == [10000, 5000]


FLAT = Dataset("flat", Path(), 2000)
FIRST = {"rows": 2000, "claims": 1999, "open_items": 2, "read": 2000, "new": 1999, "quarantined": 1}


def test_the_hub_must_have_done_all_its_work() -> None:
    expectations.check("hub", "flat", "first", FLAT, FIRST)
    with pytest.raises(expectations.WorkNotDone, match="open_items 0, not 2"):
        expectations.check("hub", "flat", "first", FLAT, FIRST | {"open_items": 0})


def test_an_unchanged_sync_writes_nothing() -> None:
    with pytest.raises(expectations.WorkNotDone, match="changed 20, not 0"):
        expectations.check("hub", "flat", "unchanged", FLAT, FIRST | {"new": 0, "changed": 20})


def test_a_peer_must_have_stored_every_record() -> None:
    with pytest.raises(expectations.WorkNotDone, match="rows 1999, not 2000"):
        expectations.check("core", "flat", "first", FLAT, {"rows": 1999})
