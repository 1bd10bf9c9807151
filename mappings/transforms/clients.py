"""What a client of a consultation is called: a corporation's name, or the person's."""

from __future__ import annotations

import re

from base.errors import RefusedValue
from mappings.transforms.core import Example, Options, Parsed, Texts, Transform, Values
from mappings.transforms.names import KANA, LEGAL_NAME, reduce_name
from mappings.transforms.parties import PRE_FOUNDER, SOLE_PROPRIETOR, client_kind
from mappings.transforms.trade_names import CORPORATE_NAME
from mappings.transforms.width import compact

_INPUTS = ("stage", "form", "name", "kana", "client", "client_kana", "client_title", "head")
_OF_BUSINESS, _OF_CORPORATION = slice(0, 2), slice(1, 4)
_HEAD = re.compile("(?:代表者?|(?:個人)?事業主|店主|店長|社長|院長|所長|園主|本人|オーナー)?")
"""Whole titles of somebody who has the business; an individual needs none to have it."""


def _parse(texts: Texts, options: Options) -> Parsed:
    """A corporation's name; of one who has no business yet and of an individual the person's."""
    person = _person(texts)
    if person is None:
        return CORPORATE_NAME.parse(texts[_OF_CORPORATION], options)
    name = LEGAL_NAME.parse((person[0],), LEGAL_NAME.complete({}))
    kana = KANA.parse((person[1],), KANA.complete({}))
    return Parsed((*name.values, *kana.values), name.note or kana.note)


def _person(texts: Texts) -> tuple[str, str | None] | None:
    """Name and reading of the person who is the party, where one is and is named."""
    try:
        kind = client_kind(texts[_OF_BUSINESS])
    except RefusedValue:
        return None
    client, kana, title, head = ((text or "").strip() for text in texts[4:])
    if kind == SOLE_PROPRIETOR and head:
        return head, kana if reduce_name(head) == reduce_name(client) else None
    is_head = kind == SOLE_PROPRIETOR and _HEAD.fullmatch(compact(title))
    return (client, kana) if client and (kind == PRE_FOUNDER or is_head) else None


def _format(values: Values, options: Options) -> Texts:
    return (None, *CORPORATE_NAME.format(values, options), None, None, None, None)


CLIENT_NAME = Transform(
    name="client_name",
    version=1,
    outputs=CORPORATE_NAME.outputs,
    parse=_parse,
    format=_format,
    inputs=_INPUTS,
    loss="whose name it is; the reading's width",
    examples=(
        Example(
            ("既存", "法人", "㈱山田製作所", None, "鈴木 花子", None, "経理担当", "山田 太郎"),
            ("㈱山田製作所", "山田製作所", "301", "prefix", "山田製作所", None),
            formatted=(None, "法人", "㈱山田製作所", None, None, None, None, None),
        ),
        Example(
            ("創業予定", None, "鈴木屋", None, "鈴木　花子", "ｽｽﾞｷ ﾊﾅｺ", None, None),
            ("鈴木　花子", "鈴木 花子", None, "none", "鈴木花子", "スズキ ハナコ"),
        ),
        Example(
            ("既存", "個人", "山田商店", None, "鈴木 花子", "スズキ ハナコ", "店主", None),
            ("鈴木 花子", "鈴木 花子", None, "none", "鈴木花子", "スズキ ハナコ"),
        ),
        Example(
            ("既存", "個人", "山田商店", None, "鈴木 花子", None, "経理担当", "山田 太郎"),
            ("山田 太郎", "山田 太郎", None, "none", "山田太郎", None),
        ),
        Example(
            ("既存", "個人", "山田商店", None, "鈴木 花子", "スズキ ハナコ", "経理担当", None),
            (None,) * 6,
        ),
        Example(("既存", None, "山田商店", None, "鈴木 花子", None, None, None), (None,) * 6),
        Example(("既存", "団体", "山田会", None, None, None, None, None), refused="unknown_code"),
    ),
)  # fmt: skip
