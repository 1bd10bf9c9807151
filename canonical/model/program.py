"""Support programs (GIF 制度, DS-451-4) with their rounds and topics."""

from __future__ import annotations

from dataclasses import replace

from canonical.model import codes
from canonical.model.fields import Authority, Classification, Entity, Field, FieldType

_T = FieldType


def _owned(*fields: Field) -> tuple[Field, ...]:
    """Fields that are public and go by the word of the program's owner."""
    return tuple(
        replace(field, classification=Classification.PUBLIC, authority=Authority.DECIDED)
        for field in fields
    )


PROGRAM = Entity(
    "program", "制度", "Program", "制度",
    _owned(
        Field("program_key", "制度ID", "Program key", _T.CODE, max_length=100, identity=True),
        Field("program_number", "補助金番号", "Program number", _T.CODE, "制度番号",
              max_length=40),
        Field("title", "名称", "Title as published", gif="タイトル", max_length=500),
        Field("title_normalized", "名称（正規化）", "Title after NFKC, for search only",
              max_length=500),
        Field("catch_phrase", "キャッチコピー", "Catch phrase", gif="概要", max_length=2000),
        Field("detail_html", "概要", "Description (HTML as received)", gif="内容",
              max_length=200000),
        Field("use_purposes", "利用目的", "Purposes, joined by ' / '", max_length=2000),
        Field("industries", "業種", "Industries, joined by ' / '", gif="標準産業分類",
              max_length=2000),
        Field("target_areas", "対象地域", "Target areas, joined by ' / '", gif="地域",
              max_length=4000),
        Field("target_area_detail", "対象地域詳細", "Target area in detail", max_length=4000),
        Field("target_employees", "従業員数", "Band of employees", gif="従業員条件",
              max_length=100),
        Field("rate_text", "補助率", "Rate of subsidy as stated", gif="最大補助率",
              max_length=1000),
        Field("rate_max_percent", "最大補助率", "Highest rate of subsidy", _T.RATE,
              "最大補助率", unit="percent"),
        Field("limit_jpy", "補助上限額", "Upper limit; null where not stated", _T.MONEY,
              "給付上限額", unit="JPY"),
        Field("acceptance_start_at", "募集開始日時", "Acceptance from", _T.INSTANT,
              "公募開始日"),
        Field("acceptance_end_at", "募集終了日時", "Acceptance until", _T.INSTANT,
              "公募終了日"),
        Field("project_end_on", "事業終了期限", "Project must end by (date in Japan)",
              _T.DATE),
        Field("reception", "申請受付の有無", "Accepts applications", _T.BOOLEAN),
        Field("multiple_requests", "複数申請の可否", "Several applications allowed",
              _T.BOOLEAN),
        Field("page_url", "詳細ページURL", "Page for applicants", max_length=1000),
        Field("institution_name", "実施機関", "Institution", gif="制度所管組織",
              max_length=500),
        Field("grant_type", "補助金の類型", "Type of grant", max_length=200),
        Field("source_credit", "出典", "Credit that the source asks for", max_length=200),
    ),
)  # fmt: skip

PROGRAM_ROUND = Entity(
    "program_round", "公募回", "Round of a program", None,
    _owned(
        Field("round_key", "公募回ID", "Round key", _T.CODE, max_length=100),
        Field("label", "回次", "Label such as 第54回", max_length=200),
        Field("target_area", "対象地域", "Target areas, joined by ' / '", gif="地域",
              max_length=4000),
        Field("target_area_detail", "対象地域詳細", "Target area in detail", max_length=4000),
        Field("acceptance_start_at", "募集開始日時", "Acceptance from", _T.INSTANT,
              "公募開始日"),
        Field("acceptance_end_at", "募集終了日時", "Acceptance until", _T.INSTANT,
              "公募終了日"),
        Field("project_end_at", "事業終了期限", "Project must end by", _T.INSTANT),
    ),
    ("program",),
)  # fmt: skip

PROGRAM_TOPIC = Entity(
    "program_topic", "制度の分類", "Topic of a program", None,
    _owned(
        Field("kind", "分類の種類", "Kind", _T.CODE, codes=codes.TOPIC_KINDS),
        Field("value", "分類", "Value as published", max_length=200),
        Field("code", "コード", "Code (JSIC division, prefecture), where there is one", _T.CODE,
              max_length=10),
    ),
    ("program",),
)  # fmt: skip

ENTITIES = (PROGRAM, PROGRAM_ROUND, PROGRAM_TOPIC)
