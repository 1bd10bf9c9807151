"""How the hub's names read for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")
SYSTEMS = {
    "subsidy": "補助金システム", "it_subsidy": "IT補助金システム",
    "management_plan": "経営力向上計画システム", "corporate_auth": "GビズID",
    "corporate_number": "国税庁法人番号公表サイト", "gbizinfo": "Gビズインフォ",
    "smart_sme": "スマートSMEサポーター", "support_agency": "認定支援機関の登録簿",
    "succession": "事業承継・引継ぎ支援センター", "yorozu": "よろず支援拠点",
}  # fmt: skip
BUSINESS = {
    "corporate_number": "法人番号", "sole_proprietor_number": "個人事業主管理番号",
    "kind": "法人・個人の別", "name": "商号又は名称", "name_kana": "フリガナ",
    "name_en": "英語表記",
    "address_full": "本店所在地（住所全体）", "address_postal_code": "本店所在地（郵便番号）",
    "address_prefecture": "本店所在地（都道府県）", "address_city": "本店所在地（市区町村）",
    "address_town": "本店所在地（町字）", "address_block": "本店所在地（番地以下）",
    "address_building": "本店所在地（建物名等）", "phone": "電話番号", "url": "URL",
    "email": "メールアドレス", "capital_jpy": "資本金", "employees_regular": "常時使用する従業員数",
    "employees_permanent": "正社員数", "employees_part_time": "契約社員・パート数",
    "employees_with_officers": "社員数（役員を含む）", "established_on": "設立年月日",
    "founded_on": "創業年月日", "industry_jsic": "主たる業種（日本標準産業分類）",
    "industry_text": "主たる業種（記載）", "business_summary": "事業内容",
    "management_issue": "経営課題", "fiscal_year_end_month": "決算月",
    "representative_title": "代表者役職", "representative_name": "代表者氏名",
    "representative_kana": "代表者フリガナ", "security_action_id": "SECURITY ACTION宣言ID",
}  # fmt: skip
PROGRAM = {
    "catch_phrase": "キャッチコピー", "target_areas": "対象地域", "use_purposes": "利用目的",
    "acceptance_end_at": "募集終了日時", "limit_jpy": "補助上限額", "rate_text": "補助率",
}  # fmt: skip
AGENCY = {
    "kind": "種別", "bureau": "所管経済産業局", "prefecture": "都道府県",
    "address_prefecture": "都道府県", "address_city": "市区町村", "phone": "電話番号",
}  # fmt: skip
KINDS = {"corporation": "法人", "sole_proprietor": "個人事業主", "pre_founder": "創業予定者"}
YEN = frozenset({"capital_jpy", "limit_jpy"})
PURPOSES = {
    "application_status": "申請状況の確認", "prefill": "申請書への記入",
    "operation": "システムの運用", "consultation": "相談支援", "succession": "事業承継支援",
}  # fmt: skip
OPERATIONS = {
    "POST /token token-exchange": "連携ハブが許可証を発行した",
    "GET /v1/businesses/{id}": "事業者情報を見た",
    "GET /v1/businesses/{id}/applications": "申請の一覧を見た",
    "GET /v1/businesses/{id}/plans": "経営力向上計画を見た",
    "POST /v1/forms/{form}/prefill": "申請書への記入のために読んだ",
    "POST /v1/forms/{form}/preview": "送信内容の確認のために読んだ",
    "POST /v1/forms/{form}/release": "送信する値を受け取った",
    "GET /v1/me": "代理できる事業者を確かめた",
    "GET /v1/audit/me": "閲覧記録を見た",
}
OUTCOMES = {"prefill": "記入済み", "confirm": "要確認", "ask": "未記入"}


def system(name: str) -> str:
    """A system's name; one that is unknown here keeps its own."""
    return SYSTEMS.get(name, name)


def shown(values: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str, Any]]:
    """The values that have a name for people, in the order of the names: label, field, value."""
    return [
        (label, name, values[name])
        for name, label in names.items()
        if values.get(name) not in (None, "", [])
    ]


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


def plain(value: Any, name: str = "") -> str:
    """A value as text, by the field it is of."""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, int):
        return f"{value:,}円" if name in YEN else str(value)
    if isinstance(value, list):
        return "、".join(plain(one) for one in value)
    if name == "kind":
        return KINDS.get(str(value), str(value))
    return day(value) if name.endswith(("_on", "_at")) else str(value)


FILTERS = {
    "system": system, "shown": shown, "purpose": purpose, "operation": operation, "day": day,
    "plain": plain, "outcome": lambda name: OUTCOMES.get(name, name),
}  # fmt: skip
NAMES = {"BUSINESS": BUSINESS, "PROGRAM": PROGRAM, "AGENCY": AGENCY}
