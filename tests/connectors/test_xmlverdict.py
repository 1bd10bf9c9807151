"""xmlschema's verdict at libxml2's speed: both say the same of valid and of broken documents."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
import xmlschema
from lxml import etree

from connectors.transports.xmlsafe import XmlFault, parse_document
from connectors.transports.xmlverdict import ValidRecords, Verdict
from mocks.management_plan.mutants import TEXTS, mutants
from tests.connectors.plans import ELEMENT, contract, documents


def converter() -> ValidRecords:
    return contract().valid_records(ELEMENT)


def refusal(records: ValidRecords, root: etree._Element) -> XmlFault | None:
    try:
        records.convert(root)
    except XmlFault as fault:
        return fault
    return None


def theirs(schema: Any, root: etree._Element) -> bool:
    """xmlschema's verdict; where it fails itself (a year that overflows), it does not approve."""
    try:
        return bool(schema.is_valid(root))
    except (KeyError, OverflowError):
        return False


def test_valid_documents_are_converted_without_asking_xmlschema() -> None:
    records = converter()
    for data in documents():
        root = parse_document(data)
        assert contract().verdict.probably(root)
        assert json.loads(records.convert(root))["管理情報"]["計画番号"].startswith("KP")
    assert len(documents()) > 100


def test_the_same_verdict_on_hundreds_of_broken_documents() -> None:
    """Every mutant is asked of xmlschema alone, and of the fast way."""
    records, schema = converter(), contract().schema
    rng = Random(7)
    verdicts = {True: 0, False: 0}
    for data in documents()[:48]:
        for mutant in mutants(parse_document(data), rng, 16):
            valid = theirs(schema, mutant)
            found = refusal(records, mutant)
            assert (found is None) is valid, etree.tostring(mutant, encoding="unicode")
            verdicts[valid] += 1
    assert verdicts[False] >= 200
    assert verdicts[True] >= 50


def test_a_valid_document_has_the_values_of_to_dict() -> None:
    """Text for text, where `to_dict` leaves the text alone."""
    schema, records = contract().schema, converter()
    for data in documents()[:20]:
        root = parse_document(data)
        theirs = schema.to_dict(
            root, converter=xmlschema.ParkerConverter, decimal_type=str, datetime_types=False
        )
        assert plain(json.loads(records.convert(root))) == plain(theirs)


def plain(value: Any) -> Any:
    """Without attributes (Parker drops them), lists of one as their element, numbers as text."""
    if isinstance(value, dict):
        kept = {k: plain(v) for k, v in value.items() if k not in {"様式", "連番"}}
        return kept or None
    if isinstance(value, list):
        return plain(value[0]) if len(value) == 1 else [plain(one) for one in value]
    return None if value in (None, "") else str(value)


TYPES = (
    "xs:decimal", "xs:integer", "xs:nonNegativeInteger", "xs:int", "xs:unsignedByte", "xs:long",
    "xs:date", "xs:dateTime", "xs:time", "xs:gYear", "xs:gYearMonth", "xs:gMonthDay", "xs:duration",
    "xs:boolean", "xs:string", "xs:token", "xs:normalizedString", "xs:language", "xs:NCName",
    "xs:NMTOKEN", "xs:anyURI", "xs:hexBinary", "xs:base64Binary", "xs:double", "xs:float",
    "xs:QName", "xs:IDREFS",
)  # fmt: skip
FACETS = (
    ("xs:string", '<xs:pattern value="\\d+"/>'),
    ("xs:string", '<xs:pattern value="[0-9]+|x"/>'),
    ("xs:string", '<xs:pattern value="\\w\\S*"/>'),
    ("xs:string", '<xs:pattern value="\\p{L}+"/>'),
    ("xs:token", '<xs:minLength value="1"/><xs:maxLength value="3"/>'),
    ("xs:token", '<xs:enumeration value="認定"/>'),
    ("xs:decimal", '<xs:totalDigits value="3"/>'),
    ("xs:decimal", '<xs:fractionDigits value="1"/>'),
    ("xs:date", '<xs:minInclusive value="2024-02-29"/>'),
    ("xs:dateTime", '<xs:maxExclusive value="2026-04-01T09:00:00+09:00"/>'),
    ("xs:int", '<xs:minInclusive value="10"/>'),
)
MORE = (
    *TEXTS, "true", "1 ", "True", "INF", "NaN", "-0", "1.", ".5", "ja-JP", "a b", "a:b", "ABC",
    "abc=", "YWJj", "http://[", "P1Y", "P", "--02-30", "--02-29", "2026", "24:00:00", "09:00:00",
    " 2026-04-01 ", "2026-04-01Z", "１", "x  y", "\t",
)  # fmt: skip


@pytest.mark.parametrize("kind", [*TYPES, *FACETS], ids=str)
def test_every_simple_type_has_xmlschemas_verdict(kind: str | tuple[str, str]) -> None:
    base, facet = (kind, "") if isinstance(kind, str) else kind
    restricted = (
        f'<xs:simpleType><xs:restriction base="{base}">{facet}</xs:restriction></xs:simpleType>'
    )
    schema = xmlschema.XMLSchema(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xs:element name="r"><xs:complexType>'
        f'<xs:sequence><xs:element name="v">{restricted}</xs:element></xs:sequence>'
        f'<xs:attribute name="a">{restricted}</xs:attribute></xs:complexType>'
        "</xs:element></xs:schema>"
    )
    records = ValidRecords(schema, "r", Verdict(schema))
    good = next((text for text in MORE if theirs(schema, valued(text))), "")
    for text in MORE:
        for root in (valued(text), valued(good, text)):
            assert (refusal(records, root) is None) is theirs(schema, root), repr(text)


def valued(text: str, attribute: str | None = None) -> etree._Element:
    root = etree.Element("r")
    etree.SubElement(root, "v").text = text
    if attribute is not None:
        root.set("a", attribute)
    return root


SPECIAL = {
    "all": '<xs:all><xs:element name="a" type="xs:string" minOccurs="0"/>'
    '<xs:element name="b" type="xs:string"/></xs:all>',
    "any": '<xs:sequence><xs:any processContents="lax" maxOccurs="2"/></xs:sequence>',
    "fixed": '<xs:sequence><xs:element name="a" type="xs:string" fixed="1"/></xs:sequence>',
    "repeated": '<xs:choice maxOccurs="3"><xs:element name="a" type="xs:string"/>'
    '<xs:element name="b" type="xs:string"/></xs:choice>',
}


@pytest.mark.parametrize("name", SPECIAL)
def test_what_the_fast_way_does_not_understand_is_left_to_xmlschema(name: str) -> None:
    schema = xmlschema.XMLSchema(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="r">'
        f"<xs:complexType>{SPECIAL[name]}</xs:complexType></xs:element></xs:schema>"
    )
    records = ValidRecords(schema, "r", Verdict(schema))
    for inner in (
        "",
        "<a/>",
        "<b/>",
        "<a>1</a>",
        "<b/><a/>",
        "<a/><b/>",
        "<c/>",
        "<a/><a/><a/><a/>",
    ):
        root = etree.fromstring(f"<r>{inner}</r>")
        assert (refusal(records, root) is None) is theirs(schema, root), inner


def test_a_refusal_names_path_and_line_and_no_value() -> None:
    root = parse_document(documents()[0])
    name = next(root.iter("{*}代表者氏名"))
    name.text = "秘密の氏名" * 100
    found = refusal(converter(), root)
    assert found is not None
    assert found.rule == "schema"
    assert "代表者氏名" in found.message
    assert "maxLength" in found.message
    assert "秘密" not in found.message


def test_a_missing_and_a_strange_element_are_named() -> None:
    root = parse_document(documents()[0])
    state = next(root.iter("{*}状態"))
    parent = state.getparent()
    assert parent is not None
    parent.remove(state)
    found = refusal(converter(), root)
    assert found is not None
    assert "認定番号 must not stand here, expected 状態" in found.message


def test_another_root_is_refused() -> None:
    found = refusal(converter(), etree.fromstring("<x/>"))
    assert found is not None
    assert ELEMENT in found.message


def test_a_documents_hint_at_a_schema_is_not_followed(tmp_path: Any) -> None:
    """xsi:schemaLocation would let libxml2 read files of the document's choosing."""
    root = parse_document(documents()[0])
    root.set(
        "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation",
        f"urn:other {tmp_path}/other.xsd",
    )
    assert not contract().verdict.probably(root)
    assert refusal(converter(), root) is None
