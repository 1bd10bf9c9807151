"""How the hub's names read for people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")
SYSTEMS = {
    "subsidy": "補助金システム", "it_subsidy": "IT補助金システム",
    "management_plan": "経営力向上計画システム", "corporate_auth": "GビズID",
    "corporate_registry": "国税庁法人番号公表サイト", "succession": "事業承継・引継ぎ支援センター",
    "yorozu": "よろず支援拠点", "mirasapo": "ミラサポplus", "support_agency": "認定支援機関検索",
    "sme_platform": "中小企業支援プラットフォーム",
}  # fmt: skip
FIELDS = {
    "name": "名称", "name_kana": "名称（カナ）", "name_en": "名称（英語）",
    "corporate_number": "法人番号", "kind": "種別", "postal_code": "郵便番号",
    "prefecture": "都道府県", "city": "市区町村", "street": "町名・番地", "address": "所在地",
    "building": "建物名", "phone": "電話番号", "email": "電子メール", "website": "ウェブサイト",
    "capital": "資本金", "employees": "従業員数", "regular_employees": "常時使用する従業員数",
    "established_on": "設立日", "industry": "業種", "industry_code": "業種コード",
    "representative_name": "代表者氏名", "representative_title": "代表者役職",
    "representative_kana": "代表者氏名（カナ）", "fiscal_year_end_month": "決算月",
    "legal_form": "法人格", "status": "状態",
}  # fmt: skip
PURPOSES = {
    "application_status": "申請状況の確認", "prefill": "申請書への記入",
    "operation": "システムの運用", "consultation": "相談支援", "succession": "事業承継支援",
}  # fmt: skip
OPERATIONS = {
    "GET /v1/businesses/{id}": "事業者情報を見た",
    "GET /v1/businesses/{id}/applications": "申請の一覧を見た",
    "GET /v1/businesses/{id}/plans": "経営力向上計画を見た",
    "POST /v1/forms/{form}/prefill": "申請書への記入のために読んだ",
    "POST /v1/forms/{form}/preview": "送信内容の確認のために読んだ",
    "GET /v1/audit/me": "閲覧記録を見た",
}
OUTCOMES = {"prefill": "記入済み", "confirm": "要確認", "ask": "未記入"}


def system(name: str) -> str:
    """A system's name; one that is unknown here keeps its own."""
    return SYSTEMS.get(name, name)


def field(name: str) -> str:
    """A field's name."""
    return FIELDS.get(name, name)


def purpose(names: str | None) -> str:
    """Purposes, by their names."""
    return "、".join(PURPOSES.get(one, one) for one in (names or "").split()) or "—"


def operation(name: str) -> str:
    """What was done."""
    return OPERATIONS.get(name, name)


def day(text: str | None) -> str:
    """A day or an instant as people read it, in Japan's time; `不明` where it is not known."""
    if not text:
        return "不明"
    if len(text) == 10:
        found = date.fromisoformat(text)
        return f"{found.year}年{found.month}月{found.day}日"
    at = datetime.fromisoformat(text).astimezone(JAPAN)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def plain(value: Any) -> str:
    """A value as text."""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return "、".join(map(plain, value))
    return str(value)


FILTERS = {
    "system": system, "field": field, "purpose": purpose, "operation": operation, "day": day,
    "plain": plain, "outcome": lambda name: OUTCOMES.get(name, name),
}  # fmt: skip
