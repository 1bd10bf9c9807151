"""A field that holds a corporation's name or an individual's trade name: which one it is."""

from __future__ import annotations

from base.errors import RefusedValue
from mappings.transforms.core import Example, Options, Parsed, Texts, Transform, Values
from mappings.transforms.names import KANA, LEGAL_NAME, REDUCED_NAME
from mappings.transforms.text import guard, private_character
from mappings.transforms.width import compact

_CORPORATION, _INDIVIDUALS = "法人", ("個人", "個人事業主")
_INPUTS = ("form", "name", "kana")
_NOTHING = (None, None, None)


def _is_corporate(form: str | None, name: str) -> bool:
    """By the box that was ticked; where none was, by the legal form in the name."""
    ticked = compact((form or "").strip())
    if ticked == _CORPORATION:
        return True
    if ticked in _INDIVIDUALS:
        return False
    if ticked:
        raise RefusedValue("unknown_code", "is neither 法人 nor 個人")
    return LEGAL_NAME.parse((name,), LEGAL_NAME.complete({})).values[2] is not None


def _stated(texts: Texts, *, corporate: bool) -> tuple[str, str | None] | None:
    """Name and reading, where the field holds what is asked for."""
    form, name, kana = texts
    if not (name or "").strip() or _is_corporate(form, name or "") is not corporate:
        return None
    return (name or ""), kana


def _reading(kana: str | None) -> Parsed:
    return KANA.parse((kana,), KANA.complete({}))


def _parse_corporate(texts: Texts, _options: Options) -> Parsed:
    found = _stated(texts, corporate=True)
    if found is None:
        return Parsed((None,) * len(_CORPORATE_OUTPUTS))
    name = LEGAL_NAME.parse((found[0],), LEGAL_NAME.complete({}))
    kana = _reading(found[1])
    return Parsed((*name.values, *kana.values), name.note or kana.note)


def _parse_trade(texts: Texts, _options: Options) -> Parsed:
    found = _stated(texts, corporate=False)
    if found is None:
        return Parsed(_NOTHING)
    name = guard(found[0].strip(), max_length=None)
    reduced = REDUCED_NAME.parse((name,), {})
    kana = _reading(found[1])
    return Parsed((name, *reduced.values, *kana.values), private_character(name) or kana.note)


def _format_corporate(values: Values, _options: Options) -> Texts:
    return (_CORPORATION, values[0], values[-1]) if values[0] else _NOTHING


def _format_trade(values: Values, _options: Options) -> Texts:
    return (_INDIVIDUALS[0], values[0], values[-1]) if values[0] else _NOTHING


_CORPORATE_OUTPUTS = (*LEGAL_NAME.outputs, "_kana")

CORPORATE_NAME = Transform(
    name="corporate_name",
    version=1,
    outputs=_CORPORATE_OUTPUTS,
    parse=_parse_corporate,
    format=_format_corporate,
    inputs=_INPUTS,
    loss="the reading's width",
    examples=(
        Example(
            ("法人", "㈱山田製作所", "ｶﾌﾞｼｷｶﾞｲｼｬﾔﾏﾀﾞｾｲｻｸｼｮ"),
            (
                "㈱山田製作所", "山田製作所", "301", "prefix", "山田製作所",
                "カブシキガイシャヤマダセイサクショ",
            ),
        ),
        Example(
            (None, "山田製作所㈱", None),
            ("山田製作所㈱", "山田製作所", "301", "suffix", "山田製作所", None),
        ),
        Example(("個人", "山田商店", "ヤマダショウテン"), (None,) * 6),
        Example((None, "山田商店", None), (None,) * 6),
        Example(("法人", None, None), (None,) * 6),
        Example(("団体", "山田会", None), refused="unknown_code"),
    ),
)  # fmt: skip

TRADE_NAME = Transform(
    name="trade_name",
    version=1,
    outputs=("", "_reduced", "=kana"),
    parse=_parse_trade,
    format=_format_trade,
    inputs=_INPUTS,
    loss="spaces around it; the reading's width",
    examples=(
        Example(
            ("個人", "山田商店", "ヤマダショウテン"),
            ("山田商店", "山田商店", "ヤマダショウテン"),
            formatted=("個人", "山田商店", "ヤマダショウテン"),
        ),
        Example((None, "髙橋屋", None), ("髙橋屋", "高橋屋", None)),
        Example(
            ("個人", "\ue000橋屋", None),
            ("\ue000橋屋", "\ue000橋屋", None),
            note="private_character",
        ),
        Example(("法人", "㈱山田製作所", None), _NOTHING),
        Example(("個人", None, None), _NOTHING),
        Example(("団体", "山田会", None), refused="unknown_code"),
    ),
)
