"""Whose number it is: one field that holds a 法人番号 or, for an individual, another number."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from base.errors import RefusedValue
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
from mappings.transforms.identifiers import (
    CORPORATE_NUMBER,
    DIGITS,
    REGISTRY_NUMBER,
    parse_corporate_number,
)
from mappings.transforms.width import compact

CORPORATION, SOLE_PROPRIETOR = "corporation", "sole_proprietor"
_KINDS = {
    "1": CORPORATION,
    "法人": CORPORATION,
    "2": SOLE_PROPRIETOR,
    "個人事業主": SOLE_PROPRIETOR,
}
_INDIVIDUAL = "個人"
_WRITTEN = {CORPORATION: "1", SOLE_PROPRIETOR: "2"}
_LENGTH = {"length": 13}


def party_kind(text: str | None) -> str | None:
    """The kind of party that 1, 2, 法人, 個人 or 個人事業主 names; None for anything else."""
    word = compact((text or "").strip())
    return SOLE_PROPRIETOR if word == _INDIVIDUAL else _KINDS.get(word)


def _parse(texts: Texts, options: Options) -> Parsed:
    """GビズID's corp_type says what its corporate_number is; the digits alone do not."""
    kind_text, number_text = ((text or "").strip() for text in texts)
    if not kind_text and not number_text:
        return Parsed((None, None, None))
    if not kind_text:
        raise RefusedValue("kind_missing", "is a number without the kind of party it belongs to")
    kind = _KINDS.get(compact(kind_text))
    if kind is None:
        raise RefusedValue("unknown_code", "is neither 1 (法人) nor 2 (個人事業主)")
    if not number_text:
        return Parsed((None, None, kind))
    if kind == CORPORATION:
        number, note = parse_corporate_number(number_text, options)
        return Parsed((*number, None, kind), note)
    digits = DIGITS.parse((number_text,), DIGITS.complete(_LENGTH)).values[0]
    return Parsed((None, digits, kind))


def _format(values: Values, _options: Options) -> Texts:
    corporate, individual, kind = values
    return (_WRITTEN.get(kind or ""), corporate or individual)


def _fast(columns: Sequence[pl.Expr], options: Options) -> Fast:
    kind, number = columns
    corporate = CORPORATE_NUMBER.fast
    valid = corporate([number], options) if corporate else Fast(pl.lit(value=False), (number,))
    shared = valid.shared or Shared()
    corporation = (kind == "1") & valid.settled
    individual = (kind == "2") & number.str.contains("^[0-9]{13}$")
    outputs = (
        pl.when(corporation).then(number),
        pl.when(individual).then(number),
        pl.when(corporation).then(pl.lit(CORPORATION)).otherwise(pl.lit(SOLE_PROPRIETOR)),
    )
    return Fast((corporation | individual).fill_null(value=False), outputs, shared)


PARTY_NUMBER = Transform(
    name="party_number",
    version=2,
    outputs=("", "=sole_proprietor_number", "=kind"),
    parse=_parse,
    format=_format,
    fast=_fast,
    inputs=("kind", "number"),
    options=REGISTRY_NUMBER,
    loss="separators and width; 法人 and 個人事業主 are written as 1 and 2",
    examples=(
        Example(
            ("1", "7000012050002"),
            ("7000012050002", None, CORPORATION),
            formatted=("1", "7000012050002"),
        ),
        Example(
            ("2", "3000000000003"),
            (None, "3000000000003", SOLE_PROPRIETOR),
            formatted=("2", "3000000000003"),
        ),
        Example(
            ("個人事業主", "３０００－００００００００３"), (None, "3000000000003", SOLE_PROPRIETOR)
        ),
        Example(("2", None), (None, None, SOLE_PROPRIETOR)),
        Example(("1", "3000000000003"), refused="check_digit"),
        Example(("1", "000012050002"), refused="twelve_digits"),
        Example(
            ("1", "000012050002"),
            (None, None, CORPORATION),
            note="twelve_digits",
            options={"registry_number": True},
        ),
        Example(("2", "000012050002"), refused="wrong_length"),
        Example(("2", "12345"), refused="wrong_length"),
        Example((None, "7000012050002"), refused="kind_missing"),
        Example(("3", "7000012050002"), refused="unknown_code"),
    ),
)


PRE_FOUNDER = "pre_founder"
_ABOUT_TO_FOUND = "創業予定"


def client_kind(texts: Texts) -> str | None:
    """The kind of party that stage (既存 or 創業予定) and form (法人 or 個人) name together.

    Who has no business yet is neither, whatever box was ticked beside it.

    Raises:
        RefusedValue: the form is neither.
    """
    stage, form = (compact((text or "").strip()) for text in texts)
    if stage.startswith(_ABOUT_TO_FOUND):
        return PRE_FOUNDER
    kind = party_kind(form)
    if form and kind is None:
        raise RefusedValue("unknown_code", "is neither 法人 nor 個人")
    return kind


def _parse_client(texts: Texts, _options: Options) -> Parsed:
    return Parsed((client_kind(texts),))


def _format_client(values: Values, _options: Options) -> Texts:
    (kind,) = values
    if kind == PRE_FOUNDER:
        return (_ABOUT_TO_FOUND, None)
    written = {CORPORATION: "法人", SOLE_PROPRIETOR: "個人"}.get(kind or "")
    return ("既存" if written else None, written)


CLIENT_KIND = Transform(
    name="client_kind",
    version=1,
    outputs=("",),
    parse=_parse_client,
    format=_format_client,
    inputs=("stage", "form"),
    loss="what was ticked of a business that does not exist yet",
    examples=(
        Example(("既存", "法人"), (CORPORATION,), formatted=("既存", "法人")),
        Example(("既存", "個人"), (SOLE_PROPRIETOR,), formatted=("既存", "個人")),
        Example(("創業予定", "個人"), (PRE_FOUNDER,)),
        Example(("創業予定", None), (PRE_FOUNDER,), formatted=("創業予定", None)),
        Example((None, "個人事業主"), (SOLE_PROPRIETOR,)),
        Example(("既存", None), (None,)),
        Example(("既存", "任意団体"), refused="unknown_code"),
    ),
)
