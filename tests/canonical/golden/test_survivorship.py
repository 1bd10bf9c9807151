"""Which value holds, by example: the table of `docs/guides/golden-records.md` in cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest

from canonical.golden.ranking import RANKS
from canonical.golden.survivorship import Survival, survive
from canonical.model import ENTITIES
from canonical.model.fields import Survivorship
from tests.canonical.golden.claims import frame, name

OLD, MID, NEW = date(2020, 4, 1), date(2023, 4, 1), date(2026, 4, 1)


def _holds(*claims: Mapping[str, Any]) -> dict[str, Any]:
    return survive(frame(claims)).values.row(0, named=True)


def _conflicts(found: Survival) -> list[tuple[str, str, list[int]]]:
    return list(found.conflicts.select("field", "kind", "members").iter_rows())


def _said(source_role: str, as_of: date | None, **values: Any) -> dict[str, Any]:
    return {"source_role": source_role, "as_of": as_of, **values}


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ("base_registry", "register"),
        ("register", "identity_provider"),
        ("identity_provider", "aggregator"),
        ("aggregator", "procedure"),
        ("procedure", "adviser"),
    ],
)
def test_what_is_registered_goes_by_the_register_however_new_another_word_is(
    stronger: str, weaker: str
) -> None:
    found = _holds(_said(weaker, NEW, name="新"), _said(stronger, OLD, name="旧"))
    assert found["name"] == "旧"


def test_what_is_attested_goes_by_the_identity_provider() -> None:
    found = _holds(
        _said("base_registry", NEW, kind="corporation"),
        _said("identity_provider", OLD, kind="body"),
    )
    assert found["kind"] == "body"


@pytest.mark.parametrize("own", ["procedure", "adviser", "identity_provider"])
@pytest.mark.parametrize("other", ["base_registry", "register", "aggregator"])
def test_what_is_self_declared_goes_by_the_business_s_own_word(own: str, other: str) -> None:
    found = _holds(_said(other, NEW, employees_regular=9), _said(own, OLD, employees_regular=5))
    assert found["employees_regular"] == 5


def test_of_its_own_words_the_newest_holds_and_an_undated_one_last() -> None:
    found = _holds(
        _said("procedure", None, employees_regular=1),
        _said("procedure", MID, employees_regular=2),
        _said("adviser", NEW, employees_regular=3),
        _said("identity_provider", OLD, employees_regular=4),
    )
    assert found["employees_regular"] == 3


def test_what_a_form_says_of_its_vendor_holds_only_where_nobody_else_speaks() -> None:
    hearsay = _said("procedure", NEW, name="又聞き", role="vendor")
    assert _holds(hearsay)["name"] == "又聞き"
    assert _holds(hearsay, _said("adviser", OLD, name="本人", role="client"))["name"] == "本人"


@pytest.mark.parametrize(("coarse", "fine"), [(1_000_000, 1_000_001), (1_000_000, 999_600)])
def test_a_coarser_amount_replaces_no_finer_one_that_it_agrees_with(coarse: int, fine: int) -> None:
    found = _holds(
        _said("procedure", NEW, capital_jpy=coarse, capital_jpy_unit=1_000),
        _said("procedure", OLD, capital_jpy=fine, capital_jpy_unit=1),
    )
    assert (found["capital_jpy"], found["capital_jpy_unit"]) == (fine, 1)


def test_a_coarser_amount_replaces_a_finer_one_that_it_contradicts() -> None:
    found = _holds(
        _said("procedure", NEW, capital_jpy=3_000_000, capital_jpy_unit=1_000),
        _said("procedure", OLD, capital_jpy=1_000_001, capital_jpy_unit=1),
    )
    assert (found["capital_jpy"], found["capital_jpy_unit"]) == (3_000_000, 1_000)


def test_the_finest_word_is_reached_step_by_step_never_past_one_that_disagrees() -> None:
    found = _holds(
        _said("procedure", NEW, capital_jpy=1_000_000, capital_jpy_unit=1_000_000),
        _said("procedure", MID, capital_jpy=1_200_000, capital_jpy_unit=10_000),
        _said("procedure", OLD, capital_jpy=1_700_000, capital_jpy_unit=1),
    )
    assert found["capital_jpy"] == 1_200_000


def test_a_month_does_not_replace_the_day_within_it() -> None:
    found = _holds(
        _said("procedure", NEW, founded_on=date(1998, 4, 1), founded_on_precision="month"),
        _said("procedure", OLD, founded_on=date(1998, 4, 17), founded_on_precision="day"),
        _said("procedure", MID, founded_on=date(1998, 1, 1), founded_on_precision="year"),
    )
    assert (found["founded_on"], found["founded_on_precision"]) == (date(1998, 4, 17), "day")


def test_an_address_survives_whole_from_one_claim() -> None:
    found = _holds(
        _said("base_registry", OLD, address_city="長野市", address_town="七瀬"),
        _said("procedure", NEW, address_city="松本市", address_building="駅前ビル",
              address_postal_code="3900000"),
    )  # fmt: skip
    parts = [found[f"address_{part}"] for part in ("city", "town", "building", "postal_code")]
    assert parts == ["長野市", "七瀬", None, None]


def test_half_an_address_gives_way_to_a_whole_one_that_agrees() -> None:
    found = _holds(
        _said("adviser", NEW, address_prefecture_code="20"),
        _said("procedure", OLD, address_prefecture_code="20", address_city="長野市"),
    )
    assert found["address_city"] == "長野市"


def test_a_name_survives_with_its_form_and_gets_nobody_else_s_kana() -> None:
    found = _holds(
        _said("base_registry", NEW, **name("新商店")),
        _said("aggregator", OLD, **name("旧商店", form="302"), name_kana="キュウショウテン"),
        _said("procedure", OLD, **name("新商店", form=None), name_kana="シンショウテン"),
    )
    assert (found["name"], found["legal_form"], found["name_kana"]) == (
        "新商店", "301", "シンショウテン",
    )  # fmt: skip


def test_a_birthday_goes_with_the_person_not_with_the_post() -> None:
    found = _holds(
        _said("register", NEW, representative_name="山田　花子"),
        _said("identity_provider", MID, representative_name="山田 花子",
              representative_birth_on=date(1970, 1, 2), representative_birth_on_precision="day"),
        _said("identity_provider", NEW, representative_name="山田 太郎",
              representative_birth_on=date(1940, 5, 6), representative_birth_on_precision="day"),
    )  # fmt: skip
    assert found["representative_birth_on"] == date(1970, 1, 2)


def test_a_revived_corporation_has_no_closing_day() -> None:
    closed = _said(
        "base_registry", OLD, activity_status="closed", closed_on=OLD, closed_on_precision="day"
    )
    stale = _said("aggregator", OLD, closed_on=OLD, closed_on_precision="day")
    assert _holds(closed, stale)["closed_on"] == OLD
    for revival in ("base_registry", "identity_provider"):
        found = _holds(closed, stale, _said(revival, NEW, activity_status="active"))
        assert (found["activity_status"], found["closed_on"]) == ("active", None)


def test_an_active_account_older_than_the_closing_revives_nobody() -> None:
    found = _holds(
        _said("base_registry", NEW, activity_status="closed", closed_on=NEW),
        _said("identity_provider", OLD, activity_status="active"),
    )
    assert found["activity_status"] == "closed"


def test_a_newer_differing_word_stands_beside_the_register_as_not_registered() -> None:
    found = survive(
        frame(
            [
                _said("base_registry", MID, **name("旧商店")),
                _said("procedure", NEW, **name("新商店")),
                _said("procedure", OLD, **name("大昔商店")),
            ]
        )
    )
    assert found.values["name"].to_list() == ["旧商店"]
    assert _conflicts(found) == [("name", "unregistered", [1, 2])]


def test_a_name_in_another_spelling_or_without_its_form_is_no_conflict() -> None:
    found = survive(
        frame(
            [
                _said("base_registry", OLD, **name("高崎工業")),
                _said("procedure", MID, **name("髙﨑 工業", form=None)),
                _said("procedure", NEW, **name("高崎工業")),
            ]
        )
    )
    assert _conflicts(found) == []


def test_an_individual_is_in_no_register_that_could_lag_behind() -> None:
    found = survive(
        frame(
            [
                _said("register", OLD, kind="sole_proprietor", **name("標本花子", form=None)),
                _said(
                    "identity_provider", NEW, kind="sole_proprietor", **name("標本屋", form=None)
                ),
            ]
        )
    )
    assert _conflicts(found) == []


def test_a_word_that_came_back_to_the_register_s_is_no_conflict() -> None:
    found = survive(
        frame(
            [
                _said("base_registry", OLD, **name("商店")),
                _said("procedure", MID, **name("新商店")),
                _said("procedure", NEW, **name("商店")),
            ]
        )
    )
    assert _conflicts(found) == []


def test_equals_that_differ_are_listed_and_the_smallest_member_holds_for_now() -> None:
    found = survive(
        frame(
            [
                _said("procedure", NEW, employees_regular=7, member_id=30),
                _said("procedure", NEW, employees_regular=5, member_id=20),
                _said("adviser", NEW, employees_regular=5, member_id=10),
            ]
        )
    )
    assert found.values["employees_regular"].to_list() == [5]
    assert _conflicts(found) == [("employees_regular", "equal_rank", [10, 30])]


def test_two_plans_described_on_one_day_are_no_conflict() -> None:
    found = survive(
        frame(
            [
                _said("procedure", NEW, management_issue="人手不足"),
                _said("procedure", NEW, management_issue="設備の老朽化"),
            ]
        )
    )
    assert _conflicts(found) == []


def test_of_two_rows_of_one_day_the_one_that_goes_before_holds_without_conflict() -> None:
    found = survive(
        frame(
            [
                _said("base_registry", NEW, **name("誤記商店")),
                _said("base_registry", NEW, **name("正商店"), precedence=1),
            ]
        )
    )
    assert found.values["name"].to_list() == ["正商店"]
    assert _conflicts(found) == []


def test_a_stream_that_nobody_described_counts_for_nothing() -> None:
    found = survive(frame([{"source_role": None, "name": "誰か"}]))
    assert found.values.is_empty()
    assert found.winners.is_empty()


def test_every_column_of_a_party_survives() -> None:
    columns = ENTITIES["party"].columns()
    sample: dict[str, Any] = {
        "String": "x", "Int64": 1, "Int32": 1, "Date": OLD, "Boolean": True,
    }  # fmt: skip
    stated = {column: sample[kind.value] for column, kind in columns.items()}
    found = _holds({"source_role": "procedure", "as_of": NEW, "role": "applicant", **stated})
    assert {column: found[column] for column in columns} == stated


def test_every_rule_ranks_every_source_role_once() -> None:
    roles = sorted(role for ranks in RANKS.values() for place in ranks for role in place)
    assert set(RANKS) == set(Survivorship)
    assert all(roles.count(role) == len(RANKS) for role in set(roles))


def test_winners_say_whose_value_it_is() -> None:
    found = survive(
        frame([_said("procedure", OLD, phone="03-1"), _said("procedure", NEW, phone="03-2")])
    )
    assert found.winners.filter(pl.col("unit") == "phone").rows() == [(1, "phone", 2, NEW)]
