"""A representative's name with the title before it, as gBizINFO has it from tender registers."""

from __future__ import annotations

import re

from mappings.transforms.core import Example, Option, Options, Parsed, Texts, Transform, Values
from mappings.transforms.text import guard

_TITLE = re.compile(
    "(?:代表取締役|取締役|代表執行役|執行役|代表理事|理事|代表社員|業務執行社員|社員|代表)?"
    "(?:社長|会長|理事長|組合長|学長|院長|所長|総裁|執行役員|C[EO]O|Ｃ[ＥＯ]Ｏ|兼)*"
)


def _parse(texts: Texts, options: Options) -> Parsed:
    """Spaces of every width count alike; letters that stand one by one are one name."""
    text = texts[0]
    parts = [] if text is None else text.split()
    if not parts:
        return Parsed((None, None))
    guard(" ".join(parts), max_length=options["max_length"])
    title = None
    if len(parts) > 1 and _TITLE.fullmatch(parts[0]):
        title, *parts = parts
    apart = len(parts) > 2 and all(len(part) == 1 for part in parts)
    return Parsed((("" if apart else " ").join(parts), title))


def _format(values: Values, _options: Options) -> Texts:
    name, title = values
    return (f"{title} {name}" if title and name else name,)


TITLED_NAME = Transform(
    name="titled_name",
    version=1,
    outputs=("", "=representative_title"),
    parse=_parse,
    format=_format,
    loss="the spaces: one of half width is left between the parts",
    options={"max_length": Option(None, int, help="longest name in characters")},
    examples=(
        Example(
            "代表取締役　山田\u00a0太郎",
            ("山田 太郎", "代表取締役"),
            formatted="代表取締役 山田 太郎",
        ),
        Example("代表取締役社長　　佐　藤　尚　文", ("佐藤尚文", "代表取締役社長")),
        Example("山田　太郎", ("山田 太郎", None), formatted="山田 太郎"),
        Example("代表 太郎", ("太郎", "代表")),
        Example("社長", ("社長", None)),
        Example("", (None, None)),
        Example("<b>山田</b>", refused="html"),
    ),
)
