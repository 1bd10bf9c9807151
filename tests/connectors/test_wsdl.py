"""A WSDL as a contract: operations, parameters, records, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from base.errors import ContractError
from connectors.checks import check_connector
from connectors.contracts.contract import load_contract
from connectors.contracts.wsdl import WsdlContract

FOLDER = Path(__file__).parents[2] / "connectors" / "support_agency"
FILE = FOLDER / "support_agency.wsdl"
GOOD = FILE.read_text(encoding="utf-8")
RECORDS = {"operation": "listAgencies", "records": "$.agencies.agency"}


@pytest.fixture(scope="module")
def contract() -> WsdlContract:
    found = load_contract(FILE)
    assert isinstance(found, WsdlContract)
    return found


def changed(*changes: tuple[str, str]) -> WsdlContract:
    text = GOOD
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return WsdlContract(FILE, text.encode())


def test_an_operation_says_where_and_what(contract: WsdlContract) -> None:
    assert (contract.operations, contract.assumed) == (["listAgencies"], True)
    operation = contract.operation("listAgencies")
    assert operation.path == "/services/SupportAgencyService"
    assert operation.action == "urn:assumed:support-agency:v1:listAgencies"
    assert operation.parameters == {"updatedFrom", "updatedUntil", "pageToken", "pageSize"}
    assert operation.answer.local_name == "listAgenciesResponse"


def test_a_record_has_the_elements_of_its_type(contract: WsdlContract) -> None:
    schema = contract.record_schema(**RECORDS)
    leaves = {leaf.path: leaf for leaf in schema.leaves}
    assert schema.identifiers == {"認定支援機関ID"}
    assert leaves["認定支援機関ID"].required
    assert leaves["状態"].enum == frozenset({"有効", "失効", "廃止", "取消"})
    assert not leaves["法人番号"].required
    assert leaves["経済産業局備考"].personal
    assert [leaf.path for leaf in schema.lists["拠点"]] == [
        "拠点名",
        "郵便番号",
        "住所",
        "電話番号",
    ]


def test_a_message_holds_its_parameters(contract: WsdlContract) -> None:
    message = contract.message("listAgencies", {"pageToken": "a&b", "pageSize": "5"})
    assert [(etree.QName(e).localname, e.text) for e in message.iter() if e.text] == [
        ("pageToken", "a&b"), ("pageSize", "5"),
    ]  # fmt: skip


def test_an_unknown_parameter_is_said(contract: WsdlContract) -> None:
    with pytest.raises(ContractError, match="listAgencies cannot be asked"):
        contract.message("listAgencies", {"name": "山田"})


def test_a_changed_description_changes_no_version(contract: WsdlContract) -> None:
    other = changed(("名称（個人は氏名）", "名称"))
    assert other.record_schema(**RECORDS).version == contract.record_schema(**RECORDS).version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<xsd:element name="管轄経済産業局" type="xsd:string"/>', ""),
        ('<xsd:element name="URL" type="xsd:string" nillable="true"/>',
         '<xsd:element name="URL" type="xsd:string"/>'),
        ('<xsd:enumeration value="取消"/>', ""),
        ('<xsd:element name="名称" type="xsd:string" hub:personal="true">',
         '<xsd:element name="名称" type="xsd:string">'),
    ],
)  # fmt: skip
def test_a_changed_structure_is_another_version(contract: WsdlContract, old: str, new: str) -> None:
    schema = changed((old, new)).record_schema(**RECORDS)
    assert schema.version != contract.record_schema(**RECORDS).version


def test_schemas_that_import_each_other_are_read() -> None:
    two = changed(
        (
            '    <xsd:schema targetNamespace="urn:assumed:support-agency:v1"',
            '    <xsd:schema targetNamespace="urn:types"><xsd:simpleType name="Note">'
            '<xsd:restriction base="xsd:string"/></xsd:simpleType></xsd:schema>\n'
            '    <xsd:schema xmlns:t="urn:types" targetNamespace="urn:assumed:support-agency:v1"',
        ),
        (
            '      <xsd:element name="listAgencies">',
            '      <xsd:import namespace="urn:types"/>\n      <xsd:element name="listAgencies">',
        ),
        ('<xsd:element name="機関種別" type="xsd:string"/>',
         '<xsd:element name="機関種別" type="t:Note"/>'),
    )  # fmt: skip
    assert "機関種別" in two.record_schema(**RECORDS).paths
    assert two.operation("listAgencies").answer.local_name == "listAgenciesResponse"


WRONG = {
    "no XML": ("<wsdl:definitions", "is no XML"),
    "no WSDL": ("<a/>", "is no WSDL 1.1"),
    "a DTD": ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "is no WSDL 1.1"),
    "no types": (
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>',
        "has no schema among its types",
    ),
    "a schema elsewhere": (
        GOOD.replace(
            '<xsd:element name="listAgencies">',
            '<xsd:import namespace="urn:x" schemaLocation="http://elsewhere.example/x.xsd"/>'
            '<xsd:element name="listAgencies">',
        ),
        "refers to the schema http://elsewhere.example/x.xsd",
    ),
    "a type that is not there": (
        GOOD.replace('type="tns:Agency"', 'type="tns:Nothing"'),
        "are no XML Schema",
    ),
    "no service": (
        GOOD[: GOOD.index("  <wsdl:service")] + "</wsdl:definitions>",
        "has no service over SOAP 1.1",
    ),
}


@pytest.mark.parametrize(("text", "what"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_contract_is_said(text: str, what: str) -> None:
    with pytest.raises(ContractError, match=what) as caught:
        WsdlContract(FILE, text.encode())
    assert "support_agency/support_agency.wsdl" in str(caught.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="cannot be read"):
        load_contract(tmp_path / "gone.wsdl")


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"operation": "listAgencies", "records": "$.nothing"}, "no element"),
        ({"operation": "listAgencies", "records": "$.agencies"}, "not a list"),
        ({"operation": "other", "records": "$.agencies"}, "no operation"),
        ({"record": "Nothing"}, "no global element"),
        ({}, "neither a record nor an operation"),
    ],
)
def test_what_the_contract_lacks_is_said(
    contract: WsdlContract, given: dict[str, str], what: str
) -> None:
    with pytest.raises(ContractError, match=what):
        contract.record_schema(**given)


def folder_with(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = (FOLDER / "connector.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    folder = tmp_path / "support_agency"
    folder.mkdir()
    (folder / "connector.yaml").write_text(text, encoding="utf-8")
    (folder / FILE.name).write_text(GOOD, encoding="utf-8")
    return folder


def test_the_declaration_fits_the_contract() -> None:
    assert check_connector(FOLDER) == []


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("from: updatedFrom", "from: changedFrom", "cursor.from"),
        ("size: pageSize", "size: limit", "paging.size"),
        ("parameter: pageToken", "parameter: token", "paging.parameter"),
        ("next: $.nextPageToken", "next: $.next", "paging.next"),
        ("operation: listAgencies", "operation: findAgencies", "operation"),
        ("key: 認定支援機関ID", "key: id", "key"),
        ("kind: cursor", "kind: next_url", "paging"),
        ("SYS-001: busy", "SYS-001: weary", "faults"),
    ],
)
def test_a_declaration_that_does_not_fit_is_said(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    changes = [(old, new)]
    if new == "kind: next_url":
        changes += [(" parameter: pageToken,", ""), (", size: pageSize", "")]
    problems = check_connector(folder_with(tmp_path, *changes))
    assert problems
    assert any(field in problem.field for problem in problems), problems
