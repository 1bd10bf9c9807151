"""`try_record` shows one record field by field; `diff_plans` shows what a change changes."""

from __future__ import annotations

from mappings import Plan
from mappings.diff import diff_plans
from mappings.trial import try_record
from tests.mappings.conftest import Compile
from tests.mappings.frames import source_frame
from tests.mappings.test_subsidy_applications import APPLICATION


def test_trial_shows_value_note_refusal_and_reason(applications: Plan) -> None:
    answers = APPLICATION["answers"] | {"資本金": "1000"}
    rows = try_record(applications, source_frame(APPLICATION | {"answers": answers}))
    shown = {(row.source, row.canonical): row for row in rows}
    name = shown["answers.商号又は名称", "party.name_core"]
    assert (name.raw, name.value) == ("㈱髙橋製作所", "髙橋製作所")
    founded = shown["answers.創業・設立日", "party.established_on"]
    assert (founded.value, founded.note) == ("2020-03-31", "era_out_of_range")
    capital = shown["answers.資本金", "party.capital_jpy"]
    assert (capital.refused, capital.value) == (True, None)
    assert capital.note.startswith("unit_missing")
    assert shown["answers.役員一覧[1].役職", "officer.title"].value == "監査役"
    assert shown["updatedAt", ""].note.startswith("when the row was touched")
    assert shown["answers.代表者氏名", "party.representative_name"].personal


def test_what_is_personal_depends_on_who_applies(applications: Plan) -> None:
    for kind, personal in (("法人", False), ("個人事業主", True), ("", True)):
        applicant = APPLICATION["applicant"] | {"kind": kind}
        rows = try_record(applications, source_frame(APPLICATION | {"applicant": applicant}))
        shown = {row.canonical: row for row in rows if row.value is not None}
        for name in ("party.name", "party.address_city", "party.name_core"):
            assert (shown[name].personal, shown[name].raw_personal) == (personal, personal), name
        code = shown["party.address_prefecture_code"]
        assert (code.personal, code.raw_personal) == (False, personal)
        assert shown["party.representative_name"].personal
        birth = shown["party.representative_birth_on_precision"]
        assert (birth.personal, birth.raw_personal) == (False, True)


def test_a_number_with_a_wrong_check_digit_may_be_a_persons(applications: Plan) -> None:
    for number, hidden in (("2180001015846", True), ("7000012050002", False)):
        answers = APPLICATION["answers"] | {"法人番号": number}
        rows = try_record(applications, source_frame(APPLICATION | {"answers": answers}))
        (row,) = [row for row in rows if row.source == "answers.法人番号"]
        assert (row.refused, row.raw_personal) == (hidden, hidden)


def test_diff_names_the_claims_that_change(compiled: Compile) -> None:
    text = "s:\n  fields:\n    a: {to: party.capital_jpy, unit: 円}\n    b: {to: party.name}\n"
    old, new = compiled(text), compiled(text.replace("unit: 円", "unit: 千円"))
    frame = source_frame({"a": "1000", "b": "甲"}, {"a": "", "b": "乙"})
    found = diff_plans(old, new, frame)
    assert [(c.row, c.entity, c.field, c.old, c.new) for c in found.changes] == [
        (0, "party", "capital_jpy", 1000, 1000000),
        (0, "party", "capital_jpy_unit", 1, 1000),
    ]
    assert diff_plans(old, old, frame).same


def test_diff_names_refusals_that_come_and_go(compiled: Compile) -> None:
    text = "s:\n  fields:\n    a: {to: party.capital_jpy, unit: 円}\n"
    old, new = compiled(text), compiled(text.replace(", unit: 円", ""))
    found = diff_plans(old, new, source_frame({"a": "1000"}))
    assert [(r.row, r.side, r.rule, r.field) for r in found.refusals] == [
        (0, "new", "unit_missing", "a")
    ]
