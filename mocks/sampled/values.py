"""A value for a field of a contract: by its type, its format, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from connectors.schema import Leaf
from mocks.world.business import Business

Draw = Callable[[Business], str]

BY_NAME: tuple[tuple[str, Draw], ...] = (
    ("法人番号|corporate_?number", lambda b: b.corporate_number or ""),
    ("担当.*(メール|mail)|contact.*mail", lambda b: b.email),
    ("担当|contact_?(name|person)", lambda b: b.contact.name),
    ("メール|mail", lambda b: b.email),
    ("代表者.*(フリガナ|カナ)|representative.*kana", lambda b: b.representative.kana),
    ("代表者|representative", lambda b: b.representative.name),
    ("フリガナ|カナ|kana|furigana", lambda b: b.display_kana),
    ("郵便|〒|postal|post_?code|zip", lambda b: b.address.place.postal_code),
    ("都道府県|prefecture", lambda b: b.address.place.prefecture),
    ("市区町村|市町村|^city|municipality", lambda b: b.address.place.city),
    ("番地|丁目|street", lambda b: f"{b.address.place.town}{b.address.block}"),
    ("建物|ビル|building", lambda b: b.address.building),
    ("所在地|住所|address|location", lambda b: b.address.full),
    ("電話|phone|tel$", lambda b: b.phone),
    ("ホームページ|サイト|url|web", lambda b: b.url or "https://www.example.co.jp/"),
    ("資本金|capital", lambda b: str(b.capital_jpy or 3_000_000)),
    ("従業員|employee", lambda b: str(b.employees)),
    ("商号|企業名|会社名|法人名|事業者名|company|corporat.*name|business_?name",
     lambda b: b.display_name),
    ("事業内容|summary", lambda b: f"{b.industry.name}を営む。"),
    ("業種|industry", lambda b: b.industry.name),
)  # fmt: skip
"""What a field's name or label says → its value for a business; the first that fits."""

_DAYS = re.compile("(年月)?日$|日付|date|_on$", re.IGNORECASE)


def value_of(leaf: Leaf, business: Business, number: int, now: datetime) -> Any:
    """The value of one field in the record with this number; JSON's types where the contract
    has them. `now` is the world's present instant: no time is after it."""
    if leaf.enum:
        known = sorted(text for text in leaf.enum if text)
        return known[number % len(known)] if known else ""
    if leaf.types == {"boolean"}:
        return number % 2 == 0
    text = _text(leaf, business, number, now)
    if leaf.types and leaf.types <= {"integer", "number"}:
        digits = re.sub("[^0-9]", "", text)
        return int(digits) if digits and len(digits) < 16 else number
    return text


def _text(leaf: Leaf, business: Business, number: int, now: datetime) -> str:
    at = now - timedelta(hours=number * 7 % 4000 + 1, minutes=number)
    name = leaf.path.rpartition(".")[2]
    if leaf.format == "date-time" or re.search("日時|_at$|edAt$", name):
        return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    if leaf.format == "date":
        return at.date().isoformat()
    fitting = _FORMATS.get(leaf.format or "") or _named(name) or _named(leaf.description)
    if fitting is not None:
        return fitting(business)
    if _DAYS.search(name) or _DAYS.search(leaf.description):
        return at.date().isoformat()
    return f"{name}{number}"


def _web(business: Business) -> str:
    return business.url or "https://www.example.co.jp/"


_FORMATS: dict[str, Draw] = {"email": lambda b: b.email, "uri": _web, "url": _web}


def _named(name: str) -> Draw | None:
    """What draws a value for a thing of this name."""
    for pattern, draw in BY_NAME:
        if re.search(pattern, name, re.IGNORECASE):
            return draw
    return None
