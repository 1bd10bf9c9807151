"""A consolidation killed at any named point, and run again, tells what an uninterrupted one tells.

No event is missing, none comes twice, and a reader who read before the kill goes on from there.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from base.failpoint import RELATE_POINTS
from canonical.changes import sequencer
from canonical.golden import build
from canonical.store import Store
from tests.hub.consolidating import (
    EVERY_SCOPE,
    a_later_day,
    consolidated,
    everything,
    first_days,
)

ROOT = Path(__file__).resolve().parents[2]
OF_MATCHING = sorted(
    set(re.findall(r'failpoint\("(\w+\.\w+)"\)', (ROOT / "canonical/matching/run.py").read_text()))
)
ALWAYS = ("match.done", "relate.written", "golden.told", "numbering.numbered")
POINTS = [
    pytest.param(point, marks=() if point in ALWAYS else pytest.mark.deep)
    for point in (*OF_MATCHING, *RELATE_POINTS, *build.POINTS, *sequencer.POINTS)
]


def prepared(path: Path) -> Store:
    store = Store.open(f"sqlite:///{path}")
    store.upgrade()
    first_days(store)
    consolidated(store, 1)
    a_later_day(store)
    return store


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_resumed_tells_what_an_uninterrupted_run_tells(
    point: str, tmp_path: Path
) -> None:
    with prepared(tmp_path / "killed.db") as store, prepared(tmp_path / "whole.db") as whole:
        consolidated(whole)
        read_before = everything(store, *EVERY_SCOPE)
        killed = subprocess.run(
            [sys.executable, "-m", "tests.hub.consolidating", str(store.database.engine.url)],
            cwd=ROOT,
            env={**os.environ, "HUB_FAILPOINT": point},
            stderr=subprocess.PIPE,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        read_between = everything(store, *EVERY_SCOPE)
        consolidated(store)
        told = everything(store, *EVERY_SCOPE)
        assert told[: len(read_between)] == read_between
        assert read_between[: len(read_before)] == read_before
        assert len({event["id"] for event in told}) == len(told)
        assert told == everything(whole, *EVERY_SCOPE)
