"""Whom somebody may represent: what the day, the rule, the register and the clock make of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import ManualClock
from base.errors import AuthenticationError, ContractError, HubError, StoreUnreachable
from connectors.corporate_auth.identity import Address, Category, Delegation, Holder, Person
from connectors.corporate_auth.live import ProviderUnreachable
from sso.delegation import Representations, chosen
from sso.model import Rule
from sso.refusals import Refused
from sso.standing import Standing
from sso.subjects import SignedIn

ISSUER = "https://gbiz-id.test/oauth/"
AGENT, OWNER = (ISSUER, "gbiz-000000001"), (ISSUER, "gbiz-000000002")
DAY = date(2026, 11, 2)
NOON = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
NOBODY = Person(None, None, None, None, None)
HOLDER = Holder(None, None, None, None, None, Address(None, None, None, None), NOBODY)
RULE = Rule(
    "agents", "portal", "https://api.test", frozenset({"read"}), frozenset({"status"}),
    "delegate", "ial2", "JGRTS", "K01",
)  # fmt: skip


def delegation(
    starts: date = DAY,
    ends: date | None = None,
    categories: tuple[Category, ...] = (Category("K01", None, True),),
    number: str = "D1",
    system: str = "JGRTS",
    account: str = OWNER[1],
) -> Delegation:
    return Delegation(number, system, starts, ends, categories, account, HOLDER)


def agent(number: str | None = "D1", parent: str | None = None) -> SignedIn:
    return SignedIn(
        AGENT, "prime", (ISSUER, parent) if parent else None, None, None, "ial2", OWNER, number,
        NOON, NOON + timedelta(hours=1),
    )  # fmt: skip


def myself(parent: str | None = None) -> SignedIn:
    return replace(agent(parent=parent), delegator=None, delegation_number=None)


class Live:
    """GビズID, as a test says."""

    def __init__(self, *told: Delegation) -> None:
        self.told: list[Delegation] | HubError = list(told)
        self.asked: list[tuple[str, str | None]] = []

    def delegations(
        self, system_code: str, *, number: str | None = None, account: str | None = None
    ) -> list[Delegation]:
        self.asked.append((system_code, account))
        if isinstance(self.told, HubError):
            raise self.told
        return self.told


class Known:
    """The hub's register, as a test says: account or delegation → its standing."""

    def __init__(self, **told: Standing) -> None:
        self.told = told
        self.away = False

    def account(self, account: str, day: date) -> Standing:
        if self.away:
            raise StoreUnreachable("the store is away")
        return self.told.get(account.replace("-", "_"), Standing())

    def delegation(self, number: str, delegator: str, day: date) -> Standing:
        return self.told.get(number, Standing())


def source(live: Live, known: Known | None = None, clock: ManualClock | None = None,
           seconds: float = 30) -> Representations:  # fmt: skip
    return Representations({ISSUER: live}, {ISSUER: known or Known()}, clock or ManualClock(NOON),
                           seconds)  # fmt: skip


def refusal(live: Live, who: SignedIn, rule: Rule = RULE, known: Known | None = None) -> str:
    with pytest.raises(Refused) as caught:
        source(live, known).ask(who, rule)
    return str(caught.value.rule)


def test_the_delegator_is_represented_by_the_agent() -> None:
    live, known = Live(delegation()), Known(gbiz_000000002=Standing(None, 17))
    found = source(live, known).ask(agent(), RULE)
    assert (found.subject, found.actor, found.party_id) == (OWNER, AGENT, 17)
    assert found.delegation is not None
    assert (found.delegation.number, found.delegation.category) == ("D1", "K01")
    assert live.asked == [("JGRTS", AGENT[1])]


@pytest.mark.parametrize(
    ("listed", "who", "rule"),
    [
        ([], agent(), RULE),
        ([delegation(number="D2")], agent(), RULE),
        ([delegation()], agent(number=None), RULE),
        ([delegation(system="ITSUB")], agent(), RULE),
        ([delegation(account="gbiz-000000009")], agent(), RULE),
        ([delegation(categories=())], agent(), RULE),
        ([delegation(categories=(Category("K01", None, False),))], agent(), RULE),
        ([delegation(categories=(Category("K01", None, True, "P0101"),))], agent(), RULE),
        ([delegation(starts=DAY + timedelta(1))], agent(), RULE),
        ([delegation(starts=DAY - timedelta(9), ends=DAY - timedelta(1))], agent(), RULE),
        ([delegation()], agent(), replace(RULE, category=None)),
        ([delegation()], agent(), replace(RULE, system=None)),
        ([delegation()], agent(), replace(RULE, mode="self")),
    ],
)
def test_nothing_less_than_the_delegation_itself(
    listed: list[Delegation], who: SignedIn, rule: Rule
) -> None:
    assert refusal(Live(*listed), who, rule) == "delegation.none"


def test_nobody_is_delegated_by_themselves_or_across_providers() -> None:
    own = replace(agent(), delegator=AGENT)
    assert refusal(Live(delegation(account=AGENT[1])), own) == "delegation.own"
    foreign = replace(agent(), delegator=("https://other.test", OWNER[1]))
    assert refusal(Live(delegation()), foreign) == "delegation.own"


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        (Known(D1=Standing("withdrawn")), "delegation.register"),
        (Known(D1=Standing("expired")), "delegation.register"),
        (Known(gbiz_000000002=Standing("closed", 17)), "delegation.register"),
        (Known(gbiz_000000002=Standing("merged", 17)), "delegation.register"),
        (Known(gbiz_000000001=Standing("succeeded", 4)), "subject.ended"),
    ],
)
def test_the_register_may_refuse(known: Known, rule: str) -> None:
    assert refusal(Live(delegation()), agent(), known=known) == rule


def test_the_register_gives_nothing_that_is_not_live() -> None:
    known = Known(D1=Standing(None, 17), gbiz_000000002=Standing(None, 17))
    assert refusal(Live(), agent(), known=known) == "delegation.none"


@pytest.mark.parametrize(
    "error",
    [ProviderUnreachable("away"), ContractError("odd"), AuthenticationError("our own key")],
)
def test_no_answer_is_not_a_no(error: HubError) -> None:
    live = Live()
    live.told = error
    assert refusal(live, agent()) == "identity_provider.away"


def test_a_register_that_is_away_is_no_reason_to_say_yes() -> None:
    known = Known()
    known.away = True
    for who, rule in ((agent(), RULE), (myself(), replace(RULE, mode="self"))):
        with pytest.raises(StoreUnreachable):
            source(Live(delegation()), known).ask(who, rule)


def test_a_member_is_itself_while_its_business_stands() -> None:
    rule = replace(RULE, mode="self", system=None, category=None)
    found = source(Live()).ask(myself(OWNER[1]), rule)
    assert (found.subject, found.actor, found.delegation) == (AGENT, None, None)
    over = Known(gbiz_000000002=Standing("account"))
    assert refusal(Live(), myself(OWNER[1]), rule, over) == "subject.ended"
    own = Known(gbiz_000000001=Standing("closed"))
    assert refusal(Live(), myself(OWNER[1]), rule, own) == "subject.ended"


def test_a_yes_holds_for_half_a_minute_and_a_no_not_at_all() -> None:
    live, clock = Live(delegation()), ManualClock(NOON)
    asked = source(live, clock=clock)
    assert asked.recall(agent(), RULE) is None
    yes = asked.ask(agent(), RULE)
    clock.advance(29.9)
    assert asked.recall(agent(), RULE) == yes
    assert asked.recall(agent("D2"), RULE) is None
    assert asked.recall(agent(), replace(RULE, category="K02")) is None
    clock.advance(0.1)
    assert asked.recall(agent(), RULE) is None
    live.told = []
    with pytest.raises(Refused):
        asked.ask(agent(), RULE)
    assert asked.recall(agent(), RULE) is None


def test_the_age_of_a_yes_counts_from_the_question() -> None:
    clock = ManualClock(NOON)

    class Slow(Live):
        def delegations(
            self, system_code: str, *, number: str | None = None, account: str | None = None
        ) -> list[Delegation]:
            clock.advance(3)
            return super().delegations(system_code, number=number, account=account)

    asked = source(Slow(delegation()), clock=clock)
    asked.ask(agent(), RULE)
    clock.advance(27)
    assert asked.recall(agent(), RULE) is None


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_days_turn_at_midnight_in_japan(seconds: int) -> None:
    midnight = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    clock = ManualClock(midnight + timedelta(seconds=seconds))
    ending, coming = delegation(ends=DAY), delegation(starts=DAY + timedelta(1))
    over = seconds >= 0
    for made, good in ((ending, not over), (coming, over)):
        asked = source(Live(made), clock=clock)
        if good:
            assert asked.ask(agent(), RULE).subject == OWNER
        else:
            with pytest.raises(Refused):
                asked.ask(agent(), RULE)


def test_a_yes_of_yesterday_is_none_today() -> None:
    clock = ManualClock(datetime(2026, 11, 2, 14, 59, 59, tzinfo=UTC))
    asked = source(Live(delegation(ends=DAY)), clock=clock)
    asked.ask(agent(), RULE)
    clock.advance(1)
    assert asked.recall(agent(), RULE) is None


codes = st.sampled_from(["K01", "K02"])
procedures = st.sampled_from([None, "P1", "P2"])
categories = st.builds(Category, codes, st.none(), st.booleans(), procedures)
days = st.integers(-3, 3).map(lambda more: DAY + timedelta(days=more))
delegations = st.builds(
    delegation, days, st.none() | days, st.lists(categories, max_size=4).map(tuple),
    st.sampled_from(["D1", "D2"]), st.sampled_from(["JGRTS", "ITSUB"]),
    st.sampled_from([OWNER[1], "gbiz-000000009"]),
)  # fmt: skip
rules = st.builds(
    lambda system, category, procedure: replace(
        RULE, system=system, category=category, procedure=procedure
    ),
    st.sampled_from(["JGRTS", "ITSUB"]), codes, procedures,
)  # fmt: skip


@st.composite
def narrowed(draw: st.DrawFn) -> tuple[Delegation, Delegation]:
    """A delegation, and one that is narrower in one respect or several."""
    wide = draw(delegations)
    kept = [
        replace(one, active=one.active and draw(st.booleans()), procedure=one.procedure
                or draw(procedures))
        for one in wide.categories if draw(st.booleans())
    ]  # fmt: skip
    starts = wide.starts_on + timedelta(draw(st.integers(0, 3)))
    ends = draw(days) if wide.ends_on is None else wide.ends_on - timedelta(
        draw(st.integers(0, 3)))  # fmt: skip
    return wide, replace(wide, categories=tuple(kept), starts_on=starts, ends_on=ends)


@given(narrowed(), rules, days)
def test_a_narrower_delegation_never_grants_more(
    both: tuple[Delegation, Delegation], rule: Rule, day: date
) -> None:
    wide, narrow = both
    if chosen([narrow], rule, "D1", OWNER[1], day) is not None:
        assert chosen([wide], rule, "D1", OWNER[1], day) is not None


@given(st.lists(delegations, max_size=4), rules, days)
def test_fewer_delegations_never_grant_more(
    listed: list[Delegation], rule: Rule, day: date
) -> None:
    for place in range(len(listed)):
        fewer = listed[:place] + listed[place + 1 :]
        if chosen(fewer, rule, "D1", OWNER[1], day) is not None:
            assert chosen(listed, rule, "D1", OWNER[1], day) is not None


@given(delegations, rules, days)
def test_whoever_may_do_one_procedure_alone_may_not_do_all(
    made: Delegation, rule: Rule, day: date
) -> None:
    """A rule without procedure asks for more than one with it."""
    if chosen([made], replace(rule, procedure=None), "D1", OWNER[1], day) is not None:
        assert chosen([made], rule, "D1", OWNER[1], day) is not None
