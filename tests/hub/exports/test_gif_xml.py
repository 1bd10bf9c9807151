"""Businesses in XML: the order, the required patterns, what is not known, and any text whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from base.errors import SettingsError
from hub.exports import texts
from hub.exports.gif_terms import NAMESPACE, STRUCTURES
from hub.exports.gif_xml import Xsd, document, element, envelope

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
LEAST = {"tradeName": "株式会社山田", "tradeNameKana": "カブシキガイシャヤマダ"}
IDS = [{"idType": "番号", "id": "1"}]


def told(tree: dict[str, Any]) -> etree._Element:
    found, unheld = element(tree)
    assert found is not None, unheld
    return etree.fromstring(document(found))


def names(found: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in found]


def test_elements_stand_in_the_order_of_the_schema() -> None:
    tree: dict[str, Any] = {
        term.name: "1" for term in reversed(STRUCTURES["LegalEntity"]) if not term.structure
    }
    tree |= {term.name: ["1"] for term in STRUCTURES["LegalEntity"]
             if term.repeated and not term.structure}  # fmt: skip
    tree |= {"idGroup": IDS, "dateOfEstablishment": "2024-04-01"}
    expected = [term.name for term in STRUCTURES["LegalEntity"]
                if term.name in tree or term.name == "contactPointInformation"]  # fmt: skip
    assert names(told(tree)) == expected


@pytest.mark.parametrize(
    ("tree", "pattern"),
    [
        ({"legalEntityNumber": "1", "idGroup": IDS}, "LegalEntity_MP01"),
        ({"legalEntityNumber": "1"}, "LegalEntity_MP02"),
        ({"idGroup": IDS}, "LegalEntity_MP03"),
    ],
)
def test_a_business_is_of_the_pattern_that_it_meets(tree: dict[str, Any], pattern: str) -> None:
    found = told(LEAST | tree)
    assert etree.QName(found).localname == pattern
    kind, contact = found[-2:]
    assert kind.get(NIL) == contact.get(NIL) == "true"


def test_a_business_without_kana_fits_none() -> None:
    found, unheld = element({"legalEntityNumber": "1", "tradeName": "株式会社山田"})
    assert found is None
    assert unheld["LegalEntity"] == "no required pattern fits: without tradeNameKana"


def test_a_representative_needs_both_names_in_kana() -> None:
    person = {"familyName": "山田", "givenName": "太郎", "fullName": "山田 太郎"}
    kana = {"familyNameKana": "ヤマダ", "givenNameKana": "タロウ"}
    base = LEAST | {"legalEntityNumber": "1"}
    whole = told(base | {"representative": person | kana}).find(
        f"{{{NAMESPACE}}}representative_MP02"
    )
    assert whole is not None
    assert whole[0].get(NIL) == "true"
    found, unheld = element(base | {"representative": person})
    assert found is not None
    assert "representative_MP02" not in names(found)
    assert "familyNameKana" in unheld["representative"]


def test_an_address_without_a_building_says_so() -> None:
    address = {
        "localGovernmentCode": "131016", "prefecture": "東京都", "cityAndCounty": "千代田区",
        "streetAddress": "霞が関", "cityBlock": "1-1", "fullAddress": "東京都千代田区霞が関1-1",
    }  # fmt: skip
    found = told(LEAST | {"legalEntityNumber": "1", "registeredAddress": address})
    (whole,) = found.findall(f"{{{NAMESPACE}}}registeredAddress_MP04")
    assert whole.findtext(f"{{{NAMESPACE}}}buildingNameEtc") == ""
    del address["localGovernmentCode"]
    found = told(LEAST | {"legalEntityNumber": "1", "registeredAddress": address})
    assert "registeredAddress_MP06" in names(found)
    _, unheld = element(
        LEAST | {"legalEntityNumber": "1", "registeredAddress": {"prefecture": "東京都"}}
    )
    assert unheld["registeredAddress"].startswith("no required pattern fits: without")


def test_a_date_known_to_the_month_is_no_xsd_date() -> None:
    base = LEAST | {"legalEntityNumber": "1"}
    found, unheld = element(base | {"dateOfEstablishment": "2024-04"})
    assert found is not None
    assert "dateOfEstablishment" not in names(found)
    assert unheld == {"dateOfEstablishment": "only its month or year is known"}


def test_extension_items_have_no_element() -> None:
    _, unheld = element(LEAST | {"legalEntityNumber": "1", "capital_JPY": 1})
    assert unheld == {"capital_JPY": "the XSD's LegalEntity has no element for it"}


@given(st.text(min_size=1))
def test_any_text_comes_back_as_it_went(text: str) -> None:
    said = texts.plain(text)
    found = told(LEAST | {"legalEntityNumber": "1", "description": said})
    back = found.findtext(f"{{{NAMESPACE}}}description") or ""
    assert back == said.replace("\r\n", "\n").replace("\r", "\n") or back == said


def test_markup_in_a_value_stays_text() -> None:
    hostile = "</pd:tradeName><x/>&amp;\"']]><!--"
    found = told(LEAST | {"tradeName": hostile, "legalEntityNumber": "1"})
    assert found.findtext(f"{{{NAMESPACE}}}tradeName") == hostile


def test_many_businesses_are_one_document() -> None:
    elements = (element(LEAST | {"legalEntityNumber": str(n)})[0] for n in range(3))
    root = etree.fromstring(b"".join(envelope(e for e in elements if e is not None)))
    assert names(root) == ["LegalEntity_MP02"] * 3


SCHEMA = f"""<?xml version="1.0" encoding="UTF-8"?>
<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="{NAMESPACE}"
            xmlns:pd="{NAMESPACE}" elementFormDefault="qualified">
  <xsd:element name="LegalEntity_MP02"><xsd:complexType><xsd:sequence>
    <xsd:element name="legalEntityNumber"><xsd:simpleType><xsd:restriction base="xsd:string">
      <xsd:pattern value="[1-9][0-9]{{12}}"/></xsd:restriction></xsd:simpleType></xsd:element>
    <xsd:any maxOccurs="unbounded" processContents="skip"/>
  </xsd:sequence></xsd:complexType></xsd:element>
</xsd:schema>"""
"""Written for these tests: one rule, under GIF's namespace."""


def test_a_schema_tells_where_a_business_is_not_valid_and_no_value(tmp_path: Path) -> None:
    (tmp_path / "a.xsd").write_text(SCHEMA, encoding="utf-8")
    xsd = Xsd(tmp_path / "a.xsd")
    good, _ = element(LEAST | {"legalEntityNumber": "7000012050002"})
    bad, _ = element(LEAST | {"legalEntityNumber": "HIMITSU"})
    assert good is not None
    assert bad is not None
    assert xsd.faults(good) == []
    faults = xsd.faults(bad)
    assert faults[0] == "/LegalEntity_MP02/legalEntityNumber: SCHEMAV_CVC_PATTERN_VALID"
    assert "HIMITSU" not in "".join(faults)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<a", "cannot be read as an XML schema"),
        ("<a/>", "cannot be read as an XML schema"),
        (SCHEMA.replace(NAMESPACE, "urn:other"), "is not GIF's schema"),
    ],
)
def test_another_file_is_no_schema_of_gif(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "a.xsd").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=why):
        Xsd(tmp_path / "a.xsd")
