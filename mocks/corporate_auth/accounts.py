"""Which accounts a business has had: dated, several beside one another, many to many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Literal

from mocks.corporate_auth.history import NEVER, History
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.people import Person, draw_person

Type = Literal["entry", "prime", "member"]
Role = Literal["jp_gbizid_prime", "jp_gbizid_administrator", "jp_gbizid_member"]

STEP = 100_000_007
"""Added to the number in a business's first account for each further one."""

SECOND_PRIME, MEMBERS, OLDER, LATER = 3, 4, 9, 20
"""Ordinals of a business's accounts: 0 to 2 and from `LATER` on those of its representatives since
the world began, down from `OLDER` those of earlier ones."""

SHARE = 0.6
PRIMES = {"corporation": 0.75, "sole_proprietor": 0.7, "pre_founder": 0.0}
LEFT_OPEN = 0.2
"""Share of the accounts of former representatives that nobody ever ends."""

OPENED = date(2020, 1, 6)
AGENTS = 5
"""Outsiders who are registered as members at many of their clients."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a business; `business` is what the register shows of it."""

    sub: str
    business: Business
    type: Type
    user: Person
    representative: Person
    opened_on: date
    confirmed_on: date
    ended_on: date | None = None
    suspended: bool = False
    role: Role | None = None
    parent: str | None = None
    branch: str | None = None
    agent: bool = False

    @property
    def number(self) -> int:
        """The number in its sub: what delegations call meti_id."""
        return int(self.sub.removeprefix("gbiz-"))

    def valid(self, day: date) -> bool:
        """Whether one can sign in with it."""
        return not self.suspended and (self.ended_on is None or day <= self.ended_on)


def sub_of(business: Business, ordinal: int) -> str:
    """The key of a business's account number `ordinal`; 0 is that in its applications."""
    return f"gbiz-{int(business.account_id.removeprefix('gbiz-')) + ordinal * STEP:09d}"


@cache
def agents(seed: int) -> tuple[Person, ...]:
    """The outsiders who are members at many businesses."""
    return tuple(draw_person(dice(seed, "gbizid agent", n), OPENED) for n in range(AGENTS))


class Accounts:
    """Derives the accounts of businesses; `users` are those that must have one."""

    def __init__(self, seed: int, start: date, history: History, users: frozenset[str]) -> None:
        self.seed = seed
        self.start = start
        self.history = history
        self.users = users

    def of(self, business: Business, today: date) -> list[Account]:
        """The accounts that a business has or had, as they are shown on `today`."""
        rng = dice(self.seed, "gbizid", business.id)
        share, checked = rng.random(), rng.random()
        if business.id not in self.users and share >= SHARE:
            return []
        opened = self._opened(rng, business)
        if opened > today:
            return []
        closed = self.history.known[business.id].closed or NEVER
        ended = closed if closed <= today else None
        prime = checked < PRIMES[business.kind] or (
            business.id in self.users and business.kind != "pre_founder"
        )
        if not prime:
            return [self._entry(business, opened, ended, today)]
        primes = list(self._primes(business, opened, ended, today))
        return [*primes, *self._others(rng, business, primes[-1], today)]

    def _opened(self, rng: Random, business: Business) -> date:
        since = self.history.known[business.id].since
        first = max(OPENED, business.established_on or OPENED)
        latest = self.start - timedelta(days=30)
        days = rng.randrange(max(1, (latest - first).days))
        return since if since > date.min else min(first + timedelta(days=days), latest)

    def _entry(self, business: Business, opened: date, ended: date | None, today: date) -> Account:
        shown = self.history.shown(business, ended or today)
        return Account(
            sub_of(business, 0), shown, "entry", shown.contact, shown.representative,
            opened, self._confirmed(business, opened, ended or today), ended,
        )  # fmt: skip

    def _primes(
        self, business: Business, opened: date, ended: date | None, today: date
    ) -> Iterator[Account]:
        """An account for each representative that the register has known, oldest first."""
        known = self.history.known[business.id]
        terms: list[tuple[Person, date]] = []
        since = opened
        changes = zip(known.changes, business.past, strict=True)
        changed = [(seen, old["representative"]) for seen, (_, old) in changes
                   if "representative" in old]  # fmt: skip
        for seen, before in changed:
            if seen > today:
                terms.append((before, since))
                break
            terms.append((before, min(since, seen - timedelta(days=1))))
            since = seen
        else:
            terms.append((business.representative, since))
        for place, (person, began) in enumerate(terms):
            last = place + 1 == len(terms)
            until = ended if last else self._handed_over(business, place, terms[place + 1][1])
            yield self._prime(
                business, _ordinal(place - known.first), person,
                opened=began, ended=until, today=today,
            )  # fmt: skip

    def _handed_over(self, business: Business, place: int, day: date) -> date | None:
        rng = dice(self.seed, "gbizid handed over", business.id, place)
        return None if rng.random() < LEFT_OPEN else day

    def _prime(
        self, business: Business, ordinal: int, person: Person, *, opened: date,
        ended: date | None, today: date,
    ) -> Account:  # fmt: skip
        day = ended or today
        return Account(
            sub_of(business, ordinal), self.history.shown(business, day), "prime", person, person,
            opened, self._confirmed(business, opened, day), ended,
            suspended=dice(self.seed, "gbizid stopped", business.id, ordinal).random() < 0.01,
            role="jp_gbizid_prime",
        )  # fmt: skip

    def _others(
        self, rng: Random, business: Business, lead: Account, today: date
    ) -> Iterator[Account]:
        """A second プライム here and there; members, some of them bound to a branch."""
        if business.kind != "corporation":
            return
        second, members = rng.random() < 0.03, rng.random() < 0.3
        if second and len(business.officers) > 1:
            person = business.officers[1].person
            yield self._prime(
                business, SECOND_PRIME, person,
                opened=lead.opened_on, ended=lead.ended_on, today=today,
            )  # fmt: skip
        if members and business.employees >= 5:
            for place in range(1 + (business.employees > 20)):
                yield self._member(business, lead, place)

    def _member(self, business: Business, lead: Account, place: int) -> Account:
        rng = dice(self.seed, "gbizid member", business.id, place)
        agent = rng.random() < 0.06
        if agent:
            user = rng.choice(agents(self.seed))
        elif place == 0 and business.contact is not business.representative:
            user = business.contact
        else:
            user = draw_person(rng, self.start)
        branches = business.establishments if rng.random() < 0.5 else ()
        administrator = rng.random() < 0.2
        return Account(
            sub_of(business, MEMBERS + place), lead.business, "member", user,
            lead.representative, lead.opened_on, lead.confirmed_on, lead.ended_on,
            role="jp_gbizid_administrator" if administrator else "jp_gbizid_member",
            parent=lead.sub, branch=branches[0].name if branches else None, agent=agent,
        )  # fmt: skip

    def _confirmed(self, business: Business, opened: date, day: date) -> date:
        return max(opened, self.history.last_change(business, day))


def _ordinal(term: int) -> int:
    """The ordinal of a representative's account; 0 is the first since the world began."""
    if term < 0:
        return OLDER + 1 + term
    return term if term < SECOND_PRIME else LATER + term
