"""A read-ahead thread hands on every item, every error, and ends when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from hub.prefetch import Prefetch


def test_every_item_in_order() -> None:
    with Prefetch(iter(range(100)), depth=2, name="t") as ahead:
        assert list(ahead) == list(range(100))


def test_an_error_comes_where_the_item_would_have_come() -> None:
    def source() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    seen: list[int] = []
    with Prefetch(source(), depth=2, name="t") as ahead, pytest.raises(ValueError, match="broken"):
        seen.extend(ahead)
    assert seen == [1]


def test_leaving_early_closes_the_source_and_ends_the_thread() -> None:
    closed = threading.Event()

    def source() -> Iterator[int]:
        try:
            yield from range(1_000_000)
        finally:
            closed.set()

    with Prefetch(source(), depth=2, name="leaving-early") as ahead:
        for item in ahead:
            if item == 3:
                break
    assert closed.is_set()
    assert "leaving-early" not in [thread.name for thread in threading.enumerate()]
