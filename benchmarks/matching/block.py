"""The block `matching`: the hub's engine and Splink's stock settings on the same claims.

The hub runs with the model that ships, with one that it trains on the claims without labels (as
Splink does), and with one that it trains after a person has answered pairs that it asked about.
A contender's process never reads the truth.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks import measure
from benchmarks.matching import scoring
from benchmarks.matching.contenders import NAMES
from benchmarks.matching.scoring import Quality
from benchmarks.matching.world import home_of, make
from benchmarks.results import Results, Run

SCENARIO = "matching"
TUNING_SEED = 7
"""The world that weights and thresholds were found in."""

SEED = 20_263
"""The world of the figures: never looked at while tuning."""

DECISIONS = 1_000

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """How many claims, of which world, in how many rounds; where files are kept."""

    claims: int
    seed: int
    rounds: int
    folder: Path
    only: tuple[str, ...] = NAMES


def run(results: Results, say: Say, setting: Setting) -> None:
    """All rounds; the order of hub and Splink turns."""
    claims = home_of(setting.folder, setting.claims, setting.seed)
    make(setting.claims, setting.seed, claims)
    truth = pl.read_parquet(claims / "truth.parquet")
    say(f"{SCENARIO:13}{setting.claims:,} claims of {truth['entity'].n_unique():,} parties")
    for number in range(setting.rounds):
        for name in _turned(setting.only, number):
            done, quality = _measure(name, claims, truth)
            results.runs.append(Run(SCENARIO, name, "first", number, setting.claims, done))
            results.qualities[SCENARIO, name, number] = quality
            say(
                f"{SCENARIO:13}{number + 1} {name:12}{done.seconds:7.1f} s"
                f" {done.peak / 1e6:6.0f} MB  {quality.told()}"
            )


def _turned(only: tuple[str, ...], number: int) -> list[str]:
    """The hub's runs belong together: the second answers what the first asked."""
    groups = [("hub", "hub_decided", "hub_trained"), ("splink",)]
    order = groups[::-1] if number % 2 else groups
    return [name for group in order for name in group if name in only]


def _measure(name: str, claims: Path, truth: pl.DataFrame) -> tuple[measure.Measurement, Quality]:
    out = claims / name
    command = [sys.executable, "-m", "benchmarks.matching", name, str(claims), str(out)]
    if name == "hub_decided":
        command.append(str(decide(claims / "hub", truth)))
    done = measure.watch(command, out / "result.json", f"{name} in {SCENARIO}")
    return done, read_quality(out, truth)


def decide(asked: Path, truth: pl.DataFrame, number: int = DECISIONS) -> Path:
    """The answers of a person who knows the truth to the first `number` pairs for review.

    The pairs are spread evenly over all that the hub asks about, in the order of probability.
    """
    review = pl.read_parquet(asked / "review.parquet").sort("probability", "low", "high")
    if review.height > number:
        places = [place * review.height // number for place in range(number)]
        review = review[places]
    path = asked / "decisions.parquet"
    scoring.answered(review, truth).write_parquet(path)
    return path


def read_quality(out: Path, truth: pl.DataFrame) -> Quality:
    """The quality of the answer in a folder."""
    clusters, review = (pl.read_parquet(out / f"{n}.parquet") for n in ("clusters", "review"))
    return scoring.judge(clusters, truth, review)
