from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.jp import cn

from base.clock import ManualClock
from base.identifiers import (
    complete_corporate_number,
    corporate_number_check_digit,
    is_corporate_number,
    municipality_code5,
    municipality_code6,
    new_run_id,
)

digits12 = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize("number", ["7000012050002", "8000012010038", "4140001032990"])
def test_published_corporate_numbers_are_valid(number: str) -> None:
    assert is_corporate_number(number)
    assert complete_corporate_number(number[1:]) == number


@pytest.mark.parametrize(
    "text",
    ["2180001015846", "0000012050002", "７000012050002", "700001205000", "70000120500022", "", "x"],
)
def test_what_is_no_corporate_number(text: str) -> None:
    assert not is_corporate_number(text)


@given(digits12)
def test_check_digit_agrees_with_stdnum(base: str) -> None:
    assert corporate_number_check_digit(base) == cn.calc_check_digit(base)
    assert is_corporate_number(complete_corporate_number(base))


@given(digits12, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_seen_unless_nine_apart(base: str, place: int, shift: int) -> None:
    number = complete_corporate_number(base)
    wrong = str((int(number[place]) + shift) % 10)
    changed = number[:place] + wrong + number[place + 1 :]
    nine_apart = place > 0 and {number[place], wrong} == {"0", "9"}
    assert is_corporate_number(changed) is nine_apart


@pytest.mark.parametrize("base", ["1", "７00001205000", "1234567890123", "12345678901²"])
def test_a_base_that_is_not_twelve_digits_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="12 digits"):
        complete_corporate_number(base)


@pytest.mark.parametrize("code6", ["131016", "011002", "271403", "472077", "131041", "131130"])
def test_municipality_codes_of_the_published_list(code6: str) -> None:
    assert municipality_code6(code6[:5]) == code6
    assert municipality_code5(code6) == code6[:5]


@pytest.mark.parametrize("code", ["131017", "13101", "1310160", "13101x"])
def test_a_municipality_code_with_a_wrong_check_digit_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="municipality code"):
        municipality_code5(code)


def test_run_ids_sort_by_time_and_differ() -> None:
    clock = ManualClock(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    ids = []
    for _ in range(5):
        ids.append(new_run_id(clock))
        clock.advance(0.001)
    assert ids == sorted(ids)
    assert new_run_id(clock) != new_run_id(clock)
