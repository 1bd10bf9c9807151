"""The claims of the block `golden` are what it says they are, and the work is done on them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.golden import claims
from canonical.golden import build
from canonical.store import Store


def test_all_parties_wait_and_a_change_makes_few_of_them_wait_again(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'golden.db'}") as store:
        store.upgrade()
        counts = claims.fill(store, 2_000)
        assert counts["claim_party"] == counts["crosswalk"]
        assert abs(counts["claim_party"] - 2_000) < 200
        assert counts["claim_officer"] == 3 * counts["claim_contact"]
        first = build.run(store.database)
        assert first.parties == first.changed == int(2_000 / claims.CLAIMS_A_PARTY)
        assert first.conflicts
        changed = claims.change(store)
        assert 10 < changed < 30
        again = build.run(store.database)
        assert 0 < again.changed <= again.parties <= changed
