"""Management improvement plans (経営力向上計画) with funds and equipment."""

from __future__ import annotations

from canonical.model import codes
from canonical.model.address import ADDRESS
from canonical.model.fields import Authority, Classification, Entity, Field, FieldType

_T = FieldType
_DECIDED = Authority.DECIDED

PLAN = Entity(
    "plan", "経営力向上計画", "Management improvement plan", "申請B票",
    (
        Field("plan_key", "計画番号", "Plan key", _T.CODE, authority=_DECIDED, max_length=100,
              identity=True),
        Field("filing", "届出区分", "New plan or change of one", _T.CODE, authority=_DECIDED,
              codes=codes.PLAN_FILINGS),
        Field("change_number", "変更回数", "How often it was changed before", _T.INTEGER,
              authority=_DECIDED),
        Field("certificate_number", "認定番号", "Number of the certificate", _T.CODE,
              authority=_DECIDED, max_length=60),
        Field("previous_certificate", "前回認定番号", "Certificate that a change is about",
              _T.CODE, max_length=60),
        Field("addressed_to", "宛先（主務大臣名）", "Minister addressed", gif="宛先",
              max_length=200),
        Field("submitted_on", "申請年月日", "Date of application", _T.DATE, "申請日"),
        Field("industry_jsic", "事業分野", "Field of business (JSIC)", _T.CODE, max_length=4),
        Field("guideline", "事業分野別指針名", "Guideline of the field", max_length=200),
        Field("starts_on", "実施時期（開始）", "Carried out from", _T.DATE),
        Field("ends_on", "実施時期（終了）", "Carried out until", _T.DATE),
        Field("situation_overview", "現状認識①自社の事業概要", "Situation: the business",
              max_length=8000),
        Field("situation_market", "現状認識②商品・サービス/市場/競合",
              "Situation: products, market, competitors", max_length=8000),
        Field("situation_finance", "現状認識③経営状況", "Situation: finances",
              max_length=8000),
        Field("situation_issue", "現状認識④経営課題", "Situation: issues", max_length=8000),
        Field("indicator_kind", "指標の種類", "Indicator", max_length=100),
        Field("indicator_now", "指標（現状）", "Indicator now", _T.RATE),
        Field("indicator_target", "指標（計画終了時）", "Indicator at the end", _T.RATE),
        Field("labour_productivity_target_jpy", "労働生産性（計画終了時）",
              "Labour productivity at the end", _T.MONEY, unit="JPY per worker or hour"),
        Field("growth_percent", "伸び率", "Growth", _T.RATE, unit="percent"),
        Field("has_resources", "経営資源の有無", "Management resources exist", _T.BOOLEAN),
        Field("measures", "実施事項", "Measures", max_length=8000),
        Field("succession_kind", "事業承継等の種類", "Kind of succession", _T.CODE,
              max_length=20),
        Field("agency_name", "認定経営革新等支援機関名", "Support agency's name",
              max_length=200),
        Field("publication_allowed", "公表の可否", "May be published", _T.BOOLEAN),
        Field("data_use_consent", "データ利活用の同意", "Consent to the use of data",
              _T.BOOLEAN),
        Field("status", "状態", "State", _T.CODE, authority=_DECIDED,
              codes=codes.PLAN_STATES),
        Field("certified_on", "認定日", "Certified on", _T.DATE, authority=_DECIDED),
    ),
)  # fmt: skip

PLAN_FUND = Entity(
    "plan_fund", "計画の資金", "Fund of a plan", None,
    (
        Field("use", "使途", "Use", max_length=200),
        Field("source", "調達方法", "Source", max_length=200),
        Field("amount_jpy", "金額", "Amount", _T.MONEY, unit="JPY"),
    ),
    ("plan",),
)  # fmt: skip

PLAN_EQUIPMENT = Entity(
    "plan_equipment", "計画の設備", "Equipment of a plan", "Equipment",
    (
        Field("name", "名称・型式", "Name and model", max_length=300),
        Field("kind", "設備等の種類", "Kind", max_length=100),
        *ADDRESS.named("location", "設備等の所在地", "Place", gif="equipmentAddress",
                       classification=Classification.BUSINESS_CONFIDENTIAL),
        Field("acquired_on", "取得年月", "Acquired in", _T.DATE),
        Field("unit_price_jpy", "単価", "Unit price", _T.MONEY, unit="JPY"),
        Field("quantity", "数量", "Quantity", _T.INTEGER),
        Field("amount_jpy", "金額", "Amount", _T.MONEY, unit="JPY"),
        Field("support_measure", "支援措置区分", "Support measure", _T.CODE, max_length=40),
        Field("certificate_number", "証明書等の文書番号", "Number of the certificate", _T.CODE,
              max_length=100),
    ),
    ("plan",),
)  # fmt: skip

ENTITIES = (PLAN, PLAN_FUND, PLAN_EQUIPMENT)
