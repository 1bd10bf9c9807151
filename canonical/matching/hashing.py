"""Hashes that are the same on every machine and under every version of a library.

Blocking keys are kept in the store, so they must not depend on whose hash function is at hand.
Texts are hashed a column at a time: a polynomial over their UTF-8 bytes modulo 2**64, with its
bits stirred at the end (the finaliser of SplitMix64, Steele, Lea and Flood, 2014).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

Hashes = npt.NDArray[np.uint64]
EMPTY = np.uint64(0)
"""The hash of a value that is not there."""

_FACTOR = 0x9E3779B97F4A7C15
_INVERSE = pow(_FACTOR, -1, 1 << 64)
_ROWS = 1 << 14


def stirred(values: Hashes) -> Hashes:
    """Every bit of the input decides about every bit of the output."""
    mixed = values + np.uint64(_FACTOR)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


_BYTES = stirred(np.arange(256, dtype=np.uint64))


@cache
def _powers(base: int, count: int) -> Hashes:
    powers = np.full(count, base, dtype=np.uint64)
    powers[0] = 1
    return np.multiply.accumulate(powers)


def _first_powers(base: int, count: int) -> Hashes:
    return _powers(base, 1 << (count - 1).bit_length())[:count]


def text_hashes(column: pl.Series) -> Hashes:
    """A hash for each text of a column; `EMPTY` where there is none."""
    parts = [_hashed(column[start : start + _ROWS]) for start in range(0, len(column), _ROWS)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)


def _hashed(column: pl.Series) -> Hashes:
    lengths = column.str.len_bytes().fill_null(0).to_numpy().astype(np.int64)
    ends = lengths.cumsum()
    total = int(ends[-1])
    if total == 0:
        return np.zeros(len(column), dtype=np.uint64)
    data = np.frombuffer(column.fill_null("").str.join("")[0].encode(), dtype=np.uint8)
    running = np.concatenate(
        ([EMPTY], np.cumsum(_BYTES[data] * _first_powers(_FACTOR, total), dtype=np.uint64))
    )
    starts = ends - lengths
    back = _first_powers(_INVERSE, total + 1)
    sums = (running[ends] - running[starts]) * back[starts]
    hashes = stirred(sums ^ lengths.astype(np.uint64))
    return np.where(lengths == 0, EMPTY, np.where(hashes == EMPTY, np.uint64(1), hashes))


def combined(seed: int, *columns: Hashes) -> Hashes:
    """One hash of several columns in their order; `EMPTY` where one of them is."""
    result = np.full(len(columns[0]), seed, dtype=np.uint64)
    lacking = np.zeros(len(columns[0]), dtype=np.bool_)
    for column in columns:
        lacking |= column == EMPTY
        result = stirred(result ^ column)
    return np.where(lacking, EMPTY, result)


def number_hashes(values: npt.NDArray[np.integer], absent: int) -> Hashes:
    """Hashes of whole numbers; `EMPTY` where the value is `absent`."""
    hashes = stirred(values.astype(np.int64).view(np.uint64))
    return np.where(values == absent, EMPTY, hashes)
