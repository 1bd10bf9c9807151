"""A store that another version of the hub matched is matched from scratch, and says so."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from canonical.matching import features, versions
from canonical.matching.model import Model
from canonical.matching.run import ASKED, OTHER_FEATURES, OTHER_MODEL
from canonical.store import Store
from canonical.store.party_tables import MATCH_MEMBER, MATCH_STATE, PARTY, RELATION_PENDING
from tests.canonical.matching.businesses import Filled, Record, corporation, standing

NAMED = {"corporate_number": None, "phone": "03-1111-2222"}


def filled(store: Store) -> Filled:
    """Three records of two businesses, matched."""
    made = Filled(store)
    made.write(
        [
            Record("register", "r1", corporation(1)),
            Record("subsidy", "s1", corporation(1, **NAMED)),
            Record("subsidy", "s2", corporation(2)),
        ]
    )
    assert made.match().anew is None
    return made


@pytest.mark.parametrize("before", [None, features.VERSION - 1, features.VERSION + 1])
def test_features_of_another_version_are_made_anew(store: Store, before: int | None) -> None:
    made = filled(store)
    right = standing(store)
    with store.database.write() as connection:
        connection.execute(update(MATCH_STATE).values(features=before))
        connection.execute(update(MATCH_MEMBER).values(phone="as it was reduced once"))
        connection.execute(RELATION_PENDING.delete())
    summary = made.match()
    done = summary.seen()
    assert (summary.anew, done.records, done.moved, done.founded) == (OTHER_FEATURES, 3, 0, 0)
    assert standing(store) == right
    with store.database.read() as connection:
        assert versions.state(connection).features == features.VERSION
        parties = connection.scalar(select(func.count()).select_from(PARTY))
        assert connection.scalar(select(func.count()).select_from(RELATION_PENDING)) == parties
    assert made.match().chunks == 0


def test_why_everything_was_matched_anew_is_told(store: Store) -> None:
    made = filled(store)
    assert made.match(full=True).anew == ASKED
    made.take(Model.shipped().changed(same_at=0.99))
    assert made.match().anew == OTHER_MODEL
    made.write([Record("subsidy", "s3", corporation(3))])
    assert made.match().anew is None
