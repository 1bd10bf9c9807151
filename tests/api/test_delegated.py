"""What a delegation opens by the policy; what is written nowhere is closed."""

from __future__ import annotations

import pytest

from api.delegated import PUBLIC, opening, read_policy
from sso.subjects import DelegationRef

POLICY = read_policy(
    '{"JGRTS": ["subsidy"], "JGRTS/K02": {"subsidy.applications": ["payment_claim"]}}'
)
CLOSED = [
    ("it_subsidy", "applications"), ("yorozu", "consultations"), ("succession", "cases"),
    ("corporate_auth", "delegations"), ("subsidy", "programs"),
]  # fmt: skip


@pytest.mark.parametrize(("system", "stream"), CLOSED)
def test_what_is_not_written_is_closed(system: str, stream: str) -> None:
    found = opening(POLICY, DelegationRef("D", "JGRTS", "K02"), None)
    assert not found.opens(system, stream)
    assert not found.admits(system, stream, (), ("payment_claim",))


@pytest.mark.parametrize(
    "delegation",
    [None, DelegationRef("D", "OTHER", "K01"), DelegationRef("D", "JGRTS", "K02", "P")],
)
def test_without_a_word_on_it_what_everybody_may_know_is_left(
    delegation: DelegationRef | None,
) -> None:
    found = opening(POLICY, delegation, None)
    assert found.public == frozenset(PUBLIC)
    assert not found.opens("subsidy", "applications")


def test_a_programme_closes_nothing_that_everybody_may_know() -> None:
    found = opening(POLICY, DelegationRef("D", "JGRTS", "K01"), "G-1")
    assert found.admits("gbizinfo", "corporations", (), ())
    assert found.admits("subsidy", "applications", ("g-1",), ())
    assert not found.admits("subsidy", "applications", ("g-2",), ())


def test_what_everybody_may_know_can_be_less() -> None:
    found = opening(read_policy('{"*": ["corporate_number"]}'), None, None)
    assert found.opens("corporate_number", "corporations")
    assert not found.opens("corporate_auth", "accounts")
