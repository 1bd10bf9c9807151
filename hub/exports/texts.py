"""Values in the forms that GIF prescribes, and what is written in none of them.

DS-441 dates, DS-443 postal codes, DS-445 telephone numbers, DS-434 names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from base.identifiers import municipality_code6

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_ONE_PHONE = (
    r"(?:\(0[0-9]{1,4}\)[0-9]{1,4}-[0-9]{4}|0[5789]0-[0-9]{4}-[0-9]{4}"
    r"|0(?:120|800|570|990)-[0-9]{6,7}|\+[1-9][0-9 ()-]{5,18}[0-9])(?: 内線[0-9]{1,6})?"
)
PHONE = rf"^{_ONE_PHONE}$"
POSTAL_CODE = r"^[0-9]{7}$"
MUNICIPALITY = r"^[0-9]{6}$"
DATE = r"^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?$"
_POSTAL = re.compile(POSTAL_CODE)
_PHONE = re.compile(_ONE_PHONE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_WIDE = {code: code + 0xFEE0 for code in (*range(0x41, 0x5B), *range(0x61, 0x7B))}
_KANA = re.compile("[ァ-ヶー・ 　]+")

READINGS = {
    "株式会社": "カブシキガイシャ",
    "有限会社": "ユウゲンガイシャ",
    "合名会社": "ゴウメイガイシャ",
    "合資会社": "ゴウシガイシャ",
    "合同会社": "ゴウドウガイシャ",
    "一般社団法人": "イッパンシャダンホウジン",
    "一般財団法人": "イッパンザイダンホウジン",
    "公益社団法人": "コウエキシャダンホウジン",
    "公益財団法人": "コウエキザイダンホウジン",
    "医療法人": "イリョウホウジン",
    "社会福祉法人": "シャカイフクシホウジン",
    "学校法人": "ガッコウホウジン",
    "特定非営利活動法人": "トクテイヒエイリカツドウホウジン",
    "税理士法人": "ゼイリシホウジン",
    "農事組合法人": "ノウジクミアイホウジン",
}
"""How legal forms are read: DS-434 writes the reading out, the register leaves it away."""


def plain(text: str) -> str:
    """The text without characters that XML 1.0 cannot hold, and without C1 controls."""
    return _FORBIDDEN.sub("", text)


def wide_letters(name: str) -> str:
    """DS-434: Latin letters of a 商号 in full width (`ABC商事` → `ＡＢＣ商事`)."""
    return name.translate(_WIDE)


def day(value: date, precision: str | None) -> str:
    """DS-441, as far as the date is known: `2024-04-01`, `2024-04` or `2024`."""
    length = {"month": 7, "year": 4}.get(precision or "day", 10)
    return value.isoformat()[:length]


def municipality(code: str | None) -> str | None:
    """The six-digit code of a five-digit one; None if it is none."""
    return _tried(municipality_code6, code)


def postal_code(text: str | None) -> str | None:
    """DS-443: seven digits without a hyphen; None if it is not that."""
    return text if text and _POSTAL.fullmatch(text) else None


def phones(text: str | None) -> list[str]:
    """DS-445: each number of a text that joins them by ` / `; none if one is not in that form."""
    numbers = text.split(" / ") if text else []
    return numbers if all(_PHONE.fullmatch(number) for number in numbers) else []


def email(text: str | None) -> str | None:
    """An address with one @ and a domain; None if it is not that."""
    return text if text and _EMAIL.fullmatch(text) else None


def url(text: str | None) -> str | None:
    """An http address in characters of RFC 3986; None if it is not that."""
    return text if text and _URL.fullmatch(text) else None


def fiscal_year_start(end_month: int | None) -> str | None:
    """xsd:gMonthDay of the day after the month in which the fiscal year ends: 3 → `--04-01`."""
    if end_month is None or not 1 <= end_month <= 12:
        return None
    return f"--{end_month % 12 + 1:02}-01"


def kana_with_form(name: str, core: str | None, kana: str | None) -> str | None:
    """The reading of a name with that of its legal form, as DS-434 writes it.

    A name without kana whose core is written in katakana alone is its own reading.
    """
    core = core or name
    reading = kana or (core if _KANA.fullmatch(core) else None)
    if reading is None:
        return None
    form = name.replace(core, "", 1).strip() if core in name else ""
    spoken = READINGS.get(form)
    if spoken is None or spoken in reading:
        return reading
    return spoken + reading if name.startswith(form) else reading + spoken


def two_names(full: str | None) -> tuple[str, str] | None:
    """Family and given name, where one space stands between them."""
    parts = full.split() if full else []
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _tried(convert: Callable[[str], str], text: str | None) -> str | None:
    try:
        return convert(text) if text else None
    except ValueError:
        return None
