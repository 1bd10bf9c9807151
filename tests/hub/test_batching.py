"""Pages become batches that end where reading can resume; a 個人番号 never gets further."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from base.clock import ManualClock
from base.errors import ConnectError, Stage
from base.records import Page, RefusedRecord
from hub.batching import batches

SYNTHETIC_MY_NUMBER = "123456789018"  # synthetic: twelve digits with a valid check digit


def page(*keys: str, resume: str | None = "next") -> Page:
    raws = [f'{{"id":"{key}"}}'.encode() for key in keys]
    return Page(keys=list(keys), raws=raws, updated=[None] * len(keys), resume=resume)


def test_pages_are_gathered_but_never_split() -> None:
    pages = [page("a", "b", resume="1"), page("c", "d", resume="2"), page("e", resume=None)]
    sizes = [(b.keys, b.resume, b.last) for b in batches(pages, 3)]
    assert sizes == [(["a", "b", "c", "d"], "2", False), (["e"], None, True)]


def test_nothing_read_is_one_empty_last_batch() -> None:
    assert [(b.keys, b.last) for b in batches([], 3)] == [([], True)]


def test_refused_records_and_unchanged_keys_are_counted_as_read() -> None:
    refused = RefusedRecord("sha256:00", b"\xff", Stage.READ, "not_json", "…")
    one = Page(keys=["a"], raws=[b"{}"], updated=[None], refused=[refused], unchanged=["b"])
    (batch,) = batches([one], 10)
    assert batch.size == 3
    assert batch.refused == {1: refused}


def test_a_my_number_is_masked_before_it_is_hashed() -> None:
    raw = f'{{"id":"a","note":"番号は{SYNTHETIC_MY_NUMBER}です"}}'.encode()
    (batch,) = batches([Page(keys=["a"], raws=[raw], updated=[None])], 10)
    assert SYNTHETIC_MY_NUMBER.encode() not in batch.raws[0]
    assert batch.guarded == {0: ["note"]}


def test_what_was_read_before_an_error_is_handed_on() -> None:
    def source() -> Iterator[Page]:
        yield page("a", "b", resume="1")
        raise ConnectError("gone")

    gathered = batches(source(), 10)
    first = next(gathered)
    assert (first.keys, first.resume, first.last) == (["a", "b"], "1", False)
    with pytest.raises(ConnectError):
        next(gathered)


def test_a_slow_source_is_committed_every_minute() -> None:
    clock = ManualClock(datetime(2026, 11, 20, tzinfo=UTC))

    def source() -> Iterator[Page]:
        for number in range(4):
            clock.sleep(40)
            yield page(str(number), resume=None if number == 3 else "next")

    assert [b.keys for b in batches(source(), 100, clock=clock)] == [["0", "1"], ["2", "3"]]


def test_few_large_records_close_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.batching.GATHER_BYTES", 20)
    pages = [page("a", "b", resume="1"), page("c", resume="2"), page("d", resume=None)]
    assert [b.keys for b in batches(pages, 100)] == [["a", "b"], ["c", "d"]]
