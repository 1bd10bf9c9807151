"""XML elements as JSON texts by their XML Schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
import xmlschema
from lxml import etree

from base.errors import ContractError
from connectors.schema import Resolver
from connectors.transports.xmlrecords import DEEPEST, TooDeepError, XmlRecords

FRAME = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:t"
  xmlns:hub="urn:sme-hub:contract" targetNamespace="urn:t" elementFormDefault="qualified">{}
</xs:schema>"""

SCHEMA = FRAME.format("""
<xs:element name="plan"><xs:complexType>
  <xs:sequence>
    <xs:element name="number" type="xs:int" hub:unit="千円">
      <xs:annotation><xs:documentation>金額</xs:documentation></xs:annotation></xs:element>
    <xs:element name="name" type="xs:string" minOccurs="0" nillable="true">
      <xs:annotation><xs:appinfo><hub:personal/></xs:appinfo></xs:annotation></xs:element>
    <xs:element name="state" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
      <xs:enumeration value="認定"/><xs:enumeration value="取下げ"/></xs:restriction>
      </xs:simpleType></xs:element>
    <xs:choice minOccurs="0" maxOccurs="9"><xs:element ref="item"/></xs:choice>
    <xs:element name="amount" minOccurs="0"><xs:complexType><xs:simpleContent>
      <xs:extension base="xs:decimal"><xs:attribute name="unit" use="required"/></xs:extension>
    </xs:simpleContent></xs:complexType></xs:element>
    <xs:element name="place" minOccurs="0" nillable="true"><xs:complexType><xs:sequence>
      <xs:element name="city" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence>
  <xs:attribute name="version" use="required"/>
</xs:complexType></xs:element>
<xs:element name="item" hub:identifier="true"><xs:complexType><xs:sequence>
  <xs:element name="name" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
""")


def records(schema: str = SCHEMA, element: str = "plan") -> XmlRecords:
    return XmlRecords(xmlschema.XMLSchema(schema), element)


def value(inner: str, attributes: str = 'version="1"') -> Any:
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    text = f'<plan xmlns="urn:t" {xsi} {attributes}>{inner}</plan>'
    return json.loads(records().convert(etree.fromstring(text)))


def test_values_are_text_as_received() -> None:
    assert value("<number>+007</number>") == {"version": "1", "number": "+007"}
    assert value("<name>  前後 </name>")["name"] == "  前後 "


def test_null_absent_and_empty_are_three_things() -> None:
    assert value('<name xsi:nil="true"/>')["name"] is None
    assert value("<name/>")["name"] == ""
    assert "name" not in value("")
    assert value('<place xsi:nil="true"/>')["place"] is None


def test_what_may_repeat_is_a_list_even_once() -> None:
    once = value("<item><name>旋盤</name></item>")
    assert once["item"] == [{"name": "旋盤"}]
    assert len(value("<item><name>a</name></item>" * 3)["item"]) == 3


def test_text_with_attributes_stands_under_value() -> None:
    assert value('<amount unit="千円">1.10</amount>')["amount"] == {"unit": "千円", "value": "1.10"}


def test_what_the_schema_does_not_know_is_kept() -> None:
    found = value("<number>1</number><new><a>1</a><a/></new><new/>", 'version="1" extra="x"')
    assert found["new"] == [{"a": ["1", ""]}, ""]
    assert found["extra"] == "x"


def test_what_stands_twice_against_the_schema_is_kept() -> None:
    assert value("<number>1</number><number>2</number><number>3</number>")["number"] == [
        "1", "2", "3",
    ]  # fmt: skip
    assert value("<number><x>1</x></number>")["number"] == {"x": "1"}


def test_unknown_elements_nested_too_deeply_are_an_error() -> None:
    deep = "<x>" * (DEEPEST + 2) + "</x>" * (DEEPEST + 2)
    with pytest.raises(TooDeepError):
        value(deep)


def test_the_json_schema_says_what_the_xml_schema_says() -> None:
    schema = Resolver({}, "t").record(records().json_schema())
    leaves = {leaf.path: leaf for leaf in schema.leaves}
    assert schema.paths == (
        "version", "number", "name", "state", "amount.unit", "amount.value", "place.city",
        "item[].name",
    )  # fmt: skip
    assert leaves["number"].unit == "千円"
    assert leaves["number"].required
    assert leaves["number"].description == "金額"
    assert leaves["name"].personal
    assert leaves["name"].nullable
    assert not leaves["name"].required
    assert leaves["name"].sparse
    assert leaves["state"].enum == frozenset({"認定", "取下げ"})
    assert leaves["amount.unit"].required


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (
            '<xs:element name="plan"><xs:complexType mixed="true"><xs:sequence>'
            '<xs:element name="a"/></xs:sequence></xs:complexType></xs:element>',
            "mixes",
        ),
        (
            '<xs:element name="plan"><xs:complexType><xs:sequence>'
            '<xs:element ref="plan" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>',
            "contains itself",
        ),
        (
            '<xs:element name="plan"><xs:complexType><xs:sequence><xs:element name="a"/>'
            '</xs:sequence><xs:attribute name="a"/></xs:complexType></xs:element>',
            "two fields",
        ),
        ('<xs:element name="other"/>', "no global element"),
    ],
)
def test_a_schema_that_json_cannot_hold_is_a_contract_error(body: str, what: str) -> None:
    with pytest.raises(ContractError, match=what):
        records(FRAME.format(body))
