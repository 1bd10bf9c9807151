"""An account's name: a corporation's own, but of a sole proprietor often the trade name."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from mappings.transforms.core import (
    Example,
    Fast,
    Options,
    Parsed,
    Shared,
    Texts,
    Transform,
    Values,
)
from mappings.transforms.names import LEGAL_NAME, reduce_name
from mappings.transforms.parties import SOLE_PROPRIETOR, party_kind
from mappings.transforms.text import guard, private_character

_INPUTS = ("form", "name", "family", "given")
_CORPORATE = ["1", "法人"]
_NOTHING = (None, None)


def _person(texts: Texts) -> str:
    return " ".join(text.strip() for text in texts[2:] if text and text.strip())


def _parse_name(texts: Texts, options: Options) -> Parsed:
    """A sole proprietor is called by the person's name, where that is stated."""
    own = _person(texts) if party_kind(texts[0]) == SOLE_PROPRIETOR else ""
    return LEGAL_NAME.parse((own or texts[1],), options)


def _parse_trade(texts: Texts, _options: Options) -> Parsed:
    name, person = (texts[1] or "").strip(), _person(texts)
    if not name or not person or party_kind(texts[0]) != SOLE_PROPRIETOR:
        return Parsed(_NOTHING)
    reduced = reduce_name(guard(name, max_length=None))
    if reduced == reduce_name(person):
        return Parsed(_NOTHING)
    return Parsed((name, reduced or None), private_character(name))


def _format_name(values: Values, options: Options) -> Texts:
    return (None, *LEGAL_NAME.format(values, options), None, None)


def _format_trade(_values: Values, _options: Options) -> Texts:
    return (None,) * len(_INPUTS)


def _fast_name(columns: Sequence[pl.Expr], options: Options) -> Fast:
    named = (LEGAL_NAME.fast or _unsettled)([columns[1]], options)
    return Fast(columns[0].is_in(_CORPORATE) & named.settled, named.outputs, named.shared)


def _unsettled(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    return Fast(pl.lit(value=False), (columns[0],) * len(LEGAL_NAME.outputs), Shared())


def _fast_trade(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    return Fast(columns[0].is_in(_CORPORATE), (pl.lit(None, pl.String),) * len(_NOTHING))


HOLDER_NAME = Transform(
    name="holder_name",
    version=1,
    outputs=LEGAL_NAME.outputs,
    parse=_parse_name,
    format=_format_name,
    fast=_fast_name,
    inputs=_INPUTS,
    options=LEGAL_NAME.options,
    loss="the kind and the person, which fields of their own write",
    examples=(
        Example(
            ("1", "㈱山田製作所", "山田", "太郎"),
            ("㈱山田製作所", "山田製作所", "301", "prefix", "山田製作所"),
            formatted=(None, "㈱山田製作所", None, None),
        ),
        Example(
            ("2", "山田商店", "髙田", "花子"),
            ("髙田 花子", "髙田 花子", None, "none", "高田花子"),
            formatted=(None, "髙田 花子", None, None),
        ),
        Example(
            ("個人事業主", "山田商店", None, None),
            ("山田商店", "山田商店", None, "none", "山田商店"),
        ),
        Example((None, "山田屋", "山田", "太郎"), ("山田屋", "山田屋", None, "none", "山田屋")),
        Example(("1", None, "山田", "太郎"), (None,) * 5),
        Example(("2", "山田商店", "<b>", "太郎"), refused="html"),
    ),
)  # fmt: skip

HOLDER_TRADE_NAME = Transform(
    name="holder_trade_name",
    version=1,
    outputs=("", "_reduced"),
    parse=_parse_trade,
    format=_format_trade,
    fast=_fast_trade,
    inputs=_INPUTS,
    loss="all: the party's own name is written in its place",
    examples=(
        Example(("2", "髙橋屋", "山田", "太郎"), ("髙橋屋", "高橋屋")),
        Example(("2", "山田太郎", "山田", "太郎"), _NOTHING),
        Example(("2", "山田商店", None, None), _NOTHING),
        Example(("2", None, "山田", "太郎"), _NOTHING),
        Example(("1", "㈱山田製作所", "山田", "太郎"), _NOTHING),
        Example(
            ("2", "\ue000橋屋", "山田", "太郎"), ("\ue000橋屋", "\ue000橋屋"),
            note="private_character",
        ),
        Example(("2", "<b>", "山田", "太郎"), refused="html"),
    ),
)  # fmt: skip
