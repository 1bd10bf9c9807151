"""What forms say beside a field: lengths, units, choices, whether it is required."""

from __future__ import annotations

import re
import unicodedata

_UNIT = re.compile(
    r"^[\s　]*(百万円|千円|万円|億円|円|人|名|歳|才|％|%|時間|ヶ月|か月|年|月期|月|台|件|㎡)"
)
_YES = re.compile(r"^(?:○|◯|●|◎|yes|true|1|y|必須|はい|有|required|m)$", re.IGNORECASE)
_NO = re.compile(r"^(?:×|-|－|no|false|0|n|任意|いいえ|無|optional|o)$", re.IGNORECASE)
_BADGE = re.compile(
    r"[\[【(（<＜]?(必須|任意|required|optional)[\]】)）>＞]?|[*＊]+$", re.IGNORECASE
)
_REMARK = re.compile(r"[\s　]*※.*$", re.DOTALL)


def unit_of(text: str) -> str | None:
    """The unit that stands behind a control: `千円`."""
    found = _UNIT.match(unicodedata.normalize("NFKC", text or ""))
    return found[1] if found else None


def length_of(text: str) -> int | None:
    """The longest answer: `100文字以内` → 100."""
    found = re.search(r"[0-9][0-9,]*", unicodedata.normalize("NFKC", text))
    length = int(found[0].replace(",", "")) if found else 0
    return length if 0 < length < 1_000_000 else None


def choices_of(text: str) -> tuple[str, ...]:
    """Answers that stand in one cell, parted by any of | / ; 、 or new lines."""
    for separator in ("|", "\n", "；", ";", "、", "／", "/", ","):
        if separator in text:
            return tuple(filter(None, (part.strip() for part in text.split(separator))))
    return ()


def yes_or_no(text: str) -> bool | None:
    """Whether a cell says that the field is required; None where it says neither."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return True if _YES.match(plain) else False if _NO.match(plain) else None


def label_of(text: str) -> tuple[str, str, bool | None]:
    """A label as a page shows it → label, remark, whether it says that it is required."""
    plain = " ".join(text.split())
    badge = _BADGE.search(plain)
    required = None
    if badge is not None:
        required = (badge[1] or "必須").lower() in {"必須", "required"}
    remark = _REMARK.search(plain)
    label = _REMARK.sub("", _BADGE.sub("", plain)).strip(" :：")
    return label, remark[0].strip() if remark else "", required
