"""A golden record as GIF's 法人: plain values under GIF's names, and what had no place there.

The tree is what JSON writes; `hub.exports.gif_xml` writes of it what the XSD has elements for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from base.identifiers import is_corporate_number
from canonical.model import ENTITIES
from canonical.model.codes import IDENTIFIER_KINDS, LEGAL_FORM_POSITIONS
from canonical.model.party import is_individual
from hub.exports import texts
from hub.exports.golden import Golden, Row
from mappings.transforms.codes import industries

Tree = dict[str, Any]

NATURAL_PERSON = "a natural person, and no personal values were asked for"
HUB_ID = "事業者ID（中小企業支援システム連携ハブ）"
_ACTIVITY = {"active": "活動中", "closed": "閉鎖", "deleted": "登録抹消", "merged": "合併"}
_DERIVED = frozenset(
    {
        "kind", "name_core", "name_reduced", "address_as_received", "address_prefecture_code",
        "industry_text",
    }
)  # fmt: skip
"""What only repeats or reduces another value; its absence from an export loses nothing."""


@dataclass(slots=True)
class Converted:
    """A business under GIF's names.

    Attributes:
        tree: values in GIF's order; empty when the business is left out.
        left_out: why the business cannot be told of at all; empty if it can.
        unheld: canonical field → why its value is not in the tree.
    """

    party_id: int
    tree: Tree = field(default_factory=dict)
    left_out: str = ""
    unheld: dict[str, str] = field(default_factory=dict)


def converted(golden: Golden, *, personal: bool) -> Converted:
    """The business under GIF's names.

    Without `personal`, natural persons are left out, and of a corporation what is personal.
    """
    one = _Converter(golden, personal=personal)
    if one.individual and not personal:
        return Converted(golden.party_id, left_out=NATURAL_PERSON)
    one.fill()
    return one.result


class _Converter:
    def __init__(self, golden: Golden, *, personal: bool) -> None:
        self.golden = golden
        self.individual = is_individual([golden.values.get("kind")])
        self.personal = personal
        self.result = Converted(golden.party_id)
        self.used: set[str] = set(_DERIVED)

    def fill(self) -> None:
        tree = {
            "legalEntityNumber": self.number(),
            "idGroup": self.ids(),
            **self.names(),
            "activityStatus": self.activity(),
            "description": self.text("business_summary"),
            "webSiteUrl": self.formed("url", texts.url),
            "numberOfCompanyEmployee": self.value("employees_with_officers"),
            "representative": self.representative(),
            "positionOfRepresentative": self.text("representative_title"),
            "dateOfEstablishment": self.dated("established_on"),
            "categoryOfBusiness": self.industry(),
            "registeredAddress": self.address("address"),
            "businessPlaceInformation": self.places(),
            "contactPointInformation": self.contact(),
            **self.extensions(),
        }
        self.result.tree = {name: value for name, value in tree.items() if value not in (None, "")}
        for name in [name for name, value in tree.items() if value in ([], {})]:
            self.result.tree.pop(name, None)
        self.tell_unused()

    def value(self, name: str) -> Any:
        """A canonical value, now accounted for; None where it is personal and not to be told."""
        self.used.add(name)
        value = self.golden.values.get(name)
        if value is None:
            return None
        field_ = ENTITIES["party"].field(name)
        if not self.personal and field_.is_personal(individual=self.individual):
            self.result.unheld[name] = "personal"
            return None
        return value

    def rows(self, entity: str, needed: str) -> list[Row]:
        """The rows of a list that have the value without which GIF has no place for them."""
        rows = self.golden.lists.get(entity, ())
        fields = {f.name: f for f in ENTITIES[entity].fields}
        if not self.personal and fields[needed].is_personal(individual=self.individual):
            if rows:
                self.result.unheld[entity] = "personal"
            return []
        if any(not row.get(needed) for row in rows):
            self.result.unheld[entity] = f"no {needed}"
        return [row for row in rows if row.get(needed)]

    def text(self, name: str) -> str | None:
        value = self.value(name)
        if value is None:
            return None
        cleaned = texts.plain(str(value))
        if cleaned != value:
            self.result.unheld[name] = "control characters left out"
        return cleaned

    def formed(self, name: str, form: Any) -> str | None:
        """A text in a prescribed form; told as not held where it is not in it."""
        value = self.text(name)
        formed: str | None = form(value)
        if value and formed is None:
            self.result.unheld[name] = "not in GIF's form"
        return formed

    def number(self) -> str | None:
        return self.formed(
            "corporate_number", lambda text: text if text and is_corporate_number(text) else None
        )

    def ids(self) -> list[Tree]:
        """The hub's own id first: every business has one, so a receiver can refer to it."""
        found = [{"idType": HUB_ID, "id": str(self.golden.party_id)}]
        if number := self.text("sole_proprietor_number"):
            found.append({"idType": IDENTIFIER_KINDS["sole_proprietor_number"], "id": number})
        for row in self.rows("party_identifier", "value"):
            kind = IDENTIFIER_KINDS.get(row["kind"] or "", row["kind"] or "番号")
            issuer = f"（{row['issued_by']}）" if row.get("issued_by") else ""
            found.append({"idType": texts.plain(kind + issuer), "id": texts.plain(row["value"])})
        return found

    def names(self) -> Tree:
        name, kana = self.text("name"), self.text("name_kana")
        others = [texts.plain(row["name"]) for row in self.rows("trade_name", "name")]
        owner = self.owner() if self.individual and not kana else None
        if owner:
            others = [*([name] if name and not _same(name, owner[0]) else []), *others]
            name, kana = owner
        core = None if owner else self.golden.values.get("name_core")
        return {
            "tradeName": texts.wide_letters(name) if name else None,
            "tradeNameKana": texts.kana_with_form(name, core, kana) if name else kana,
            "tradeNameEn": self.text("name_en"),
            "categoryOfOrganization": self.value("legal_form"),
            "alternateName": list(dict.fromkeys(others)),
        }

    def owner(self) -> tuple[str, str] | None:
        """A natural person's name and its kana: what a business goes by whose 屋号 has none."""
        name, kana = self.text("representative_name"), self.text("representative_kana")
        return (" ".join(name.split()), " ".join(kana.split())) if name and kana else None

    def activity(self) -> str | None:
        value = self.text("activity_status")
        return _ACTIVITY.get(value, value) if value else None

    def industry(self) -> list[str]:
        """`3921 情報処理サービス業`; the code alone where the table has no name for it."""
        code = self.text("industry_jsic")
        return [f"{code} {industries().get(code, '')}".strip()] if code else []

    def representative(self) -> Tree | None:
        name, kana = self.text("representative_name"), self.text("representative_kana")
        if not name:
            self.used.add("representative_birth_on")
            return None
        names, kanas = texts.two_names(name), texts.two_names(kana)
        return _without_none(
            {
                "familyName": names[0] if names else None,
                "givenName": names[1] if names else None,
                "familyNameKana": kanas[0] if kanas else None,
                "givenNameKana": kanas[1] if kanas else None,
                "fullName": " ".join(name.split()),
                "fullNameKana": " ".join(kana.split()) if kana else None,
                "dateOfBirth": self.dated("representative_birth_on"),
            }
        )

    def dated(self, name: str) -> str | None:
        value: date | None = self.value(name)
        precision = self.golden.values.get(f"{name}_precision")
        return texts.day(value, precision) if value else None

    def address(self, name: str) -> Tree | None:
        values = {
            part.name.removeprefix(f"{name}_"): self.text(part.name)
            for part in ENTITIES["party"].groups()[name]
            if part.name not in _DERIVED
        }
        return address(values)

    def places(self) -> list[Tree]:
        found = []
        for row in self.rows("establishment", "name"):
            parts = {
                k.removeprefix("address_"): v
                for k, v in row.items()
                if k.startswith("address_") and (self.personal or not self.individual)
            }
            found.append(_without_none({"name": texts.plain(row["name"]),
                                        "businessPlaceAddress": address(parts)}))  # fmt: skip
        return found

    def contact(self) -> Tree | None:
        """The business's own telephone and mail; with `personal`, those of its contacts too."""
        rows = self.golden.lists.get("contact", ())
        if rows and not self.personal:
            self.result.unheld["contact"] = "personal"
            rows = ()
        elif len(rows) > 1:
            self.result.unheld["contact"] = "only the first has a place"
        first: Row = rows[0] if rows else {}
        numbers = [*self.phones(), *texts.phones(first.get("phone")),
                   *texts.phones(first.get("mobile"))]  # fmt: skip
        mails = [self.formed("email", texts.email), texts.email(first.get("email"))]
        name, purpose = first.get("name"), first.get("department")
        found = _without_none(
            {
                "contactPointName": texts.plain(name) if name else None,
                "contactPointPurpose": texts.plain(purpose) if purpose else None,
                "contactPointPhoneNumber": list(dict.fromkeys(numbers)) or None,
                "contactPointEmailAddress": list(dict.fromkeys(filter(None, mails))) or None,
            }
        )
        return found or None

    def phones(self) -> list[str]:
        value = self.text("phone")
        found = texts.phones(value)
        if value and not found:
            self.result.unheld["phone"] = "not in GIF's form"
        return found

    def extensions(self) -> Tree:
        position = self.text("legal_form_position")
        founded = self.value("founded_on")
        if founded and self.golden.values.get("founded_on_precision") != "year":
            self.result.unheld["founded_on"] = "only its year has a place"
        return {
            "positionOfOrganizationTypeInName": LEGAL_FORM_POSITIONS.get(position or ""),
            "numberOfRegularEmployee": self.value("employees_permanent"),
            "numberOfEmployee": self.value("employees_regular"),
            "yearOfEstablishment": f"{founded.year:04}" if founded else None,
            "startDateOfFiscalYear": texts.fiscal_year_start(self.value("fiscal_year_end_month")),
            "capital_JPY": self.value("capital_jpy"),
        }

    def tell_unused(self) -> None:
        for name in (field_.name for field_ in ENTITIES["party"].fields):
            if self.golden.values.get(name) is not None and name not in self.used:
                self.result.unheld[name] = "GIF has no term for it"


def address(parts: Row) -> Tree | None:
    """GIF's 住所 of the parts of an address, without a group's name before them."""
    told = {name: texts.plain(value) for name, value in parts.items() if value}
    whole = told.get("full")
    if not whole:
        pieces = (told.get(name, "") for name in ("prefecture", "city", "town", "block"))
        whole = " ".join(filter(None, ("".join(pieces), told.get("building", ""))))
    found = {
        "localGovernmentCode": texts.municipality(told.get("municipality_code")),
        "prefecture": told.get("prefecture"),
        "cityAndCounty": told.get("city"),
        "streetAddress": told.get("town"),
        "cityBlock": told.get("block"),
        "buildingNameEtc": told.get("building"),
        "fullAddress": whole or None,
        "postalCode": texts.postal_code(told.get("postal_code")),
        "country": {"code": "JPN", "value": "日本国"} if told.get("prefecture") else None,
    }
    return _without_none(found) or None


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def _without_none(tree: Tree) -> Tree:
    return {name: value for name, value in tree.items() if value is not None}
