"""Pairs that look like one business and are not, and some that look like two and are one."""

from __future__ import annotations

from datetime import date

import pytest

from canonical.matching.explain import verdict as explained
from canonical.matching.model import Model
from tests.canonical.matching.members import company, made, person, verdict

BORN = date(1961, 3, 7)


def test_the_same_claim_twice_is_the_same() -> None:
    assert verdict(company(), company()) == "same"
    assert verdict(person(), person()) == "same"


@pytest.mark.parametrize(
    "changed",
    [
        {"name_core": "ナルセ精密", "name_kana": "ナルセセイミツ"},
        {"address_building": "第一ビル3F"},
        {"address_town": "愛ノ杜"},
        {"legal_form": None, "legal_form_position": "none"},
    ],
)
def test_another_spelling_is_the_same(changed: dict[str, object]) -> None:
    told = company(name_kana="ナルセセイミツ", address_building=None)
    assert verdict(told, told | changed) == "same"


def test_relatives_at_one_address_are_different() -> None:
    relative = person(name="鵜川 節子", representative_name="鵜川 節子")
    assert verdict(person(), relative) == "different"


@pytest.mark.parametrize("born", [date(1988, 9, 2), None])
def test_relatives_who_share_all_but_their_given_name_are_different(born: date | None) -> None:
    """The rule alone says so: by weight the two are one."""
    shared = {
        "email": "ukawa@example.jp",
        "established_on": date(1999, 8, 2),
        "established_on_precision": "day",
    }
    one = person(**shared, representative_birth_on=BORN)
    other = person(
        **shared, name="鵜川 節子", representative_name="鵜川 節子", representative_birth_on=born
    )
    told = explained(1, 2, made(one, other), Model.shipped())
    assert told["probability"][0] > 0.999
    assert told["outcome"][0] == "different"


def test_relatives_with_the_same_shop_and_different_birthdays_are_different() -> None:
    one = person(name="鵜川堂", representative_birth_on=BORN)
    other = person(
        name="鵜川堂", representative_name="鵜川 瑞希", representative_birth_on=date(1988, 9, 2)
    )
    assert verdict(one, other) == "different"


def test_given_names_nearly_alike_in_one_household_wait_for_a_person() -> None:
    son = person(name="鵜川 一郎", representative_name="鵜川 一郎")
    father = person(name="鵜川 太郎", representative_name="鵜川 太郎")
    assert verdict(son, father) == "review"
    born = {"representative_birth_on": BORN}
    assert verdict(son | born, father | born) == "same"


def test_a_given_name_written_in_two_ways_is_one_person() -> None:
    told = {"representative_kana": "ウカワ ミズキ", "representative_birth_on": BORN}
    other = person(representative_name="鵜川 瑞希", name="鵜川 瑞希", **told)
    assert verdict(person(**told), other) == "same"


def test_a_branch_is_related_to_its_head_office() -> None:
    branch = company(name="株式会社鳴瀬精密 仙台支店", name_core="鳴瀬精密 仙台支店")
    assert verdict(company(), branch) == "related"
    elsewhere = branch | {"address_municipality_code": "04101", "address_block": "9-9"}
    assert verdict(company(), elsewhere) == "different"


def test_form_before_and_behind_on_one_day_are_two_companies() -> None:
    behind = company(name="鳴瀬精密株式会社", legal_form_position="suffix")
    head = {"representative_name": "鵜川 瑞樹", "phone": "022-123-4567"}
    assert verdict(company(**head), behind | head) == "different"


def test_a_person_and_the_company_of_that_person_are_related_and_never_the_same() -> None:
    founded = company(representative_name="鵜川 瑞樹", phone="022-123-4567")
    assert verdict(person(), founded) == "related"
    assert verdict(person(name="鳴瀬精密"), company()) == "different"


def test_one_name_in_one_city_is_not_enough() -> None:
    elsewhere = company(address_town="増田", address_block="5-3")
    assert verdict(company(), elsewhere) in {"review", "different"}
    city = {"address_town": None, "address_block": None}
    assert verdict(company(**city), company(**city)) in {"review", "different"}
    assert verdict(company(), company(**city)) in {"review", "different"}


def test_one_name_and_a_town_of_one_name_wait_for_a_person() -> None:
    gone = {"address_municipality_code": None, "address_city": None}
    old = company(**gone, address_town="浜松市中区愛の杜")
    assert verdict(company(), old) == "review"
    assert verdict(company(address_city="浜松市中央区"), old) == "same"


def test_one_name_in_two_rooms_waits_for_a_person() -> None:
    room = company(address_building="鳴瀬ビル201")
    assert verdict(room, company(address_block="1-24-11-305")) == "review"
    assert verdict(room, company(address_block="1-24-11-201")) == "same"


def test_tenants_of_one_office_are_different() -> None:
    room = {"address_building": "鳴瀬ビル201"}
    other = company(name="株式会社蔵王商会", name_core="蔵王商会", **room)
    assert verdict(company(**room), other) == "different"


def test_a_name_nearly_alike_in_another_legal_form_is_another_tenant() -> None:
    other = company(name="合同会社鳴瀬精機", name_core="鳴瀬精機", legal_form="305")
    assert verdict(company(), other) == "different"
    assert verdict(company(), company(name_core="鳴瀬精機")) == "same"


@pytest.mark.parametrize(
    ("one", "other"), [("鳴瀬第一不動産", "鳴瀬第二不動産"), ("ＡＢ", "ＡＣ"), ("縁", "善")]
)
def test_numbers_and_short_names_are_no_typing_mistakes(one: str, other: str) -> None:
    told, asked = (company(name=f"株式会社{name}", name_core=name) for name in (one, other))
    assert verdict(told, asked) == "different"


def test_a_claim_that_says_nothing_is_nobody() -> None:
    assert verdict({"kind": "corporation"}, {"kind": "corporation"}) == "different"
