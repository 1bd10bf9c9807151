"""GIF's 法人 (DS-434, XSD of 2025-03-25): which elements stand where, in which order, and which
an instance must have.

The XSD's base type is abstract: an instance is of one of its required patterns (必須パターン).
Where a pattern asks for what a business does not have, `xsi:nil` says so if the XSD allows it.
"""

from __future__ import annotations

from dataclasses import dataclass

NAMESPACE = "http://xxx/xxx/gif/xxx"
CODES_NAMESPACE = "http://xxx/xxx/gif/codelist/xxx"
"""The namespaces as published: placeholders, which the XSD itself calls provisional."""


@dataclass(frozen=True, slots=True)
class Term:
    """One element of a sequence.

    Attributes:
        name: as the XSD spells it, without the suffix of a pattern.
        structure: the name of the structure it holds; None for a text.
        repeated: may stand several times.
        nillable: may be there with `xsi:nil` in place of content.
        code: belongs to the namespace of the code lists.
        whole_day: an xsd:date, which cannot say that only month or year are known.
    """

    name: str
    structure: str | None = None
    repeated: bool = False
    nillable: bool = False
    code: bool = False
    whole_day: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A required pattern: the suffix of its elements' names, and what must be there."""

    suffix: str
    required: frozenset[str]


STRUCTURES: dict[str, tuple[Term, ...]] = {
    "LegalEntity": (
        Term("legalEntityNumber"),
        Term("idGroup", "IdInformation", repeated=True, nillable=True),
        Term("tradeName"),
        Term("tradeNameKana"),
        Term("tradeNameEn"),
        Term("categoryOfOrganization", nillable=True),
        Term("alternateName", repeated=True),
        Term("activityStatus"),
        Term("description"),
        Term("webSiteUrl"),
        Term("numberOfCompanyEmployee"),
        Term("representative", "Person"),
        Term("positionOfRepresentative"),
        Term("dateOfEstablishment", whole_day=True),
        Term("categoryOfBusiness", repeated=True),
        Term("registeredAddress", "Address"),
        Term("businessPlaceInformation", "BusinessPlace", repeated=True),
        Term("contactPointInformation", "ContactPoint", nillable=True),
    ),
    "IdInformation": (Term("idType"), Term("id")),
    "Person": (
        Term("idGroup", "IdInformation", repeated=True, nillable=True),
        Term("familyName"),
        Term("givenName"),
        Term("familyNameKana"),
        Term("givenNameKana"),
        Term("fullName"),
        Term("fullNameKana"),
        Term("dateOfBirth", whole_day=True),
    ),
    "Address": (
        Term("localGovernmentCode"),
        Term("streetAddressId"),
        Term("prefecture"),
        Term("cityAndCounty"),
        Term("streetAddress"),
        Term("cityBlock"),
        Term("buildingNameEtc"),
        Term("fullAddress"),
        Term("postalCode"),
        Term("country", "Country"),
        Term("streetAddressAndCityBlock"),
    ),
    "Country": (Term("code", code=True), Term("value", code=True)),
    "BusinessPlace": (
        Term("id"),
        Term("name"),
        Term("businessPlaceAddress", "Address"),
        Term("description"),
    ),
    "ContactPoint": (
        Term("contactPointName"),
        Term("contactPointPurpose"),
        Term("contactPointPhoneNumber", repeated=True),
        Term("contactPointEmailAddress", repeated=True),
    ),
}

_ADDRESS = frozenset({"buildingNameEtc", "fullAddress"})
_PLACE = frozenset({"prefecture", "cityAndCounty"})
_STREET = frozenset({"streetAddress", "cityBlock"})
_NAMED = frozenset({"tradeName", "tradeNameKana"})
_KIND = frozenset({"categoryOfOrganization", "contactPointInformation"})
_PERSON = frozenset({"familyName", "givenName", "familyNameKana", "givenNameKana"})

PATTERNS: dict[str, tuple[Pattern, ...]] = {
    "LegalEntity": (
        Pattern("MP01", frozenset({"legalEntityNumber", "idGroup"}) | _NAMED | _KIND),
        Pattern("MP02", frozenset({"legalEntityNumber"}) | _NAMED | _KIND),
        Pattern("MP03", frozenset({"idGroup"}) | _NAMED | _KIND),
    ),
    "Person": (Pattern("MP02", frozenset({"idGroup"}) | _PERSON),),
    "Address": (
        Pattern("MP04", frozenset({"localGovernmentCode"}) | _PLACE | _STREET | _ADDRESS),
        Pattern("MP06", _PLACE | _STREET | _ADDRESS),
        Pattern("MP07", frozenset({"fullAddress", "postalCode", "country"})),
    ),
}
"""The patterns that the hub's data can meet, the fullest first."""

EMPTY = frozenset({"buildingNameEtc"})
"""Texts that a pattern asks for and that are rightly empty: an address without a building."""

EXTENSIONS = (
    "positionOfOrganizationTypeInName",
    "numberOfRegularEmployee",
    "numberOfEmployee",
    "yearOfEstablishment",
    "startDateOfFiscalYear",
    "capital_JPY",
)
"""GIF's extension items of 法人: defined by the XSD, but in no sequence of its LegalEntity."""
