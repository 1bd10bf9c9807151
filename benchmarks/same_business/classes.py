"""How two registered states differ, by a plain rule that owes nothing to the engine.

Two names are one name in another spelling if nothing but width, case, hyphens, points, blanks,
small kana, ニ for 二 and old forms of characters tells them apart. Two addresses are one address
in another spelling if the same numbers follow the same place; 丁目, 番地, 番, 号 and の count as
hyphens, 大字 and 字 as nothing. A building or a room that one of the two leaves out is a spelling
as well; another room, another number or another place is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from benchmarks.same_business.rows import Change

Kind = Literal[
    "equal", "spelling", "building", "other_building", "near", "reformed", "moved", "unstated"
]
"""How two addresses differ.

`other_building`: same number, other words or another room after it; `near`: the numbers of one go
on where the other's end; `reformed`: one place before and after its municipality became another;
`unstated`: one of the two has none (abroad).
"""

NameKind = Literal["equal", "spelling", "form", "renamed"]
"""How two names differ; `form`: the legal form or its side alone."""

_OLD = str.maketrans(
    "髙﨑邊邉澤濵濱廣德瀨眞國會齋齊𠮷冨櫻龍槗橫惠壽藏榮縣學圓關鷗塚辻靜萬與條體發黑鐵豐彌驛",
    "高崎辺辺沢浜浜広徳瀬真国会斎斉吉富桜竜橋横恵寿蔵栄県学円関鴎塚辻静万与条体発黒鉄豊弥駅",
)
_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_SIGNS = re.compile(r"[\s\-‐‑–—―−ーｰ~〜・･.,，、。'’`\"“”&＆()（）「」『』\[\]/]")
_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|一般財団法人|特定非営利活動法人"
)
_KANJI = "〇一二三四五六七八九"
_KANJI_UNIT = re.compile(rf"[{_KANJI}十]+(?=丁目?|番(?!町)|号)")
_UNIT = re.compile(r"(?<=\d)(?:丁目?|番地|番|号|地割|線)(?:の|ノ)?|(?<=\d)(?:の|ノ)(?=\d)")
_DASH = re.compile(r"[‐‑–—―−ーｰ－~〜]")
_SPLIT = re.compile(r"(?P<place>[^\d]*)(?P<numbers>\d+(?:-\d+)*)?-?(?P<rest>.*)")
_ROOM = re.compile(r"(?<=\d)(?:階|f(?![a-z])|号室|号|室)|[\s・.,，、()（）「」\-]")
_REFORMS = (
    (re.compile("浜松市(?:中央?|東|西|南|北|浜北|浜名)区"), "浜松市"),
    (re.compile("筑紫郡那珂川町"), "那珂川市"),
    (re.compile("黒川郡富谷町"), "富谷市"),
)
"""Municipalities of 2024, 2018 and 2016 whose towns and numbers stayed as they were."""
_PLACE = str.maketrans("ヶヵがガノのツッつ之", "ケケケケノノツツツノ")


def name_kind(one: str, other: str) -> NameKind:
    """How two registered names differ."""
    if one == other:
        return "equal"
    if _bare_name(one) == _bare_name(other):
        return "spelling"
    cores = [_FORMS.sub("", _bare_name(name)) for name in (one, other)]
    return "form" if cores[0] == cores[1] else "renamed"


def _bare_name(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold().translate(_OLD).replace("ニ", "二")
    return _SIGNS.sub("", text.translate(_SMALL))


def address_kind(one: str, other: str) -> Kind:
    """How two registered addresses differ."""
    if not one.strip() or not other.strip():
        return "unstated"
    if one == other:
        return "equal"
    (place, *first), (place2, *second) = _parts(one), _parts(other)
    if place == place2:
        return _numbers_kind(first, second)
    if _reformed(place) != _reformed(place2):
        return "moved"
    kind = _numbers_kind(first, second)
    return "reformed" if kind in {"spelling", "building"} else kind


def _reformed(place: str) -> str:
    """A place as it is written in the municipality of today."""
    for before, today in _REFORMS:
        place = before.sub(today, place)
    return place


def _numbers_kind(first: list[str], second: list[str]) -> Kind:
    """How numbers and what follows them differ within one place."""
    short, long = sorted(((one.split("-"), rest) for one, rest in (first, second)), key=_length)
    (numbers, rest), (longer, more) = short, long
    if numbers == longer:
        if rest == more:
            return "spelling"
        return "other_building" if rest and more else "building"
    if longer[: len(numbers)] != numbers:
        return "moved"
    room = longer[-1] if len(longer) == len(numbers) + 1 and not more else ""
    left_out = len(room) >= 3 and (not rest or rest.endswith(room))
    return "building" if left_out else "near"


def _length(part: tuple[list[str], str]) -> int:
    return len(part[0])


def _parts(address: str) -> tuple[str, str, str]:
    """Place, numbers as `1-2-3`, and what follows them."""
    text = unicodedata.normalize("NFKC", address).casefold().translate(_OLD).translate(_PLACE)
    text = text.replace("二", "ニ").replace("大字", "").replace("字", "")
    text = _KANJI_UNIT.sub(lambda found: _number(found[0]), text.replace("ニ", "二"))
    text = _UNIT.sub("-", _DASH.sub("-", text).replace(" ", ""))
    match = _SPLIT.fullmatch(re.sub(r"-+", "-", text))
    assert match is not None  # noqa: S101
    return match["place"], match["numbers"] or "", _ROOM.sub("", match["rest"])


def _number(kanji: str) -> str:
    """`十二` as 12; numerals up to 99 stand before 丁目, 番 and 号."""
    tens, ten, ones = kanji.rpartition("十")
    if not ten:
        return "".join(str(_KANJI.index(sign)) for sign in kanji)
    value = 10 * (_KANJI.index(tens) if tens else 1) + (_KANJI.index(ones) if ones else 0)
    return str(value)


def classes(change: Change) -> tuple[NameKind, Kind]:
    """How the two states of a business differ."""
    old, new = change.old, change.new
    return name_kind(old.name, new.name), address_kind(old.address, new.address)


def is_spelling(kinds: Sequence[str]) -> bool:
    """Whether nothing but the spelling changed, by the two kinds of `classes`."""
    name, address = kinds[-2:]
    return (
        len(kinds) == 2
        and name in {"equal", "spelling"}
        and address in {"equal", "spelling", "building"}
    )
