"""A tiny run of the block `api`, for which every answer has to be a 200."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.api import block, store_of_businesses
from benchmarks.floors import floors
from benchmarks.results import Results, Run
from canonical.store import Store

pytestmark = pytest.mark.network


def test_a_tiny_run_fills_the_floors(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as store:
        store.upgrade()
        counts = store_of_businesses.fill(store, 120)
        assert counts["golden"] == 120
        assert len(store_of_businesses.asked(store)) == counts["accounts"] > 50
    small, claimed = Results(), Results()
    block.measured(small, lambda _: None, url, tmp_path, (120, 1, 1))
    assert not [one for one in floors(small) if one.measured is not None]
    claimed.runs = [_of_a_million(run) for run in small.runs]
    filled = [one.name for one in floors(claimed) if one.measured is not None]
    assert len(filled) == 3
    assert small.select("api", "open", "first")[0].measurement.counts["requests"] == block.RATE


def _of_a_million(run: Run) -> Run:
    return replace(run, records=1_000_000)
