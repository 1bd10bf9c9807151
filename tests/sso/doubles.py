"""A token service whose people are made up here (synthetic), run by the servers of the tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette

from base.settings import Settings
from sso.app import build
from sso.facts import Presented
from sso.model import Rule
from sso.refusals import Refused
from sso.service import Service, Sources
from sso.settings import ServiceSettings
from sso.subjects import AccountKey, DelegationRef, Represented, SignedIn

PROVIDER = "https://gbiz-id.test/oauth/"
OWNER: AccountKey = (PROVIDER, "gbiz-000000001")
ENTRY: AccountKey = (PROVIDER, "gbiz-000000002")
AGENT: AccountKey = (PROVIDER, "gbiz-000000003")
DIRECT_TOKEN_PARTY = "subsidy-portal"


def _person(
    account: AccountKey,
    assurance: str | None = "ial2",
    delegator: AccountKey | None = None,
    number: str | None = None,
    seconds: int = 3000,
) -> SignedIn:
    now = datetime.now(UTC)
    return SignedIn(
        account=account,
        account_type="prime" if assurance else "entry",
        parent=None,
        corporate_number=None,
        sole_proprietor_number=None,
        assurance=assurance,  # type: ignore[arg-type]
        delegator=delegator,
        delegation_number=number,
        authenticated_at=now - timedelta(minutes=1),
        expires_at=now + timedelta(seconds=seconds),
    )


def people() -> dict[str, SignedIn]:
    """Who is signed in by which session."""
    return {
        "owner": _person(OWNER),
        "entry": _person(ENTRY, None),
        "agent": _person(AGENT, delegator=OWNER, number="D-K01"),
        "agent-other-category": _person(AGENT, delegator=OWNER, number="D-K02"),
        "agent-withdrawn": _person(AGENT, delegator=OWNER, number="D-withdrawn"),
        "agent-away": _person(AGENT, delegator=OWNER, number="D-away"),
        "agent-of-itself": _person(AGENT, delegator=AGENT, number="D-K01"),
        "ending": _person(OWNER, seconds=100),
        "direct": _person(OWNER),
    }


class People:
    """Knows the sessions of `people`, and asks nobody twice in a row."""

    def recall(self, presented: Presented) -> SignedIn | None:
        return None

    def ask(self, presented: Presented) -> SignedIn:
        session = presented.session_id or "direct"
        if session == "away":
            raise Refused("identity_provider.away", retry_after=7)
        if session not in people():
            raise Refused("subject.refused")
        return people()[session]


class Delegations:
    """Knows one delegation: number D-K01, of OWNER to AGENT, for category K01 of JGRTS."""

    def recall(self, who: SignedIn, rule: Rule) -> Represented | None:
        return None

    def ask(self, who: SignedIn, rule: Rule) -> Represented:
        if who.delegator is None:
            return Represented(who.account, None, None, None)
        if who.delegation_number == "D-away":
            raise Refused("identity_provider.away", retry_after=7)
        if (who.delegation_number, rule.system, rule.category) != ("D-K01", "JGRTS", "K01"):
            raise Refused("delegation.none")
        reference = DelegationRef("D-K01", "JGRTS", "K01", None)
        return Represented(who.delegator, who.account, reference, 17)


def application() -> Starlette:
    """The application of one worker."""
    service = Service(ServiceSettings.of(Settings.load()), Sources(People(), Delegations()))
    return build(service)
