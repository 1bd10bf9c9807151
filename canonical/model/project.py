"""Projects and their procedures (手続), as GIF 申請・届出 (DS-451-1) and jGrants know them."""

from __future__ import annotations

from canonical.model import codes
from canonical.model.address import ADDRESS
from canonical.model.fields import Authority, Classification, Entity, Field, FieldType

_T = FieldType
_OPEN = Classification.PUBLIC
_DECIDED = Authority.DECIDED
_PROJECT = ("project",)

PROJECT = Entity(
    "project", "補助事業", "Project", "申請B票",
    (
        Field("project_number", "事業番号", "Project number", _T.CODE, authority=_DECIDED,
              max_length=100, identity=True),
        Field("program_key", "制度ID", "Program key", _T.CODE, "制度番号", classification=_OPEN,
              authority=_DECIDED, max_length=100),
        Field("program_number", "補助金番号", "Program number", _T.CODE, "制度番号",
              classification=_OPEN, authority=_DECIDED, max_length=40),
        Field("program_name", "補助金名", "Program name", classification=_OPEN,
              authority=_DECIDED, max_length=500),
        Field("frame", "申請枠・類型", "Frame applied under", max_length=200),
        Field("title", "事業計画名", "Title", gif="名称", max_length=200),
        Field("summary", "事業計画の概要", "Summary", gif="概要", max_length=4000),
        *ADDRESS.named("site", "補助事業の実施場所", "Place of the project",
                       classification=Classification.BUSINESS_CONFIDENTIAL,
                       of_individuals=True),
        Field("industry_jsic", "補助事業の業種", "Industry of the project (JSIC)", _T.CODE,
              max_length=4),
        Field("industry_text", "補助事業の業種（記載）", "Industry of the project as stated",
              max_length=200),
        Field("equipment_name", "導入予定の機械装置名", "Equipment to be introduced",
              max_length=500),
        Field("grant_requested_jpy", "補助金交付申請額", "Grant requested", _T.MONEY,
              unit="JPY"),
        Field("grant_decided_jpy", "交付決定額", "Grant decided", _T.MONEY, unit="JPY",
              authority=_DECIDED),
        Field("grant_fixed_jpy", "確定額", "Grant fixed", _T.MONEY, unit="JPY",
              authority=_DECIDED),
        Field("status", "状態", "State", _T.CODE, authority=_DECIDED, codes=codes.STATES),
        Field("agency_name", "認定支援機関名", "Support agency's name", max_length=200),
        Field("agency_id", "認定支援機関ID", "Support agency's id", _T.CODE, max_length=12),
        Field("data_use_consent", "データ利活用の同意", "Consent to the use of data",
              _T.BOOLEAN),
        Field("submitted_on", "申請日", "Date of application", _T.DATE, "申請日",
              authority=_DECIDED),
        Field("applicant_account", "申請者のGビズID", "Applicant's GビズID account", _T.CODE,
              max_length=100, authority=Authority.ATTESTED, personal_of_individuals=True),
    ),
)  # fmt: skip

PROCEDURE = Entity(
    "procedure", "手続", "Procedure", "申請A票",
    (
        Field("procedure_key", "手続ID", "Procedure key", _T.CODE, authority=_DECIDED,
              max_length=100, identity=True),
        Field("kind", "手続の種類", "Kind", _T.CODE, authority=_DECIDED,
              codes=codes.PROCEDURE_KINDS),
        Field("form_version", "様式の版", "Form version", max_length=40, authority=_DECIDED),
        Field("state", "状態", "State", _T.CODE, authority=_DECIDED, codes=codes.STATES),
        Field("decision", "決定", "Decision", _T.CODE, authority=_DECIDED,
              codes=codes.DECISIONS),
        Field("due_at", "提出期限", "Due at", _T.INSTANT, authority=_DECIDED),
        Field("submitted_at", "提出日時", "Submitted at", _T.INSTANT, "申請日",
              authority=_DECIDED),
        Field("decided_on", "決定日", "Decided on", _T.DATE, authority=_DECIDED),
    ),
    _PROJECT,
)  # fmt: skip

PROCEDURE_EVENT = Entity(
    "procedure_event", "手続の経過", "Event of a procedure", None,
    (
        Field("procedure_key", "手続ID", "Procedure key", _T.CODE, authority=_DECIDED,
              max_length=100),
        Field("state", "状態", "State", _T.CODE, authority=_DECIDED, codes=codes.STATES),
        Field("occurred_at", "日時", "Occurred at", _T.INSTANT, authority=_DECIDED),
        Field("note", "備考", "Note", max_length=4000, authority=_DECIDED),
    ),
    _PROJECT,
)  # fmt: skip

NOTICE = Entity(
    "notice", "通知", "Notice", "証明・通知",
    (
        Field("procedure_key", "手続ID", "Procedure key", _T.CODE, authority=_DECIDED,
              max_length=100),
        Field("kind", "通知の種類", "Kind", _T.CODE, authority=_DECIDED,
              codes=codes.NOTICE_KINDS),
        Field("title", "件名", "Title", gif="名称", max_length=500, authority=_DECIDED),
        Field("body", "本文", "Body", max_length=20000, authority=_DECIDED),
        Field("sent_at", "送信日時", "Sent at", _T.INSTANT, authority=_DECIDED),
    ),
    _PROJECT,
)  # fmt: skip

EXPENSE_LINE = Entity(
    "expense_line", "経費明細", "Expense line", None,
    (
        Field("category", "経費区分", "Category", max_length=100),
        Field("description", "内容", "Description", max_length=1000),
        Field("amount_jpy", "金額", "Amount", _T.MONEY, unit="JPY"),
        Field("eligible_jpy", "補助対象経費", "Eligible amount", _T.MONEY, unit="JPY"),
    ),
    _PROJECT,
)  # fmt: skip

FUNDING_LINE = Entity(
    "funding_line", "資金調達内訳", "Funding line", None,
    (
        Field("source", "調達先", "Source", max_length=200),
        Field("amount_jpy", "金額", "Amount", _T.MONEY, unit="JPY"),
    ),
    _PROJECT,
)  # fmt: skip

PAST_GRANT = Entity(
    "past_grant", "過去の補助金実績", "Past grant", None,
    (
        Field("program_name", "補助金名", "Program name", max_length=500),
        Field("fiscal_year", "年度", "Fiscal year (from April)", _T.INTEGER, unit="year"),
        Field("amount_jpy", "金額", "Amount", _T.MONEY, unit="JPY"),
    ),
    _PROJECT,
)  # fmt: skip

ATTACHMENT = Entity(
    "attachment", "添付書類", "Attachment", None,
    (
        Field("name", "ファイル名", "File name", max_length=500),
        Field("sha256", "SHA-256", "SHA-256 of the content, hexadecimal", _T.CODE,
              max_length=64),
        Field("size_bytes", "大きさ", "Size", _T.INTEGER, unit="bytes"),
        Field("kind", "書類の種類", "Kind", _T.CODE, max_length=100),
        Field("issued_on", "発行日", "Day of issue", _T.DATE),
    ),
    ("project", "program"),
)  # fmt: skip

ENTITIES = (
    PROJECT, PROCEDURE, PROCEDURE_EVENT, NOTICE, EXPENSE_LINE, FUNDING_LINE, PAST_GRANT,
    ATTACHMENT,
)  # fmt: skip
