"""What the parts of the suite share: the system they are about, and marks on their tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from hub.options import SyncOptions
from tests.contract.situations import (
    Reason,
)

LAST = 10**9
"""The number of a record that stands behind all others."""

FULL = SyncOptions(mode="full")
UNKNOWN_FIELD = "added_later"
"""A field that no contract has."""

Test = Callable[..., None]


class DoesNotApply(Exception):
    """The test at hand met nothing that it could try; `tests/contract/conftest.py` lets it pass."""


def only_for(*reasons: Reason) -> Callable[[Test], Test]:
    """Marks a test that not every stream can be put to."""

    def mark(test: Test) -> Test:
        test.reasons = reasons  # type: ignore[attr-defined]
        return test

    return mark


def every_stream(test: Test) -> Test:
    """Marks a test that is cheap enough for streams that are read as another one is."""
    test.every = True  # type: ignore[attr-defined]
    return test


class Part:
    """Some tests of a connector; `tests.contract.suite` puts the parts together."""

    system: ClassVar[str]
    businesses: ClassVar[int]
    real: ClassVar[dict[str, str] | None]
    unbounded: ClassVar[frozenset[str]]
