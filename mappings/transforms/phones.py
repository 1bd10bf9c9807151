"""Telephone numbers as DS-445 writes them: (03)5253-5111, 090-9999-9999, 0120-999999."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from base.errors import RefusedValue
from mappings.transforms.core import (
    Example,
    Fast,
    Option,
    Options,
    Transform,
    single,
    single_format,
)
from mappings.transforms.width import DASHES, narrow

_EXTENSION = re.compile(r"\s*[(\[]?(?:内線|ext\.?|x)[:\s.]*([0-9]{1,6})[)\]]?\s*$", re.IGNORECASE)
_LABEL = re.compile(r"^(?:TEL|電話|携帯|代表|FAX|Tel|Fax)[:.\s]*")
_FAX = re.compile(r"[/、,\s]*(?:FAX|Fax|fax)[:.\s]*[0-9()\-\s]+$")
_SEPARATORS = re.compile(rf"[\s{DASHES}().-]")
_MOBILE = re.compile(r"0[5789]0[0-9]{8}")
_FREE = re.compile(r"(0120|0800|0570|0990)([0-9]{6,7})")
_HYPHENED = re.compile(r"\(?(0[0-9]{1,4})\)?-?\(?([0-9]{1,4})\)?-([0-9]{4})")


def format_national(digits: str) -> str | None:
    """A Japanese number of digits alone as DS-445 writes it; None if there is no such number."""
    if _MOBILE.fullmatch(digits):
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    if match := _FREE.fullmatch(digits):
        return f"{match[1]}-{match[2]}"
    if len(digits) == 10 and digits[:2] in {"03", "06"}:
        return f"({digits[:2]}){digits[2:6]}-{digits[6:]}"
    return None


def _parse_one(text: str) -> str:
    extension = _EXTENSION.search(text)
    plain = _EXTENSION.sub("", text)
    number = _national(plain) or _by_library(plain)
    return f"{number} 内線{extension[1]}" if extension else number


def _national(text: str) -> str | None:
    """By simple rules: the hyphens as typed say where the area code ends."""
    plain = re.sub(rf"\s*[{DASHES}]\s*", "-", text.strip())
    digits = _SEPARATORS.sub("", plain)
    if format_national(digits):
        return format_national(digits)
    match = _HYPHENED.fullmatch(plain)
    if match and len(digits) == 10 and len(match[1]) + len(match[2]) == 6:
        return f"({match[1]}){match[2]}-{match[3]}"
    return None


def _by_library(text: str) -> str:
    import phonenumbers as library

    try:
        number = library.parse(text, "JP")
    except library.NumberParseException:
        raise RefusedValue("not_a_phone", "is no telephone number") from None
    if not library.is_possible_number(number):
        raise RefusedValue("not_a_phone", "has a wrong number of digits")
    if number.country_code != 81:
        return str(library.format_number(number, library.PhoneNumberFormat.INTERNATIONAL))
    national = str(library.format_number(number, library.PhoneNumberFormat.NATIONAL))
    digits = _SEPARATORS.sub("", national)
    if known := format_national(digits):
        return known
    area, *rest = national.split("-")
    return f"({area}){'-'.join(rest)}" if len(rest) == 2 else national


def _parse(text: str, _options: Options) -> str:
    plain = _FAX.sub("", _LABEL.sub("", narrow(text)))
    numbers = [part for part in re.split(r"\s*[/、,]\s*|\s+または\s+", plain) if part.strip()]
    if not numbers:
        raise RefusedValue("not_a_phone", "is no telephone number")
    return " / ".join(_parse_one(_LABEL.sub("", part)) for part in numbers)


def _format(value: str, options: Options) -> str:
    if options["style"] == "gif":
        return value
    first = re.split(" / | 内線", value, maxsplit=1)[0]
    if first.startswith("+"):
        return first
    hyphened = first.replace("(", "").replace(")", "-")
    return hyphened if options["style"] == "hyphen" else hyphened.replace("-", "")


def _fast(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    text = columns[0]
    mobile = text.str.contains("^0[5789]0-[0-9]{4}-[0-9]{4}$")
    fixed = text.str.contains(
        r"^0(?:[1-9]-[0-9]{4}|[1-9][0-9]-[0-9]{3}|[1-9][0-9]{2}-[0-9]{2}|[1-9][0-9]{3}-[0-9])-[0-9]{4}$"
    ) & ~text.str.contains("^0(?:120|800|570|990)")
    written = pl.concat_str([pl.lit("("), text.str.replace("-", ")", literal=True)])
    return Fast(mobile | fixed, (pl.when(mobile).then(text).otherwise(written),))


PHONE = Transform(
    name="phone",
    version=1,
    outputs=("",),
    parse=single(_parse),
    format=single_format(_format),
    fast=_fast,
    loss="the spelling; backward in styles other than gif, the extension and a second number",
    options={
        "style": Option("hyphen", str, ("gif", "hyphen", "digits"), "backward, how it is written")
    },
    examples=(
        Example("03-5253-5111", ("(03)5253-5111",), formatted="03-5253-5111"),
        Example("０３（５２５３）５１１１", ("(03)5253-5111",)),
        Example(
            "0352535111", ("(03)5253-5111",), formatted="0352535111", options={"style": "digits"}
        ),
        Example("045-671-2121", ("(045)671-2121",)),
        Example("0456712121", ("(045)671-2121",)),
        Example("09012345678", ("090-1234-5678",)),
        Example("0120-999-999", ("0120-999999",)),
        Example("03-5253-5111 内線123", ("(03)5253-5111 内線123",)),
        Example("TEL：03−5253−5111", ("(03)5253-5111",)),
        Example("03-5253-5111／090-1234-5678", ("(03)5253-5111 / 090-1234-5678",)),
        Example("03-5253-5111 FAX 03-5253-5112", ("(03)5253-5111",)),
        Example("+81 3-5253-5111", ("(03)5253-5111",)),
        Example("123", refused="not_a_phone"),
        Example("なし", refused="not_a_phone"),
    ),
)
