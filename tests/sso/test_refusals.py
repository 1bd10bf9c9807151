"""What refused clients are told."""

from __future__ import annotations

import pytest

from sso.refusals import REFUSALS, Refused
from sso.refusals_reference import PAGE, render


def test_the_reference_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render()


@pytest.mark.parametrize("rule", REFUSALS, ids=str)
def test_every_refusal_can_be_told(rule: str) -> None:
    refusal = Refused(rule)
    status, body, headers = refusal("")
    told = dict(body)
    assert told["error"].isidentifier()
    assert told["error_description"].isascii()
    assert 400 <= status < 600
    assert status < 500 or "Retry-After" in dict(headers)
    assert (status == 401) == ("WWW-Authenticate" in dict(headers))
