"""What public bodies have published of a corporation: GビズインフォREST API's 法人活動情報."""

from __future__ import annotations

from canonical.model import codes
from canonical.model.fields import Authority, Classification, Entity, Field, FieldType

_T = FieldType
_OPEN = Classification.PUBLIC
_DECIDED = Authority.DECIDED


def _count(name: str, ja: str, en: str) -> Field:
    return Field(name, ja, en, _T.INTEGER, unit="persons", classification=_OPEN, fresh_for=730)


def _decimal(name: str, ja: str, en: str, unit: str) -> Field:
    """A figure with decimals, as decimal text."""
    return Field(name, ja, en, _T.CODE, unit=unit, classification=_OPEN, max_length=20,
                 fresh_for=730)  # fmt: skip


CORPORATE_ACTIVITY = Entity(
    "corporate_activity", "法人活動情報", "Published activity of a corporation", None,
    (
        Field("kind", "種類", "Kind", _T.CODE, classification=_OPEN, authority=_DECIDED,
              codes=codes.ACTIVITY_KINDS),
        Field("title", "名称", "Title", classification=_OPEN, authority=_DECIDED,
              max_length=2000),
        Field("category", "部門", "Category", classification=_OPEN, authority=_DECIDED,
              max_length=1000),
        Field("target", "対象", "What it was given for", classification=_OPEN,
              authority=_DECIDED, max_length=4000),
        Field("decided_on", "認定日・受注日", "Date of the decision or order", _T.DATE,
              classification=_OPEN, authority=_DECIDED),
        Field("amount_jpy", "金額", "Amount", _T.MONEY, unit="JPY", classification=_OPEN,
              authority=_DECIDED),
        Field("department", "府省", "Office", classification=_OPEN, authority=_DECIDED,
              max_length=200),
        Field("registration_number", "登録番号", "Registration number", _T.CODE,
              classification=_OPEN, authority=_DECIDED, max_length=100),
        Field("page_url", "文献固定アドレス", "Page of the publication", classification=_OPEN,
              authority=_DECIDED, max_length=1000),
        Field("note", "備考", "Note", classification=_OPEN, authority=_DECIDED,
              max_length=4000),
    ),
    ("party",),
)  # fmt: skip

WORKPLACE_REPORT = Entity(
    "workplace_report", "職場情報", "Workplace figures as published", None,
    (
        _decimal("average_age", "従業員の平均年齢", "Average age of employees", "years"),
        _decimal("years_of_service", "平均継続勤務年数", "Average years of service", "years"),
        _decimal("years_of_service_men", "平均継続勤務年数（男性）",
                 "Average years of service, men", "years"),
        _decimal("years_of_service_women", "平均継続勤務年数（女性）",
                 "Average years of service, women", "years"),
        Field("years_of_service_of", "平均継続勤務年数の範囲",
              "Employees whose years of service are averaged", classification=_OPEN,
              max_length=200),
        _decimal("overtime_hours", "月平均所定外労働時間", "Average overtime in a month", "hours"),
        Field("women_percent", "女性労働者の割合", "Share of women", _T.RATE, unit="percent",
              classification=_OPEN, fresh_for=730),
        Field("women_percent_of", "女性労働者の割合の範囲",
              "Employees among whom the share is counted", classification=_OPEN,
              max_length=200),
        _count("women_managers", "女性管理職人数", "Women among managers"),
        _count("managers", "管理職全体人数", "Managers"),
        _count("women_officers", "女性役員人数", "Women among officers"),
        _count("officers", "役員全体人数", "Officers"),
        _count("maternity_leave_entitled", "育児休業対象者数（女性）",
               "Women entitled to childcare leave"),
        _count("maternity_leave_taken", "育児休業取得者数（女性）",
               "Women who took childcare leave"),
        _count("paternity_leave_entitled", "育児休業対象者数（男性）",
               "Men entitled to childcare leave"),
        _count("paternity_leave_taken", "育児休業取得者数（男性）",
               "Men who took childcare leave"),
    ),
    ("party",),
)  # fmt: skip

ENTITIES = (CORPORATE_ACTIVITY, WORKPLACE_REPORT)
