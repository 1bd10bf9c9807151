"""The profiler: each stage's calls are charged to it, and everything else passes through."""

from __future__ import annotations

from pkgutil import resolve_name

from benchmarks.profile_hub import FUNCTIONS, THREADS, Stopwatch, Watched


class Decoder:
    contract_version = "1"

    def decode(self, raws: list[bytes]) -> int:
        return len(raws)


def test_a_watched_method_is_counted_and_does_its_work() -> None:
    watch, real = Stopwatch(), Decoder()
    decoder = Watched(real, decode=watch.timed("decode", real.decode))
    assert decoder.decode([b"1", b"2"]) == 2
    assert decoder.contract_version == "1"
    assert watch.stages["decode"].calls == 1
    assert watch.stages["map"].calls == 0


def test_iterating_hands_on_every_item() -> None:
    watch = Stopwatch()
    assert list(watch.iterated("read", iter([1, 2, 3]))) == [1, 2, 3]
    assert watch.stages["read"].calls == 4


def test_the_functions_that_are_stages_exist() -> None:
    stages = {stage for stages in THREADS.values() for stage in stages}
    assert all(callable(resolve_name(name)) for name in FUNCTIONS)
    assert set(FUNCTIONS.values()) <= stages
