"""Registered supporters: certified agencies, IT vendors and their tools."""

from __future__ import annotations

from canonical.model import codes
from canonical.model.fields import Authority, Classification, Entity, Field, FieldType

_T = FieldType
_OPEN = Classification.PUBLIC
_REGISTERED = Authority.REGISTERED

AGENCY = Entity(
    "agency", "認定支援機関", "Certified support agency", "支援機関",
    (
        Field("agency_id", "認定支援機関ID", "Agency id (12 digits)", _T.CODE,
              classification=_OPEN, authority=_REGISTERED, max_length=12, identity=True),
        Field("kind", "機関種別", "Kind of agency", _T.CODE, classification=_OPEN,
              authority=_REGISTERED, max_length=100),
        Field("bureau", "管轄経済産業局", "Regional bureau in charge", classification=_OPEN,
              authority=_REGISTERED, max_length=100),
        Field("round_label", "認定号数", "Round of certification", classification=_OPEN,
              authority=_REGISTERED, max_length=40),
        Field("certified_on", "認定日", "Certified on", _T.DATE, classification=_OPEN,
              authority=_REGISTERED),
        Field("renewed_on", "更新日", "Last renewed on", _T.DATE, classification=_OPEN,
              authority=_REGISTERED),
        Field("valid_until", "有効期限", "Valid until", _T.DATE, classification=_OPEN,
              authority=_REGISTERED),
        Field("status", "認定の状態", "State of the certification", _T.CODE,
              classification=_OPEN, authority=_REGISTERED, codes=codes.CERTIFICATION_STATES),
        Field("topics", "支援可能な相談内容", "Topics, joined by ' / '", classification=_OPEN,
              max_length=2000),
        Field("industries", "支援可能業種", "Industries, joined by ' / '",
              classification=_OPEN, max_length=2000),
        Field("areas", "支援可能地域", "Areas, joined by ' / '", gif="担当区域",
              classification=_OPEN, max_length=2000),
        Field("cases_supported", "支援実績件数", "Cases supported", _T.INTEGER, unit="cases",
              classification=_OPEN, fresh_for=365),
    ),
)  # fmt: skip

VENDOR = Entity(
    "vendor", "情報処理支援機関", "Certified information-processing supporter", "支援機関",
    (
        Field("certification_number", "認定番号", "Certification number", _T.CODE,
              classification=_OPEN, authority=_REGISTERED, max_length=40, identity=True),
        Field("certified_on", "認定日", "Certified on", _T.DATE, classification=_OPEN,
              authority=_REGISTERED),
        Field("valid_until", "更新期限", "Renewal due by", _T.DATE, classification=_OPEN,
              authority=_REGISTERED),
        Field("areas", "支援可能地域", "Areas, joined by ' / '", gif="担当区域",
              classification=_OPEN, max_length=2000),
        Field("track_record", "導入実績", "Track record", classification=_OPEN,
              max_length=4000),
    ),
)  # fmt: skip

TOOL = Entity(
    "tool", "ITツール", "IT tool", None,
    (
        Field("tool_key", "ITツール番号", "Tool key", _T.CODE, classification=_OPEN,
              authority=_REGISTERED, max_length=100, identity=True),
        Field("name", "ITツール名", "Name", classification=_OPEN, max_length=200),
        Field("category", "ITツール分類", "Category (industry, work)", classification=_OPEN,
              max_length=200),
        Field("delivery", "提供形態", "Form of delivery", classification=_OPEN, max_length=100),
        Field("price_text", "料金", "Price as stated", classification=_OPEN, max_length=1000),
        Field("security_measures", "セキュリティ対策", "Security measures",
              classification=_OPEN, max_length=2000),
        Field("has_api", "データ連携API有無", "Offers an API", _T.BOOLEAN,
              classification=_OPEN),
    ),
    ("vendor", "project"),
)  # fmt: skip

ENTITIES = (AGENCY, VENDOR, TOOL)
