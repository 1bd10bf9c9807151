"""Whether a mock's answers fit the contract that the connector reads them by."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

CONNECTORS = Path(__file__).resolve().parents[2] / "connectors"


@cache
def document(system: str, contract: str = "openapi.yaml") -> Any:
    """A connector's contract."""
    return yaml.safe_load((CONNECTORS / system / contract).read_text(encoding="utf-8"))


@cache
def validator(system: str, schema: str) -> Draft202012Validator:
    """Checks against one schema of the contract's components."""
    components = document(system)["components"]
    reference = {"$ref": f"#/components/schemas/{schema}", "components": components}
    return Draft202012Validator(reference)


def misfits(system: str, schema: str, value: Any) -> list[str]:
    """What does not fit, without its values."""
    return [f"{e.json_path}: {e.validator}" for e in validator(system, schema).iter_errors(value)]
