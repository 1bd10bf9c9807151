"""Values as far as they are known, and the logic of yes, no and unknown.

A truth is True, False or None (unknown), after Kleene: an unknown does not matter where the others
decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")
Truth = bool | None


def all_of(truths: Iterable[Truth]) -> Truth:
    """Whether all hold; of none at all, yes."""
    every = list(truths)
    if False in every:
        return False
    return None if None in every else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Whether one holds at least; of none at all, no."""
    return negated(all_of(negated(truth) for truth in truths))


def negated(truth: Truth) -> Truth:
    """The opposite; unknown stays unknown."""
    return None if truth is None else not truth


@dataclass(frozen=True, slots=True)
class Span:
    """A whole number that is known to lie between two; without `high`, it has no upper bound."""

    low: int = 0
    high: int | None = None

    @classmethod
    def exactly(cls, value: int) -> Span:
        """A number that is known."""
        return cls(value, value)

    @classmethod
    def known_to(cls, value: int, unit: int) -> Span:
        """A number that is known to a unit: forms round, cut or raise, so less than one unit off
        on either side."""
        return cls(max(0, value - unit + 1), value + unit - 1)

    @property
    def known(self) -> bool:
        """Whether it can be one number only."""
        return self.low == self.high

    def at_most(self, limit: int) -> Truth:
        """Whether the number is the limit or less."""
        if self.high is not None and self.high <= limit:
            return True
        return False if self.low > limit else None


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value with who says so, as of which day, and whether it is past its freshness."""

    value: T
    source: str = ""
    as_of: date | None = None
    stale: bool = False
