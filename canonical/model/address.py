"""The address group (GIF 住所, DS-433)."""

from __future__ import annotations

from canonical.model.fields import Classification, Field, FieldType, Group

_OPEN = Classification.PUBLIC

ADDRESS = Group(
    name="address",
    ja="住所",
    en="Address",
    gif="Address",
    parts=(
        Field("postal_code", "郵便番号", "Postal code", FieldType.CODE, "postalCode",
              classification=_OPEN, max_length=7),
        Field("prefecture_code", "都道府県コード", "Prefecture code (JIS X 0401)", FieldType.CODE,
              classification=_OPEN, max_length=2),
        Field("municipality_code", "市区町村コード", "Municipality code (JIS X 0401 + 0402)",
              FieldType.CODE, "localGovernmentCode", classification=_OPEN, max_length=5),
        Field("prefecture", "都道府県", "Prefecture", gif="prefecture", classification=_OPEN,
              max_length=4),
        Field("city", "市区町村", "City, ward or county", gif="cityAndCounty",
              classification=_OPEN, max_length=50),
        Field("town", "町字", "Town", gif="streetAddress", classification=_OPEN, max_length=100),
        Field("block", "番地以下", "Block and number", gif="cityBlock", classification=_OPEN,
              max_length=100),
        Field("building", "建物名等", "Building, floor and room", gif="buildingNameEtc",
              classification=_OPEN, max_length=200),
        Field("full", "住所全体", "Whole address", gif="fullAddress", classification=_OPEN,
              max_length=400),
        Field("as_received", "受領時の表記", "As received", classification=_OPEN, max_length=1000),
    ),
    named_openly=frozenset({"prefecture_code", "municipality_code"}),
)  # fmt: skip
