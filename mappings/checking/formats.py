"""Whether each answer has the form that its field wants."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mappings.checking.findings import CheckFinding, error, warning
from mappings.checking.reading import Answered
from mappings.forms.form import Filler, Form
from mappings.transforms.text import holds

_KATAKANA = re.compile(r"[ァ-ヺー・ｦ-ﾟ（）() 　0-9０-９A-Za-zＡ-Ｚａ-ｚ＆&.，,\-]*")
_HIRAGANA_OR_KANJI = re.compile(r"[\u3041-\u3096\u3400-\u9fff\U00020000-\U0003ffff]")
_DIGITS = re.compile(r"[0-9]*")
_ERA = re.compile(r"^(?:明治|大正|昭和|平成|令和|[MTSHRmtshr])")
_ISO = re.compile(r"^[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?$")
_UNIT = re.compile(r"(百万円|千円|万円|億円|円|人|名|歳|時間|か月|月|%|％)$")
_SAME_UNIT = {"名": "人", "％": "%", "か月": "月"}
_SHARPNESS = {"year": 1, "month": 2, "day": 3}
_WORDS = {1: ("年", "year"), 2: ("年月", "month"), 3: ("年月日", "day")}
_NAMED = 3
"""Characters that are named of those that cannot be written."""

_CHARACTERS = {
    "katakana": ("カタカナ", "katakana"),
    "digits": ("半角の数字", "half-width digits"),
    "ascii": ("半角の英数字と記号", "half-width letters, digits and signs"),
}


def formats(form: Form, one: Answered) -> Iterator[CheckFinding]:
    """What is wrong with the spelling of one answer."""
    name = one.asked.name
    if one.wrong is not None:
        yield error("wrong_shape", name, f"回答の形が違います（{one.wrong}）",
                    f"must be {one.wrong}")  # fmt: skip
        return
    if one.left:
        yield from _left(one)
        return
    for path, text in one.texts.items():
        place = path.partition("[")[1] and path[path.index("[") :]
        yield from _written(form, one, text, _shown(place))
    for refused in one.refused:
        yield error("not_read", name, f"読み取れません（{refused.rule}）", refused.what,
                    place=refused.place, rule=refused.rule)  # fmt: skip
    for place, remark in one.notes.items():
        yield warning("read_with_doubt", name, f"読み取れましたが、確かめてください（{remark}）",
                      f"was read, but look at it again: {remark}",
                      place=place, rule=remark)  # fmt: skip
    yield from _sharpness(one)


def _shown(place: str) -> str:
    """The place in a list, counted from one."""
    return re.sub(r"^\[(\d+)\]", lambda found: f"[{int(found[1]) + 1}]", place)


def _left(one: Answered) -> Iterator[CheckFinding]:
    asked = one.asked
    if not asked.required or asked.by is not Filler.APPLICANT:
        return
    if asked.declaration:
        yield error("missing", asked.name, "この様式での宣誓・同意が必要です",
                    "is a declaration to be made in this form; none is taken over")  # fmt: skip
    else:
        yield error("missing", asked.name, "必須の項目が未記入です", "is required and was left")


def _written(form: Form, one: Answered, text: str, place: str) -> Iterator[CheckFinding]:
    name, wanted = one.asked.name, one.asked.format
    told = text.strip()
    if wanted.max_length is not None and len(told) > wanted.max_length:
        yield error("too_long", name, f"{wanted.max_length}字までですが{len(told)}字あります",
                    f"has {len(told)} characters, at most {wanted.max_length} are taken",
                    place=place)  # fmt: skip
    if wanted.characters is not None and not _only(wanted.characters, told):
        ja, en = _CHARACTERS[wanted.characters]
        yield error("characters", name, f"{ja}で書いてください", f"takes {en} alone", place=place)
    if wanted.choices and told not in wanted.choices:
        listed = "、".join(wanted.choices)
        yield error("not_a_choice", name, f"選択肢（{listed}）から選んでください",
                    f"must be one of {', '.join(wanted.choices)}", place=place)  # fmt: skip
    if wanted.date == "era" and not _ERA.match(told):
        yield error("date_style", name, "和暦で書いてください（令和8年4月1日）",
                    "must be written in an era (令和8年4月1日)", place=place)  # fmt: skip
    if wanted.date == "iso" and not _ISO.match(told):
        yield error("date_style", name, "西暦で書いてください（2026-04-01）",
                    "must be written as 2026-04-01", place=place)  # fmt: skip
    unit = _UNIT.search(told) if wanted.unit else None
    if unit and _SAME_UNIT.get(unit[0], unit[0]) != wanted.unit:
        yield error("other_unit", name, f"単位は{wanted.unit}です",
                    f"must be in {wanted.unit}", place=place)  # fmt: skip
    yield from _encoded(form, name, text, place)


def _only(characters: str, text: str) -> bool:
    if characters == "digits":
        return _DIGITS.fullmatch(text) is not None
    if characters == "ascii":
        return text.isascii()
    return _KATAKANA.fullmatch(text) is not None and not _HIRAGANA_OR_KANJI.search(text)


def _encoded(form: Form, name: str, text: str, place: str) -> Iterator[CheckFinding]:
    """Characters that the form's system cannot hold, by their number and place."""
    lost = [
        (number, character)
        for number, character in enumerate(text, 1)
        if not holds(form.encoding, character)
    ]
    if not lost:
        return
    few = lost[:_NAMED]
    ja = "、".join(f"{number}文字目（U+{ord(character):04X}）" for number, character in few)
    en = ", ".join(f"character {number} (U+{ord(character):04X})" for number, character in few)
    yield error("encoding", name, f"{form.encoding.upper()}で書けない文字があります：{ja}",
                f"{form.encoding.upper()} cannot hold {en}", place=place)  # fmt: skip


def _sharpness(one: Answered) -> Iterator[CheckFinding]:
    """A date that is coarser than what the form asks, or finer than it can take."""
    wanted = one.asked.format
    if wanted.date is None and wanted.precision is None:
        return
    asked = _SHARPNESS[wanted.precision or "day"]
    for row in one.rows:
        told = next((row[c] for c in row if c.endswith("_precision")), None)
        if told is None or _SHARPNESS[told] == asked:
            continue
        words = _WORDS[asked]
        yield warning(
            "date_precision", one.asked.name, f"{words[0]}で書いてください",
            f"asks for a {words[1]}",
        )  # fmt: skip
