"""What a token exchange grants: the rule, on whose behalf, how long, and the chain of actors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from sso.facts import RepresentationSource
from sso.model import Audience, Client, Rule
from sso.policy import Grant, Wanted, grants, only
from sso.refusals import Refused
from sso.request import Issued, TokenRequest, new_token_id
from sso.subjects import AccountKey, Represented, SignedIn
from sso.tokens import Claims


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is signed in by the presented token.

    Attributes:
        sign_in: the claims of a sign-in's own token, whose audience is the issuer.
        derived: the claims of a token for a system, which limits what may follow from it.
    """

    who: SignedIn
    sign_in: Claims | None = None
    derived: Claims | None = None

    @classmethod
    def of_token(cls, claims: Claims) -> Self:
        """Whoever a token for a system speaks of: the first actor, if somebody is represented."""
        if claims.subject is None:
            raise Refused("subject.no_account")
        represented = claims.delegation is not None and bool(claims.actors)
        who = SignedIn(
            account=claims.actors[-1] if represented else claims.subject,
            account_type=None,
            parent=None,
            corporate_number=None,
            sole_proprietor_number=None,
            assurance=claims.assurance if claims.assurance in ("ial1", "ial2") else None,  # type: ignore[arg-type]
            delegator=claims.subject if represented else None,
            delegation_number=claims.delegation.number if claims.delegation else None,
            authenticated_at=datetime.fromtimestamp(
                claims.authenticated_at or claims.issued_at, UTC
            ),
            expires_at=datetime.fromtimestamp(claims.expires_at, UTC),
            token_id=claims.token_id,
        )
        return cls(who, derived=claims)


class Exchange:
    """One exchange, decided step by step."""

    def __init__(
        self,
        request: TokenRequest,
        representations: RepresentationSource,
        client: Client,
        audience: Audience,
        subject: Subject,
    ) -> None:
        self._request = request
        self._representations = representations
        self._client = client
        self._audience = audience
        self._subject = subject
        self._grant: Grant | None = None
        self._represented: Represented | None = None
        self._programme: str | None = None

    def decide(
        self,
        scopes: frozenset[str] | None,
        purposes: frozenset[str] | None,
        programme: str | None,
    ) -> None:
        """Find the rule that grants the request, and on whose behalf.

        Raises:
            Refused: there is none, or nobody may be represented under it.
            Needed: somebody must be asked first.
        """
        who, derived = self._subject.who, self._subject.derived
        if who.delegator is not None and who.delegator == who.account:
            raise Refused("delegation.own")
        if derived is not None and derived.programme is not None:
            if programme not in (None, derived.programme):
                raise Refused("target.policy")
            programme = derived.programme
        wanted = Wanted(
            self._client,
            self._audience,
            "delegate" if who.delegator else "self",
            scopes,
            purposes,
            programme,
            who.assurance,
            derived.scopes if derived else None,
            derived.purposes if derived else None,
        )
        rules = self._request.configuration.rules_of(
            self._client.client_id, self._audience.audience
        )
        found = grants(rules, wanted)
        only(found, wanted)
        self._grant, self._represented = self._first_represented(found)
        self._programme = programme

    def _first_represented(self, found: list[Grant]) -> tuple[Grant, Represented]:
        """The first grant under which the person may act; else the last one's refusal."""
        refusal: Refused | None = None
        for grant in found:
            try:
                represented = self._representation(grant.rule)
            except Refused as error:
                if error.status_code == 503:
                    raise
                refusal = error
                continue
            return grant, represented
        raise refusal or Refused("delegation.none")

    def _representation(self, rule: Rule) -> Represented:
        who, source = self._subject.who, self._representations
        represented = self._request.facts.get(
            ("represented", who.account, who.delegator, rule),
            lambda: source.recall(who, rule),
            lambda: source.ask(who, rule),
        )
        allowed = (who.delegator,) if who.delegator else (who.account, who.parent)
        if represented.subject not in allowed:
            raise Refused("delegation.none")
        return represented

    def issued(self) -> Issued:
        """The token that was decided on."""
        if self._grant is None or self._represented is None:
            raise AssertionError("decide first")
        who, grant = self._subject.who, self._grant
        now = int(self._request.now)
        above = self._subject.derived or self._subject.sign_in
        ends = int(who.expires_at.timestamp())
        if above is not None:
            ends = min(ends, above.expires_at)
        if ends <= now:
            raise Refused("subject.expired")
        claims = Claims(
            token_id=new_token_id(),
            client_id=self._client.client_id,
            audience=self._audience.audience,
            issued_at=now,
            expires_at=min(now + self._audience.seconds, ends),
            scopes=grant.scopes,
            purposes=grant.purposes,
            subject=self._represented.subject,
            actors=self._actors(),
            delegation=self._represented.delegation,
            assurance=who.assurance,
            programme=self._programme,
            authenticated_at=int(who.authenticated_at.timestamp()),
        )
        return Issued(
            claims,
            grant.rule.rule_id,
            self._request.parent,
            self._represented.party_id,
        )

    def _actors(self) -> tuple[AccountKey, ...]:
        """Who acted so far, with the system that exchanges a token addressed to it in front."""
        represented = self._represented
        if self._subject.derived is not None:
            return ((self._request.issuer, self._client.client_id), *self._subject.derived.actors)
        return (represented.actor,) if represented and represented.actor else ()
