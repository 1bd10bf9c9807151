"""Every record whose claims changed is named by the batch that changed them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from canonical.store.change_sets import pack, unpack


@given(st.lists(st.integers(min_value=0, max_value=2**62)))
def test_what_is_packed_comes_back_once_and_in_order(record_ids: list[int]) -> None:
    assert unpack(pack(record_ids)).to_list() == sorted(set(record_ids))


def test_a_batch_of_new_records_packs_into_a_few_bytes() -> None:
    assert len(pack(range(5 << 40, (5 << 40) + 25_000))) < 1_000
