"""The JSON Schemas of what is exported as JSON: stricter than GIF's XSD, and GIF has none.

`python -m hub.exports.schemas` writes them into `docs/reference/`; a test fails when they lag.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from canonical.model import ENTITIES
from canonical.model.codes import LEGAL_FORM_POSITIONS, LEGAL_FORMS
from canonical.model.fields import Field, FieldType
from canonical.model.json_schema import DIALECT
from hub.exports import texts
from hub.exports.applications import B_FORM, OWN_ITEMS
from hub.exports.gif_terms import EXTENSIONS, STRUCTURES, Term

FOLDER = Path("docs/reference")
BUSINESS = "gif-business.schema.json"
APPLICATION = "gif-application.schema.json"
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_WHOLE: dict[str, Any] = {"type": "integer", "minimum": 0}
_DATE: dict[str, Any] = {"type": "string", "pattern": texts.DATE}

_FORMATS: dict[str, dict[str, Any]] = {
    "legalEntityNumber": {"type": "string", "pattern": "^[1-9][0-9]{12}$"},
    "categoryOfOrganization": {"enum": list(LEGAL_FORMS)},
    "webSiteUrl": {"type": "string", "pattern": "^https?://"},
    "numberOfCompanyEmployee": _WHOLE,
    "dateOfEstablishment": _DATE,
    "dateOfBirth": _DATE,
    "categoryOfBusiness": {"type": "string", "pattern": "^(?:[A-T]|[0-9]{2,4})(?: .+)?$"},
    "localGovernmentCode": {"type": "string", "pattern": texts.MUNICIPALITY},
    "postalCode": {"type": "string", "pattern": texts.POSTAL_CODE},
    "contactPointPhoneNumber": {"type": "string", "pattern": texts.PHONE},
    "contactPointEmailAddress": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"},
    "code": {"const": "JPN"},
    "positionOfOrganizationTypeInName": {"enum": list(LEGAL_FORM_POSITIONS.values())},
    "numberOfRegularEmployee": _WHOLE,
    "numberOfEmployee": _WHOLE,
    "yearOfEstablishment": {"type": "string", "pattern": "^[0-9]{4}$"},
    "startDateOfFiscalYear": {"type": "string", "pattern": "^--(?:0[1-9]|1[0-2])-01$"},
    "capital_JPY": _WHOLE,
}
_REQUIRED = {"IdInformation": ["idType", "id"], "BusinessPlace": ["name"]}


def business() -> dict[str, Any]:
    """The schema of a business: GIF's 法人 with its extension items."""
    own = _structure("LegalEntity")
    own["properties"] |= {name: _FORMATS[name] for name in EXTENSIONS}
    own["required"] = ["idGroup"]
    return {
        "$schema": DIALECT, "$id": BUSINESS, "title": "Business (GIF 法人, DS-434)", **own,
        "$defs": {name: _structure(name) for name in STRUCTURES if name != "LegalEntity"},
    }  # fmt: skip


def application() -> dict[str, Any]:
    """The schema of an application: DS-451-1's 申請A票 to F票."""
    applicant = {**business()["properties"]}
    contact = applicant.pop("contactPointInformation")
    establishment = _labelled("establishment", ("name", "kind", "industry_jsic", "phone",
                                                "employees", "insured_number"))  # fmt: skip
    establishment["properties"]["所在地"] = {"$ref": "#/$defs/Address"}
    own = [_labelled(kind, names) for kind, names in OWN_ITEMS.items()]
    forms = {
        "出典": _object({"システム": _TEXT, "記録": _TEXT}, ["システム", "記録"]),
        "A票": _object(
            {"宛先": _TEXT, "申請日": _DATE, "連絡先": contact, "申請者": _object(applicant)},
            ["申請者"],
        ),
        "B票": _object({name: _TEXT for items in B_FORM.values() for name in items}
                      | {"更新年月日": _DATE}),
        "C票": _array(_labelled("financial_statement")),
        "D票": _array(_labelled("officer")),
        "E票": _array(_labelled("shareholder")),
        "F票": _array(establishment),
        "独自項目": {"anyOf": own},
    }  # fmt: skip
    return {
        "$schema": DIALECT, "$id": APPLICATION, "title": "Application (GIF 申請, DS-451-1)",
        **_object(forms, ["出典", "A票"]), "$defs": business()["$defs"],
    }  # fmt: skip


def _structure(name: str) -> dict[str, Any]:
    properties = {term.name: _property(term) for term in STRUCTURES[name]}
    return _object(properties, _REQUIRED.get(name))


def _property(term: Term) -> dict[str, Any]:
    one = (
        {"$ref": f"#/$defs/{term.structure}"} if term.structure else _FORMATS.get(term.name, _TEXT)
    )
    return _array(one) if term.repeated else one


def _labelled(entity: str, names: tuple[str, ...] | None = None) -> dict[str, Any]:
    fields = [f for f in ENTITIES[entity].fields if names is None or f.name in names]
    return _object({field.ja: _typed(field) for field in fields})


def _typed(field: Field) -> dict[str, Any]:
    match field.type:
        case FieldType.DATE:
            kind = _DATE
        case FieldType.INTEGER | FieldType.MONEY:
            kind = {"type": "integer"}
        case FieldType.BOOLEAN:
            kind = {"type": "boolean"}
        case FieldType.CODE if field.codes:
            kind = {"enum": list(field.codes.values())}
        case _:
            kind = _TEXT
    notes = {"title": field.en, "x-gif": field.gif, "x-unit": field.unit}
    return kind | {name: note for name, note in notes.items() if note}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "additionalProperties": False,
        **({"required": required} if required else {}),
    }  # fmt: skip


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1}


def rendered() -> dict[Path, str]:
    """The files with their text."""
    return {
        FOLDER / name: json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        for name, schema in ((BUSINESS, business()), (APPLICATION, application()))
    }


if __name__ == "__main__":
    for path, text in rendered().items():
        path.write_text(text, encoding="utf-8")
