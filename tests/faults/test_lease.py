"""Two syncs of one stream at once: the second says so and leaves."""

from __future__ import annotations

import threading

import pytest

from base.errors import LeaseHeld
from hub.options import Progress
from hub.transfer import run_sync
from tests.faults.conftest import Hub


def test_the_second_sync_of_a_stream_leaves_and_the_first_ends_well(hub: Hub) -> None:
    caught: list[BaseException] = []

    def meanwhile(_progress: Progress) -> None:
        if not caught:
            with pytest.raises(LeaseHeld) as held:
                run_sync(hub.job())
            caught.append(held.value)

    summary = hub.sync(on_progress=meanwhile)
    assert summary.counts["new"] > 0
    assert "subsidy.applications" in str(caught[0])


def test_another_stream_is_not_in_the_way(hub: Hub) -> None:
    done: list[int] = []

    def meanwhile(_progress: Progress) -> None:
        if not done:
            done.append(hub.sync("programs").counts["new"])

    hub.sync(on_progress=meanwhile)
    assert done[0] > 0


def test_the_lease_is_given_back_and_no_thread_is_left(hub: Hub) -> None:
    before = {thread.name for thread in threading.enumerate()}
    hub.sync()
    hub.sync()
    left = {thread.name for thread in threading.enumerate()} - before
    assert not {name for name in left if name.startswith(("read", "commit", "lease"))}
