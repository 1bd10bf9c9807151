"""What happened to a corporation in the 法人番号 register, one event a row of the register."""

from __future__ import annotations

from canonical.model import codes
from canonical.model.fields import Authority, Classification, Entity, Field, FieldType

_T = FieldType
_OPEN = Classification.PUBLIC
_REGISTERED = Authority.REGISTERED


def _day(name: str, ja: str, en: str) -> Field:
    return Field(name, ja, en, _T.DATE, classification=_OPEN, authority=_REGISTERED)


REGISTRATION_EVENT = Entity(
    "registration_event", "登記等の経過", "Event in the register of corporations", None,
    (
        Field("kind", "事由", "What happened", _T.CODE, classification=_OPEN,
              authority=_REGISTERED, codes=codes.REGISTRATION_KINDS),
        _day("effective_on", "変更年月日", "The day on which it took effect"),
        _day("registered_on", "更新年月日", "The day on which the register wrote the row"),
        _day("number_assigned_on", "法人番号指定年月日",
             "The day on which the corporation was given its number"),
        _day("closed_on", "登記記録の閉鎖等年月日", "The day on which the record was closed"),
        Field("closing_cause", "登記記録の閉鎖等の事由", "Why the record was closed", _T.CODE,
              classification=_OPEN, authority=_REGISTERED, codes=codes.CLOSING_CAUSES),
        Field("successor_number", "承継先法人番号", "Corporate number of the successor", _T.CODE,
              classification=_OPEN, authority=_REGISTERED, max_length=13),
        Field("cause_text", "変更事由の詳細", "Details of the change as written",
              classification=_OPEN, authority=_REGISTERED, max_length=2000),
        Field("address_abroad", "国外所在地", "Address abroad", classification=_OPEN,
              authority=_REGISTERED, max_length=400),
        Field("name_image_id", "商号又は名称イメージID",
              "Image of the name, which is not certain as text", _T.CODE, classification=_OPEN,
              authority=_REGISTERED, max_length=20),
        Field("address_image_id", "所在地イメージID",
              "Image of the address, which is not certain as text", _T.CODE,
              classification=_OPEN, authority=_REGISTERED, max_length=20),
        Field("correction", "訂正", "Corrects an earlier row", _T.BOOLEAN, classification=_OPEN,
              authority=_REGISTERED),
        Field("latest", "最新履歴", "Was the newest event when the row was written", _T.BOOLEAN,
              classification=_OPEN, authority=_REGISTERED),
        Field("not_searchable", "検索対象除外", "The register's search does not show it",
              _T.BOOLEAN, classification=_OPEN, authority=_REGISTERED),
    ),
    ("party",),
)  # fmt: skip

ENTITIES = (REGISTRATION_EVENT,)
