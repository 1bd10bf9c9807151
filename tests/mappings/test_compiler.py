"""What decides a plan's version, roles, and the contract's say."""

from __future__ import annotations

import pytest

from base.errors import MappingError
from mappings import compile_mapping
from tests.mappings.conftest import SUBSIDY, Compile
from tests.mappings.frames import source_frame

PLAIN = "s:\n  fields:\n    a: {to: party.capital_jpy, unit: 円}\n    b: {to: party.name}\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN + "  # a remark\n",
        PLAIN + "  ignore: {c: internal}\n",
        PLAIN.replace("{to: party.capital_jpy, unit: 円}", "{unit: 円, to: party.capital_jpy}"),
        PLAIN.replace("{to: party.name}", "{to: party.name, as: legal_name}"),
    ],
)
def test_version_stays(compiled: Compile, text: str) -> None:
    assert compiled(text).version == compiled(PLAIN).version


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("unit: 円", "unit: 千円"),
        PLAIN.replace("b:", "c:"),
        PLAIN.replace("party.name}", "party.name, role: vendor}"),
        PLAIN.replace("party.name}", "party.name, as: text}"),
        PLAIN + "  as_of: d\n",
        PLAIN + "  set: {party.kind: body}\n",
    ],
)
def test_version_changes(compiled: Compile, text: str) -> None:
    assert compiled(text).version != compiled(PLAIN).version


def test_a_source_outside_the_contract_is_named(compiled: Compile) -> None:
    with pytest.raises(MappingError, match=r"subsidy.yaml:\d+: .*is no field of the contract"):
        compile_mapping(SUBSIDY, "applications", {"applicationId"})


def test_a_near_name_is_suggested() -> None:
    fields = {"submittedAt", "updatedAt", "programID"}
    with pytest.raises(MappingError, match="Near it are programID"):
        compile_mapping(SUBSIDY, "applications", fields)


def test_roles_stand_beside_one_another(compiled: Compile) -> None:
    plan = compiled(
        "s:\n  fields:\n    a: {to: party.name}\n    v: {to: party.name, role: vendor}\n"
        "    p: {to: contact.name, role: vendor}\n"
    )
    claims = plan.map(source_frame({"a": "甲", "v": "乙", "p": "丙"}, {"a": "丁", "v": ""})).claims
    assert sorted(claims["party"].select("#row", "role", "name").rows()) == [
        (0, "applicant", "甲"), (0, "vendor", "乙"), (1, "applicant", "丁"),
    ]  # fmt: skip
    assert claims["contact"].select("role", "name").rows() == [("vendor", "丙")]


def test_a_stream_may_name_its_roles(compiled: Compile) -> None:
    plan = compiled("s:\n  roles: {party: agency}\n  fields:\n    a: {to: contact.name}\n")
    assert plan.map(source_frame({"a": "甲"})).claims["contact"]["role"].to_list() == ["agency"]


def test_the_same_odd_text_reads_the_same_in_every_batch(compiled: Compile) -> None:
    plan = compiled("s:\n  fields:\n    a: {to: party.established_on, as: era_date}\n")
    frame = source_frame({"a": "㍻30年12月末日"}, {"a": "平成30年2月30日"})
    first, second = plan.map(frame), plan.map(frame)
    assert first.claims["party"].equals(second.claims["party"])
    assert first.refusals == second.refusals != []


def test_an_empty_batch_maps_to_nothing(compiled: Compile) -> None:
    frame = source_frame({"a": "1", "b": "x"})
    frame.root = frame.root.clear()
    assert compiled(PLAIN).map(frame).claims == {}
