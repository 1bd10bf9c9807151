"""What a delegation opens: never more than the system, a programme or a procedure less."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.golden.echoes import Echo
from canonical.golden.opening import Opening, heard

STREAMS = (("subsidy", "applications"), ("it_subsidy", "applications"), ("register", "companies"))
KINDS = ("call_application", "grant_application", "payment_claim")
OPENING = Opening(frozenset({"register"}), {"subsidy": None}, None)

kinds = st.frozensets(st.sampled_from(KINDS))
programmes = st.frozensets(st.sampled_from(["x-1", "y-2"]))


@given(
    st.sampled_from(STREAMS), programmes, kinds, st.none() | kinds,
    st.none() | st.sampled_from(["X-1", "y-2"]),
)  # fmt: skip
def test_every_demand_narrows(
    stream: tuple[str, str],
    under: frozenset[str],
    having: frozenset[str],
    wanted: frozenset[str] | None,
    programme: str | None,
) -> None:
    narrow = replace(OPENING, streams={"subsidy": wanted}, programme=programme)
    admitted = narrow.admits(*stream, under, having)
    assert OPENING.admits(*stream, under, having) or not admitted
    if stream[0] == "subsidy":
        fits = programme is None or programme.casefold() in under
        assert admitted == (fits and (wanted is None or bool(wanted & having)))
    else:
        assert admitted == (stream[0] == "register")


@pytest.mark.parametrize(("name", "open_"), [("subsidy.applications", True), ("subsidy.x", False)])
def test_a_stream_alone_can_be_open(name: str, *, open_: bool) -> None:
    opening = Opening(streams={name: None})
    assert opening.opens("subsidy", "applications") is open_
    assert opening.admits("subsidy", "applications", (), ()) is open_


def test_what_repeats_a_word_that_is_closed_is_told_as_its_own() -> None:
    day = date(2026, 4, 1)
    echoes = [
        Echo(1, "party", "capital", 0, source, day, "procedure", day, "R")
        for source in (2, 3, None)
    ]
    assert [one.source_member for one in heard(echoes, OPENING, [1, 2])] == [2]
    assert heard(echoes, None, [1, 2]) == tuple(echoes)
