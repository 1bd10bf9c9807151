"""Succession cases (事業承継DB). That a business has one is itself confidential."""

from __future__ import annotations

from canonical.model import codes
from canonical.model.fields import Authority, Entity, Field, FieldType

_T = FieldType
_DECIDED = Authority.DECIDED

SUCCESSION_CASE = Entity(
    "succession_case", "事業承継案件", "Succession case", None,
    (
        Field("case_key", "案件番号", "Case number", _T.CODE, authority=_DECIDED,
              max_length=100, identity=True),
        Field("center_code", "センターコード", "Code of the centre", _T.CODE,
              authority=_DECIDED, max_length=20),
        Field("registered_on", "登録日", "Registered on", _T.DATE, authority=_DECIDED),
        Field("side", "譲渡/譲受区分", "Gives or takes over", _T.CODE,
              codes={"transferor": "譲渡", "transferee": "譲受"}),
        Field("timing", "承継時期の意向", "Wished time", max_length=100),
        Field("kind", "承継類型", "Kind of succession", _T.CODE,
              codes={"family": "親族内", "employee": "従業員", "third_party": "第三者"}),
        Field("shareholding", "株主構成", "Shareholding as stated", max_length=2000),
        Field("reason", "譲渡理由", "Reason", max_length=4000),
        Field("scheme", "譲渡スキーム", "Scheme", max_length=200),
        Field("asking_price_jpy", "希望価格", "Asking price", _T.MONEY, unit="JPY"),
        Field("strengths", "強み", "Strengths", max_length=4000),
        Field("introduced_by", "紹介元支援機関", "Introduced by", max_length=200),
        Field("nda_on", "秘密保持契約日", "Non-disclosure agreement of", _T.DATE),
        Field("status", "ステータス", "State", _T.CODE, authority=_DECIDED, max_length=40,
              codes=codes.SUCCESSION_STATES),
        Field("disclosure_consent", "情報開示の同意", "Consent to disclosure", _T.BOOLEAN),
    ),
)  # fmt: skip

ENTITIES = (SUCCESSION_CASE,)
