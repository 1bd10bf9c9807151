"""A set of keys behaves as Python's own does, in memory and on disk."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.keyset import KeySet

KEYS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4), max_size=12)


@given(st.lists(KEYS, max_size=5), KEYS, st.sampled_from([0, 3, 100]))
def test_it_holds_exactly_the_keys_that_were_put_in(
    added: list[list[str]], asked: list[str], in_memory: int
) -> None:
    keys, plain = KeySet(in_memory), set[str]()
    for some in added:
        keys.add(some)
        plain.update(some)
        assert keys.held(asked) == plain.intersection(asked)
        assert keys.held(some) == set(some)
        assert bool(keys) == bool(plain)
    keys.clear()
    assert not keys
    assert not keys.held(asked)


def test_many_keys_do_not_stay_in_memory() -> None:
    keys = KeySet(in_memory=10)
    for first in range(0, 1000, 7):
        keys.add(f"{first}-{n}" for n in range(7))
        assert len(keys._keys) <= 10
    assert keys.held(["0-1", "994-6", "1-1"]) == {"0-1", "994-6"}
