"""`python -m benchmarks.matching.ship OUT`: make the model that ships with the hub.

It is trained without labels on a million claims of the tuning world, kept in OUT, and written to
`canonical/matching/shipped.json`. One claim in five knows the month of its dates alone, as two of
the ten systems do: what is met by chance by a month, and by a day, is then seen in the pairs.
"""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

import polars as pl

import canonical.matching
from benchmarks.matching.block import TUNING_SEED
from benchmarks.matching.world import claims
from canonical.matching.features import features
from canonical.matching.training import train

CLAIMS = 1_000_000
_DATES = ("established_on", "representative_birth_on")


def main() -> None:
    """Train, and write the model where the hub reads it."""
    made = claims(CLAIMS, TUNING_SEED, Path(sys.argv[1]))
    model = train(features(_to_the_month(made.party), made.trade_name))
    place = Path(str(files(canonical.matching).joinpath("shipped.json")))
    place.write_text(model.to_json(), encoding="utf-8")


def _to_the_month(party: pl.DataFrame) -> pl.DataFrame:
    """The claims, one in five with dates that are known to the month alone."""
    coarse = pl.col("member_id") % 5 == 0
    days = [
        pl.when(coarse).then(pl.col(name).dt.month_start()).otherwise(name).alias(name)
        for name in _DATES
    ]
    told = [
        pl.when(coarse & pl.col(name).is_not_null())
        .then(pl.lit("month"))
        .otherwise(f"{name}_precision")
        .alias(f"{name}_precision")
        for name in _DATES
    ]
    return party.with_columns(*days, *told)


if __name__ == "__main__":
    main()
