"""The tree of errors: what an unexpected exception becomes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from base.errors import Action, InternalError, Stage
from base.retry import RunBudget


def _raised_by(cause: Callable[[], None]) -> Exception:
    with pytest.raises(Exception) as raised:  # noqa: PT011 - any kind may be a bug
        cause()
    return raised.value


def test_a_bug_is_told_by_type_and_place_and_never_by_its_message() -> None:
    def fails() -> None:
        raise KeyError("株式会社 甲乙 taro@example.jp")

    error = InternalError.of(_raised_by(fails))
    assert str(error).startswith("a bug in the hub: KeyError in ")
    assert "株式会社" not in str(error)
    assert "taro" not in str(error)
    assert (error.stage, error.action) == (Stage.STORE, Action.STOP)


def test_a_bug_that_a_library_raised_is_placed_in_the_hubs_own_code() -> None:
    def fails() -> None:
        RunBudget(None).remaining()  # type: ignore[arg-type]

    assert "AttributeError in base.retry:" in str(InternalError.of(_raised_by(fails)))


def test_a_bug_with_no_trace_still_has_a_type() -> None:
    assert "ValueError in an unknown place" in str(InternalError.of(ValueError("秘密")))
