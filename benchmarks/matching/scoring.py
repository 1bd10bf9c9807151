"""How well clusters agree with the truth, pair by pair."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairs of claims that were joined, that belong together, and that are both.

    `review` is the number of claims in pairs left to a person; `claims` how many there are.
    """

    joined: int
    true: int
    right: int
    claims: int
    review: int = 0

    @property
    def precision(self) -> float:
        """Of the pairs joined, those that belong together; 1 where none was joined."""
        return self.right / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        """Of the pairs that belong together, those joined; 1 where there are none."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.joined + self.true) if self.joined + self.true else 1.0

    @property
    def review_percent(self) -> float:
        """Claims left to a person, in percent of all."""
        return 100 * self.review / self.claims

    def as_json(self) -> dict[str, float]:
        """The counts and what follows from them."""
        told = ("precision", "recall", "f1", "review_percent")
        return asdict(self) | {name: round(getattr(self, name), 5) for name in told}

    def told(self) -> str:
        """One line for people."""
        return (
            f"P {self.precision:.4f} R {self.recall:.4f} F1 {self.f1:.4f}"
            f" review {self.review_percent:.2f} %"
        )


def judge(clusters: pl.DataFrame, truth: pl.DataFrame, review: pl.DataFrame | None) -> Quality:
    """The quality of a partition.

    Args:
        clusters: `member_id` and `cluster` (any type); claims that are left out stand alone.
        truth: `member_id` and `entity` of every claim.
        review: `low` and `high` of the pairs that a person is asked about, if any.
    """
    both = truth.join(clusters.select("member_id", "cluster"), on="member_id", how="left")
    placed = both.filter(pl.col("cluster").is_not_null())
    asked = 0 if review is None else pl.concat([review["low"], review["high"]]).n_unique()
    return Quality(
        joined=_pairs(placed, "cluster"),
        true=_pairs(both, "entity"),
        right=_pairs(placed, "entity", "cluster"),
        claims=truth.height,
        review=asked,
    )


def _pairs(frame: pl.DataFrame, *together: str) -> int:
    size = pl.len().cast(pl.Int64)
    return int(frame.group_by(together).agg((size * (size - 1) // 2).alias("n"))["n"].sum())


def answered(pairs: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """What a person who knows the truth says of pairs: `low`, `high`, `verdict`."""
    entity = truth.select("member_id", "entity")
    low = pairs.join(entity, left_on="low", right_on="member_id", maintain_order="left")
    both = low.join(
        entity, left_on="high", right_on="member_id", suffix="_high", maintain_order="left"
    )
    same = pl.col("entity") == pl.col("entity_high")
    verdict = pl.when(same).then(pl.lit("same")).otherwise(pl.lit("different"))
    return both.select("low", "high", verdict.alias("verdict"))


def best_cut(pairs: pl.DataFrame, truth: pl.DataFrame) -> tuple[float, float]:
    """The probability at which pairs (without clustering) reach their best F1, and that F1.

    It takes the truth to find it: how well a model ranks, not what it achieves.
    """
    wanted = judge(truth.select("member_id", cluster="entity"), truth, None).true
    ranked = (
        answered(pairs, truth)
        .with_columns(pairs["probability"], same=(pl.col("verdict") == "same").cast(pl.Int64))
        .sort("probability", descending=True)
        .with_columns(right=pl.col("same").cum_sum(), joined=pl.int_range(1, pl.len() + 1))
        .with_columns(f1=2 * pl.col("right") / (pl.col("joined") + wanted))
    )
    if ranked.is_empty():
        return 1.0, 0.0
    row = ranked.row(int(ranked["f1"].arg_max() or 0), named=True)
    return float(row["probability"]), float(row["f1"])
