"""What a decision must know from outside: who is signed in, and whom that person represents.

A decision asks for facts and never waits for them. A source first recalls what it was told a
moment ago; where it does not, `Needed` ends the decision, a thread asks, and the decision is made
again from the beginning with what was learnt.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, cast

from sso.model import Client, Rule
from sso.refusals import Refused
from sso.subjects import Represented, SignedIn

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Presented:
    """A subject token, as a client presented it.

    Attributes:
        token: the token itself; a token of the hub has been verified already.
        client: who presents it, authenticated.
        session_id, token_id: of a token of the hub; None for the identity provider's own.
        expires_at: of a token of the hub, in seconds since 1970; else 0.
    """

    token: str = field(repr=False)
    client: Client
    session_id: str | None = None
    token_id: str | None = None
    expires_at: int = 0

    @property
    def key(self) -> Hashable:
        """What tells one question from another."""
        return self.client.client_id, self.token


class SubjectSource(Protocol):
    """Who is signed in. Threads share it."""

    def recall(self, presented: Presented) -> SignedIn | None:
        """What is known without asking anybody, and is fresh; None to be asked."""

    def ask(self, presented: Presented) -> SignedIn:
        """Ask; may take a few seconds.

        Raises:
            Refused: `subject.…` where the token does not hold, `identity_provider.away` where
                nothing is known.
        """


class RepresentationSource(Protocol):
    """On whose behalf a person may act under a rule, today. Threads share it."""

    def recall(self, who: SignedIn, rule: Rule) -> Represented | None:
        """What is known without asking anybody, and is fresh; None to be asked."""

    def ask(self, who: SignedIn, rule: Rule) -> Represented:
        """Ask; may take a few seconds.

        Raises:
            Refused: `delegation.…` or `subject.ended` where there is no such right,
                `identity_provider.away` where nothing is known.
        """


class Needed(Exception):
    """A fact that somebody must be asked for, outside the event loop."""

    def __init__(self, learn: Callable[[], None]) -> None:
        super().__init__("a fact is needed")
        self.learn = learn


@dataclass(slots=True)
class Facts:
    """What one request has learnt; it is asked for once, whatever a source forgets meanwhile."""

    learnt: dict[Hashable, object] = field(default_factory=dict)

    def get(self, key: Hashable, recall: Callable[[], T | None], ask: Callable[[], T]) -> T:
        """A fact.

        Raises:
            Needed: it must be asked for first.
            Refused: it was asked for, and the answer was a refusal.
        """
        known = self.learnt.get(key)
        if known is None:
            known = recall()
        if known is None:
            raise Needed(lambda: self._learn(key, ask))
        if isinstance(known, Refused):
            raise known
        return cast(T, known)

    def _learn(self, key: Hashable, ask: Callable[[], object]) -> None:
        try:
            self.learnt[key] = ask()
        except Refused as refusal:
            self.learnt[key] = refusal


class NoSubjects:
    """A source for a service without an identity provider: nobody is signed in."""

    def recall(self, presented: Presented) -> SignedIn | None:
        """Nobody."""
        return None

    def ask(self, presented: Presented) -> SignedIn:
        """Refuse.

        Raises:
            Refused: always.
        """
        raise Refused("subject.refused")


class SelfAlone:
    """Represents nobody but the person: for a service without delegations."""

    def recall(self, who: SignedIn, rule: Rule) -> Represented | None:
        """The account itself, where the rule is for itself."""
        if rule.mode == "self":
            return Represented(who.account, None, None, None)
        return None

    def ask(self, who: SignedIn, rule: Rule) -> Represented:
        """Refuse.

        Raises:
            Refused: always.
        """
        raise Refused("delegation.none")
