"""Laws of the policy: what is narrower never grants more, and one rule grants a request whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso.model import ASSURANCES, MODES, Audience, Client, Rule
from sso.policy import Grant, Wanted, grants, only
from sso.refusals import Refused

SCOPES = ("a:read", "a:write", "b:read")
PURPOSES = ("status", "prefill")
AUDIENCES = ("https://a.test", "https://b.test")
CLIENTS = ("one", "two")
PROGRAMMES = (None, "P1", "P2")


def some(values: tuple[str, ...], least: int = 0) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), min_size=least)


rules = st.lists(
    st.builds(
        Rule,
        rule_id=st.uuids().map(str),
        client_id=st.sampled_from(CLIENTS),
        audience=st.sampled_from(AUDIENCES),
        scopes=some(SCOPES, 1),
        purposes=some(PURPOSES, 1),
        mode=st.sampled_from(MODES),
        assurance=st.sampled_from(ASSURANCES),
        system=st.none(),
        category=st.none(),
        procedure=st.none(),
        programme=st.sampled_from(PROGRAMMES),
    ),
    max_size=6,
)
wanteds = st.builds(
    Wanted,
    client=st.builds(
        Client, st.sampled_from(CLIENTS), st.just("name"), st.just("client_secret_basic")
    ),
    audience=st.builds(
        Audience,
        st.sampled_from(AUDIENCES),
        st.just("title"),
        some(SCOPES, 1),
        st.just(300),
        st.sampled_from(ASSURANCES),
        some(("P1",)),
    ),
    mode=st.sampled_from(MODES),
    scopes=st.none() | some(SCOPES, 1),
    purposes=st.none() | some(PURPOSES, 1),
    programme=st.sampled_from(PROGRAMMES),
    assurance=st.sampled_from((None, *ASSURANCES)),
    scope_ceiling=st.none() | some(SCOPES),
    purpose_ceiling=st.none() | some(PURPOSES),
)


def granted(given_rules: list[Rule], wanted: Wanted) -> list[Grant]:
    try:
        return grants(given_rules, wanted)
    except Refused:
        return []


def rights(given_rules: list[Rule], wanted: Wanted) -> set[tuple[str, str, str]]:
    """Every pair of scope and purpose that some rule grants."""
    return {
        (one.rule.rule_id, scope, purpose)
        for one in granted(given_rules, wanted)
        for scope in one.scopes
        for purpose in one.purposes
    }


@given(rules, wanteds)
def test_a_grant_lies_within_everything_that_bounds_it(
    given_rules: list[Rule], wanted: Wanted
) -> None:
    for one in granted(given_rules, wanted):
        rule = one.rule
        assert (rule.client_id, rule.audience, rule.mode) == (
            wanted.client.client_id, wanted.audience.audience, wanted.mode,
        )  # fmt: skip
        assert one.scopes
        assert one.purposes
        assert one.scopes <= rule.scopes & wanted.audience.scopes
        assert one.purposes <= rule.purposes
        if wanted.scopes is not None:
            assert one.scopes == wanted.scopes
        if wanted.scope_ceiling is not None:
            assert one.scopes <= wanted.scope_ceiling
        if wanted.purpose_ceiling is not None:
            assert one.purposes <= wanted.purpose_ceiling
        assert rule.programme in (None, wanted.programme)
        if wanted.mode == "delegate":
            assert wanted.programme not in wanted.audience.no_agent_programmes


@given(rules, wanteds, st.data())
def test_a_narrower_policy_never_grants_more(
    given_rules: list[Rule], wanted: Wanted, data: st.DataObject
) -> None:
    narrower = [
        replace(
            rule,
            scopes=data.draw(some(tuple(sorted(rule.scopes)))),
            purposes=data.draw(some(tuple(sorted(rule.purposes)))),
            assurance=data.draw(st.sampled_from(ASSURANCES[ASSURANCES.index(rule.assurance) :])),
            programme=rule.programme or data.draw(st.sampled_from(PROGRAMMES)),
        )
        for rule in given_rules
        if data.draw(st.booleans())
    ]
    assert rights(narrower, wanted) <= rights(given_rules, wanted)


@given(rules, wanteds, st.data())
def test_a_stricter_audience_or_token_never_grants_more(
    given_rules: list[Rule], wanted: Wanted, data: st.DataObject
) -> None:
    audience = wanted.audience
    stricter = replace(
        wanted,
        audience=replace(
            audience,
            scopes=data.draw(some(tuple(sorted(audience.scopes)))),
            no_agent_programmes=audience.no_agent_programmes | data.draw(some(("P1", "P2"))),
            assurance=data.draw(
                st.sampled_from(ASSURANCES[ASSURANCES.index(audience.assurance) :])
            ),
        ),
        scope_ceiling=data.draw(
            some(SCOPES)
            if wanted.scope_ceiling is None
            else some(tuple(sorted(wanted.scope_ceiling)) or ("none",))
        ),
    )
    if stricter.scope_ceiling is not None and wanted.scope_ceiling is not None:
        stricter = replace(stricter, scope_ceiling=stricter.scope_ceiling & wanted.scope_ceiling)
    assert rights(given_rules, stricter) <= rights(given_rules, wanted)


@given(rules, wanteds, st.randoms())
def test_the_order_of_rules_is_nothing(
    given_rules: list[Rule], wanted: Wanted, random: object
) -> None:
    shuffled = list(given_rules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert granted(shuffled, wanted) == granted(given_rules, wanted)


def test_whoever_names_no_scope_has_no_choice() -> None:
    client = Client("one", "One", "client_secret_basic")
    audience = Audience("https://a.test", "A", frozenset(SCOPES))
    made = [
        Rule(name, "one", audience.audience, frozenset({scope}), frozenset({"status"}), "self")
        for name, scope in (("r1", "a:read"), ("r2", "a:write"))
    ]
    wanted = Wanted(client, audience, "self")
    with pytest.raises(Refused) as refusal:
        only(grants(made, wanted), wanted)
    assert refusal.value.rule == "scope.missing"
    named = replace(wanted, scopes=frozenset({"a:write"}))
    assert only(grants(made, named), named).rule.rule_id == "r2"
