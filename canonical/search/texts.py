"""Texts as they are searched: widths, case, kana and variant characters make no difference."""

from __future__ import annotations

import unicodedata

from canonical.matching.variants import USUAL_FORM

_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_USUAL = {ord(old): new for old, new in USUAL_FORM.items() if len(old) == 1}


def reduced(text: str) -> str:
    """A text without spaces, in one width, case, kana and form of each character."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return plain.translate(_USUAL).translate(_TO_KATAKANA)


def grams(text: str) -> set[str]:
    """The pairs of neighbouring characters of a reduced text."""
    return {text[place : place + 2] for place in range(len(text) - 1)}


def terms(query: str) -> list[str]:
    """The words of a query, reduced; each has to be found."""
    spaced = unicodedata.normalize("NFKC", query).split()
    return list(dict.fromkeys(term for word in spaced if (term := reduced(word))))
