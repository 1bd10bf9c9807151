"""Tables as contracts: text from a file, typed from a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from base.errors import ContractError
from connectors.contracts.table import TableContract
from connectors.schema import Leaf

FIELDS = """
fields:
  - {name: code, type: string, constraints: {required: true}}
  - {name: amount, type: integer}
  - {name: rate, type: number, constraints: {required: true}}
  - {name: day, type: date}
  - {name: gone, type: boolean}
  - {name: more, type: any}
  - {name: side, type: string, x-personal: true, constraints: {enum: [a, b]}}
"""


def leaves(folder: Path, head: str) -> dict[str, Leaf]:
    path = folder / "items.table.yaml"
    path.write_text(head + FIELDS, encoding="utf-8")
    return {leaf.path: leaf for leaf in TableContract(path).record_schema().leaves}


def test_a_file_sends_every_column_as_text(tmp_path: Path) -> None:
    found = leaves(tmp_path, "")
    assert all(leaf.kind == "text" and leaf.required for leaf in found.values())
    assert [name for name, leaf in found.items() if not leaf.nullable] == ["code", "rate"]


def test_a_database_sends_values_in_their_types(tmp_path: Path) -> None:
    found = leaves(tmp_path, "x-typed: true")
    kinds = {name: leaf.kind for name, leaf in found.items()}
    assert kinds == {
        "code": "text", "amount": "number", "rate": "number", "day": "text", "gone": "boolean",
        "more": "mixed", "side": "text",
    }  # fmt: skip
    assert found["amount"].types == {"integer"}
    assert [name for name, leaf in found.items() if leaf.required] == ["code", "rate"]
    assert [name for name, leaf in found.items() if not leaf.nullable] == ["code", "rate"]
    assert found["day"].format == "date"
    assert (found["side"].enum, found["side"].personal) == (frozenset("ab"), True)


def test_a_type_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "items.table.yaml"
    path.write_text(FIELDS.replace("code, type: string", "code, type: text"), encoding="utf-8")
    contract = TableContract(path)
    with pytest.raises(ContractError, match="code has the unknown type 'text'"):
        contract.record_schema()
