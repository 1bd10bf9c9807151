"""Mail addresses and web addresses."""

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
    Parsed,
    Transform,
    as_text,
    single,
    single_format,
)
from mappings.transforms.width import compact

_EMAIL = re.compile(
    r"[A-Za-z0-9._%+'/=?^{|}~!#$&*`-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
_HOST = r"(?:[a-z0-9\u3041-\u9fff](?:[a-z0-9\u3041-\u9fff-]{0,62})\.)+[a-z\u3041-\u9fff]{2,63}"
_URL = re.compile(
    rf"(?P<scheme>https?://)?(?P<host>{_HOST})(?P<rest>(?::[0-9]{{1,5}})?(?:[/?#]\S*)?)",
    re.IGNORECASE,
)


def _parse_email(text: str, _options: Options) -> str:
    plain = compact(text)
    if _EMAIL.fullmatch(plain) is None or len(plain) > 254:
        raise RefusedValue("not_an_email", "is no mail address")
    local, _, domain = plain.rpartition("@")
    return f"{local}@{domain.lower()}"


def _fast_email(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    text = columns[0]
    return Fast(
        text.str.contains(r"^[A-Za-z0-9._+-]{1,64}@(?:[a-z0-9-]{1,60}\.){1,3}[a-z]{2,6}$"), (text,)
    )


EMAIL = Transform(
    name="email",
    version=1,
    outputs=("",),
    parse=single(_parse_email),
    format=single_format(as_text),
    fast=_fast_email,
    loss="width, spaces, and the case of the domain",
    examples=(
        Example("info@example.co.jp", ("info@example.co.jp",), formatted="info@example.co.jp"),
        Example("ｉｎｆｏ＠ｅｘａｍｐｌｅ．ｊｐ ", ("info@example.jp",)),
        Example("Info@Example.JP", ("Info@example.jp",)),
        Example("info.example.jp", refused="not_an_email"),
    ),
)


def _parse_url(text: str, options: Options) -> Parsed:
    plain = compact(text)
    match = _URL.fullmatch(plain)
    if match is None or "<" in plain:
        raise RefusedValue("not_a_url", "is no web address")
    if options["max_length"] and len(plain) + 8 > options["max_length"]:
        raise RefusedValue("too_long", f"has more than {options['max_length']} characters")
    scheme = (match["scheme"] or "https://").lower()
    note = None if match["scheme"] else "scheme_missing"
    return Parsed((scheme + match["host"].lower() + match["rest"],), note)


def _fast_url(columns: Sequence[pl.Expr], options: Options) -> Fast:
    text = columns[0]
    settled = text.str.contains(
        r"^https?://(?:[a-z0-9][a-z0-9-]{0,61}\.){1,4}[a-z]{2,6}(?:/[A-Za-z0-9._/~?=&%-]*)?$"
    )
    if options["max_length"]:
        settled &= text.str.len_chars() + 8 <= options["max_length"]
    return Fast(settled, (text,))


URL = Transform(
    name="url",
    version=1,
    outputs=("",),
    parse=single(_parse_url),
    format=single_format(as_text),
    fast=_fast_url,
    loss="width, and the case of the host",
    options={"max_length": Option(None, int, help="longest address in characters")},
    examples=(
        Example("https://www.example.co.jp/a?b=1", ("https://www.example.co.jp/a?b=1",)),
        Example("www.example.co.jp", ("https://www.example.co.jp",), note="scheme_missing"),
        Example("ＨＴＴＰ：／／Example.jp", ("http://example.jp",), formatted="http://example.jp"),
        Example("準備中", refused="not_a_url"),
        Example("javascript:alert(1)", refused="not_a_url"),
    ),
)
