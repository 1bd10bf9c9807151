"""Which rule grants a request: pure functions of configuration and request.

A request is granted by one rule as a whole, never by several together: the audit names it, and
what a rule demands of a delegation holds for every scope of the token.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sso.model import Audience, Client, Mode, Rule, enough
from sso.refusals import Refused


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client asks for.

    Attributes:
        scopes, purposes: None where the request names none.
        scope_ceiling, purpose_ceiling: those of the presented token, which a new token never
            exceeds; None where the presented token is a sign-in.
    """

    client: Client
    audience: Audience
    mode: Mode
    scopes: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    programme: str | None = None
    assurance: str | None = None
    scope_ceiling: frozenset[str] | None = None
    purpose_ceiling: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a rule grants of a request."""

    rule: Rule
    scopes: frozenset[str]
    purposes: frozenset[str]


def grants(rules: Iterable[Rule], wanted: Wanted) -> list[Grant]:
    """Every rule that grants the request, in the order of their ids.

    Raises:
        Refused: none does; the rule says in which respect the last ones fell out.
    """
    left = [rule for rule in rules if rule.mode == wanted.mode]
    left = _kept(left, "target.policy", wanted.client.client_id, wanted.audience.audience)
    _programme_named(wanted)
    left = [one for one in left if one.programme in (None, wanted.programme)]
    if not left:
        raise Refused("target.policy")
    left = [one for one in left if _assured(one, wanted)]
    if not left:
        raise Refused("target.assurance")
    scoped = [grant for one in left if (grant := _scoped(one, wanted)) is not None]
    if not scoped:
        raise Refused("scope.beyond")
    granted = [grant for one in scoped if (grant := _purposed(one, wanted)) is not None]
    if not granted:
        raise Refused("purpose.unknown")
    return sorted(granted, key=lambda one: one.rule.rule_id)


def only(found: list[Grant], wanted: Wanted) -> Grant:
    """The one grant of several: a request that names no scope must not have a choice.

    Raises:
        Refused: the request names no scope and the grants differ in theirs.
    """
    if wanted.scopes is None and len({one.scopes for one in found}) > 1:
        raise Refused("scope.missing")
    return found[0]


def _kept(rules: list[Rule], refusal: str, client_id: str, audience: str) -> list[Rule]:
    kept = [one for one in rules if (one.client_id, one.audience) == (client_id, audience)]
    if not kept:
        raise Refused(refusal)
    return kept


def _programme_named(wanted: Wanted) -> None:
    """Where some programmes allow no agent, an agent says in which programme it acts."""
    barred = wanted.audience.no_agent_programmes
    if wanted.mode != "delegate" or not barred:
        return
    if wanted.programme is None:
        raise Refused("target.programme")
    if wanted.programme.casefold() in {one.casefold() for one in barred}:
        raise Refused("target.no_agent")


def _assured(rule: Rule, wanted: Wanted) -> bool:
    """Whether the account was checked well enough; of a client on its own behalf nobody asks."""
    if wanted.mode == "client":
        return True
    needed = rule.assurance, wanted.audience.assurance
    return all(enough(wanted.assurance, one) for one in needed)


def _scoped(rule: Rule, wanted: Wanted) -> Grant | None:
    """The rule's grant as to scopes; None where it does not grant all that is asked."""
    scopes = rule.scopes & wanted.audience.scopes
    if wanted.scope_ceiling is not None:
        scopes &= wanted.scope_ceiling
    if wanted.scopes is not None:
        scopes = wanted.scopes if wanted.scopes <= scopes else frozenset()
    return Grant(rule, scopes, rule.purposes) if scopes else None


def _purposed(grant: Grant, wanted: Wanted) -> Grant | None:
    purposes = grant.rule.purposes
    if wanted.purpose_ceiling is not None:
        purposes &= wanted.purpose_ceiling
    if wanted.purposes is not None:
        purposes = wanted.purposes if wanted.purposes <= purposes else frozenset()
    return Grant(grant.rule, grant.scopes, purposes) if purposes else None
