"""What a system masks until someone may know it: a masked text states nothing.

A succession centre shows a business without its name until a non-disclosure agreement is signed:
●●製作所, Ａ社, （非公開）. Taken for a name, that would make strangers one party.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from mappings.transforms.core import Example, Fast, Options, Parsed, Texts, Transform
from mappings.transforms.names import LEGAL_NAME
from mappings.transforms.text import TEXT
from mappings.transforms.width import compact

_SIGNS = "●○◯〇■□◆◇＊*×✕※?？…_＿"
_WORDS = (
    "非公開|非開示|未開示|匿名|伏せ|NDA前|NDA締結前|秘密保持契約前|秘密保持契約締結前|ノンネーム"
)
_MASKED = re.compile(rf"●|○○|[{re.escape(_SIGNS)}]{{2,}}|{_WORDS}|^[A-Z]{{1,2}}社$")
_DOUBTFUL = rf"[{re.escape(_SIGNS)}]|非|未|匿|伏|NDA|ＮＤＡ|秘|ノンネーム|社$"
"""A text without any of these is not masked (for column expressions)."""


def is_masked(text: str) -> bool:
    """Whether a text stands for something that may not be told yet."""
    return _MASKED.search(compact(text)) is not None


def _disclosed(of: Transform) -> Transform:
    """The transform's own reading of what is disclosed."""

    def parse(texts: Texts, options: Options) -> Parsed:
        if texts[0] is not None and is_masked(texts[0]):
            return Parsed((None,) * len(of.outputs))
        return of.parse(texts, options)

    def fast(columns: Sequence[pl.Expr], options: Options) -> Fast:
        assert of.fast is not None  # noqa: S101
        found = of.fast(columns, options)
        return found._replace(settled=found.settled & ~columns[0].str.contains(_DOUBTFUL))

    nothing = (None,) * len(of.outputs)
    return Transform(
        name="disclosed_name" if of is LEGAL_NAME else "disclosed_text",
        version=1,
        outputs=of.outputs,
        parse=parse,
        format=of.format,
        fast=fast,
        loss=of.loss or "which mask was used",
        options=of.options,
        examples=(
            *(Example(text, nothing) for text in MASKED),
            *(example for example in of.examples if of is LEGAL_NAME or example.formatted),
        ),
    )


MASKED = ("●●株式会社", "○○製作所", "Ａ社", "（非公開）", "ＮＤＡ前", "●● ●●", "＊＊＊＊")

DISCLOSED_NAME = _disclosed(LEGAL_NAME)
DISCLOSED_TEXT = _disclosed(TEXT)
