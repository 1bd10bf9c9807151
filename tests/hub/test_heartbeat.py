"""A lease that was lost is known before another file is written under it."""

from __future__ import annotations

import threading

import pytest

from base.errors import LeaseLost, StoreUnreachable
from hub.heartbeat import Heartbeat


def test_a_renewed_lease_holds() -> None:
    renewed = threading.Event()
    with Heartbeat(renewed.set, ttl=0.2) as heartbeat:
        assert renewed.wait(5)
        heartbeat.check()


def test_a_lease_that_passed_to_another_run_is_told_to_whoever_asks() -> None:
    asked = threading.Event()

    def refused() -> None:
        asked.set()
        raise LeaseLost("the lease passed to another run")

    with Heartbeat(refused, ttl=0.04) as heartbeat:
        assert asked.wait(5)
        heartbeat._thread.join(5)
        with pytest.raises(LeaseLost, match="another run"):
            heartbeat.check()


def test_a_lease_that_could_not_be_renewed_in_time_is_lost() -> None:
    tried = threading.Semaphore(0)

    def away() -> None:
        tried.release()
        raise StoreUnreachable("the store is away")

    with Heartbeat(away, ttl=0.04) as heartbeat:
        for _ in range(6):  # six quarters of the lease's time have passed then
            assert tried.acquire(timeout=5)
        with pytest.raises(LeaseLost, match="not renewed"):
            heartbeat.check()
