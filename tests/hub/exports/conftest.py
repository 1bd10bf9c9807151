"""A store of synthetic businesses, on both databases."""

from __future__ import annotations

import pytest

from canonical.store import Store
from tests.canonical.conftest import migrated_postgresql, migrated_sqlite, store
from tests.hub.exports.businesses import Businesses

__all__ = ["migrated_postgresql", "migrated_sqlite", "store"]


@pytest.fixture
def businesses(store: Store) -> Businesses:
    """A small world of several regions and industries; everything in it is synthetic."""
    made = Businesses(store)
    made.found(range(60))
    made.settle()
    return made
