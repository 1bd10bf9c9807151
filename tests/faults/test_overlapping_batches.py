"""A batch that waits for another one's keys is let go when that one cannot be committed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from base.errors import InternalError, StoreUnreachable
from base.records import Page, Window
from canonical.store import Store
from hub.transfer import SyncJob, run_sync
from tests.faults.conftest import Hub


def pages_that_repeat(pages: list[Page]) -> Iterator[Page]:
    for number in range(4):
        yield dataclasses.replace(pages[0], resume=str(number) if number < 3 else None)


def repeating(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> SyncJob:
    """A job whose every page holds the same records."""
    job = hub.job()
    window = Window(since=None, until=hub.clock.now())
    pages = list(job.connector.read("applications", window, memo=lambda _keys: {}, clock=hub.clock))
    monkeypatch.setattr(type(job.connector), "read", lambda *_a, **_k: pages_that_repeat(pages))
    return dataclasses.replace(job, batch_records=1)


def test_the_same_keys_in_every_batch(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = run_sync(repeating(hub, monkeypatch))
    assert summary.counts["new"] + summary.counts["quarantined"] > 0
    assert summary.counts["unchanged"] == summary.counts["read"] * 3 // 4


def test_a_failed_commit_ends_the_run(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object) -> None:
        raise StoreUnreachable("the store is away")

    job = repeating(hub, monkeypatch)
    monkeypatch.setattr(Store, "commit_batch", away)
    with pytest.raises(StoreUnreachable):
        run_sync(job)


def test_a_bug_is_told_without_the_value_it_stumbled_over(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_args: object) -> None:
        raise ValueError("山田太郎 is no number")

    monkeypatch.setattr(Store, "commit_batch", stumble)
    with pytest.raises(InternalError) as caught:
        hub.sync()
    assert "ValueError" in str(caught.value)
    assert "山田" not in str(caught.value)
    assert "山田" not in str(hub.store.runs()[0].error)
