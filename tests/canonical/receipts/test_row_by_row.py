"""Echoes of one business weighed row by row count as they do in frames."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from canonical.golden import alone, echoes, lists
from canonical.golden.echoes import WHOLE, Echo
from canonical.golden.lists import LISTS
from canonical.golden.survivorship import survive
from canonical.golden.units import COLUMNS
from canonical.model import ENTITIES
from canonical.store.frames import TYPES
from tests.canonical.golden.claims import SCHEMA, frame
from tests.canonical.golden.test_alone import _children, _claims, _rows

_SETTINGS = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[phase for phase in Phase if phase is not Phase.shrink],
)
"""Without shrinking: an example of fifty units takes minutes to shrink."""
_DAYS = st.none() | st.dates(date(2020, 1, 1), date(2020, 1, 4))
_VOICES = st.sampled_from(["base_registry", "register", "aggregator", "procedure", ""])


@st.composite
def _echo(draw: st.DrawFn, entity: str, unit: str, member: int, ordinal: int) -> Echo:
    source = draw(st.sampled_from([None, None, *range(1, 7)]))
    said_on = date(2020, 1, 5)
    return Echo(
        member, entity, unit, ordinal, source, draw(_DAYS), draw(_VOICES), said_on, "receipt"
    )


@_SETTINGS
@given(st.lists(_claims(), min_size=2, max_size=5), st.data())
def test_units_that_repeat_others(claims: list[dict[str, Any]], data: st.DataObject) -> None:
    places = [
        (unit, member)
        for unit, columns in COLUMNS.items()
        for member, claim in enumerate(claims, 1)
        if any(claim.get(name) is not None for name in columns)
    ]
    shares = data.draw(st.integers(1, 3))
    chosen = [place for number, place in enumerate(places) if number % shares == 0]
    repeated = [data.draw(_echo("party", unit, member, 0)) for unit, member in chosen]
    made = frame(claims)
    whole = survive(made, echoes.frame(repeated))
    found = alone.survive(_rows(made), repeated)

    winners = dict(whole.winners.select("unit", "member_id").iter_rows())
    assert {name: found.rows[row]["member_id"] for name, row in found.picked.items()} == winners
    assert [(c.field, c.kind, list(c.members)) for c in found.conflicts] == [
        (row["field"], row["kind"], row["members"]) for row in whole.conflicts.iter_rows(named=True)
    ]


@_SETTINGS
@given(st.data())
def test_lists_that_repeat_others(data: st.DataObject) -> None:
    for entity, rule in LISTS.items():
        drawn = data.draw(st.lists(_children(entity), min_size=1, max_size=4))
        rows = [
            {**row, "record_id": row["member_id"], "ordinal": place}
            for place, row in enumerate(drawn)
        ]
        places = {
            (row["member_id"], WHOLE if rule.item is None else row["ordinal"]) for row in rows
        }
        chosen = data.draw(st.sets(st.sampled_from(sorted(places))))
        repeated = [data.draw(_echo(entity, entity, *place)) for place in sorted(chosen)]
        schema = {
            **{name: SCHEMA[name] for name in ("party_id", "member_id", "source_role", "role")},
            "precedence": pl.Int8, "as_of": pl.Date, "record_id": pl.Int64, "ordinal": pl.Int32,
            **{name: TYPES[kind] for name, kind in ENTITIES[entity].columns().items()},
        }  # fmt: skip
        held = lists.survive(entity, pl.DataFrame(rows, schema=schema), echoes.frame(repeated))
        found = alone.items(entity, rows, repeated)
        if rule.item is None:
            assert {row["record_id"] for _, row in found} == set(held["record_id"])
        else:
            wanted = held.sort("item").select("item", "record_id", "ordinal").rows()
            told = [(item, row["record_id"], row["ordinal"]) for item, row in found]
            assert sorted(told) == sorted(wanted)
