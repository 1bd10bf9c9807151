"""Texts reduced to what is compared: width, case, kana, variant characters, punctuation.

The reduced form is for matching only and never shown. Each function is a column expression.
"""

from __future__ import annotations

import polars as pl

from canonical.matching.variants import USUAL_FORM

_TO_KATAKANA = {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)}
_LARGE = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_PLAIN_KANA = {
    **_LARGE,
    **{old: _LARGE.get(new, new) for old, new in _TO_KATAKANA.items()},
    "ヂ": "ジ", "ヅ": "ズ", "ヰ": "イ", "ヱ": "エ", "ヲ": "オ", "ぢ": "ジ", "づ": "ズ", "を": "オ",
}  # fmt: skip
_NAME = {**_PLAIN_KANA, **USUAL_FORM}
_DROPPED = (
    r"[\s・･.,，、。'’‘`\"“”‐‑‒–—―−ーｰ~〜＆&()（）「」『』\[\]/:;!?*+#_|-]"
    r"|[\x{e0100}-\x{e01ef}]"
)
_COMPANIES = ("カブシキ", "ユウゲン", "ゴウドウ", "ゴウシ", "ゴウメイ")
_BODIES = (
    "イツパンシヤダン", "イツパンザイダン", "コウエキシヤダン", "コウエキザイダン",
    "トクテイヒエイリカツドウ", "シヤカイフクシ", "イリヨウ", "シヤカイイリヨウ", "ガツコウ",
    "シユウキヨウ", "ノウジクミアイ", "ゼイリシ",
)  # fmt: skip
_FORM_READINGS = [
    *(form + end for form in _COMPANIES for end in ("ガイシヤ", "カイシヤ")),
    *(form + "ホウジン" for form in _BODIES),
]
_FORMS = (
    "株式会社", "有限会社", "合同会社", "合名会社", "合資会社",
    "(株)", "(有)", "(同)", "(名)", "(資)", "(カブ)", "(カ)", "(ユ)", "(ド)",
)  # fmt: skip
_KANJI_DIGITS = {**dict(zip("〇一二三四五六七八九", "0123456789", strict=True)), "ニ": "2"}
_PLACE = {
    **USUAL_FORM, **_KANJI_DIGITS,
    "ヶ": "ケ", "ヵ": "ケ", "カ": "ケ", "ガ": "ケ", "が": "ケ", "ケ": "ケ", "ヅ": "ツ", "ッ": "ツ",
    "っ": "ツ", "つ": "ツ", "の": "ノ", "之": "ノ", "乃": "ノ", "舟": "船", "澗": "間",
}  # fmt: skip


def _replaced(text: pl.Expr, table: dict[str, str]) -> pl.Expr:
    return text.str.replace_many(list(table), list(table.values()))


def nothing_for_empty(text: pl.Expr) -> pl.Expr:
    """Null where nothing is left."""
    return pl.when(text.str.len_bytes() > 0).then(text)


def reduced_name(text: pl.Expr) -> pl.Expr:
    """A name without spaces, punctuation, width, case, small kana and variant characters."""
    plain = text.str.normalize("NFKC").str.replace_all(_DROPPED, "")
    return nothing_for_empty(_replaced(plain, _NAME).str.to_uppercase())


def core_name(text: pl.Expr) -> pl.Expr:
    """A whole name without its legal form, reduced; for claims whose mapping kept no core."""
    narrow = text.str.normalize("NFKC").str.replace_many(list(_FORMS), [""])
    return without_form_reading(reduced_name(narrow))


def without_form_reading(reduced: pl.Expr) -> pl.Expr:
    """A reduced name or reading without カブシキガイシャ and the like, which some leave out."""
    bare = reduced.str.replace_many(_FORM_READINGS, [""])
    return pl.when(bare.str.len_bytes() > 0).then(bare).otherwise(reduced)


def reduced_kana(text: pl.Expr) -> pl.Expr:
    """A reading without the reading of the legal form."""
    return without_form_reading(reduced_name(text))


def family_name(text: pl.Expr) -> pl.Expr:
    """The part of a person's name before the space, reduced; null where no space stands."""
    parts = text.str.normalize("NFKC").str.strip_chars().str.replace_all(r"\s+", " ")
    found = parts.str.extract(r"^(\S+) \S+$", 1)
    return reduced_name(found)


def reduced_town(text: pl.Expr) -> pl.Expr:
    """A town with 大字 and 字 left out, ヶ and ノ in one spelling, numerals in digits."""
    plain = text.str.normalize("NFKC").str.replace_all(r"大字|字|\s|[・.,‐‑–—―−ー-]", "")
    return nothing_for_empty(_replaced(plain, _PLACE).str.to_uppercase())


def reduced_block(text: pl.Expr) -> pl.Expr:
    """Block and number as digits joined by single hyphens: `3-12-4`."""
    plain = _replaced(text.str.normalize("NFKC"), _KANJI_DIGITS)
    return nothing_for_empty(
        plain.str.replace_all(r"[^0-9A-Za-z]+", "-").str.strip_chars("-").str.to_uppercase()
    )


def reduced_building(text: pl.Expr) -> pl.Expr:
    """Building, floor and room without the words that some leave out (階, F, 号室)."""
    plain = text.str.normalize("NFKC").str.replace_all(r"(?:号室|号|階|F|ｆ|室)$", "")
    return reduced_name(_replaced(plain, _KANJI_DIGITS))


def reduced_phone(text: pl.Expr) -> pl.Expr:
    """The first telephone number in digits; extensions and second numbers are left out."""
    narrow = text.str.normalize("NFKC").str.replace(r"(?:内線|ext).*$|\s*[/;、].*$", "")
    digits = narrow.str.replace(r"^\+81\s*\(?0?\)?", "0").str.replace_all("[^0-9]", "")
    return pl.when(digits.str.len_bytes() >= 9).then(digits)


def reduced_email(text: pl.Expr) -> pl.Expr:
    """A mail address in lower case, without spaces and full-width letters."""
    plain = text.str.normalize("NFKC").str.replace_all(r"\s", "").str.to_lowercase()
    return pl.when(plain.str.contains("@", literal=True)).then(plain)
