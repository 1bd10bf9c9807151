"""Names of businesses: legal form and its position, core name, reduced form for matching."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase

import polars as pl

from mappings.transforms.core import (
    Example,
    Fast,
    Option,
    Options,
    Parsed,
    Shared,
    Texts,
    Transform,
    Values,
    single,
    single_format,
)
from mappings.transforms.text import guard, private_character
from mappings.transforms.width import narrow

LEGAL_FORMS = {
    "株式会社": "301", "有限会社": "302", "合名会社": "303", "合資会社": "304", "合同会社": "305",
    "一般社団法人": "399", "一般財団法人": "399", "公益社団法人": "399", "公益財団法人": "399",
    "特定非営利活動法人": "399", "社会福祉法人": "399", "医療法人社団": "399",
    "医療法人財団": "399", "社会医療法人": "399", "医療法人": "399", "学校法人": "399",
    "宗教法人": "399", "農事組合法人": "399", "事業協同組合": "399", "協同組合": "399",
    "企業組合": "399", "税理士法人": "399", "弁護士法人": "399", "監査法人": "399",
    "社会保険労務士法人": "399", "行政書士法人": "399", "司法書士法人": "399",
    "NPO法人": "399", "独立行政法人": "399", "地方独立行政法人": "399", "国立大学法人": "399",
}  # fmt: skip
"""Legal forms as words, and their code (National Tax Agency's 法人種別 = GIF code list 5)."""

_SHORT = {
    "株": "株式会社", "カブ": "株式会社", "カ": "株式会社", "有": "有限会社", "ユ": "有限会社",
    "名": "合名会社", "メ": "合名会社", "資": "合資会社", "シ": "合資会社", "同": "合同会社",
    "ド": "合同会社", "一社": "一般社団法人", "一財": "一般財団法人", "公社": "公益社団法人",
    "公財": "公益財団法人", "医": "医療法人", "特非": "特定非営利活動法人", "福": "社会福祉法人",
    "学": "学校法人", "宗": "宗教法人",
}  # fmt: skip
_FOREIGN = {
    "CO.,LTD.": "301",
    "CO.,LTD": "301",
    "CO., LTD.": "301",
    "K.K.": "301",
    "INC.": "401",
    "LLC": "401",
}
_WORDS = "|".join(sorted(LEGAL_FORMS, key=len, reverse=True))
_MARKS = "|".join(sorted(_SHORT, key=len, reverse=True))
_PREFIX = re.compile(
    rf"(?:(?P<word>{_WORDS})|\((?P<mark>{_MARKS})\)|(?P<open>カブ|カ|ユ|ド)\))\s*(?=\S)"
)
_SUFFIX = re.compile(
    rf"(?<=\S)\s*(?:(?P<word>{_WORDS})|\((?P<mark>{_MARKS})\)|\((?P<open>カブ|カ|ユ|ド))$"
)
_FOREIGN_SUFFIX = re.compile(
    r"(?<=\S)[\s,]+(?:" + "|".join(map(re.escape, sorted(_FOREIGN, key=len, reverse=True))) + ")$"
)

_VARIANTS = str.maketrans(
    "髙﨑邊邉澤濵濱廣德瀨眞國會齋齊𠮷冨櫻龍槗橫惠壽藏榮縣學圓關鷗塚辻靜",
    "高崎辺辺沢浜浜広徳瀬真国会斎斉吉富桜竜橋横恵寿蔵栄県学円関鴎塚辻静",
)
_SMALL_KANA = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_HIRAGANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_DROPPED = re.compile(
    r"[\s・･.,，、。'’`\"“”\-‐‑–—―−ーｰ~〜＆&()（）「」『』\[\]/]|[\U000e0100-\U000e01ef]"
)
_REDUCING = _VARIANTS | _HIRAGANA


def reduce_name(core: str) -> str:
    """The form by which names are compared and searched, never shown.

    Width, case, kana (hiragana, small letters, long marks), variant characters, spaces,
    punctuation and variation selectors are gone. 斎 and 斉 stay two families.
    """
    text = unicodedata.normalize("NFKC", core).translate(_REDUCING)
    return _DROPPED.sub("", text.translate(_SMALL_KANA)).upper()


def split_legal_form(name: str) -> tuple[str, str | None, str]:
    """The core name, the legal form's code, and its position (prefix, suffix or none)."""
    narrowed = narrow(name)
    if match := _PREFIX.match(narrowed):
        return narrowed[match.end() :].strip(), _code(match), "prefix"
    if match := _SUFFIX.search(narrowed):
        return narrowed[: match.start()].strip(), _code(match), "suffix"
    if match := _FOREIGN_SUFFIX.search(narrowed.upper()):
        form = match[0].strip(" ,")
        return narrowed[: match.start()].strip(" ,"), _FOREIGN[form], "suffix"
    return narrowed, None, "none"


def _code(match: re.Match[str]) -> str:
    return LEGAL_FORMS[match["word"] or _SHORT[match["mark"] or match["open"]]]


def _parse(texts: Texts, options: Options) -> Parsed:
    text = texts[0]
    if text is None or not text.strip():
        return Parsed((None,) * 5)
    guard(text, max_length=options["max_length"])
    core, form, position = split_legal_form(text)
    return Parsed((text, core, form, position, reduce_name(core)), private_character(text))


def _format(values: Values, options: Options) -> Texts:
    name, limit = values[0], options["max_length"]
    return (None,) if name is None else (str(name)[:limit] if limit else str(name),)


_PLAIN = "\u3041-\u3096\u30a1-\u30f4ー\u4e00-\u9fffA-Za-z0-9々"
_PLAIN_CODES = {form: LEGAL_FORMS[form] for form in list(LEGAL_FORMS)[:5]}
"""The companies' forms, four characters each."""


def _reducing_pairs() -> tuple[list[str], list[str]]:
    table = {
        chr(code): new if isinstance(new, str) else chr(new) for code, new in _REDUCING.items()
    }
    small = {chr(code): chr(new) for code, new in _SMALL_KANA.items()}
    upper = dict(zip(ascii_lowercase, ascii_uppercase, strict=True))
    both = {old: small.get(new, new) for old, new in table.items()} | small | upper | {"ー": ""}
    return list(both), list(both.values())


_OLD, _NEW = _reducing_pairs()


def _fast(columns: Sequence[pl.Expr], options: Options) -> Fast:
    """Names with one plain legal form before or behind, or none of any kind."""
    text = columns[0]
    shared = Shared()
    before = shared.keep(text.str.head(4).replace_strict(_PLAIN_CODES, default=None))
    behind = shared.keep(text.str.tail(4).replace_strict(_PLAIN_CODES, default=None))
    prefixed, suffixed = before.is_not_null(), behind.is_not_null()
    core = shared.keep(
        pl.when(prefixed)
        .then(text.str.slice(4))
        .when(suffixed)
        .then(text.str.head(-4))
        .otherwise(text),
        1,
    )
    settled = text.str.contains(f"^[{_PLAIN}]+$") & ~core.str.contains("会社|法人|組合")
    settled &= ~(prefixed & suffixed)
    if options["max_length"] is not None:
        settled &= text.str.len_chars() <= options["max_length"]
    form = pl.coalesce(before, behind)
    position = (
        pl.when(prefixed)
        .then(pl.lit("prefix"))
        .when(suffixed)
        .then(pl.lit("suffix"))
        .otherwise(pl.lit("none"))
    )
    reduced = core.str.replace_many(_OLD, _NEW)
    return Fast(settled, (text, core, form, position, reduced), shared)


def _example(text: str, core: str, form: str | None, position: str, reduced: str) -> Example:
    return Example(text, (text, core, form, position, reduced), formatted=text)


LEGAL_NAME = Transform(
    name="legal_name",
    version=2,
    outputs=("", "_core", "=legal_form", "=legal_form_position", "_reduced"),
    parse=_parse,
    format=_format,
    fast=_fast,
    loss="",
    options={"max_length": Option(None, int, help="longest name in characters")},
    examples=(
        _example("株式会社山田製作所", "山田製作所", "301", "prefix", "山田製作所"),
        _example("髙﨑工業㈱", "髙﨑工業", "301", "suffix", "高崎工業"),
        _example("（有）ヤマダ・フーズ", "ヤマダ・フーズ", "302", "prefix", "ヤマダフズ"),
        _example("㍿ 山田", "山田", "301", "prefix", "山田"),
        _example("カ）ヤマダ", "ヤマダ", "301", "prefix", "ヤマダ"),
        _example("ヤマダ（カ", "ヤマダ", "301", "suffix", "ヤマダ"),
        _example("ヤマダ　合同会社", "ヤマダ", "305", "suffix", "ヤマダ"),
        _example("Yamada Co.,Ltd.", "Yamada", "301", "suffix", "YAMADA"),
        _example("医療法人社団 桜会", "桜会", "399", "prefix", "桜会"),
        _example("山田商店", "山田商店", None, "none", "山田商店"),
        _example("株式会社", "株式会社", None, "none", "株式会社"),
        _example("齋藤きっちん株式会社", "齋藤きっちん", "301", "suffix", "斎藤キツチン"),
        Example(
            "\ue000田商店㈱",
            ("\ue000田商店㈱", "\ue000田商店", "301", "suffix", "\ue000田商店"),
            note="private_character",
        ),
        Example("株式会社<b>山田</b>", refused="html"),
    ),
)

REDUCED_NAME = Transform(
    name="reduced_name",
    version=1,
    outputs=("",),
    parse=single(lambda text, _options: reduce_name(split_legal_form(guard(text))[0]) or None),
    format=single_format(lambda value, _options: str(value)),
    loss="everything but what matching needs; it is never written back",
    examples=(
        Example("髙橋　屋", ("高橋屋",)),
        Example("Café・モカ", ("CAFÉモカ",)),
    ),
)

_KANA = re.compile(r"[ァ-ヺー・ A-Z0-9&.,'\-()]+")


def _parse_kana(text: str, options: Options) -> str | Parsed:
    guard(text, max_length=options["max_length"])
    kana = narrow(text).translate(_HIRAGANA)
    kana = re.sub(r"(?<=[ァ-ヺ])[-‐‑–—―−](?=[ァ-ヺ ]|$)", "ー", kana)
    if not _KANA.fullmatch(kana.upper()):
        return Parsed((kana,), "not_kana")
    return kana


def _fast_kana(columns: Sequence[pl.Expr], options: Options) -> Fast:
    text = columns[0]
    settled = text.str.contains("^[ァ-ヺー・]+(?:[ 　][ァ-ヺー・]+)*$")
    if options["max_length"] is not None:
        settled &= text.str.len_chars() <= options["max_length"]
    return Fast(settled, (text.str.replace_all("　", " ", literal=True),))


def _format_kana(value: str, options: Options) -> str:
    if options["style"] == "half_width":
        from jaconv import z2h

        return str(z2h(value))
    if options["style"] == "hiragana":
        from jaconv import kata2hira

        return str(kata2hira(value))
    return value.replace(" ", "　") if options["space"] == "full" else value


KANA = Transform(
    name="kana",
    version=1,
    outputs=("",),
    parse=single(_parse_kana),
    format=single_format(_format_kana),
    fast=_fast_kana,
    loss="width, and hiragana or katakana",
    options={
        "max_length": Option(None, int, help="longest reading in characters"),
        "style": Option("katakana", str, ("katakana", "half_width", "hiragana"), "backward"),
        "space": Option("half", str, ("half", "full"), "backward, width of the space"),
    },
    examples=(
        Example("ヤマダ タロウ", ("ヤマダ タロウ",), formatted="ヤマダ タロウ"),
        Example("ﾔﾏﾀﾞ　ﾀﾛｳ", ("ヤマダ タロウ",)),
        Example("やまだ たろう", ("ヤマダ タロウ",)),
        Example("ヤマダ", ("ヤマダ",), formatted="ﾔﾏﾀﾞ", options={"style": "half_width"}),
        Example("山田太郎", ("山田太郎",), note="not_kana"),
    ),
)
