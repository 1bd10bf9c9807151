"""A person's name out of its parts, with GIF's separator, a half-width space."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from mappings.transforms.core import (
    Example,
    Fast,
    Option,
    Options,
    Parsed,
    Texts,
    Transform,
    Values,
)
from mappings.transforms.names import KANA
from mappings.transforms.text import SUSPECT, guard, private_character

_PLAIN = r"^[^\s\x00-\x1f\x7f-\x9f<&]+$"
_PLAIN_KANA = "^[ァ-ヺー]+$"


def _parse(texts: Texts, options: Options) -> Parsed:
    parts = [text.strip() for text in texts if text is not None and text.strip()]
    if not parts:
        return Parsed((None,))
    name = " ".join(parts)
    if options["kana"]:
        return KANA.parse((name,), KANA.complete({"max_length": options["max_length"]}))
    guard(name, max_length=options["max_length"])
    return Parsed((name,), private_character(name))


def _format(values: Values, _options: Options) -> Texts:
    if values[0] is None:
        return (None, None)
    family, _, given = str(values[0]).partition(" ")
    return (family, given or None)


def _fast(columns: Sequence[pl.Expr], options: Options) -> Fast:
    plain = _PLAIN_KANA if options["kana"] else _PLAIN
    family, given = columns
    name = pl.concat_str([family, given], separator=" ")
    settled = family.str.contains(plain) & given.str.contains(plain)
    if options["max_length"] is not None:
        settled &= name.str.len_chars() <= options["max_length"]
    return Fast(settled & ~name.str.contains(SUSPECT), (name,))


FULL_NAME = Transform(
    name="full_name",
    version=2,
    outputs=("",),
    parse=_parse,
    format=_format,
    fast=_fast,
    inputs=("family", "given"),
    loss="spaces around the parts; a space inside the family name ends it",
    options={
        "kana": Option(False, bool, help="the parts are a reading: full-width katakana"),
        "max_length": Option(None, int, help="longest name in characters"),
    },
    examples=(
        Example(("山田", "太郎"), ("山田 太郎",), formatted=("山田", "太郎")),
        Example(("山田", None), ("山田",), formatted=("山田", None)),
        Example((" 髙﨑", "花子　"), ("髙﨑 花子",)),
        Example(("\ue000田", "花子"), ("\ue000田 花子",), note="private_character"),
        Example(("ﾔﾏﾀﾞ", "タロウ"), ("ヤマダ タロウ",), options={"kana": True}),
        Example(("山田", "太郎"), ("山田 太郎",), note="not_kana", options={"kana": True}),
        Example(("<b>", "太郎"), refused="html"),
    ),
)
