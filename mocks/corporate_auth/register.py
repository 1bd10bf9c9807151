"""Everything that the identity provider holds of a world, kept up with it: late, and its own way.

Records are encoded when they change. A business is looked at again when something happened to it
and on the day on which the register learns of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from mocks.corporate_auth.accounts import Account, Accounts
from mocks.corporate_auth.attributes import Attributes, attributes
from mocks.corporate_auth.delegations import (
    TO_OTHER,
    Delegation,
    change_record,
    delegable,
    draw_categories,
    draw_delegation,
)
from mocks.corporate_auth.history import History
from mocks.corporate_auth.records import Records
from mocks.world import Changes, World
from mocks.world.dice import dice
from mocks.world.dirt import Flaw
from mocks.world.programs import japan
from mocks.world.truth import RecordKey, Related

SYSTEM = "corporate_auth"
AGENTS_SHARE, DELEGATORS, TO_MEMBERS = 0.02, 0.1, 0.2
EVENTS = frozenset({"delegation_given", "delegation_withdrawn"})


@dataclass(frozen=True, slots=True)
class Held:
    """An account with its attributes as they are shown."""

    account: Account
    attributes: Attributes
    flaws: tuple[Flaw, ...] = ()

    @property
    def handed_on(self) -> tuple[Flaw, ...]:
        """What is wrong with the attributes that a delegation repeats as they are."""
        return tuple(flaw for flaw in self.flaws if flaw.field == "user_department")


class Register:
    """The accounts and delegations of a world, by account and by business."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.accounts_stream = Records("sub")
        self.delegations_stream = Records("delegation_no")
        self.held: dict[str, Held] = {}
        self.by_business: dict[str, list[str]] = {}
        self.by_number: dict[int, str] = {}
        self.delegations: dict[str, Delegation] = {}
        self._by_account: dict[str, list[str]] = defaultdict(list)
        self._due: dict[date, list[dict[str, Any]]] = defaultdict(list)
        self._events = 0
        self._businesses = 0
        users = frozenset(a.business for a in world.applications.values())
        self.history = History(world.seed, world.start)
        self._accounts = Accounts(world.seed, world.start, self.history, users)
        with world.lock:
            for business in world.businesses.values():
                self.history.notice(business, world.today, initial=True)
                self._show_accounts(business.id, initial=True)
            self._draw_delegations()
            self._publish()
            world.subscribe(self.refresh)

    @property
    def today(self) -> date:
        """The world's present day."""
        return self.world.today

    def account(self, sub: str) -> Account | None:
        """The account of that key."""
        held = self.held.get(sub)
        return held.account if held else None

    def held_by(self, sub: str) -> list[Delegation]:
        """Delegations in which this account, or its プライム for a メンバー, is the delegate."""
        account = self.held[sub].account
        names = [sub, *([account.parent] if account.parent else [])]
        return [self.delegations[n] for name in names for n in self._by_account.get(name, ())]

    def of_business(self, number: str) -> list[Delegation]:
        """Delegations in which the business of that 法人番号 or 管理番号 is the delegate."""
        subs = [
            sub for sub, held in list(self.held.items())
            if number in {held.account.business.corporate_number,
                          held.account.business.individual_number}
        ]  # fmt: skip
        return [self.delegations[n] for sub in subs for n in self._by_account.get(sub, ())]

    def refresh(self, changes: Changes) -> None:
        """Look again at what happened, and at what has become known by today."""
        del changes  # a place that took another name touches businesses that no change names
        today = self.today
        touched = self.history.take_due(today)
        for business in self.world.businesses.values():
            if self.history.notice(business, today):
                touched.add(business.id)
        for event in self.world.truth.events[self._events :]:
            if event["kind"] in EVENTS:
                rng = dice(self.world.seed, "gbizid event", self._events, event["business"])
                self._due[today + timedelta(days=rng.randint(1, 5))].append(event)
        self._events = len(self.world.truth.events)
        for key in sorted(touched):
            self._show_accounts(key)
        for day in sorted(day for day in self._due if day <= today):
            for event in self._due.pop(day):
                self._take_event(event, day)
        self._show_delegations({sub for key in touched for sub in self.by_business.get(key, ())})
        self._publish()

    def _show_accounts(self, key: str, *, initial: bool = False) -> None:
        business = self.world.businesses[key]
        found = self._accounts.of(business, self.today)
        self.by_business[key] = [account.sub for account in found]
        for account in found:
            shown, flaws = attributes(self.world.seed, account)
            self.held[account.sub] = Held(account, shown, flaws)
            self.by_number[account.number] = account.sub
            day = max(account.opened_on, account.confirmed_on, account.ended_on or date.min)
            at = _at(day) if initial else self._now()
            self.accounts_stream.put(self._record(account, shown), at)
            self.world.truth.state(
                RecordKey(SYSTEM, "accounts", account.sub), key, flaws, frozenset()
            )

    def _record(self, account: Account, shown: Attributes) -> Attributes:
        return {
            "sub": account.sub,
            "active_flg": account.valid(self.today),
            "valid_from": account.opened_on.isoformat(),
            "valid_to": account.ended_on.isoformat() if account.ended_on else None,
            "confirmed_on": account.confirmed_on.isoformat(),
            "account_type": {"entry": "1", "prime": "2", "member": "3"}[account.type],
            "assurance_level": "ial1" if account.type == "entry" else "ial2",
            "parent_id": account.parent,
            "role": account.role,
            "branch_name": account.branch,
            **shown,
        }

    def _lead(self, business: str) -> Account | None:
        """The プライム that stands for a business today."""
        accounts = [self.held[sub].account for sub in self.by_business.get(business, ())]
        primes = [a for a in accounts if a.type == "prime" and a.valid(self.today)]
        return primes[0] if primes else None

    def _draw_delegations(self) -> None:
        seed, today = self.world.seed, self.today
        leads = {key: lead for key in self.by_business if (lead := self._lead(key)) is not None}
        draws = {key: dice(seed, "gbizid delegates", key) for key in leads}
        agents = [
            lead for key, lead in leads.items()
            if lead.business.kind == "corporation" and draws[key].random() < AGENTS_SHARE
        ]  # fmt: skip
        known = {(r.of, r.to) for r in self.world.truth.related if r.relation == "delegate_of"}
        for key, lead in leads.items():
            rng = draws[key]
            chosen = []
            if agents and rng.random() < DELEGATORS:
                chosen = [rng.choice(agents) for _ in range(rng.choice((1, 1, 2)))]
            members = [self.held[sub].account for sub in self.by_business[key]
                       if self.held[sub].account.type == "member"]  # fmt: skip
            chosen += [member for member in members if rng.random() < TO_MEMBERS]
            for place, delegate in enumerate(chosen):
                if delegate.sub == lead.sub:
                    continue
                number = f"D{lead.number:09d}{place}"
                made = draw_delegation(seed, number, lead, delegate, today)
                self._add(made)
                pair = (delegate.business.id, key)
                if pair[0] != key and made.in_force(today) and pair not in known:
                    known.add(pair)
                    self.world.truth.related.append(Related("delegate_of", *pair, made.start))
        self._show_delegations(set(self._by_account), initial=True)

    def _add(self, made: Delegation) -> None:
        self.delegations[made.number] = made
        self._by_account[made.delegate].append(made.number)

    def _take_event(self, event: dict[str, Any], day: date) -> None:
        business = event["business"]
        if event["kind"] == "delegation_withdrawn":
            for made in self.delegations.values():
                delegates_for = self.held[made.delegator].account.business.id
                if delegates_for == business and made.active(day):
                    made.withdrawn_on = day - timedelta(days=1)
                    self._show_delegation(made)
            return
        delegator, delegate = self._lead(business), self._lead(event["to"])
        if delegator is None or delegate is None:
            return  # without プライム on both sides GビズID takes no delegation
        system = event.get("system") or "SMEPF"
        rng = dice(self.world.seed, "gbizid given", len(self.delegations), business)
        on = date.fromisoformat(event["on"])
        made = Delegation(
            f"D{delegator.number:09d}{chr(65 + len(self.delegations) % 26)}"
            f"{len(self.delegations)}",
            delegator.sub, delegate.sub, system, TO_OTHER, on, on, None,
            draw_categories(rng, system if system in delegable() else "SMEPF",
                            event.get("category") or "K01"),
        )  # fmt: skip
        self._add(made)
        self._show_delegation(made)

    def _show_delegations(self, subs: set[str], *, initial: bool = False) -> None:
        for made in self.delegations.values():
            if made.delegator in subs or made.delegate in subs:
                self._show_delegation(made, initial=initial)

    def _show_delegation(self, made: Delegation, *, initial: bool = False) -> None:
        delegator, delegate = self.held[made.delegator], self.held[made.delegate]
        record = change_record(
            made, delegator.account, delegate.account, delegator.attributes, self.today
        )
        day = max(made.delegated_on, made.withdrawn_on or date.min)
        at = _at(day) if initial else self._now()
        self.delegations_stream.put(record, at, made.system)
        self.world.truth.state(
            RecordKey(SYSTEM, "delegations", made.number),
            delegator.account.business.id, made.flaws + delegator.handed_on, frozenset(),
        )  # fmt: skip

    def _now(self) -> datetime:
        """Yesterday evening in the world: what happens on a day is seen when it is over."""
        return self.world.stamp(_at(self.today - timedelta(days=1)))

    def _publish(self) -> None:
        self.accounts_stream.publish()
        self.delegations_stream.publish()


def _at(day: date) -> datetime:
    return japan(day, 18, day.toordinal() % 60)
