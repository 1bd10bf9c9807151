"""Contracts: what an OpenAPI file says of a record, and how it is told that it cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from base.errors import ContractError
from connectors.contracts.openapi import OpenApiContract
from connectors.schema import RecordSchema, Resolver
from tests.connectors.helpers import PLAIN

TEXT = {"type": ["string", "null"]}


def record(schema: dict[str, Any], **components: Any) -> RecordSchema:
    document = {"components": {"schemas": components}}
    return Resolver(document, "plain/openapi.yaml").record(schema)


def test_all_of_is_one_object_and_the_later_part_wins() -> None:
    base = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": TEXT}}
    narrower = {"properties": {"b": {"type": "integer"}}}
    found = record({"allOf": [{"$ref": "#/components/schemas/Base"}, narrower]}, Base=base)
    assert [(leaf.path, leaf.kind, leaf.required) for leaf in found.leaves] == [
        ("a", "text", True),
        ("b", "number", False),
    ]


def test_a_description_beside_a_reference_changes_no_version() -> None:
    plain = record({"properties": {"a": {"$ref": "#/components/schemas/A"}}}, A=TEXT)
    reference = {"$ref": "#/components/schemas/A", "description": "説明"}
    described = record({"properties": {"a": reference}}, A=TEXT)
    other = record({"properties": {"a": {"type": "string"}}})
    assert plain.version == described.version != other.version


def test_openapi_3_0_nullable_is_understood() -> None:
    assert record({"properties": {"a": {"type": "string", "nullable": True}}}).leaves[0].nullable


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "string"}, "must be an object"),
        ({"properties": {"a": {"$ref": "#/components/schemas/No"}}}, "leads nowhere"),
        ({"properties": {"a": {"$ref": "other.yaml#/A"}}}, "does not resolve"),
        ({"$ref": "#/components/schemas/Loop"}, "refers to itself"),
        (
            {"properties": {"a": {"type": "array", "items": {"type": "array", "items": TEXT}}}},
            "list",
        ),
        (
            {
                "properties": {
                    "a": {
                        "type": "array",
                        "items": {"properties": {"b": {"type": "array", "items": TEXT}}},
                    }
                }
            },
            "list inside a list",
        ),
    ],
)
def test_a_schema_that_no_frame_can_hold_is_named(schema: dict[str, Any], message: str) -> None:
    loop = {"properties": {"a": {"$ref": "#/components/schemas/Loop"}}}
    with pytest.raises(ContractError, match=message):
        record(schema, Loop=loop)


@pytest.mark.parametrize(
    ("text", "message"),
    [("openapi: 2.0", "not an OpenAPI 3"), ("a: [", "cannot be read"), ("[]", "not an OpenAPI 3")],
)
def test_a_file_that_is_no_contract(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(text)
    with pytest.raises(ContractError, match=message):
        OpenApiContract(path)
    with pytest.raises(ContractError, match="cannot be read"):
        OpenApiContract(tmp_path / "missing.yaml")


def test_operations_carry_the_servers_path() -> None:
    contract = OpenApiContract(PLAIN / "openapi.yaml")
    operation = contract.operation("listCases")
    assert operation.path == "/api/v1/cases"
    assert operation.parameters == {"from", "until", "cursor", "page", "offset", "limit"}
    with pytest.raises(ContractError, match="Operations there: listCases"):
        contract.operation("listCase")


@pytest.mark.parametrize("name", ["programs", "applications"])
def test_examples_of_our_own_schemas_close_their_objects(name: str) -> None:
    """Where the interface is ours, an unknown field is outside the contract."""
    path = PLAIN.parents[2] / "connectors" / "subsidy" / f"{name}.openapi.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    ours = {"programs": ["ProgramRecord", "StoredFile"], "applications": [
        "ApplicationPage", "Application", "Applicant", "Answers", "Procedure", "Notice",
    ]}  # fmt: skip
    assert all(schemas[schema]["additionalProperties"] is False for schema in ours[name])
