"""What `make run` reads, shows and says, without starting anything."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from base.errors import SettingsError
from hub.local import progress
from hub.local.display import Display, complaints, outcome_table
from hub.local.follow import Outcome
from hub.local.run import only_run, read_options
from hub.options import COUNTS, Progress

STREAM = ("subsidy", "applications")


def test_ports_and_size_come_from_the_environment(tmp_path: Path) -> None:
    options = read_options(
        ["--once"],
        {"HUB_HOME": str(tmp_path), "HUB_PORT_AIRFLOW": "8181", "BUSINESSES": "50"},
    )
    assert (options.once, options.airflow_port, options.businesses) == (True, 8181, 50)
    assert options.mocks_port == 8801
    assert options.home == tmp_path


def test_a_port_that_is_no_number_is_named() -> None:
    with pytest.raises(SettingsError, match="HUB_PORT_AIRFLOW is not a whole number"):
        read_options([], {"HUB_PORT_AIRFLOW": "８０８０"})


def test_one_run_a_folder(tmp_path: Path) -> None:
    with (
        only_run(tmp_path),
        pytest.raises(SettingsError, match="already up in this folder"),
        only_run(tmp_path),
    ):
        pass
    with only_run(tmp_path):
        pass


def test_progress_passes_through_a_file(tmp_path: Path) -> None:
    tell = progress.ProgressFile(tmp_path)
    tell(Progress(*STREAM, {"read": 10}))
    tell(Progress(*STREAM, {}, "done", "bye"))
    assert list(progress.read(tmp_path)) == [Progress(*STREAM, {"read": 10}, "done", "bye")]
    progress.forget(tmp_path)
    assert list(progress.read(tmp_path)) == []


def test_progress_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "progress").write_text("in the way")
    progress.ProgressFile(tmp_path)(Progress(*STREAM, {"read": 1}))


def test_a_log_gets_a_line_at_start_and_end_and_now_and_then() -> None:
    now = 0.0
    out = io.StringIO()
    display = Display([STREAM], Console(file=out, width=100), lambda: now)
    with display:
        display(Progress(*STREAM, {"read": 1}))
        display(Progress(*STREAM, {"read": 2}, "waiting", "1 s"))
        now = 6.0
        display(Progress(*STREAM, {"read": 3}))
        for _ in range(2):
            display(Progress(*STREAM, {"read": 4_000}, "done"))
        display(Progress("another", "stream", {"read": 9}))
    assert out.getvalue().splitlines() == [
        "  subsidy.applications: reading, 1 read",
        "  subsidy.applications: reading, 3 read",
        "  subsidy.applications: done, 4,000 read",
    ]


def test_the_table_shows_every_count_and_failures_stand_below() -> None:
    well = Outcome(*STREAM, Counter(read=1_234, new=1_234), 1.5, "success")
    ill = Outcome("subsidy", "programs", state="failed", message="Forbidden: no")
    out = io.StringIO()
    Console(file=out, width=200).print(outcome_table([well, ill], 9))
    for count in COUNTS:
        assert count in out.getvalue()
    assert "1,234" in out.getvalue()
    assert complaints([well, ill]) == ["subsidy.programs failed: Forbidden: no"]
