"""Splink with the settings of its own documentation, on the features that the hub compares.

Comparisons of its library with their default thresholds, u from random pairs, m by expectation
maximisation over two blocks, clusters at its own probability of 0.95.
"""

from __future__ import annotations

from typing import Any

import polars as pl

PROBABILITY = 0.95
COLUMNS = (
    "member_id", "name", "kana", "person_name", "trade_name", "birth_on", "established_on",
    "municipality_code", "postal_code", "address", "phone", "email",
)  # fmt: skip

BLOCKS = (
    ("phone",),
    ("email",),
    ("name", "municipality_code"),
    ("kana", "municipality_code"),
    ("person_name", "municipality_code"),
    ("person_name", "birth_on"),
    ("name", "established_on"),
    ("postal_code", "address"),
)
"""Pairs that agree on all columns of one of these are compared."""

CERTAIN = (
    ("name", "phone"),
    ("name", "address", "postal_code"),
    ("person_name", "birth_on", "postal_code"),
)
"""Rules that seven in ten of the true pairs are taken to fulfil, and hardly any other."""

LEARNT = (("name", "municipality_code"), ("phone",))
"""Blocks over which m is estimated, one after the other."""


def shaped(features: pl.DataFrame) -> pl.DataFrame:
    """The columns that are compared; the name of a sole proprietor is compared as the person's."""
    return features.select(
        "member_id",
        name="name_core",
        kana="name_kana",
        person_name="person_name",
        trade_name="trade_name",
        birth_on=pl.col("birth_on").dt.to_string("%Y-%m-%d"),
        established_on=pl.col("established_on").dt.to_string("%Y-%m-%d"),
        municipality_code="municipality_code",
        postal_code="postal_code",
        address=pl.concat_str("town", "block", ignore_nulls=True),
        phone="phone",
        email="email",
    )


def match(table: pl.DataFrame, seed: int = 1) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Clusters (`member_id`, `cluster`) and scored pairs (`low`, `high`, `probability`)."""
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    database = DuckDBAPI()
    linker = Linker(database.register(table.to_arrow()), _settings(), log_level=None)
    _train(linker, seed)
    predicted = linker.inference.predict(threshold_match_probability=0.1)
    clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=PROBABILITY
    )
    clusters = _frame(clustered, "member_id", "cluster_id").rename({"cluster_id": "cluster"})
    pairs = _frame(predicted, "member_id_l", "member_id_r", "match_probability").select(
        low=pl.min_horizontal("member_id_l", "member_id_r"),
        high=pl.max_horizontal("member_id_l", "member_id_r"),
        probability="match_probability",
    )
    return clusters, pairs


def _comparisons() -> list[Any]:
    import splink.comparison_library as cl

    def name(column: str) -> Any:
        return cl.NameComparison(column).configure(term_frequency_adjustments=True)

    def day(column: str) -> Any:
        return cl.DateOfBirthComparison(column, input_is_string=True)

    return [
        name("name"),
        cl.JaroWinklerAtThresholds("kana"),
        name("person_name"),
        cl.JaroWinklerAtThresholds("trade_name"),
        day("birth_on"),
        day("established_on"),
        cl.ExactMatch("municipality_code").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postal_code"),
        cl.JaroWinklerAtThresholds("address"),
        cl.LevenshteinAtThresholds("phone"),
        cl.EmailComparison("email"),
    ]


def _settings() -> Any:
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="member_id",
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in BLOCKS],
        retain_matching_columns=False,
    )


def _train(linker: Any, seed: int) -> None:
    from splink import block_on

    certain = [block_on(*rule) for rule in CERTAIN]
    training = linker.training
    training.estimate_probability_two_random_records_match(certain, recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=seed)
    for rule in LEARNT:
        training.estimate_parameters_using_expectation_maximisation(block_on(*rule))


def _frame(table: Any, *columns: str) -> pl.DataFrame:
    relation = table.as_duckdbpyrelation().select(", ".join(columns))
    found = pl.from_arrow(relation.arrow())
    assert isinstance(found, pl.DataFrame)  # noqa: S101
    return found
