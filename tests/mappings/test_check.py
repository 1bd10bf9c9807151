"""`check_mapping`: coverage, purposes and round trips of a mapping."""

from __future__ import annotations

from pathlib import Path

import pytest

from base.errors import MappingError
from connectors.schema import RecordSchema
from mappings.check import Report, check_mapping, require
from tests.mappings.conftest import SUBSIDY

PURPOSES = {
    "programs": ["program_search", "application_status", "prefill"],
    "applications": ["application_status", "prefill", "matching"],
}


@pytest.mark.parametrize("stream", PURPOSES)
def test_every_field_is_mapped_or_ignored(contracts: dict[str, RecordSchema], stream: str) -> None:
    report = check_mapping(SUBSIDY, stream, contracts[stream], PURPOSES[stream])
    assert report.problems == []
    assert report.mapped + report.ignored == report.fields == len(contracts[stream].paths)
    assert report.round_trips > 100


def check(tmp_path: Path, text: str, paths: set[str], purposes: list[str]) -> Report:
    path = tmp_path / "demo.yaml"
    path.write_text(text, encoding="utf-8")
    return check_mapping(path, "s", paths, purposes)


def kinds(report: Report) -> set[tuple[str, int, str]]:
    return {(problem.kind, problem.line, problem.field) for problem in report.problems}


def test_uncovered_and_unknown_fields(tmp_path: Path) -> None:
    text = "s:\n  fields:\n    a: {to: party.name}\n  ignore:\n    b: internal\n    a: internal\n"
    report = check(tmp_path, text, {"a", "c", "d[].x"}, ["prefill"])
    assert kinds(report) == {
        ("unmapped", 1, "c"),
        ("unmapped", 1, "d[].x"),
        ("unknown", 5, "b"),
        ("ignored_twice", 6, "a"),
    }
    with pytest.raises(MappingError, match="3 more"):
        require(report)


def test_a_subtree_is_ignored_as_one(tmp_path: Path) -> None:
    text = "s:\n  fields:\n    a: {to: party.name}\n  ignore: {v1.*: same as v2}\n"
    report = check(tmp_path, text, {"a", "v1.x", "v1.y.z"}, [])
    assert report.ok
    assert report.ignored == 2


def test_a_personal_field_needs_a_purpose(tmp_path: Path) -> None:
    text = "s:\n  fields:\n    a: {to: contact.name}\n    b: {to: party.url, purpose: matching}\n"
    report = check(tmp_path, text, {"a", "b"}, ["application_status"])
    assert kinds(report) == {("purpose", 3, "a"), ("purpose", 4, "b")}
    assert check(tmp_path, text, {"a", "b"}, ["matching"]).ok


def test_the_schema_is_a_schema() -> None:
    import json

    from jsonschema import Draft202012Validator

    from mappings.loading import SCHEMA

    Draft202012Validator.check_schema(json.loads(SCHEMA.read_text(encoding="utf-8")))
