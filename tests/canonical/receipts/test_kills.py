"""Killed while answers that came back are written: all or nothing, and the next run ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from base.clock import ManualClock
from canonical.golden import build
from canonical.store import Store
from tests.canonical.builders import T0
from tests.canonical.receipts.desk import TODAY, Desk

ROOT = Path(__file__).parents[3]
POINTS = [
    pytest.param(point, marks=() if point == "golden.written" else pytest.mark.deep)
    for point in build.POINTS
]


def prepared(store: Store) -> Desk:
    desk = Desk(store)
    desk.say("grants", "g1", date(2024, 4, 1), phone="03-1", employees_regular=5)
    desk.run()
    desk.fill_in("phone", "employees_regular")
    desk.say("grants", "g2", TODAY + timedelta(days=3), phone="03-2", employees_regular=5)
    return desk


def ended(store: Store) -> None:
    build.run(store.database, clock=ManualClock(T0 + timedelta(days=9)))


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_step_leaves_all_or_nothing(store: Store, point: str) -> None:
    desk = prepared(store)
    desk.link()
    url = store.database.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.canonical.receipts.test_kills", url],
        cwd=ROOT,
        env={**os.environ, "HUB_FAILPOINT": point},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    wanted: Any = {"phone": "corrected", "employees_regular": "confirmed"}
    assert desk.outcomes() == (wanted if point == "golden.done" else {})
    ended(store)
    assert desk.outcomes() == wanted
    assert desk.held()["phone"][0] == "03-2"
    assert desk.held()["employees_regular"][1] == date(2024, 4, 1)
    assert desk.sound()


if __name__ == "__main__":
    with Store.open(sys.argv[1]) as opened:
        ended(opened)
