"""Text kept as received, and the guard that no text passes: control characters, HTML, length."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from base.errors import RefusedValue
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

_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HTML = re.compile(r"</?[a-zA-Z!][^<>]*>|&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_LINE_BREAK = re.compile(r"[\r\n\t]")
SUSPECT = "[\\x00-\\x1f\\x7f-\\x9f<&\ue000-\uf8ff]"
"""A text without any of these passes the guard unless it is too long (for column expressions)."""

_SPACE = 0x20
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def private_character(text: str) -> str | None:
    """The remark on a text with a 外字: what it shows, only its sender's fonts can tell.

    CP932 has them at F040 to F9FC, which Unicode reads as U+E000 to U+E757.
    """
    return "private_character" if _PRIVATE.search(text) else None


def holds(encoding: str, character: str) -> bool:
    """Whether a system of this encoding can hold a character and give it back as it was.

    CP932 takes 〜 (U+301C) and gives back ～ (U+FF5E). Of control characters only tabs and line
    breaks are text.
    """
    if ord(character) < _SPACE and character not in "\t\n\r":
        return False
    try:
        return character.encode(encoding).decode(encoding) == character
    except UnicodeError:
        return False


def guard(text: str, *, max_length: int | None = None, html: bool = False) -> str:
    """The text itself, if it may be kept as text.

    Raises:
        RefusedValue: `nul`, `control_character`, `html` or `too_long` (characters).
    """
    if "\x00" in text:
        raise RefusedValue("nul", "holds a NUL character")
    if _CONTROL.search(text):
        raise RefusedValue("control_character", "holds a control character")
    if not html and _HTML.search(text):
        raise RefusedValue("html", "holds HTML where plain text is expected")
    if max_length is not None and len(text) > max_length:
        raise RefusedValue("too_long", f"has {len(text)} characters, {max_length} are allowed")
    return text


def _parse(texts: Texts, options: Options) -> Parsed:
    text = texts[0]
    if text is None or not text.strip():
        return Parsed((None,))
    guard(text, max_length=options["max_length"], html=options["html"])
    if options["one_line"] and _LINE_BREAK.search(text):
        raise RefusedValue("line_break", "holds a line break where one line is expected")
    return Parsed((text,), private_character(text))


def _format(values: Values, options: Options) -> Texts:
    value: Any = values[0]
    if value is None:
        return (None,)
    limit = options["max_length"]
    return (str(value)[:limit] if limit else str(value),)


def _fast(columns: Sequence[pl.Expr], options: Options) -> Fast:
    text = columns[0]
    settled = ~text.str.contains(SUSPECT.replace("<&", "") if options["html"] else SUSPECT)
    settled &= text.str.contains(r"\S")
    if options["max_length"] is not None:
        settled &= text.str.len_chars() <= options["max_length"]
    return Fast(settled, (text,))


TEXT = Transform(
    name="text",
    version=2,
    outputs=("",),
    parse=_parse,
    format=_format,
    loss="backward, text longer than `max_length` is cut",
    fast=_fast,
    options={
        "max_length": Option(None, int, help="longest text in characters; default: the model's"),
        "html": Option(False, bool, help="HTML is expected here"),
        "one_line": Option(False, bool, help="a line break is refused"),
    },
    examples=(
        Example("試作開発", ("試作開発",), formatted="試作開発"),
        Example("1.10", ("1.10",), formatted="1.10"),
        Example("1e3", ("1e3",), formatted="1e3"),
        Example(" 前後の空白も　そのまま ", (" 前後の空白も　そのまま ",)),
        Example("　", (None,)),
        Example("\ue000橋商店", ("\ue000橋商店",), note="private_character"),
        Example("途中\x00まで", refused="nul"),
        Example("戻る\x08文字", refused="control_character"),
        Example("<p>概要</p>", refused="html"),
        Example("A&amp;B", refused="html"),
        Example("A&B 3<5", ("A&B 3<5",)),
        Example("<p>概要</p>", ("<p>概要</p>",), options={"html": True}),
        Example("三文字超", refused="too_long", options={"max_length": 3}),
    ),
)


def _parse_title(texts: Texts, options: Options) -> Parsed:
    from mappings.transforms.width import narrow

    parsed = _parse(texts, options)
    if parsed.values[0] is None:
        return parsed
    return Parsed((narrow(parsed.values[0]),), parsed.note)


NORMALISED = Transform(
    name="normalised_text",
    version=2,
    outputs=("",),
    parse=_parse_title,
    format=_format,
    loss="width, compatibility characters and radicals, and repeated spaces",
    options=TEXT.options,
    examples=(
        Example("⾼度な⽀援　事業", ("高度な支援 事業",)),
        Example("令和８年度 ＩＴ導入", ("令和8年度 IT導入",)),
        Example("ものづくり", ("ものづくり",), formatted="ものづくり"),
    ),
)
