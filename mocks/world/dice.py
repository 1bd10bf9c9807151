"""Random choices that depend on the seed and a name alone, never on process, order or day."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def dice(*names: object) -> Random:
    """A generator of its own for the thing called `names` (`dice(seed, "business", 12)`)."""
    text = "\x1f".join(map(str, names)).encode()
    return Random(int.from_bytes(blake2b(text, digest_size=16).digest()))


@dataclass(frozen=True, slots=True)
class Weighted(Generic[T]):
    """Values drawn in proportion to their weight, in O(log n)."""

    values: Sequence[T]
    sums: Sequence[float]

    @classmethod
    def of(cls, pairs: Iterable[tuple[T, float]]) -> Weighted[T]:
        """From (value, weight) pairs; weights need not sum to one."""
        values, weights = zip(*pairs, strict=True)
        return cls(values, tuple(accumulate(weights)))

    def draw(self, rng: Random) -> T:
        """One value."""
        return self.values[bisect(self.sums, rng.random() * self.sums[-1])]


def salesforce_id(prefix: str, number: int) -> str:
    """An 18-character record id as the Salesforce platform forms them (15 + 3 of case).

    The last three characters encode which of the first fifteen are upper case, so that the id
    stays unique where case is lost (Salesforce help, "18-digit ID").
    """
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    digits = ""
    for _ in range(15 - len(prefix)):
        number, rest = divmod(number, 62)
        digits = alphabet[rest] + digits
    short = prefix + digits
    check = "".join(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[
            sum(1 << bit for bit, sign in enumerate(short[start : start + 5]) if sign.isupper())
        ]
        for start in (0, 5, 10)
    )
    return short + check
