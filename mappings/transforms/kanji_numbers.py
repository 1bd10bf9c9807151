"""Numbers written with kanji: 三千五百万, 3億5000万, 弐拾参, 一〇三."""

from __future__ import annotations

import re

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {
    c: i for i, c in enumerate("零壱弐参肆伍陸漆捌玖")
}
_DIGITS |= {"壹": 1, "貳": 2, "參": 3, "二": 2}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "阡": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "億": 10**8, "兆": 10**12}
KANJI_NUMBER = "".join([*_DIGITS, *_SMALL, *_LARGE])
_TOKEN = re.compile(f"[0-9]+(?:\\.[0-9]+)?|[{KANJI_NUMBER}]")
LONGEST = 100
"""Characters of the longest text that is read as a number."""


def read_number(text: str) -> int | None:
    """The whole number that `text` spells in digits, kanji or both; None if it spells none.

    `text` has no spaces and no thousands separators. Decimals stand only before a unit
    (1.5億 = 150000000).
    """
    if text.isascii() and text.isdigit() and len(text) <= LONGEST:
        return int(text)
    if not 0 < len(text) <= LONGEST or _TOKEN.sub("", text):
        return None
    total = section = 0
    pending: str | None = None
    last_large = 10**16
    for token in _TOKEN.findall(text):
        if token in _DIGITS:
            pending = (pending or "") + str(_DIGITS[token])
        elif token[0].isdigit():
            if pending is not None:
                return None
            pending = token
        elif token in _SMALL:
            part = _scaled(pending or "1", _SMALL[token])
            if part is None:
                return None
            section, pending = section + part, None
        else:
            unit = _LARGE[token]
            part = _section(section, pending, unit)
            if part is None or unit >= last_large:
                return None
            total, section, pending, last_large = total + part, 0, None, unit
    rest = _section(section, pending, 1) if section or pending else 0
    return None if rest is None else total + rest


def _section(section: int, pending: str | None, unit: int) -> int | None:
    if pending is None:
        return section * unit if section else None
    part = _scaled(pending, unit)
    return None if part is None else section * unit + part


def _scaled(digits: str, unit: int) -> int | None:
    """`digits` × `unit` without floats; None where that is no whole number."""
    whole, _, fraction = digits.partition(".")
    if not fraction:
        return int(whole) * unit
    scaled = int(whole + fraction) * unit
    quotient, rest = divmod(scaled, 10 ** len(fraction))
    return None if rest else quotient
