"""One writer per stream."""

from __future__ import annotations

import socket
import subprocess
import sys
from datetime import timedelta

import pytest

from base.errors import LeaseHeld, LeaseLost
from canonical.store import StateUpdate, Store, leases, this_process
from canonical.store.leases import is_gone
from canonical.store.runs import DIED
from tests.canonical.builders import HOUR, T0, Syncing

OTHER_HOST = "another-host:1:1"


def _dead_process() -> str:
    told = "from canonical.store.leases import this_process as t; print(t())"
    run = [sys.executable, "-c", told]
    return subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()


def _killed(store: Store, owner: str) -> Syncing:
    """A stream whose run was killed in the middle: its lease and its run row stay behind."""
    sync = Syncing(store)
    sync.commit({"a": "1"}, memos={"a": "v1"}, state=StateUpdate("cursor", {"until": "x"}, "p-7"))
    store.release_lease(sync.lease)
    sync.lease = store.acquire_lease(sync.stream_id, owner, HOUR, T0)
    return sync


def test_a_second_run_is_told_who_holds_the_stream_and_since_when(store: Store) -> None:
    stream = store.stream_id("subsidy", "programs")
    store.acquire_lease(stream, this_process(), HOUR, T0)
    with pytest.raises(LeaseHeld) as held:
        store.acquire_lease(stream, OTHER_HOST, HOUR, T0 + HOUR / 2)
    told = str(held.value)
    assert "subsidy.programs" in told
    assert this_process() in told
    assert "2026-11-02 01:02:03 UTC" in told


def test_streams_are_leased_apart(store: Store) -> None:
    for stream in ("programs", "applications"):
        store.acquire_lease(store.stream_id("subsidy", stream), this_process(), HOUR, T0)


def test_every_lease_has_a_greater_token(store: Store) -> None:
    stream = store.stream_id("subsidy", "programs")
    first = store.acquire_lease(stream, this_process(), HOUR, T0)
    store.release_lease(first)
    assert store.acquire_lease(stream, this_process(), HOUR, T0).token == first.token + 1


def test_a_lease_that_ran_out_is_free(store: Store) -> None:
    stream = store.stream_id("subsidy", "programs")
    store.acquire_lease(stream, OTHER_HOST, HOUR, T0)
    with pytest.raises(LeaseHeld):
        store.acquire_lease(stream, this_process(), HOUR, T0 + HOUR - timedelta(seconds=1))
    store.acquire_lease(stream, this_process(), HOUR, T0 + HOUR)


def test_a_lease_of_a_dead_process_of_this_host_is_taken_over_at_once(store: Store) -> None:
    stream = store.stream_id("subsidy", "programs")
    store.acquire_lease(stream, _dead_process(), HOUR, T0)
    assert store.acquire_lease(stream, this_process(), HOUR, T0).token == 2


def test_a_process_is_known_by_its_start_as_well_as_its_number() -> None:
    me = this_process()
    assert not is_gone(me)
    host, pid, _, boot, namespace = me.split(":")
    assert host == socket.gethostname()
    assert is_gone(f"{host}:{pid}:1:{boot}:{namespace}")
    assert is_gone(f"{host}:999999999:1:{boot}:{namespace}")
    assert not is_gone(f"another-host:999999999:1:{boot}:{namespace}")
    assert not is_gone("an operator")
    assert not is_gone(f"{host}:999999999:1")
    assert not is_gone(f"{host}:x:1:{boot}:{namespace}")


def test_a_host_name_alone_proves_no_death() -> None:
    """Another container under the same name, or another machine, or this one before its restart."""
    host, _, started, boot, namespace = this_process().split(":")
    assert is_gone(f"{host}:999999999:{started}:{boot}:{namespace}")
    assert not is_gone(f"{host}:999999999:{started}:{boot}:4026539999")
    assert not is_gone(f"{host}:999999999:{started}:00000000:{namespace}")
    assert not is_gone(f"{host}:999999999:{started}:?:?")


def test_where_boot_and_namespace_are_unknown_the_lease_expires_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leases, "_boot", lambda: "?")
    monkeypatch.setattr(leases, "_namespace", lambda: "?")
    host, _, _, boot, namespace = this_process().split(":")
    assert not is_gone(f"{host}:999999999:1:{boot}:{namespace}")


def test_renewing_puts_the_end_off_until_the_lease_passes_on(store: Store) -> None:
    stream = store.stream_id("subsidy", "programs")
    lease = store.acquire_lease(stream, OTHER_HOST, HOUR, T0)
    lease = store.renew_lease(lease, HOUR, T0 + HOUR / 2)
    with pytest.raises(LeaseHeld):
        store.acquire_lease(stream, this_process(), HOUR, T0 + HOUR)
    store.acquire_lease(stream, this_process(), HOUR, T0 + 2 * HOUR)
    with pytest.raises(LeaseLost):
        store.renew_lease(lease, HOUR, T0 + 2 * HOUR)
    store.release_lease(lease)
    with pytest.raises(LeaseHeld):
        store.acquire_lease(stream, OTHER_HOST, HOUR, T0 + 2 * HOUR)


def test_a_state_is_reset_only_when_no_run_holds_it(store: Store) -> None:
    sync = Syncing(store)
    sync.commit({"a": "1"}, state=StateUpdate("cursor", {"until": "x"}, "page-7"))
    with pytest.raises(LeaseHeld, match=r"subsidy\.applications"):
        store.reset_state(sync.stream_id, now=T0)
    store.release_lease(sync.lease)
    store.reset_state(sync.stream_id, cursor="2020-01-01T00:00:00.000000Z", now=T0)
    state = store.state(sync.stream_id)
    assert (state.cursor, state.window, state.resume) == ("2020-01-01T00:00:00.000000Z", None, None)
    assert state.next_record_no == 2


def test_a_state_that_a_dead_run_holds_is_reset(store: Store) -> None:
    sync = _killed(store, _dead_process())
    store.reset_state(sync.stream_id, now=T0)
    state = store.state(sync.stream_id)
    assert (state.cursor, state.window, state.resume) == (None, None, None)
    assert store.row_counts()["lease"] == 0


def test_a_run_that_slept_over_a_reset_writes_nothing(store: Store) -> None:
    sync = _killed(store, OTHER_HOST)
    with pytest.raises(LeaseHeld):
        store.reset_state(sync.stream_id, now=T0)
    store.reset_state(sync.stream_id, now=T0 + HOUR)
    with pytest.raises(LeaseLost):
        store.renew_lease(sync.lease, HOUR, T0 + HOUR)
    with pytest.raises(LeaseLost):
        sync.commit({"b": "1"})


def test_a_reset_clears_the_notes_of_its_stream_alone(store: Store) -> None:
    other = Syncing(store, stream="programs")
    other.commit({"a": "1"}, memos={"a": "v1"})
    sync = _killed(store, _dead_process())
    store.reset_state(sync.stream_id, now=T0)
    assert store.memo(sync.stream_id, ["a"]) == {}
    assert store.memo(other.stream_id, ["a"]) == {"a": "v1"}


def test_status_tells_a_dead_run_from_one_at_work(store: Store) -> None:
    _killed(store, OTHER_HOST)
    for now, owner, told in (
        (T0, OTHER_HOST, ("running", None)),
        (T0 + HOUR, None, ("stopped", DIED)),
    ):
        (shown,) = store.status(now)
        assert shown.last_run is not None
        assert shown.lease_owner == owner
        assert (shown.last_run.status, shown.last_run.error) == told
    assert [run.status for run in store.runs()] == ["running"]


def test_the_next_run_notes_that_the_one_before_it_died(store: Store) -> None:
    sync = _killed(store, _dead_process())
    other = Syncing(store, stream="programs")
    store.acquire_lease(sync.stream_id, this_process(), HOUR, T0 + HOUR)
    store.start_run(
        "next", sync.stream_id, trigger="manual", mode="incremental",
        since=None, until=None, started_at=T0 + HOUR,
    )  # fmt: skip
    newest, died = store.runs(sync.stream_id)
    assert (newest.run_id, newest.status) == ("next", "running")
    assert (died.status, died.ended_at, died.error) == ("stopped", T0 + HOUR, DIED)
    assert store.runs(other.stream_id)[0].status == "running"
