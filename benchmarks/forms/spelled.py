"""What a text on a form says, read without the hub: by few and plain rules of its own."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
         "M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018}  # fmt: skip
_DAY = re.compile(
    r"^(明治|大正|昭和|平成|令和|[MTSHR])?(元|\d+)[年./-]?(\d{1,2})?[月./-]?(\d{1,2})?日?$"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_UNITS = {"円": 1, "千円": 1_000, "万円": 10_000, "百万円": 1_000_000}
_FORMS = {"(株)": "株式会社", "(有)": "有限会社", "(名)": "合名会社", "(資)": "合資会社",
          "(同)": "合同会社", "(一社)": "一般社団法人"}  # fmt: skip
_USUAL = str.maketrans({"髙": "高", "﨑": "崎", "澤": "沢", "濱": "浜", "邊": "辺", "國": "国"})
_READINGS = re.compile(
    r"(カブシキ|ユウゲン|ゴウメイ|ゴウシ|ゴウドウ)ガイシャ|イッパンシャダンホウジン"
)
_NUMERALS = "〇一二三四五六七八九"


def plain(text: str) -> str:
    """Without widths, blanks and old forms of characters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(_USUAL)


def name(text: str) -> str:
    """A name with its legal form in words."""
    found = plain(text)
    for short, word in _FORMS.items():
        found = found.replace(short, word)
    return found


def kana(text: str) -> str:
    """A reading without that of the legal form."""
    return _READINGS.sub("", plain(text))


def digits(text: str) -> str:
    """The digits alone."""
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text))


def place(text: str) -> str:
    """An address without prefecture, its numbers joined by hyphens."""
    found = re.sub(r"^(東京都|北海道|京都府|大阪府|.{2,3}県)", "", plain(text))
    found = re.sub(rf"([{_NUMERALS}])丁目", lambda m: f"{_NUMERALS.index(m[1])}丁目", found)
    found = re.sub(r"(?<=\d)(丁目|番地の|番地|番|号)", "-", found)
    joined = re.sub(r"(?<=\d)[‐‑–—―−ー－-]+|-+", "-", found)
    return re.sub(r"-(?!\d)|(?<!\d)-", "", joined)


def day(text: str) -> tuple[int, ...] | None:
    """Year, month and day, as far as they are written."""
    found = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if compact := _COMPACT.match(found):
        return tuple(map(int, compact.groups()))
    told = _DAY.match(found)
    if told is None:
        return None
    year = 1 if told[2] == "元" else int(told[2])
    parts = [_ERAS.get(told[1] or "", 0) + year, *(int(one) for one in told.groups()[2:] if one)]
    return tuple(parts)


def same_day(text: str, known: date | None) -> bool:
    """Whether a written date is a day, or the month or year that holds it."""
    parts = day(text)
    return parts is not None and known is not None and known.timetuple()[: len(parts)] == parts


def amount(text: str, unit: str) -> tuple[int, int] | None:
    """Yen, and to how many yen they are told; `unit` is the form's."""
    found = plain(text).replace(",", "").replace("△", "-").replace("▲", "-")
    told = re.match(r"^(-?\d+)(百万円|千円|万円|円)?$", found)
    if told is None:
        return None
    size = _UNITS[told[2] or unit]
    return int(told[1]) * size, size


def number(text: str) -> Decimal | None:
    """A number with its counter left out."""
    told = re.match(r"^-?\d+(\.\d+)?", plain(text).replace(",", ""))
    return Decimal(told[0]) if told else None
