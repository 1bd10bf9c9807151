"""Rules that read another unit, or other values, than the contract says."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors import declarations
from connectors.connector import Connector
from connectors.schema import Leaf, ListNode, ObjectNode, RecordSchema
from hub.sync import mapping_file
from mappings.check import check_mapping

SUCCESSION = mapping_file("succession")


def schema(*leaves: Leaf, rows: Leaf | None = None) -> RecordSchema:
    fields: dict[str, Leaf | ObjectNode | ListNode] = {leaf.path: leaf for leaf in leaves}
    if rows is not None:
        fields["rows"] = ListNode("rows", ObjectNode("rows", {rows.path: rows}))
    return RecordSchema(ObjectNode("", fields), "test")


def amount(path: str, unit: str | None) -> Leaf:
    return Leaf(path, frozenset({"integer"}), unit=unit)


def words(path: str, *values: str) -> Leaf:
    return Leaf(path, frozenset({"string"}), enum=frozenset(values))


def problems(tmp_path: Path, rules: str, contract: RecordSchema) -> list[tuple[str, int, str]]:
    path = tmp_path / "demo.yaml"
    path.write_text(f"s:\n  fields:\n{rules}", encoding="utf-8")
    report = check_mapping(path, "s", contract, ["prefill"])
    return [(one.kind, one.line, one.message) for one in report.problems]


@pytest.mark.parametrize(
    ("rule", "stated", "told"),
    [
        ("unit: 千円", "千円", None),
        ("unit: 千円", "万円", "a is read in 千円; the contract says 万円"),
        ("unit: 円", "千円", "a is read in 円; the contract says 千円"),
        ("zero: zero", "円", "a is read without a unit; the contract says 円"),
        ("unit: 円", None, None),
        ("unit: 円", "人", None),
    ],
)
def test_a_unit_is_the_contracts(
    tmp_path: Path, rule: str, stated: str | None, told: str | None
) -> None:
    rules = f"    a: {{to: party.capital_jpy, {rule}}}\n"
    found = problems(tmp_path, rules, schema(amount("a", stated)))
    assert found == ([] if told is None else [("unit", 3, told)])


def test_a_unit_inside_a_list(tmp_path: Path) -> None:
    rules = "    rows:\n      each: financial_statement\n      fields:\n"
    rules += "        売上: {to: sales_jpy, unit: 円}\n"
    contract = schema(rows=amount("売上", "千円"))
    (found,) = problems(tmp_path, rules, contract)
    assert (found[0], found[2]) == ("unit", "rows[].売上 is read in 円; the contract says 千円")


def test_every_value_of_the_contract_is_read(tmp_path: Path) -> None:
    rules = "    a: {to: party.kind, codes: {個人: sole_proprietor, 組合: body}}\n"
    contract = schema(words("a", "法人", "個人", "創業前", ""))
    assert [(kind, message) for kind, _, message in problems(tmp_path, rules, contract)] == [
        (
            "enum",
            "a may be '創業前' by the contract, which the rule refuses: "
            "is not in the list of values that this field knows",
        ),
        ("enum", "a is '組合' in `codes`, which the contract does not list"),
    ]


def test_what_is_written_is_one_of_the_contracts_values(tmp_path: Path) -> None:
    contract = schema(words("a", "該当", "非該当"))
    rule = "    a: {to: party.deemed_large_company, yes: %s, no: 非該当}\n"
    assert problems(tmp_path, rule % "該当", contract) == []
    assert problems(tmp_path, rule % "はい", contract) == [
        ("enum", 3, "a is written 'はい' for '該当', which the contract does not list")
    ]


@pytest.mark.parametrize("system", declarations())
def test_every_mapping_agrees_with_its_contract(system: str) -> None:
    connector = Connector(declarations()[system], lambda _name: None)  # type: ignore[arg-type,return-value]
    for stream in connector.streams.values():
        fields = connector.schema(stream.name)
        report = check_mapping(mapping_file(system), stream.name, fields, stream.purpose)
        assert report.problems == [], stream.name


def test_a_units_change_in_the_contract_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "succession.yaml"
    text = SUCCESSION.read_text(encoding="utf-8")
    path.write_text(text.replace("capital_jpy, unit: 千円", "capital_jpy, unit: 万円"), "utf-8")
    connector = Connector(declarations()["succession"], lambda _name: None)  # type: ignore[arg-type,return-value]
    stream = connector.streams["cases"]
    report = check_mapping(path, "cases", connector.schema("cases"), stream.purpose)
    assert [(one.kind, one.field) for one in report.problems] == [("unit", "capital")]
