"""Consultations of the advisers (よろず支援カルテ)."""

from __future__ import annotations

from canonical.model.fields import Authority, Classification, Entity, Field, FieldType

_T = FieldType
_PERSONAL = Classification.PERSONAL
_DECIDED = Authority.DECIDED

CONSULTATION = Entity(
    "consultation", "相談", "Consultation", None,
    (
        Field("consultation_key", "カルテ番号", "Record number", _T.CODE, authority=_DECIDED,
              max_length=100, identity=True),
        Field("base_code", "拠点コード", "Code of the base", _T.CODE, authority=_DECIDED,
              max_length=20),
        Field("received_on", "受付日", "Received on", _T.DATE, authority=_DECIDED),
        Field("client_name", "相談者氏名", "Client's name", classification=_PERSONAL,
              max_length=100),
        Field("client_kana", "相談者フリガナ", "Client's name in kana",
              classification=_PERSONAL, max_length=100),
        Field("client_title", "相談者役職", "Client's title", max_length=100),
        Field("client_kind", "相談者区分", "Existing business or about to found one", _T.CODE,
              max_length=40),
        Field("method", "相談方法", "Method", _T.CODE, max_length=40),
        Field("topic", "相談分類", "Topic", _T.CODE, max_length=100),
        Field("content", "相談内容", "What was asked", max_length=20000),
        Field("coordinator", "担当コーディネーター", "Coordinator", max_length=100,
              authority=_DECIDED),
        Field("handled_at", "対応日時", "Handled at", _T.INSTANT, authority=_DECIDED),
        Field("advice", "支援内容", "Advice given", max_length=20000, authority=_DECIDED),
        Field("next_at", "次回予約", "Next appointment", _T.INSTANT, authority=_DECIDED),
        Field("introduced_by", "紹介元機関", "Introduced by", max_length=200),
        Field("partner_agency", "連携支援機関", "Partner agency", max_length=200),
        Field("programs_used", "活用施策", "Programs used", max_length=1000),
        Field("outcome", "成果", "Outcome (sales, profit, jobs)", max_length=4000),
        Field("satisfaction", "満足度", "Satisfaction", _T.CODE, max_length=20),
        Field("sharing_consent", "情報共有の同意", "Consent to sharing", _T.BOOLEAN),
    ),
)  # fmt: skip

ENTITIES = (CONSULTATION,)
