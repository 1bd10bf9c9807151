"""The subsidy system's contracts and plans, and a way to compile a mapping written in a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.contracts.openapi import OpenApiContract
from connectors.schema import RecordSchema
from mappings import Plan, compile_mapping

ROOT = Path(__file__).parents[2]
SUBSIDY = ROOT / "mappings" / "subsidy.yaml"

Compile = Callable[[str], Plan]


@pytest.fixture(scope="session")
def contracts() -> dict[str, RecordSchema]:
    folder = ROOT / "connectors" / "subsidy"
    programs = OpenApiContract(folder / "programs.openapi.yaml")
    applications = OpenApiContract(folder / "applications.openapi.yaml")
    return {
        "programs": programs.record_schema(record="ProgramRecord"),
        "applications": applications.record_schema(operation="listApplications", records="$.items"),
    }


@pytest.fixture(scope="session")
def applications(contracts: dict[str, RecordSchema]) -> Plan:
    return compile_mapping(SUBSIDY, "applications", contracts["applications"])


@pytest.fixture(scope="session")
def programs(contracts: dict[str, RecordSchema]) -> Plan:
    return compile_mapping(SUBSIDY, "programs", contracts["programs"])


@pytest.fixture
def compiled(tmp_path: Path) -> Compile:
    """Compile the stream `s` of a mapping given as text."""

    def compile_text(text: str) -> Plan:
        path = tmp_path / "demo.yaml"
        path.write_text(text, encoding="utf-8")
        return compile_mapping(path, "s")

    return compile_text
