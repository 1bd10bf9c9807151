"""Sandbox personas: accounts of the mock identity provider for each way to use a front end.

The same world gives the same personas. Everything about them is synthetic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mocks.corporate_auth.accounts import Account
from mocks.corporate_auth.delegations import Delegation
from mocks.corporate_auth.register import Register
from mocks.support_agency.agencies import agencies_of

if TYPE_CHECKING:
    from mocks.serve import MockServers

FILE = "personas.json"
PLATFORM = "SMEPF"
"""The system for whose delegations the portal of the demonstration asks."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to sign in as.

    Attributes:
        sign_in: what the mock takes as `login_hint`, and finds on its sign-in page.
        business: name of the account's own business.
        clients: businesses that may be represented by delegation.
    """

    role: str
    role_ja: str
    sign_in: str
    business: str
    clients: int = 0
    what: str = ""


def personas(register: Register) -> list[Persona]:
    """The personas of a world, those for whom it has an account."""
    return [*_owner(register), *_employee(register), *_agent(register), *_agency(register)]


def of_servers(servers: MockServers) -> list[dict[str, Any]]:
    """The personas of running mocks, as JSON's values."""
    app: Any = servers.systems.mocks["corporate_auth"].app
    return [asdict(one) for one in personas(app.state.corporate_auth.register)]


def _accounts(register: Register, kind: str) -> Iterator[Account]:
    for _, held in sorted(register.held.items()):
        account = held.account
        if account.type == kind and not account.agent and account.valid(register.today):
            yield account


def _applied(register: Register) -> Counter[str]:
    return Counter(one.business for one in register.world.applications.values())


def _most_applied(register: Register, accounts: Iterator[Account]) -> Account | None:
    applied = _applied(register)
    found = [one for one in accounts if one.business.kind == "corporation"]
    return max(found, key=lambda one: (applied[one.business.id], one.sub), default=None)


def _owner(register: Register) -> Iterator[Persona]:
    account = _most_applied(register, _accounts(register, "prime"))
    if account:
        yield Persona(
            "owner", "経営者", account.sub, account.business.display_name,
            what="prime account (プライム); reads and applies for the own business",
        )  # fmt: skip


def _employee(register: Register) -> Iterator[Persona]:
    valid = {one.sub for one in _accounts(register, "prime")}
    members = (one for one in _accounts(register, "member") if one.parent in valid)
    account = _most_applied(register, members)
    if account:
        yield Persona(
            "employee", "従業員", account.sub, account.business.display_name,
            what="member account (メンバー); acts for the business of its prime, no delegation",
        )  # fmt: skip


def _agent(register: Register) -> Iterator[Persona]:
    today = register.today
    clients: dict[str, set[str]] = defaultdict(set)
    for made in _usable(register):
        clients[made.delegate].add(made.delegator)
    found = [
        one for sub, some in clients.items()
        if (held := register.held.get(sub)) and (one := held.account).valid(today) and len(some) > 1
    ]  # fmt: skip
    account = max(found, key=lambda one: (len(clients[one.sub]), one.sub), default=None)
    if account:
        yield Persona(
            "tax agent", "税理士", account.sub, account.business.display_name,
            len(clients[account.sub]), "delegate (委任) of several businesses",
        )  # fmt: skip


def _usable(register: Register) -> Iterator[Delegation]:
    """Delegations for the platform that hold today, of accounts that do."""
    today = register.today
    for _, made in sorted(register.delegations.items()):
        delegator = register.account(made.delegator)
        whole = any(one.active and one.procedure is None for one in made.categories)
        held = made.in_force(today) and made.delegate != made.delegator
        if made.system == PLATFORM and held and whole and delegator and delegator.valid(today):
            yield made


def _agency(register: Register) -> Iterator[Persona]:
    known = {one.business for one in agencies_of(register.world)}
    for account in _accounts(register, "prime"):
        if account.business.id in known:
            yield Persona(
                "support agency", "認定支援機関", account.sub, account.business.display_name,
                what="prime account of a business that is a certified support agency",
            )  # fmt: skip
            return
