"""Twelve digits in a field for the 法人番号: kept as a 会社法人等番号, for matching to complete.

A 法人番号 of a company is its 会社法人等番号 with a check digit before it, so what lost that digit,
or never had it, still tells whose it is. It may as well be another number of twelve digits, so it
is no 法人番号 until the register's name agrees (`canonical.matching.identity`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from base.records import ORDINAL, ROW
from mappings.claims import Key
from mappings.columns import RuleColumns
from mappings.rules import OWN_NUMBER
from mappings.transforms.identifiers import registry_number

KIND = "company_registration_number"


def registry_numbers(
    rules: Sequence[RuleColumns], finished: Sequence[list[pl.Series]], root: pl.DataFrame
) -> Iterator[tuple[Key, pl.DataFrame]]:
    """The claims of `party_identifier` that fields of a 法人番号 make, by role."""
    for columns, made in zip(rules, finished, strict=True):
        rule = columns.rule
        if rule.target.spelling != OWN_NUMBER:
            continue
        (number,) = [series for series in made if series.name == rule.target.name]
        source = rule.sources[-1]
        if source not in root.columns:
            continue
        odd = root.select(ROW, source).filter(number.is_null() & pl.col(source).is_not_null())
        values = [registry_number(text) for text in odd[source]]
        frame = pl.DataFrame(
            {
                ROW: odd[ROW],
                ORDINAL: pl.Series([0] * len(values), dtype=pl.UInt32),
                "kind": pl.Series([KIND] * len(values), dtype=pl.String),
                "value": pl.Series(values, dtype=pl.String),
            }
        ).drop_nulls("value")
        if frame.height:
            yield ("party_identifier", rule.role), frame
