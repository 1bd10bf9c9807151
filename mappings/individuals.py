"""A natural person has no 法人番号: what stands there in its record is somebody else's, or none.

GビズID gives sole proprietors 13 digits of their own, and one in nine of them has the check digit
of a 法人番号 by chance; it would make the record one of that corporation's.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from base.errors import Stage
from base.records import ROW, Refusal
from base.redact import mask
from canonical.model.party import INDIVIDUAL_KINDS
from mappings.columns import Findings, RuleColumns
from mappings.transforms.identifiers import registry_number

PARTY, NUMBER, KIND = "party", "corporate_number", "kind"

Named = dict[str, tuple[RuleColumns, pl.Series]]
"""By role: the rule that fills a column, and what it filled in."""


def refuse_numbers_of_individuals(
    rules: Sequence[RuleColumns],
    finished: Sequence[list[pl.Series]],
    root: pl.DataFrame,
    findings: Findings,
) -> None:
    """Refuse the records of a batch that give an individual a 法人番号."""
    numbers, kinds = _filled(rules, finished, NUMBER), _filled(rules, finished, KIND)
    for role in numbers.keys() & kinds.keys():
        (rule, number), (_, kind) = numbers[role], kinds[role]
        stated = root.get_column(rule.rule.sources[-1], default=number)
        told = number.fill_null(_registry_numbers(stated, number))
        wrong = kind.is_in(sorted(INDIVIDUAL_KINDS)) & told.is_not_null()
        if not wrong.any():
            continue
        for place in wrong.arg_true():
            row = root[ROW][place]
            findings.refused_rows.add(row)
            findings.refusals.append(_refusal(row, rule, told[place]))


def _registry_numbers(stated: pl.Series, number: pl.Series) -> pl.Series:
    """The 12 digits that stand where no 法人番号 was read: of a person they are not kept either."""
    odd = (number.is_null() & stated.is_not_null()).arg_true()
    found = [registry_number(text) for text in stated.gather(odd)]
    empty = pl.Series([None] * len(stated), dtype=pl.String)
    return empty.scatter(odd, pl.Series(found, dtype=pl.String))


def _filled(rules: Sequence[RuleColumns], finished: Sequence[list[pl.Series]], name: str) -> Named:
    return {
        columns.rule.role: (columns, series)
        for columns, made in zip(rules, finished, strict=True)
        if columns.rule.target.entity.name == PARTY
        for series in made
        if series.name == name
    }


def _refusal(row: int, columns: RuleColumns, number: str) -> Refusal:
    message = (
        f"{columns.shown} is a 法人番号, though the record says that the party is a natural person;"
        f" the record is not loaded ({columns.rule.target.spelling})"
    )
    return Refusal(
        row, "record", Stage.MAP, "number_of_individual", message, columns.shown, mask(number)
    )
