"""Short reads: few connections, a broken one replaced, errors without values."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from base.errors import StoreError, StoreUnreachable
from canonical.access.quick import Quick
from canonical.store import Store
from canonical.store.database import Database


def test_connections_are_used_again_by_other_threads(store: Store) -> None:
    quick = Quick(store.database)
    for _ in range(5):
        thread = threading.Thread(target=quick.rows, args=("SELECT 1 AS one",))
        thread.start()
        thread.join()
    assert len(quick._idle) == 1
    quick.close()


def test_a_connection_that_broke_is_replaced(store: Store) -> None:
    quick = Quick(store.database)
    assert quick.rows("SELECT 1 AS one") == [{"one": 1}]
    if store.dialect == "postgresql":
        quick._idle[0].close()
    assert quick.one("SELECT 2 AS two") == {"two": 2}
    quick.close()


def test_a_refused_statement_tells_no_value(store: Store) -> None:
    quick = Quick(store.database)
    with pytest.raises(StoreError) as refused:
        quick.rows("SELECT no_such FROM stream WHERE system = ?", ("標本花子",))
    assert "標本花子" not in str(refused.value)
    assert quick.rows("SELECT 1 AS one") == [{"one": 1}]
    quick.close()


def test_parameters_are_values_and_never_statements(store: Store) -> None:
    quick = Quick(store.database)
    rows: Any = quick.rows("SELECT system FROM stream WHERE system = ?", ("' OR '1'='1",))
    assert rows == []
    quick.close()


def test_a_database_that_is_away_is_told_as_such() -> None:
    with pytest.raises(StoreUnreachable):
        Quick(Database("postgresql://nobody@127.0.0.1:1/none")).rows("SELECT 1")
