"""Connected components of a graph whose nodes are members."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

_Ids = npt.NDArray[np.int64]


def components(members: pl.Series, low: pl.Series, high: pl.Series) -> pl.Series:
    """The smallest member of the component of each of `members`, in their order.

    `members` are distinct; `low` and `high` are the ends of the links, all among `members`.
    """
    ids = members.to_numpy()
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    ends = (np.searchsorted(ordered, end.to_numpy()) for end in (low, high))
    labels = _labels(len(ids), *ends)
    found = np.empty_like(ids)
    found[order] = ordered[labels]
    return pl.Series("component", found, dtype=pl.Int64)


def _labels(size: int, low: _Ids, high: _Ids) -> _Ids:
    """The smallest index of each index's component: links pull, labels are followed to the end."""
    labels = np.arange(size, dtype=np.int64)
    while low.size:
        one, other = labels[low], labels[high]
        open_ = one != other
        if not open_.any():
            break
        low, high, one, other = low[open_], high[open_], one[open_], other[open_]
        smaller = np.minimum(one, other)
        np.minimum.at(labels, one, smaller)
        np.minimum.at(labels, other, smaller)
        while True:
            followed = labels[labels]
            if np.array_equal(followed, labels):
                break
            labels = followed
    return labels


def linked(groups: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Links low–high that hold each group's members together: the smallest with each other one."""
    return (
        groups.select(*by, "member_id")
        .with_columns(low=pl.col("member_id").min().over(by))
        .filter(pl.col("low") != pl.col("member_id"))
        .select("low", high="member_id")
    )
