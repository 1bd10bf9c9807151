"""Backups and the move to another database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from base.errors import SettingsError, StoreError, StoreUnreachable
from canonical.store import Store, copy_store
from tests.canonical.builders import Syncing


def _filled(store: Store) -> Store:
    sync = Syncing(store)
    sync.commit(
        {"a": "1", "b": "2"},
        {
            "party": [{"key": "a", "name": "甲", "established_on": date(1999, 4, 1),
                       "deemed_large_company": True, "capital_jpy": 2**40}],
            "notice": [{"key": "a", "sent_at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)}],
        },
        refused={"b": "date"},
        memos={"a": "note"},
    )  # fmt: skip
    sync.commit({"a": "3"}, {"party": [{"key": "a", "name": "乙"}]})
    return store


def _claims(store: Store) -> list[object]:
    return [*store.claims_of("subsidy", "applications", "a")]


def test_a_store_moves_from_sqlite_to_either_database(store: Store, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'old.db'}") as old:
        old.upgrade()
        copied = copy_store(_filled(old), store)
        assert copied["claim_party"] == 2
        assert store.row_counts() == old.row_counts() | {"lease": 0}
        assert _claims(store) == _claims(old)
        assert store.quarantine() == old.quarantine()
        assert store.state(1) == old.state(1)


def test_only_an_empty_store_is_copied_into(store: Store, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'old.db'}") as old:
        old.upgrade()
        with pytest.raises(StoreError, match="not empty"):
            copy_store(old, _filled(store))


def test_a_backup_is_a_store(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.upgrade()
        _filled(store).backup(tmp_path / "copy.db")
        with Store.open(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
            assert copy.row_counts() == store.row_counts()
        with pytest.raises(StoreError, match="exists already"):
            store.backup(tmp_path / "copy.db")


@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite://", "no address", "sqlite:///:memory:"])
def test_other_addresses_are_refused_with_what_to_set(url: str) -> None:
    with pytest.raises(SettingsError, match="sqlite:///PATH"):
        Store.open(url)


def test_a_store_that_is_away_is_worth_another_try(tmp_path: Path) -> None:
    with Store.open("postgresql://hub:geheim@127.0.0.1:9/hub") as store:
        with pytest.raises(StoreUnreachable) as away:
            store.status()
        assert "geheim" not in str(away.value)
    store = Store.open(f"sqlite:///{tmp_path}/no/such/folder/s.db")
    with pytest.raises(StoreUnreachable, match="cannot be opened"):
        store.status()
