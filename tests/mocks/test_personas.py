"""Sandbox personas: the same world gives the same ones, and each can do what it is there for."""

from __future__ import annotations

import pytest

from mocks.corporate_auth.register import Register
from mocks.personas import PLATFORM, Persona, personas
from mocks.support_agency.agencies import agencies_of
from mocks.world import World

SIZES = [300, 1000]


@pytest.fixture(scope="module", params=SIZES)
def register(request: pytest.FixtureRequest) -> Register:
    """The register of a world."""
    return Register(World(1, request.param))


@pytest.fixture
def found(register: Register) -> dict[str, Persona]:
    """The personas by role."""
    return {one.role: one for one in personas(register)}


def test_a_world_has_every_persona_and_always_the_same(
    register: Register, found: dict[str, Persona]
) -> None:
    assert list(found) == ["owner", "employee", "tax agent", "support agency"]
    again = Register(World(1, len(register.world.businesses)))
    assert {one.role: one for one in personas(again)} == found


def test_each_can_sign_in(register: Register, found: dict[str, Persona]) -> None:
    for one in found.values():
        account = register.account(one.sign_in)
        assert account
        assert account.valid(register.today)
        assert account.business.display_name == one.business


def test_the_owner_has_applied_and_the_employee_has_an_employer(
    register: Register, found: dict[str, Persona]
) -> None:
    owner = register.account(found["owner"].sign_in)
    assert owner
    assert owner.type == "prime"
    assert owner.business.id in {one.business for one in register.world.applications.values()}
    employee = register.account(found["employee"].sign_in)
    assert employee
    assert (employee.type, employee.agent) == ("member", False)
    assert register.account(employee.parent or "")


def test_the_agents_clients_delegate_for_the_platform_today(
    register: Register, found: dict[str, Persona]
) -> None:
    agent = found["tax agent"]
    clients = {
        made.delegator
        for made in register.held_by(agent.sign_in)
        if made.system == PLATFORM and made.in_force(register.today)
    }
    assert 1 < agent.clients <= len(clients)


def test_the_agency_is_in_the_register_of_agencies(
    register: Register, found: dict[str, Persona]
) -> None:
    account = register.account(found["support agency"].sign_in)
    assert account
    assert account.business.id in {one.business for one in agencies_of(register.world)}
