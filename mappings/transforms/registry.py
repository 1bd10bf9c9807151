"""What the 法人番号 register says in its own way: images for text, events, mergers in words.

Source of the codes: 法人番号システム Web-API リソース定義書 (process, changeCause, nameImageId).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from base.errors import RefusedValue
from canonical.model.codes import LEGAL_FORMS
from mappings.transforms.addresses import ADDRESS_PARTS
from mappings.transforms.core import (
    Example,
    Fast,
    Options,
    Parsed,
    Texts,
    Transform,
    Values,
    single,
)
from mappings.transforms.dates import DATE
from mappings.transforms.identifiers import CORPORATE_NUMBER
from mappings.transforms.names import LEGAL_NAME

AS_IMAGE = "shown_as_image"
"""The remark on a text with characters that the register shows as an image: it is not certain."""

_TABLE = Path(__file__).parent.parent / "data" / "reorganisations.tsv"


def _stated(text: str | None) -> str | None:
    return text.strip() or None if text is not None else None


def _parse_name(texts: Texts, options: Options) -> Parsed:
    name, kind, image = texts
    parsed = LEGAL_NAME.parse((name,), options)
    code = _stated(kind)
    if code is not None and code not in LEGAL_FORMS:
        raise RefusedValue("unknown_code", "names a kind of corporation that is not in the list")
    full, core, form, position, reduced = parsed.values
    note = AS_IMAGE if _stated(image) and full is not None else parsed.note
    return Parsed((full, core, code or form, position, reduced), note)


def _format_name(values: Values, options: Options) -> Texts:
    return (*LEGAL_NAME.format(values, options), values[2], None)


def _fast_name(columns: Sequence[pl.Expr], options: Options) -> Fast:
    name, kind, image = columns
    assert LEGAL_NAME.fast is not None  # noqa: S101
    found = LEGAL_NAME.fast([name], options)
    full, core, _form, position, reduced = found.outputs
    settled = found.settled & kind.is_in(list(LEGAL_FORMS)) & image.is_null()
    return Fast(settled, (full, core, kind, position, reduced), found.shared)


REGISTERED_NAME = Transform(
    name="registered_name",
    version=1,
    outputs=LEGAL_NAME.outputs,
    parse=_parse_name,
    format=_format_name,
    fast=_fast_name,
    inputs=("name", "kind", "image_id"),
    loss="the image's number",
    options=LEGAL_NAME.options,
    examples=(
        Example(
            ("株式会社山田製作所", "301", None),
            ("株式会社山田製作所", "山田製作所", "301", "prefix", "山田製作所"),
            formatted=("株式会社山田製作所", "301", None),
        ),
        Example(
            ("株式会社Ｐｒｏｕｄ‐ｍｅ", "301", None),
            ("株式会社Ｐｒｏｕｄ‐ｍｅ", "Proud‐me", "301", "prefix", "PROUDME"),
        ),
        Example(
            ("＿田商店", "399", "00012345"),
            ("＿田商店", "_田商店", "399", "none", "_田商店"),
            note=AS_IMAGE,
        ),
        Example(("霞が関税務署", "101", None), ("霞が関税務署", "霞が関税務署", "101", "none",
                                      "霞ガ関税務署")),
        Example(("山田", "300", None), refused="unknown_code"),
        Example((None, None, None), (None, None, None, None, None)),
    ),
)  # fmt: skip


def _parse_address(texts: Texts, options: Options) -> Parsed:
    parsed = ADDRESS_PARTS.parse(texts[:-1], options)
    image = _stated(texts[-1]) is not None and parsed.values[1] is not None
    return Parsed(parsed.values, AS_IMAGE) if image else parsed


def _fast_address(columns: Sequence[pl.Expr], options: Options) -> Fast:
    assert ADDRESS_PARTS.fast is not None  # noqa: S101
    found = ADDRESS_PARTS.fast(columns[:-1], options)
    return found._replace(settled=found.settled & columns[-1].is_null())


REGISTERED_ADDRESS = Transform(
    name="registered_address",
    version=3,
    outputs=ADDRESS_PARTS.outputs,
    parse=_parse_address,
    format=lambda values, options: (*ADDRESS_PARTS.format(values, options), None),
    fast=_fast_address,
    inputs=(*ADDRESS_PARTS.inputs, "image_id"),
    loss=f"{ADDRESS_PARTS.loss}; the image's number",
    options=ADDRESS_PARTS.options,
    examples=(
        Example(
            ("1000013", "東京都", "千代田区", "霞が関３丁目１－１", None, None),
            ("1000013", "13", "13101", "東京都", "千代田区", "霞が関", "3-1-1", None,
             "東京都千代田区霞が関3-1-1", "東京都千代田区霞が関３丁目１－１"),
            formatted=("1000013", "東京都", "千代田区", "霞が関3-1-1", None, None),
        ),
        Example(
            ("1000013", "東京都", "千代田区", "霞が関３丁目１－１", None, "00012345"),
            ("1000013", "13", "13101", "東京都", "千代田区", "霞が関", "3-1-1", None,
             "東京都千代田区霞が関3-1-1", "東京都千代田区霞が関３丁目１－１"),
            note=AS_IMAGE,
        ),
        Example((None,) * 6, (None,) * 10),
    ),
)  # fmt: skip

PROCESSES = {
    "01": "assigned", "11": "renamed", "12": "moved", "13": "moved_abroad", "21": "closed",
    "22": "revived", "71": "merged", "72": "merger_void", "81": "name_cancelled", "99": "deleted",
}  # fmt: skip
"""処理区分 → what happened."""


@cache
def place_changes() -> frozenset[str]:
    """Municipality code and day, joined: rows of these days tell of a place's new name or code.

    The register rewrites the addresses of a reorganised municipality with 処理区分 12, as for a
    move, most of them on one day. `data/reorganisations.tsv` names the day on which the new code
    was made, and the day by which all was rewritten.
    """
    found = set()
    for line in _TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        code, _name, *days = line.split("\t")
        first, last = map(date.fromisoformat, days)
        for number in range((last - first).days + 1):
            found.add(f"{code}{first + timedelta(days=number)}")
    return frozenset(found)


def _parse_kind(texts: Texts, _options: Options) -> Parsed:
    process, day, prefecture, city = map(_stated, texts)
    if process is None:
        return Parsed((None,))
    kind = PROCESSES.get(process)
    if kind is None:
        raise RefusedValue("unknown_code", "is no 処理区分 of the register")
    if kind == "moved" and f"{prefecture}{city}{day}" in place_changes():
        return Parsed(("place_renamed",))
    return Parsed((kind,))


def _format_kind(values: Values, _options: Options) -> Texts:
    kind = "moved" if values[0] == "place_renamed" else values[0]
    process = next((code for code, name in PROCESSES.items() if name == kind), None)
    return (process, None, None, None)


def _fast_kind(columns: Sequence[pl.Expr], _options: Options) -> Fast:
    process, day, prefecture, city = columns
    kind = process.replace_strict(PROCESSES, default=None, return_dtype=pl.String)
    place = pl.concat_str([prefecture, city, day]).is_in(list(place_changes()))
    renamed = (process == "12") & place.fill_null(value=False)
    return Fast(
        kind.is_not_null(), (pl.when(renamed).then(pl.lit("place_renamed")).otherwise(kind),)
    )


REGISTRATION_KIND = Transform(
    name="registration_kind",
    version=1,
    outputs=("",),
    parse=_parse_kind,
    format=_format_kind,
    fast=_fast_kind,
    inputs=("process", "change_date", "prefecture_code", "city_code"),
    loss="day and place; who really moved in the days of a reorganisation",
    examples=(
        Example(("12", "2024-01-04", "13", "101"), ("moved",), formatted=("12", None, None, None)),
        Example(("12", "2024-01-09", "22", "138"), ("place_renamed",)),
        Example(("22", "2024-01-09", "22", "138"), ("revived",)),
        Example(("71", "2024-01-04", "24", "204"), ("merged",)),
        Example(("98", "2024-01-04", "24", "204"), refused="unknown_code"),
        Example((None, None, None, None), (None,)),
    ),
)

_NUMBER = re.compile(r"[（(]([0-9]{13})[）)]")
_DAY = re.compile(r"^(?:(?:明治|大正|昭和|平成|令和)[元0-9０-９]+年[0-9０-９]+月[0-9０-９]+日|"
                  r"[0-9]{4}-[0-9]{2}-[0-9]{2})")  # fmt: skip
_INTO = re.compile(r"に合併")
_NO_MERGER = Parsed((None,) * 6)


def _parse_merger(text: str, _options: Options) -> Parsed:
    number = _NUMBER.search(text)
    if number is None or "合併無効" in text:
        return _NO_MERGER
    other = CORPORATE_NUMBER.parse((number[1],), CORPORATE_NUMBER.complete({})).values[0]
    day = _DAY.match(text)
    since, precision = (None, None)
    if day is not None:
        since, precision = DATE.parse((day[0],), DATE.complete({})).values
    kind = "succeeded_by" if _INTO.search(text, number.end()) else "successor_of"
    return Parsed((other, kind, "merger", None, since, precision))


def _parse_mergers(texts: Texts, options: Options) -> Parsed:
    text = texts[0]
    return _NO_MERGER if text is None or not text.strip() else single(_parse_merger)(texts, options)


def _format_merger(values: Values, _options: Options) -> Texts:
    number, kind, _cause, _name, since, _precision = values
    if number is None:
        return (None,)
    day: Any = since
    written = day.isoformat() if isinstance(day, date) else ""
    return (f"{written}（{number}）{'に合併し解散' if kind == 'succeeded_by' else ''}",)


MERGER = Transform(
    name="merger",
    version=1,
    outputs=("", "=kind", "=cause", "=other_name", "=since_on", "=since_on_precision"),
    parse=_parse_mergers,
    format=_format_merger,
    loss="the other's name and address, which its own rows have, and the era",
    examples=(
        Example(
            "令和６年１月１日三重県松阪市高町４５０番地の１丸亀商事有限会社（7000012050002）",
            ("7000012050002", "successor_of", "merger", None, date(2024, 1, 1), "day"),
        ),
        Example(
            "令和７年１２月２３日東京都港区六本木一丁目３番５０号株式会社泡（7000012050002）に合併し解散",
            ("7000012050002", "succeeded_by", "merger", None, date(2025, 12, 23), "day"),
            formatted="2025-12-23（7000012050002）に合併し解散",
        ),
        Example(
            "福島県福島市坂登７番地の９北教会（7000012050002）",
            ("7000012050002", "successor_of", "merger", None, None, None),
        ),
        Example("令和７年３月１９日東京地方裁判所の合併無効の判決確定（銀座（7000012050002）",
                _NO_MERGER.values),
        Example("本店移転", _NO_MERGER.values),
        Example("令和６年１月１日商店（7000012050003）に合併し解散", refused="check_digit"),
    ),
)  # fmt: skip
