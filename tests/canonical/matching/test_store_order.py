"""The same claims give the same parties, in whatever order and batches they came."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonical.matching.model import Model
from canonical.store import Store
from tests.canonical.matching.businesses import Filled, copied, drawn, in_batches, standing

SEEDS = (1, pytest.param(2, marks=pytest.mark.deep))
CROWDED_AT = 3
"""So few members make a block over-full here, that a small world has such blocks."""


def _arriving(filled: Filled, random_: random.Random, records: int) -> None:
    """Records in any order and batches, some of them changed meanwhile, matched now and then."""
    final = [drawn(random_, key) for key in range(records)]
    coming = list(final)
    random_.shuffle(coming)
    for batch in in_batches(coming, random_.randrange):
        early = [drawn(random_, int(record.key[1:])) for record in batch]
        filled.write(
            record
            for record, last in zip(early, batch, strict=True)
            if record.stream == last.stream
        )
        filled.write(batch)
        if random_.random() < 0.3:
            filled.match(chunk=5 + random_.randrange(20))
    filled.match()


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 10_000), st.booleans())
def test_any_order_and_any_batches_give_the_same(
    migrated_sqlite: Path, seed: int, crowded: bool
) -> None:
    model = Model.shipped().changed(cap=CROWDED_AT) if crowded else Model.shipped()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        with copied(migrated_sqlite, place, "a") as one, copied(migrated_sqlite, place, "b") as two:
            one.take(model)
            two.take(model)
            _arriving(one, random.Random(seed), 30)
            two.write(sorted(one.held.values(), key=lambda record: (record.stream, record.key)))
            two.match()
            assert standing(one.store) == standing(two.store)


@pytest.mark.parametrize("seed", SEEDS)
def test_incremental_equals_full(store: Store, seed: int) -> None:
    filled = Filled(store)
    filled.take(Model.shipped().changed(cap=CROWDED_AT))
    _arriving(filled, random.Random(seed), 50)
    before = standing(store)
    summary = filled.match(full=True)
    assert standing(store) == before
    for done in summary.by_scope.values():
        assert (done.moved, done.founded, done.merged, done.gone) == (0, 0, 0, 0)


def test_nothing_new_writes_nothing(store: Store) -> None:
    filled = Filled(store)
    _arriving(filled, random.Random(1), 20)
    counts = store.row_counts()
    assert filled.match().chunks == 0
    assert store.row_counts() == counts
