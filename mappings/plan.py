"""A compiled mapping of one stream: source frames to claims, canonical values to fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from base.records import ORDINAL, ROW, Refusal, SourceFrame
from canonical.model import Field, FieldType
from mappings.backward import format_values
from mappings.claims import PLACE, Key, ListClaims, numbered, stating, with_constants
from mappings.columns import Findings, RuleColumns, apply_rules
from mappings.individuals import refuse_numbers_of_individuals
from mappings.periods import dated, merge_periods
from mappings.registry_numbers import registry_numbers
from mappings.rules import FieldRule, StreamRules
from mappings.targets import Target
from mappings.transforms import TRANSFORMS


@dataclass
class Mapped:
    """What one batch of source records says.

    `claims` has a frame for each entity: `#row` (UInt32), `role`, `ordinal` (Int32), `as_of`
    (Date), then the model's columns that the mapping fills. Records with a refusal of level
    `record` have no claims. `notes` are values that were accepted with a remark.
    """

    claims: dict[str, pl.DataFrame] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[Refusal] = field(default_factory=list)


class Plan:
    """The compiled mapping of one stream.

    `version` is a hash of the compiled rules and the transforms' versions: a comment, a reason or
    the order of keys in a rule changes nothing.
    """

    def __init__(self, system: str, stream: str, rules: StreamRules, version: str) -> None:
        self.system = system
        self.stream = stream
        self.rules = rules
        self.version = version
        self._fields = [RuleColumns(rule) for rule in rules.fields]
        self._lists = [ListClaims(rule) for rule in rules.lists]
        self._as_of = [RuleColumns(_as_of_rule(rules.as_of))] if rules.as_of else []

    def map(self, frame: SourceFrame) -> Mapped:
        """The claims of a frame's records."""
        findings = Findings()
        finished = apply_rules([*self._as_of, *self._fields], frame.root, findings)
        as_of = _as_of_days(frame.root, [finished.pop(0)[0] for _ in self._as_of])
        refuse_numbers_of_individuals(self._fields, finished, frame.root, findings)
        parts: dict[Key, list[pl.DataFrame]] = {}
        years: dict[Key, list[tuple[str, pl.DataFrame]]] = {}
        for key, (period, claims) in self._single(frame.root, finished):
            if period is None:
                parts.setdefault(key, []).append(claims)
            else:
                ends = self._year_ends(frame.root, finished, as_of)
                years.setdefault(key, []).append((period, dated(claims, period, ends)))
        lists: dict[Key, list[pl.DataFrame]] = {}
        for listed in self._lists:
            found = listed.claims(frame.root, frame.children, findings)
            if found is not None:
                lists.setdefault((listed.rule.entity, listed.rule.role), []).append(found)
        for key, numbers in registry_numbers(self._fields, finished, frame.root):
            lists.setdefault(key, []).append(numbers)
        for key in lists.keys() | years.keys():
            together = numbered(lists[key]) if key in lists else None
            if together is not None and key in parts:
                together = together.with_columns(pl.col(ORDINAL) + 1)
            if key in years:
                together = merge_periods(together, years[key])
            if together is not None:
                parts.setdefault(key, []).append(together)
        assembled = _assemble(parts, as_of, findings.refused_rows)
        return Mapped(assembled, findings.refusals, findings.notes)

    def format(self, claims: Mapping[str, Any]) -> dict[str, str]:
        """Canonical values as the stream's own fields write them, by source path.

        `claims` is by entity (`entity@role` where the role is not the entity's usual one): a
        mapping of column → value for a single thing, a sequence of such for a list. An element of
        a list is written under `path[n].field`. Fields without a value are left out.
        """
        return format_values(self.rules, claims)

    def _single(
        self, root: pl.DataFrame, finished: Sequence[list[pl.Series]]
    ) -> list[tuple[Key, tuple[str | None, pl.DataFrame]]]:
        """The claims of which a record has one, by entity, role and period."""
        groups: dict[tuple[str, str, str | None], list[pl.Series]] = {}
        for columns, series in zip(self._fields, finished, strict=True):
            rule = columns.rule
            group = (rule.target.entity.name, rule.role, rule.period)
            groups.setdefault(group, []).extend(series)
        found = []
        for (entity, role, period), series in groups.items():
            frame = stating(pl.DataFrame([root[ROW], *series]), [one.name for one in series])
            frame = with_constants(frame, entity, self.rules.constants.get(entity, {}))
            found.append(((entity, role), (period, frame)))
        return found

    def _year_ends(
        self, root: pl.DataFrame, finished: Sequence[list[pl.Series]], as_of: pl.DataFrame
    ) -> pl.DataFrame:
        months = [
            series
            for columns in finished
            for series in columns
            if series.name == "fiscal_year_end_month"
        ]
        month = months[0] if months else pl.Series([None] * root.height, dtype=pl.Int64)
        return as_of.with_columns(month.alias("month"))


def _as_of_days(root: pl.DataFrame, stated: Sequence[pl.Series]) -> pl.DataFrame:
    """`#row` and `as_of`: the day that the mapping's rule states, if it has one."""
    day = stated[0] if stated else pl.Series([None] * root.height, dtype=pl.Date)
    return pl.DataFrame([root[ROW], day.alias("as_of")])


def _assemble(
    parts: Mapping[Key, list[pl.DataFrame]], as_of: pl.DataFrame, refused: set[int]
) -> dict[str, pl.DataFrame]:
    """One frame an entity, roles beneath one another, without the refused records."""
    claims: dict[str, list[pl.DataFrame]] = {}
    for (entity, role), frames in parts.items():
        frame = pl.concat(frames, how="diagonal") if len(frames) > 1 else frames[0]
        if refused:
            frame = frame.filter(~pl.col(ROW).is_in(list(refused)))
        if frame.is_empty():
            continue
        ordinal = pl.col(ORDINAL).fill_null(0) if ORDINAL in frame.columns else pl.lit(0)
        same = frame.height == as_of.height
        day = as_of["as_of"] if same and (frame[ROW] == as_of[ROW]).all() else None
        if day is None:
            frame = frame.join(as_of, on=ROW, how="left", maintain_order="left")
        else:
            frame = frame.with_columns(day)
        frame = frame.with_columns(
            pl.lit(role).alias("role"), ordinal.cast(pl.Int32).alias("ordinal")
        )
        model = [name for name in frame.columns if name not in {*PLACE, ORDINAL}]
        claims.setdefault(entity, []).append(frame.select(*PLACE, *model))
    return {
        entity: pl.concat(frames, how="diagonal") if len(frames) > 1 else frames[0]
        for entity, frames in claims.items()
    }


def _as_of_rule(sources: tuple[str, ...]) -> FieldRule:
    from canonical.model import Entity

    day = Field("as_of", "基準日", "As of", FieldType.DATE)
    entity = Entity("claim", "主張", "Claim", None, (day,))
    transform = TRANSFORMS["date"]
    return FieldRule(
        sources, Target(entity, "as_of", day), "self", transform, transform.complete({}),
        ("as_of", None), (0,), 0, first_stated=True,
    )  # fmt: skip
