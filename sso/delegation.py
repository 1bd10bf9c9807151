"""Whom a person may represent (委任): by GビズID's live word, and the hub's register against it.

Somebody represents another only where all hold: the sign-in was as that one's agent, by a
delegation that the rule's system and category (and procedure) name; GビズID lists this delegation
now; it is in force today, by the day in Japan; the hub's own register knows nothing against the
delegation, either account, or the business. A live no, and no answer at all, are never the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Protocol

from base.clock import Clock
from base.errors import HubError
from connectors.corporate_auth.identity import Delegation
from sso.model import Rule
from sso.outbound import refusal
from sso.recalled import SECONDS, Recalled
from sso.refusals import Refused
from sso.standing import NoRegister, Register
from sso.subjects import AccountKey, DelegationRef, Represented, SignedIn


class LiveDelegations(Protocol):
    """GビズID's delegations now; `connectors.corporate_auth.live.LiveLookups` is one."""

    def delegations(
        self, system_code: str, *, number: str | None = None, account: str | None = None
    ) -> list[Delegation]:
        """Delegations for a system in which an account is the delegate."""


class Representations:
    """The `RepresentationSource` of a service with identity providers. Threads share it.

    Args:
        live: by issuer, whom to ask about delegations; a provider without knows none.
        registers: by issuer, the hub's own register.
        seconds: how long a yes may be used again; a no never is.
    """

    def __init__(
        self,
        live: Mapping[str, LiveDelegations],
        registers: Mapping[str, Register],
        clock: Clock,
        seconds: float = SECONDS,
    ) -> None:
        self._live = live
        self._registers = registers
        self._clock = clock
        self._recalled: Recalled[Represented] = Recalled(clock, seconds)

    def recall(self, who: SignedIn, rule: Rule) -> Represented | None:
        """A yes of a moment ago, for this day."""
        return self._recalled.get(self._question(who, rule))

    def ask(self, who: SignedIn, rule: Rule) -> Represented:
        """Ask.

        Raises:
            Refused: `delegation.…`, `subject.ended` or `identity_provider.away`.
            StoreUnreachable: the hub's register cannot be asked.
        """
        asked_at, question = self._clock.monotonic(), self._question(who, rule)
        found = self._itself(who) if who.delegator is None else self._agent(who, rule)
        return self._recalled.put(question, found, asked_at)

    def _question(self, who: SignedIn, rule: Rule) -> Hashable:
        day = self._clock.today()
        return who.account, who.parent, who.delegator, who.delegation_number, rule, day

    def _itself(self, who: SignedIn) -> Represented:
        """The account, for its own business; a メンバー for the business of its プライム."""
        day = self._clock.today()
        standing = self._register(who.account).account(who.account[1], day)
        if standing.ended is not None:
            raise Refused("subject.ended")
        if who.parent is not None:
            above = self._register(who.parent).account(who.parent[1], day)
            if above.ended is not None:
                raise Refused("subject.ended")
        return Represented(who.account, None, None, standing.party_id)

    def _agent(self, who: SignedIn, rule: Rule) -> Represented:
        day = self._clock.today()
        delegator, system, category = who.delegator, rule.system, rule.category
        if delegator is None or rule.mode != "delegate" or system is None or category is None:
            raise Refused("delegation.none")
        if delegator == who.account or delegator[0] != who.account[0]:
            raise Refused("delegation.own")
        found = chosen(
            self._asked(who.account, system), rule, who.delegation_number, delegator[1], day
        )
        if found is None:
            raise Refused("delegation.none")
        register = self._register(who.account)
        if register.delegation(found.number, delegator[1], day).ended is not None:
            raise Refused("delegation.register")
        if register.account(who.account[1], day).ended is not None:
            raise Refused("subject.ended")
        represented = register.account(delegator[1], day)
        if represented.ended is not None:
            raise Refused("delegation.register")
        reference = DelegationRef(found.number, system, category, rule.procedure)
        return Represented(delegator, who.account, reference, represented.party_id)

    def _asked(self, account: AccountKey, system: str) -> list[Delegation]:
        live = self._live.get(account[0])
        if live is None:
            raise Refused("delegation.none")
        try:
            return live.delegations(system, account=account[1])
        except ValueError:
            raise Refused("delegation.none") from None
        except HubError as error:
            raise refusal(error) from None

    def _register(self, account: AccountKey) -> Register:
        return self._registers.get(account[0]) or NoRegister()


def chosen(
    listed: Sequence[Delegation], rule: Rule, number: str | None, delegator: str, day: date
) -> Delegation | None:
    """The delegation by which somebody signed in as an agent, if it carries a rule on a day.

    Args:
        listed: what GビズID lists now for the delegate and the rule's system.
        number: of the delegation that was chosen at sign-in; no other one counts.
        delegator: the account that is to be represented.
    """
    for one in listed:
        if (
            number is not None
            and one.number == number
            and one.account == delegator
            and one.system_code == rule.system
            and rule.category is not None
            and one.covers(rule.category, day, rule.procedure)
        ):
            return one
    return None
