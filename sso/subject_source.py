"""Who is signed in, by the identity provider's own word of a moment ago.

Broker: the presented token is the hub's; its session holds the provider's token. Direct: the
presented token is the provider's, given to a client that is itself a relying party. Either way the
hub asks the provider itself; nothing a client says about a person counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from datetime import UTC, datetime
from typing import Any

from base.clock import Clock
from sso.facts import Presented
from sso.recalled import SECONDS, Recalled
from sso.refusals import Refused
from sso.relying_party import RelyingParty
from sso.sessions import Sessions
from sso.subjects import SignedIn


class Subjects:
    """The `SubjectSource` of a service with identity providers. Threads share it.

    Args:
        parties: the identity providers by issuer.
        seconds: how long an answer may be used again.
    """

    def __init__(
        self,
        sessions: Sessions,
        parties: Mapping[str, RelyingParty],
        clock: Clock,
        seconds: float = SECONDS,
    ) -> None:
        self._sessions = sessions
        self._parties = parties
        self._clock = clock
        self._recalled: Recalled[SignedIn] = Recalled(clock, seconds)

    def recall(self, presented: Presented) -> SignedIn | None:
        """What was answered a moment ago, while the presented token and its session hold."""
        found = self._recalled.get(_question(presented))
        if found is None or found.expires_at <= self._clock.now():
            return None
        return found

    def ask(self, presented: Presented) -> SignedIn:
        """Ask the provider.

        Raises:
            Refused: `subject.…`, `delegation.none` or `identity_provider.away`.
        """
        asked_at = self._clock.monotonic()
        found = self._direct(presented) if presented.session_id is None else self._broker(presented)
        return self._recalled.put(_question(presented), found, asked_at)

    def _broker(self, presented: Presented) -> SignedIn:
        session = self._sessions.find(presented.session_id or "")
        if session is None:
            raise Refused("subject.revoked")
        party = self._parties.get(session.account[0])
        if party is None:
            raise Refused("subject.refused")
        person = party.person(session.upstream)
        if person.sub != session.account[1]:
            raise Refused("subject.refused")
        signed = session.person
        if (person.delegator, person.delegation_number) != (
            signed.delegator,
            signed.delegation_number,
        ):
            raise Refused("delegation.none")
        return person.signed_in(
            session.account[0],
            _instant(session.authenticated_at),
            _instant(session.expires_at),
            presented.token_id,
        )

    def _direct(self, presented: Presented) -> SignedIn:
        """A provider's access token: signed by it, given to one of the client's relying parties."""
        for issuer, party in self._parties.items():
            if party.provider.kind != "gbizid":
                continue
            claims = party.verified(presented.token, "subject.invalid")
            _check(claims, presented)
            person = party.person(presented.token)
            if person.sub != claims["sub"]:
                raise Refused("subject.refused")
            since = _instant(claims["iat"])
            return person.signed_in(issuer, since, _instant(claims["exp"]))
        raise Refused("subject.foreign")


def _check(claims: Mapping[str, Any], presented: Presented) -> None:
    """GビズID's access tokens name their relying party as `azp` and have no `aud`; an id_token,
    which has one, is none of them."""
    if "aud" in claims or "nonce" in claims:
        raise Refused("subject.invalid")
    if "cnf" in claims:
        raise Refused("subject.bound")
    if claims.get("azp") not in presented.client.relying_parties:
        raise Refused("subject.another_client")


def _question(presented: Presented) -> Hashable:
    """One answer for one token at one client; the token itself is not kept."""
    digest = hashlib.sha256(presented.token.encode("utf-8", "surrogatepass")).digest()
    client = presented.client
    return client.client_id, client.relying_parties, presented.session_id, digest


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
