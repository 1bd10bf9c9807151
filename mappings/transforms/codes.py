"""Code lists, industries by JSIC, and lists inside one text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from base.errors import RefusedValue
from mappings.transforms.core import (
    Example,
    Fast,
    Option,
    Options,
    Parsed,
    Shared,
    Transform,
    single,
    single_format,
)
from mappings.transforms.text import guard
from mappings.transforms.width import compact, narrow

_TABLE = Path(__file__).parent.parent / "data" / "jsic.tsv"


def _known(options: Options) -> dict[str, str]:
    """Every text that stands for a code: the rule's own words, the labels, the codes."""
    labels: dict[str, str] = options["labels"] or {}
    own: dict[str, str] = options["codes"] or {}
    return {code: code for code in labels} | {label: code for code, label in labels.items()} | own


def _parse_code(text: str, options: Options) -> str:
    known = _known(options)
    if not known:
        return guard(text.strip(), max_length=options["max_length"])
    code = known.get(text.strip())
    code = (
        code if code is not None else {compact(k): v for k, v in known.items()}.get(compact(text))
    )
    if code is None:
        raise RefusedValue("unknown_code", "is not in the list of values that this field knows")
    return code


def _fast_code(columns: Sequence[pl.Expr], options: Options) -> Fast:
    text, known = columns[0], _known(options)
    if not known:
        settled = text.str.contains("^[0-9A-Za-z-]+$")
        if options["max_length"] is not None:
            settled &= text.str.len_chars() <= options["max_length"]
        return Fast(settled, (text,))
    shared = Shared()
    code = shared.keep(text.replace_strict(known, default=None, return_dtype=pl.String))
    return Fast(code.is_not_null(), (code,), shared)


def _format_code(value: Any, options: Options) -> str:
    for text, code in (options["codes"] or {}).items():
        if code == value:
            return str(text)
    labels = options["labels"] or {}
    return str(labels.get(value, value)) if options["write"] == "label" else str(value)


CODE = Transform(
    name="code",
    version=1,
    outputs=("",),
    parse=single(_parse_code),
    format=single_format(_format_code),
    fast=_fast_code,
    loss="which of several words for one code was used",
    options={
        "codes": Option(None, dict, help="text of the source → code, beside the model's labels"),
        "labels": Option(None, dict, help="code → label; default: the model's code list"),
        "max_length": Option(None, int, help="longest code; default: the model's"),
        "write": Option("label", str, ("label", "code"), "backward, the label or the code"),
    },
    examples=(
        Example("採択", ("selected",), formatted="採択", options={"codes": {"採択": "selected"}}),
        Example(
            "法人", ("corporation",), formatted="法人", options={"labels": {"corporation": "法人"}}
        ),
        Example("corporation", ("corporation",), options={"labels": {"corporation": "法人"}}),
        Example("不採択", refused="unknown_code", options={"codes": {"採択": "selected"}}),
        Example("S-00011", ("S-00011",), formatted="S-00011"),
    ),
)


@cache
def industries() -> dict[str, str]:
    """JSIC 14th revision: code of a division (A) or major group (09) → its name."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return {code: name for code, _level, _parent, name in (line.split("\t") for line in lines)}


@cache
def _divisions() -> dict[str, str]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return {code: parent for code, _, parent, _ in (line.split("\t") for line in lines) if parent}


def division_of(code: str) -> str | None:
    """The division (A to T) of a JSIC code of any depth; None for a code that does not exist."""
    return code if code in industries() and code.isalpha() else _divisions().get(code[:2])


@cache
def _by_name() -> dict[str, str]:
    """Name without punctuation → code; a division wins over a group of the same name."""
    return {_bare(name): code for code, name in reversed(list(industries().items()))}


def _bare(name: str) -> str:
    return re.sub("[、，,・･/／]", "", compact(name))


_CODED = re.compile(r"(?P<division>[A-T])?[\s:-]*(?P<digits>[0-9]{1,4})?(?P<name>\D.*)?", re.DOTALL)


def _parse_jsic(text: str, options: Options) -> str | Parsed:
    plain = narrow(text)
    if code := _by_name().get(_bare(plain)):
        return code
    match = _CODED.fullmatch(plain)
    if match is None or not (match["division"] or match["digits"]):
        raise RefusedValue("unknown_code", "is no industry of the JSIC (14th revision)")
    name = (match["name"] or "").strip(" :-・.、,")
    digits, note = _restore(match["digits"], options["digits"])
    if digits is None:
        if name and _by_name().get(_bare(name)) != match["division"]:
            raise RefusedValue("unknown_code", "is no industry of the JSIC (14th revision)")
        return str(match["division"])
    if digits[:2] not in industries():
        raise RefusedValue("unknown_code", "is no industry of the JSIC (14th revision)")
    stated = _by_name().get(_bare(name)) if name else None
    if stated is not None and stated not in {digits[:2], match["division"]}:
        note = "name_differs"
    return Parsed((digits,), note)


def _restore(digits: str | None, expected: int | None) -> tuple[str | None, str | None]:
    """The digits with a zero that a spreadsheet lost put back."""
    if digits is None:
        return None, None
    length = expected or max(len(digits), 2)
    if len(digits) == length - 1:
        return digits.zfill(length), "lost_zeros"
    return digits, None


def _fast_jsic(columns: Sequence[pl.Expr], options: Options) -> Fast:
    text = columns[0]
    groups = [code for code in industries() if code.isdigit()]
    length = options["digits"]
    shape = "^[0-9]{2}$|^[0-9]{3}$|^[0-9]{4}$" if length is None else f"^[0-9]{{{length}}}$"
    return Fast(text.str.contains(shape) & text.str.slice(0, 2).is_in(groups), (text,))


def _format_jsic(value: Any, options: Options) -> str:
    code = str(value)
    name = industries().get(code) or industries().get(code[:2], "")
    return {"code": code, "name": name, "both": f"{code} {name}"}[options["write"]]


JSIC = Transform(
    name="jsic",
    version=1,
    outputs=("",),
    parse=single(_parse_jsic),
    format=single_format(_format_jsic),
    fast=_fast_jsic,
    loss="with `write: name`, classes finer than the major group; the name beside a code",
    options={
        "digits": Option(None, int, (2, 3, 4), "digits of the code, to put back a lost zero"),
        "write": Option("code", str, ("code", "name", "both"), "backward, code, name or both"),
    },
    examples=(
        Example("E", ("E",), formatted="E"),
        Example("09", ("09",), formatted="食料品製造業", options={"write": "name"}),
        Example("0911", ("0911",)),
        Example("911", ("0911",), note="lost_zeros", options={"digits": 4}),
        Example("9", ("09",), note="lost_zeros"),
        Example("Ｅ製造業", ("E",)),
        Example("E 09 食料品製造業", ("09",)),
        Example("09：食料品製造業", ("09",)),
        Example("09 繊維工業", ("09",), note="name_differs"),
        Example("農業，林業", ("A",)),
        Example("農業、林業", ("A",)),
        Example("医療、福祉", ("P",)),
        Example("00", refused="unknown_code"),
        Example("製造とか", refused="unknown_code"),
    ),
)


def split_list(text: str, separators: Sequence[str]) -> list[str]:
    """The elements of a list in one text, trimmed, without empty or repeated ones."""
    pattern = "|".join(re.escape(separator) for separator in separators)
    return list(
        dict.fromkeys(part for part in (p.strip() for p in re.split(pattern, text)) if part)
    )


def _parse_list(text: str, options: Options) -> str | None:
    guard(text, max_length=options["max_length"])
    return " / ".join(split_list(text, options["separators"])) or None


LIST = Transform(
    name="list",
    version=1,
    outputs=("",),
    parse=single(_parse_list),
    format=single_format(lambda value, options: str(value).replace(" / ", options["write"])),
    loss="the separator's spaces; repeated elements",
    options={
        "separators": Option(["/"], list, help="what stands between elements"),
        "write": Option(" / ", str, help="backward, what is written between elements"),
        "max_length": Option(None, int, help="longest text in characters"),
    },
    examples=(
        Example("東京都/大阪府", ("東京都 / 大阪府",), formatted="東京都 / 大阪府"),
        Example("東京都 / 大阪府 / 東京都", ("東京都 / 大阪府",)),
        Example("売上拡大、IT", ("売上拡大 / IT",), options={"separators": ["、"]}),
        Example("/", (None,)),
    ),
)

_REGIONS = ("全国", "海外", "北海道地方", "東北地方", "関東・甲信越地方", "東海・北陸地方",
            "近畿地方", "中国地方", "四国地方", "九州・沖縄地方")  # fmt: skip


def _parse_area(text: str, _options: Options) -> str | None:
    from mappings.transforms.places import prefectures

    plain = narrow(text)
    if plain in _REGIONS:
        return None
    if plain not in prefectures():
        raise RefusedValue("unknown_code", "is no prefecture, region, 全国 or 海外")
    return prefectures()[plain]


def _format_area(value: Any, _options: Options) -> str:
    from mappings.transforms.places import prefectures

    return next((name for name, code in prefectures().items() if code == value), str(value))


AREA = Transform(
    name="prefecture_code",
    version=1,
    outputs=("",),
    parse=single(_parse_area),
    format=single_format(_format_area),
    loss="regions, 全国 and 海外 have no prefecture's code",
    examples=(
        Example("東京都", ("13",), formatted="東京都"),
        Example("近畿地方", (None,)),
        Example("江戸", refused="unknown_code"),
    ),
)
