"""Whether an answer says the same as a value that is held, up to precision, spelling and unit.

The rules are those by which golden records compare (`canonical.golden.agreement`), for one pair at
a time: a test holds the two against each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from canonical.model.fields import Entity, FieldType
from mappings.transforms.codes import industries
from mappings.transforms.names import reduce_name, split_legal_form

Row = Mapping[str, Any]

_PLACE = str.maketrans("ヶヵカガが之の乃ッづっつヅ", "ケケケケケノノノツツツツツ")
_LEVELS = (
    "address_prefecture_code", "address_municipality_code", "address_city", "address_town",
    "address_block",
)  # fmt: skip
_FORM_READING = re.compile(
    r"^(?:カブシキ|ユウゲン|ゴウドウ|ゴウシ|ゴウメイ)[カガ]イシヤ"
    r"|(?:カブシキ|ユウゲン|ゴウドウ|ゴウシ|ゴウメイ)[カガ]イシヤ$"
    r"|^(?:イツパン|コウエキ)(?:シヤダン|ザイダン)ホウジン"
)
_FREE = frozenset({"business_summary", "management_issue", "industry_text"})
"""Prose: two wordings are no contradiction."""


def agree(entity: Entity, column: str, ours: Row, theirs: Row) -> bool | None:
    """Whether two rows say the same of a field; None where one says nothing, or it is prose.

    `column` is the field's own; of an address any of its parts, which then counts alone.
    """
    if column in _FREE or ours.get(column) is None or theirs.get(column) is None:
        return None
    own, held = ours[column], theirs[column]
    special = _SPECIAL.get(column)
    if special is not None:
        return special(own, held)
    kind = entity.field(column).type
    if kind is FieldType.MONEY:
        coarser = max(ours.get(f"{column}_unit") or 1, theirs.get(f"{column}_unit") or 1)
        return abs(int(own) - int(held)) < coarser
    if kind is FieldType.DATE:
        sharp = [row.get(f"{column}_precision") or "day" for row in (ours, theirs)]
        return _same_date(own, held, sharp)
    if kind is FieldType.TEXT:
        return own == held or reduced(str(own)) == reduced(str(held))
    return bool(own == held)


def agree_on_address(ours: Row, theirs: Row) -> bool | None:
    """Whether every part that both state is the same; None where they share none."""
    stated = [
        _same_part(name, ours[name], theirs[name])
        for name in _LEVELS
        if ours.get(name) is not None and theirs.get(name) is not None
    ]
    return all(stated) if stated else None


def reduced(text: str) -> str:
    """A text without what makes no difference: widths, spaces, capitals."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def same_name(ours: str, theirs: str) -> bool:
    """Whether two names are one in two spellings; a legal form that one leaves out is none less."""
    ours, theirs = (unicodedata.normalize("NFKC", name) for name in (ours, theirs))
    (core, form, position), (other, its, where) = map(split_legal_form, (ours, theirs))
    if reduce_name(core) != reduce_name(other):
        return False
    return form is None or its is None or (form, position) == (its, where)


def same_phone(ours: str, theirs: str) -> bool:
    """Whether two numbers have the same digits."""
    return re.sub(r"[^0-9]", "", ours) == re.sub(r"[^0-9]", "", theirs)


def same_industry(ours: str, theirs: str) -> bool:
    """Whether one class is the other, or holds it (09 and 0911, E and 09)."""
    if ours.isalpha() or theirs.isalpha():
        return _division(ours) == _division(theirs)
    return ours.startswith(theirs) or theirs.startswith(ours)


def _division(code: str) -> str | None:
    return _divisions().get(code if code.isalpha() else code[:2])


@cache
def _divisions() -> dict[str, str]:
    """Division of each division and major group; the list has a division before its groups."""
    found: dict[str, str] = {}
    division = ""
    for code in industries():
        division = code if code.isalpha() else division
        found[code] = division
    return found


def _same_person(ours: str, theirs: str) -> bool:
    return reduce_name(ours) == reduce_name(theirs)


def _same_reading(ours: str, theirs: str) -> bool:
    """Whether two readings are one; some leave out カブシキガイシャ."""
    return _FORM_READING.sub("", reduce_name(ours)) == _FORM_READING.sub("", reduce_name(theirs))


def _same_part(name: str, ours: Any, theirs: Any) -> bool:
    if name == "address_block":
        return _block(str(ours)) == _block(str(theirs))
    if name in {"address_town", "address_city"}:
        return _town(str(ours)) == _town(str(theirs))
    return bool(ours == theirs)


def _town(text: str) -> str:
    plain = re.sub(r"大字|字|[\s・.,‐‑–—―−ー-]", "", unicodedata.normalize("NFKC", text))
    return plain.translate(_PLACE).upper()


def _block(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]+", "-", unicodedata.normalize("NFKC", text)).strip("-").upper()


def _same_date(ours: date, theirs: date, sharp: list[str]) -> bool:
    if "year" in sharp:
        return ours.year == theirs.year
    if "month" in sharp:
        return (ours.year, ours.month) == (theirs.year, theirs.month)
    return ours == theirs


_SPECIAL: dict[str, Callable[[Any, Any], bool]] = {
    "name": same_name,
    "name_kana": _same_reading,
    "representative_name": _same_person,
    "representative_kana": _same_person,
    "phone": same_phone,
    "industry_jsic": same_industry,
    "address_city": lambda ours, theirs: _town(ours) == _town(theirs),
    "address_town": lambda ours, theirs: _town(ours) == _town(theirs),
    "address_block": lambda ours, theirs: _block(ours) == _block(theirs),
}
