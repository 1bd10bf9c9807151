"""Parties and what belongs to them: identifiers, names, people, places, contacts, relations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from canonical.model import codes
from canonical.model.address import ADDRESS
from canonical.model.fields import Authority, Classification, Entity, Field, FieldType

_T = FieldType
_OPEN = Classification.PUBLIC
_PERSONAL = Classification.PERSONAL
_REGISTERED = Authority.REGISTERED
_ATTESTED = Authority.ATTESTED

INDIVIDUAL_KINDS = frozenset({"sole_proprietor", "pre_founder"})
"""Kinds of party that are natural persons."""


def is_individual(kinds: Iterable[str | None]) -> bool:
    """Whether a record speaks of a natural person, by its parties' kinds; when in doubt, yes."""
    known = {kind for kind in kinds if kind}
    return not known or not known.isdisjoint(INDIVIDUAL_KINDS)


_PARTY = Entity(
    "party", "事業者", "Party", "LegalEntity",
    (
        Field("corporate_number", "法人番号", "Corporate number", _T.CODE, "legalEntityNumber",
              classification=_OPEN, authority=_REGISTERED, max_length=13, identity=True),
        Field("sole_proprietor_number", "個人事業主管理番号", "Sole proprietor's GビズID number",
              _T.CODE, "idGroup", classification=_PERSONAL, authority=_ATTESTED, max_length=13,
              identity=True),
        Field("kind", "法人・個人の別", "Kind of party", _T.CODE, codes=codes.PARTY_KINDS,
              classification=_OPEN, authority=_ATTESTED),
        Field("name", "商号又は名称", "Name", gif="tradeName", classification=_OPEN,
              authority=_REGISTERED, max_length=200),
        Field("name_core", "商号（法人格を除く）", "Name without its legal form",
              classification=_OPEN, authority=_REGISTERED, max_length=200),
        Field("legal_form", "組織種別", "Legal form", _T.CODE, "categoryOfOrganization",
              classification=_OPEN, authority=_REGISTERED, codes=codes.LEGAL_FORMS),
        Field("legal_form_position", "法人格の前後", "Position of the legal form in the name",
              _T.CODE, "positionOfOrganizationTypeInName", classification=_OPEN,
              authority=_REGISTERED, codes=codes.LEGAL_FORM_POSITIONS),
        Field("name_reduced", "名称（照合用）", "Name reduced for matching only",
              classification=_OPEN, authority=_REGISTERED, max_length=200),
        Field("name_kana", "フリガナ", "Name in kana", gif="tradeNameKana", classification=_OPEN,
              authority=_REGISTERED, max_length=200),
        Field("name_en", "英語表記", "Name in English", gif="tradeNameEn", classification=_OPEN,
              authority=_REGISTERED, max_length=200),
        *ADDRESS.named("address", "本店所在地", "Registered address", gif="registeredAddress",
                       authority=_REGISTERED, of_individuals=True),
        Field("phone", "電話番号", "Telephone", gif="contactPointPhoneNumber",
              classification=_OPEN, max_length=50, fresh_for=730),
        Field("url", "URL", "Web site", gif="webSiteUrl", classification=_OPEN, max_length=500,
              fresh_for=730),
        Field("email", "メールアドレス", "E-mail", gif="contactPointEmailAddress",
              max_length=254, fresh_for=730),
        Field("capital_jpy", "資本金", "Capital", _T.MONEY, "capital_JPY", unit="JPY",
              classification=_OPEN, fresh_for=365),
        Field("employees_regular", "常時使用する従業員数", "Regular employees", _T.INTEGER,
              "numberOfEmployee", unit="persons", fresh_for=365),
        Field("employees_permanent", "正社員数", "Permanent employees", _T.INTEGER,
              "numberOfRegularEmployee", unit="persons", fresh_for=365),
        Field("employees_part_time", "契約社員・パート数", "Contract and part-time employees",
              _T.INTEGER, unit="persons", fresh_for=365),
        Field("employees_with_officers", "社員数（役員を含む）", "Employees with officers",
              _T.INTEGER, "numberOfCompanyEmployee", unit="persons", fresh_for=365),
        Field("established_on", "設立年月日", "Date of establishment", _T.DATE,
              "dateOfEstablishment", classification=_OPEN, authority=_REGISTERED),
        Field("founded_on", "創業年月日", "Date the business began", _T.DATE,
              "yearOfEstablishment", classification=_OPEN),
        Field("industry_jsic", "主たる業種（日本標準産業分類）", "Main industry (JSIC)", _T.CODE,
              "categoryOfBusiness", classification=_OPEN, max_length=4, fresh_for=1095),
        Field("industry_text", "主たる業種（記載）", "Main industry as stated",
              classification=_OPEN, max_length=200, fresh_for=1095),
        Field("business_summary", "事業内容", "What the business does", gif="description",
              max_length=4000, fresh_for=1095),
        Field("management_issue", "経営課題", "Management issue", max_length=4000,
              fresh_for=365),
        Field("fiscal_year_end_month", "決算月", "Month in which the fiscal year ends",
              _T.INTEGER, "startDateOfFiscalYear", unit="month"),
        Field("representative_title", "代表者役職", "Representative's title",
              gif="positionOfRepresentative", classification=_OPEN, authority=_REGISTERED,
              max_length=100),
        Field("representative_name", "代表者氏名", "Representative's name",
              gif="representative/fullName", classification=_PERSONAL, authority=_REGISTERED,
              max_length=100),
        Field("representative_kana", "代表者フリガナ", "Representative's name in kana",
              gif="representative/fullNameKana", classification=_PERSONAL, authority=_ATTESTED,
              max_length=100),
        Field("representative_birth_on", "代表者生年月日", "Representative's date of birth",
              _T.DATE, "representative/dateOfBirth", classification=_PERSONAL,
              authority=_ATTESTED),
        Field("representative_age", "代表者年齢", "Representative's age as stated", _T.INTEGER,
              "representative/age", unit="years", classification=_PERSONAL, fresh_for=365),
        Field("deemed_large_company", "みなし大企業該当", "Deemed a large company", _T.BOOLEAN,
              fresh_for=365),
        Field("taxable_income_over_1_5bn", "課税所得15億円超",
              "Taxable income over 1.5 billion yen (average of three years)", _T.BOOLEAN,
              fresh_for=365),
        Field("activity_status", "活動状況", "Status of activity", _T.CODE, "activityStatus",
              classification=_OPEN, authority=_REGISTERED, max_length=40),
        Field("closed_on", "閉鎖年月日", "Date of closing", _T.DATE, classification=_OPEN,
              authority=_REGISTERED),
        Field("security_action_id", "SECURITY ACTION宣言ID", "SECURITY ACTION declaration",
              _T.CODE, max_length=20, fresh_for=365),
        Field("has_successor", "後継者の有無", "Has a successor", _T.BOOLEAN, fresh_for=365),
    ),
)  # fmt: skip

_OF_INDIVIDUALS = {
    "name", "name_core", "name_reduced", "name_kana", "name_en", "phone", "url", "email",
}  # fmt: skip

PARTY = replace(
    _PARTY,
    fields=tuple(
        replace(field, personal_of_individuals=True) if field.name in _OF_INDIVIDUALS else field
        for field in _PARTY.fields
    ),
)

PARTY_IDENTIFIER = Entity(
    "party_identifier", "事業者の番号", "Identifier of a party", "idGroup",
    (
        Field("kind", "番号の種類", "Kind of identifier", _T.CODE, "idType",
              classification=_OPEN, authority=_ATTESTED, codes=codes.IDENTIFIER_KINDS),
        Field("value", "番号", "Identifier", _T.CODE, "id", authority=_ATTESTED, max_length=100,
              personal_of_individuals=True),
        Field("issued_by", "発行者", "Issuer", classification=_OPEN, max_length=100),
    ),
    ("party",),
)  # fmt: skip

TRADE_NAME = Entity(
    "trade_name", "屋号", "Trade name", "alternateName",
    (
        Field("name", "屋号", "Trade name", gif="alternateName", classification=_OPEN,
              max_length=200, personal_of_individuals=True),
        Field("kana", "屋号フリガナ", "Trade name in kana", classification=_OPEN,
              max_length=200, personal_of_individuals=True),
        Field("name_reduced", "屋号（照合用）", "Trade name reduced for matching only",
              classification=_OPEN, max_length=200, personal_of_individuals=True),
    ),
    ("party",),
)  # fmt: skip

OFFICER = Entity(
    "officer", "役員", "Officer", "申請D票 役員",
    (
        Field("title", "役職", "Title", classification=_OPEN, authority=_REGISTERED,
              max_length=100),
        Field("name", "氏名", "Name", gif="fullName", classification=_PERSONAL,
              authority=_REGISTERED, max_length=100),
        Field("kana", "フリガナ", "Name in kana", gif="fullNameKana", classification=_PERSONAL,
              max_length=100),
        Field("birth_on", "生年月日", "Date of birth", _T.DATE, "dateOfBirth",
              classification=_PERSONAL),
        Field("sex", "性別", "Sex (0, 1, 2, 9)", _T.CODE, "sex", classification=_PERSONAL,
              codes={"0": "不明", "1": "男", "2": "女", "9": "適用不能"}),
        Field("concurrent_post", "兼務先", "Post held at another company", max_length=200),
        Field("in_office_from", "就任年月日", "In office from", _T.DATE, authority=_REGISTERED),
    ),
    ("party",),
)  # fmt: skip

SHAREHOLDER = Entity(
    "shareholder", "株主等", "Shareholder", "申請E票 主要株主",
    (
        Field("name", "氏名又は名称", "Name", classification=_PERSONAL, max_length=200),
        Field("corporate_number", "法人番号", "Corporate number", _T.CODE, "legalEntityNumber",
              classification=_OPEN, max_length=13),
        Field("address_text", "所在地", "Address as stated", classification=_PERSONAL,
              max_length=400),
        Field("share_percent", "出資比率", "Share", _T.RATE, "出資比率", unit="percent",
              fresh_for=365),
        Field("large_company", "大企業区分", "Is a large company", _T.BOOLEAN, "大企業区分",
              fresh_for=365),
    ),
    ("party",),
)  # fmt: skip

ESTABLISHMENT = Entity(
    "establishment", "事業所", "Establishment", "BusinessPlace",
    (
        Field("name", "事業所名", "Name", gif="name", classification=_OPEN, max_length=200,
              personal_of_individuals=True),
        Field("kind", "事業所の種類", "Kind", _T.CODE, classification=_OPEN,
              codes=codes.ESTABLISHMENT_KINDS),
        *ADDRESS.named("address", "事業所の所在地", "Address", gif="businessPlaceAddress",
                       of_individuals=True),
        Field("industry_jsic", "業種コード", "Industry (JSIC)", _T.CODE, "申請F票 業種コード",
              classification=_OPEN, max_length=4),
        Field("phone", "電話番号", "Telephone", gif="contactPointPhoneNumber",
              classification=_OPEN, max_length=50, personal_of_individuals=True),
        Field("employees", "従業員数", "Employees", _T.INTEGER, unit="persons", fresh_for=365),
        Field("insured_number", "被保険者数", "Insured persons", _T.INTEGER, unit="persons",
              authority=_ATTESTED),
    ),
    ("party",),
)  # fmt: skip

CONTACT = Entity(
    "contact", "連絡先", "Contact", "ContactPoint",
    (
        Field("name", "担当者氏名", "Name", gif="contactPointName", classification=_PERSONAL,
              max_length=100, fresh_for=365),
        Field("kana", "担当者フリガナ", "Name in kana", classification=_PERSONAL,
              max_length=100, fresh_for=365),
        Field("department", "所属・役職", "Department and title", gif="contactPointPurpose",
              max_length=200, fresh_for=365, personal_of_individuals=True),
        Field("phone", "電話番号", "Telephone", gif="contactPointPhoneNumber",
              classification=_PERSONAL, max_length=50, fresh_for=365),
        Field("mobile", "携帯電話番号", "Mobile telephone", gif="contactPointPhoneNumber",
              classification=_PERSONAL, max_length=50, fresh_for=365),
        Field("email", "メールアドレス", "E-mail", gif="contactPointEmailAddress",
              classification=_PERSONAL, max_length=254, fresh_for=365),
        Field("remark", "備考", "Remark", gif="contactPointRemark", max_length=1000,
              personal_of_individuals=True),
    ),
    ("party",),
)  # fmt: skip

PERSON = Entity(
    "person", "個人", "Person", "Person",
    (
        Field("family_name", "氏", "Family name", gif="familyName", classification=_PERSONAL,
              max_length=50),
        Field("given_name", "名", "Given name", gif="givenName", classification=_PERSONAL,
              max_length=50),
        Field("family_name_kana", "氏フリガナ", "Family name in kana", gif="familyNameKana",
              classification=_PERSONAL, max_length=50),
        Field("given_name_kana", "名フリガナ", "Given name in kana", gif="givenNameKana",
              classification=_PERSONAL, max_length=50),
        Field("full_name", "氏名", "Full name", gif="fullName", classification=_PERSONAL,
              max_length=100),
        Field("full_name_kana", "氏名フリガナ", "Full name in kana", gif="fullNameKana",
              classification=_PERSONAL, max_length=100),
        Field("birth_on", "生年月日", "Date of birth", _T.DATE, "dateOfBirth",
              classification=_PERSONAL, authority=_ATTESTED),
        Field("sex", "性別", "Sex (0, 1, 2, 9)", _T.CODE, "sex", classification=_PERSONAL,
              codes={"0": "不明", "1": "男", "2": "女", "9": "適用不能"}),
        *ADDRESS.named("address", "住所", "Address", gif="address", classification=_PERSONAL),
        Field("phone", "電話番号", "Telephone", gif="contactPointPhoneNumber",
              classification=_PERSONAL, max_length=50),
        Field("email", "メールアドレス", "E-mail", gif="contactPointEmailAddress",
              classification=_PERSONAL, max_length=254),
    ),
)  # fmt: skip

PARTY_RELATION = Entity(
    "party_relation", "事業者間の関係", "Relation between parties", "RelatedOrganization",
    (
        Field("kind", "関係の種類", "Kind of relation", _T.CODE, codes=codes.RELATION_KINDS,
              authority=_REGISTERED),
        Field("cause", "原因", "Cause of a succession", _T.CODE, codes=codes.RELATION_CAUSES,
              authority=_REGISTERED),
        Field("other_corporate_number", "相手の法人番号", "Other party's corporate number",
              _T.CODE, "relatedLegalEntityNumber", classification=_OPEN,
              authority=_REGISTERED, max_length=13),
        Field("other_name", "相手の名称", "Other party's name", authority=_REGISTERED,
              max_length=200),
        Field("since_on", "発生年月日", "Since", _T.DATE, authority=_REGISTERED),
    ),
    ("party",),
)  # fmt: skip

ENTITIES = (
    PARTY, PARTY_IDENTIFIER, TRADE_NAME, OFFICER, SHAREHOLDER, ESTABLISHMENT, CONTACT, PERSON,
    PARTY_RELATION,
)  # fmt: skip
