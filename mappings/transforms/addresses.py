"""Addresses as GIF parts (DS-433): one string, or the parts a form asks for.

The address as received is always kept; the parts beside it are what the hub made of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from base.errors import RefusedValue
from mappings.transforms import places
from mappings.transforms.core import (
    Example,
    Fast,
    Option,
    Options,
    Parsed,
    Shared,
    Texts,
    Transform,
    Values,
)
from mappings.transforms.identifiers import POSTAL_CODE
from mappings.transforms.kanji_numbers import read_number
from mappings.transforms.text import guard
from mappings.transforms.width import DASHES, narrow

_OUTPUTS = (
    "_prefecture_code", "_municipality_code", "_prefecture", "_city", "_town", "_block",
    "_building", "_full", "_as_received",
)  # fmt: skip
_POSTAL = re.compile(r"^〒?\s*([0-9]{3}-?[0-9]{4})\s*(?=\D)")
_KANJI = "〇一二三四五六七八九十百"
_NUMBER = rf"(?:[0-9]+|[{_KANJI}]+)"
_DASH = re.compile(rf"(?<=[0-9])\s*(?:[{DASHES}]|の)\s*(?=[0-9])")
_KANJI_UNIT = re.compile(rf"[{_KANJI}]+(?=丁目|番地?(?![町{_KANJI}])|号(?!館|地)|地割)")
_CHOME = re.compile(r"(?<=[0-9])丁目?(?:\s*(?=[0-9])|$)")
_BANCHI = re.compile(r"(?<=[0-9])(?:番地の?|番(?![街町館]))(?:\s*(?=[0-9])|(?=$|\s|[^0-9]))")
_GO_AND_ROOM = re.compile(r"(?<=[0-9])号(?=[0-9])")
_GO = re.compile(r"(?<=[0-9])号(?!室|館|棟|線|地)")
_OAZA = re.compile(r"^(?:大字|字)|(?<=.)(?:大字)")
_BLOCK = re.compile(
    r"(?P<town>.*?)(?P<block>[0-9]+(?:-[0-9]+)*(?![0-9条線])(?:番外地|地先|地割[0-9-]*)?)"
    r"(?P<rest>(?![0-9-]).*)"
)
_KATAKANA_TWO = re.compile(r"(?<![ァ-ヴー])ニ(?=丁目|番|号|の[0-9])")
"""What somebody typed for the kanji 二, which looks the same."""
_UNNUMBERED = re.compile(r"(?P<town>.*?)(?P<block>無番地|番外地)(?P<rest>.*)")


def _numerals(text: str) -> str:
    """Kanji numerals to digits, but only before 丁目, 番, 号, 地割: 三番町 and 八丁堀 stay."""
    text = _KATAKANA_TWO.sub("二", text)
    return _KANJI_UNIT.sub(lambda m: str(read_number(m[0]) or m[0]), text)


def split_street(rest: str) -> tuple[str | None, str | None, str | None]:
    """Town, block ("2-1-2") and building of what follows the municipality.

    丁目以下 is written with half-width digits and hyphens, as DS-433 asks.
    """
    text = _OAZA.sub("", _numerals(rest.strip()))
    text = _DASH.sub("-", text)
    text = _CHOME.sub("-", text)
    text = _BANCHI.sub("-", text)
    text = _GO.sub("", _GO_AND_ROOM.sub(" ", text))
    text = re.sub(r"-(?=$|\s|[^0-9])", "", text)
    match = _UNNUMBERED.fullmatch(text) or _BLOCK.fullmatch(text)
    if match is None:
        return text.strip() or None, None, None
    building = (match["rest"] or "").strip(" 、,") or None
    return (match["town"] or "").strip() or None, match["block"], building


def _join(*parts: str | None) -> str | None:
    return "".join(part for part in parts if part) or None


def _full(
    place: str | None, town: str | None, block: str | None, building: str | None
) -> str | None:
    street = _join(place, town, block)
    return " ".join(part for part in (street, building) if part) or None


def parse_address(texts: Texts, options: Options) -> Parsed:
    """One string to parts. A municipality that is not found leaves the parts after it in `town`."""
    text = texts[0]
    if text is None or not text.strip():
        return Parsed((None,) * len(_OUTPUTS))
    guard(text, max_length=options["max_length"])
    plain = _POSTAL.sub("", narrow(text))
    place, rest = places.find_municipality(plain.replace(" ", "", 1) if _spaced(plain) else plain)
    if place is None:
        prefecture, rest = places.find_prefecture(plain)
        code = places.prefectures().get(prefecture or "")
        town, block, building = split_street(rest)
        values = (code, None, prefecture, None, town, block, building)
        full = _full(prefecture, town, block, building)
        return Parsed((*values, full, text), "municipality_unknown")
    town, block, building = split_street(rest)
    full = _full(place.prefecture + place.city, town, block, building)
    return Parsed(
        (
            place.code[:2],
            place.code,
            place.prefecture,
            place.city,
            town,
            block,
            building,
            full,
            text,
        )
    )


def _spaced(text: str) -> bool:
    """Whether a space stands between prefecture and city."""
    prefecture, rest = places.find_prefecture(text)
    return prefecture is not None and rest.startswith(" ")


def _format(values: Values, options: Options) -> Texts:
    full, received = values[7], values[8]
    value = received if options["write"] == "as_received" else full
    value = value if value is not None else full
    return (None,) if value is None else (str(value),)


_PREFECTURE = "北海道|東京都|京都府|大阪府|[^都道府県0-9 ]{2,3}県"
_WARD = (
    rf"^((?:{_PREFECTURE})(?:[^市区町村郡0-9 ]{{1,5}}市[^市区町村0-9 ]{{1,4}}区"
    r"|[^市区町村郡0-9 ]{1,4}郡[^市区町村0-9 ]{1,5}[町村]))"
)
_CITY = rf"^((?:{_PREFECTURE})[^市区町村郡0-9 ]{{1,6}}[市区町村])"
_DIGIT = "[0-9０-９]"
_LETTER = "[\u3041-\u306d\u306f-\u3096\u30a1-\u30fa々A-Za-z\u4e00-\u9fff&&[^丁番号字割]]"
"""Letters that NFKC and the rules above leave alone; の and ー can be hyphens."""
_BUILDING = rf"(?:{_LETTER}|{_DIGIT}|[-－]{_DIGIT}|[のー]{_LETTER})*"
_PLAIN_STREET = (
    rf"^(?:{_LETTER}|[のー])+{_DIGIT}+(?:(?:丁目|番地の?|番|[-－]){_DIGIT}+)*"
    rf"(?:(?:番地|番|号)?(?:[ 　]{_LETTER}{_BUILDING})?|号?[ 　]{_DIGIT}{_BUILDING})$"
)
"""A town without numerals that count, 1-2-3 or 1丁目2番3号, and a building after a space."""
_STREET_PARTS = r"^([^0-9]+)([0-9]+(?:-[0-9]+)*)-?(?: (.+))?$"


def _fast(columns: Sequence[pl.Expr], options: Options) -> Fast:
    """Addresses written as GIF writes them: known municipality, town, 1-2-3, and a building."""
    codes = places.by_full_name()
    shared = Shared()
    text = shared.keep(columns[0].str.replace_many(_WIDE, _NARROW))
    ward = shared.keep(text.str.extract(_WARD, 1), 1)
    city = shared.keep(text.str.extract(_CITY, 1), 1)
    ward_code = shared.keep(ward.replace_strict(codes, default=None), 2)
    code = pl.coalesce(ward_code, city.replace_strict(codes, default=None))
    head = shared.keep(pl.when(ward_code.is_not_null()).then(ward).otherwise(city), 3)
    length = pl.when(head.str.slice(3, 1) == "県").then(4).otherwise(3)
    place = (shared.keep(head.str.head(length), 4), shared.keep(head.str.slice(length), 4))
    rest = shared.keep(text.str.slice(head.str.len_chars()), 4)
    return _fast_street(
        shared.keep(code, 3), place, rest, columns[0], options, shared=shared, stage=5
    )


def _fast_street(
    code: pl.Expr,
    place: tuple[pl.Expr, pl.Expr],
    rest: pl.Expr,
    received: pl.Expr,
    options: Options,
    *,
    shared: Shared,
    stage: int,
) -> Fast:
    """The parts of `rest`, what follows the municipality; computed at `stage`."""
    hyphened = rest.str.replace_many(
        [*_WIDE, *_BETWEEN], [*_NARROW, *("-" for _ in _BETWEEN)], leftmost=True
    )
    parts = shared.keep(hyphened.str.extract_groups(_STREET_PARTS), stage)
    town, block = parts.struct.field("1"), parts.struct.field("2")
    building = parts.struct.field("3")
    spaced = pl.concat_str([pl.lit(" "), building]).fill_null("")
    full = pl.concat_str([*place, town, block, spaced])
    settled = code.is_not_null() & rest.str.contains(_PLAIN_STREET)
    if options["max_length"] is not None:
        settled &= received.str.len_chars() <= options["max_length"]
    outputs = (code.str.slice(0, 2), code, *place, town, block, building, full, received)
    return Fast(settled, outputs, shared)


_WIDE, _NARROW = list("０１２３４５６７８９－　"), list("0123456789- ")
_BETWEEN = ["丁目", "番地の", "番地", "番", "号"]
_WRITE = Option("as_received", str, ("as_received", "full"), "backward, which wording is written")
_LENGTH = Option(None, int, help="longest address in characters")


def _parts(*values: str | None) -> Values:
    return values


ADDRESS = Transform(
    name="address",
    version=5,
    outputs=_OUTPUTS,
    parse=parse_address,
    format=_format,
    fast=_fast,
    loss="with `write: full`, the wording: 丁目・番・号 become hyphens",
    options={"write": _WRITE, "max_length": _LENGTH},
    examples=(
        Example(
            "東京都千代田区霞が関1-3-1 経済産業ビル3F",
            _parts("13", "13101", "東京都", "千代田区", "霞が関", "1-3-1", "経済産業ビル3F",
                   "東京都千代田区霞が関1-3-1 経済産業ビル3F",
                   "東京都千代田区霞が関1-3-1 経済産業ビル3F"),
        ),
        Example(
            "千代田区霞が関一丁目３番１号",
            _parts("13", "13101", "東京都", "千代田区", "霞が関", "1-3-1", None,
                   "東京都千代田区霞が関1-3-1", "千代田区霞が関一丁目３番１号"),
            formatted="千代田区霞が関一丁目３番１号",
        ),
        Example(
            "三重県四日市市諏訪町２番５号",
            _parts("24", "24202", "三重県", "四日市市", "諏訪町", "2-5", None,
                   "三重県四日市市諏訪町2-5", "三重県四日市市諏訪町２番５号"),
            formatted="三重県四日市市諏訪町2-5", options={"write": "full"},
        ),
        Example(
            "大阪府堺市北区東三国ヶ丘町１丁１番４－１１２号",
            _parts("27", "27146", "大阪府", "堺市北区", "東三国ヶ丘町", "1-1-4-112", None,
                   "大阪府堺市北区東三国ヶ丘町1-1-4-112",
                   "大阪府堺市北区東三国ヶ丘町１丁１番４－１１２号"),
        ),
        Example(
            "東京都新宿区住吉町１５番１２号３０６",
            _parts("13", "13104", "東京都", "新宿区", "住吉町", "15-12", "306",
                   "東京都新宿区住吉町15-12 306", "東京都新宿区住吉町１５番１２号３０６"),
        ),
        Example(
            "東京都中央区八丁堀2の1の2",
            _parts("13", "13102", "東京都", "中央区", "八丁堀", "2-1-2", None,
                   "東京都中央区八丁堀2-1-2", "東京都中央区八丁堀2の1の2"),
        ),
        Example(
            "横浜市中区本町６−５０−１０",
            _parts("14", "14104", "神奈川県", "横浜市中区", "本町", "6-50-10", None,
                   "神奈川県横浜市中区本町6-50-10", "横浜市中区本町６−５０−１０"),
        ),
        Example(
            "奈良県下北山村大字寺垣内983番地",
            _parts("29", "29450", "奈良県", "吉野郡下北山村", "寺垣内", "983", None,
                   "奈良県吉野郡下北山村寺垣内983", "奈良県下北山村大字寺垣内983番地"),
        ),
        Example(
            "東京都千代田区三番町6番3号 三番町ビル２階",
            _parts("13", "13101", "東京都", "千代田区", "三番町", "6-3", "三番町ビル2階",
                   "東京都千代田区三番町6-3 三番町ビル2階",
                   "東京都千代田区三番町6番3号 三番町ビル２階"),
        ),
        Example(
            "北海道札幌市中央区北1条西2丁目",
            _parts("01", "01101", "北海道", "札幌市中央区", "北1条西", "2", None,
                   "北海道札幌市中央区北1条西2", "北海道札幌市中央区北1条西2丁目"),
        ),
        Example(
            "東京都港区赤坂ニ丁目3番4号",
            _parts("13", "13103", "東京都", "港区", "赤坂", "2-3-4", None,
                   "東京都港区赤坂2-3-4", "東京都港区赤坂ニ丁目3番4号"),
        ),
        Example(
            "滋賀県高島市安曇川町1-2 A-ビル",
            _parts("25", "25212", "滋賀県", "高島市", "安曇川町", "1-2", "Aビル",
                   "滋賀県高島市安曇川町1-2 Aビル", "滋賀県高島市安曇川町1-2 A-ビル"),
        ),
        Example(
            "ニューヨーク5番街1",
            _parts(None, None, None, None, "ニューヨーク", "5", "番街1",
                   "ニューヨーク5 番街1", "ニューヨーク5番街1"),
            note="municipality_unknown",
        ),
    ),
)  # fmt: skip


_INPUTS = ("postal_code", "prefecture", "city", "street", "building")


def _parse_parts(texts: Texts, options: Options) -> Parsed:
    postal, prefecture, city, street, building = texts
    received = "".join(part.strip() for part in (prefecture, city, street) if part)
    if building and building.strip():
        received = f"{received} {building.strip()}"
    note = None
    code: str | None = None
    if postal is not None:
        parsed = POSTAL_CODE.parse((postal,), POSTAL_CODE.complete({}))
        code, note = parsed.values[0], parsed.note
    if prefecture is not None and re.fullmatch("[0-9]{2}", prefecture.strip()):
        named = next((n for n, c in places.prefectures().items() if c == prefecture.strip()), None)
        if named is None:
            raise RefusedValue("unknown_code", "names a prefecture code that does not exist")
        received = received.replace(prefecture.strip(), named, 1)
    parsed = parse_address((received or None,), options)
    return Parsed((code, *parsed.values), note or parsed.note)


def _format_parts(values: Values, options: Options) -> Texts:
    """The parts that the form has; what it has no part for joins the part after it."""
    asked = options["parts"] or _INPUTS
    parts = dict.fromkeys(_INPUTS)
    parts["postal_code"] = values[0]
    if values[2] is None or options["parts"] == ["postal_code", "street"]:
        parts["street"] = values[9] if options["write"] == "as_received" else values[8]
    else:
        street = _join(values[5], values[6])
        carried = ""
        for name, value in (("prefecture", values[3]), ("city", values[4]), ("street", street)):
            carried += value or ""
            if name in asked:
                parts[name], carried = carried or None, ""
        if "building" in asked:
            parts["building"] = values[7]
        elif values[7] and "street" in asked:
            parts["street"] = f"{parts['street'] or ''} {values[7]}"
    return tuple(parts.values())


def _fast_parts(columns: Sequence[pl.Expr], options: Options) -> Fast:
    """Parts that name a municipality exactly; and postal code with the whole address in one."""
    postal, prefecture, city, street, building = columns
    sound = postal.is_null() | postal.str.contains("^〒?[0-9]{3}-?[0-9]{4}$")
    code = postal.str.replace_all("[〒-]", "")
    if options["parts"] == ["postal_code", "street"]:
        whole = _fast([street], options)
        return Fast(whole.settled & sound, (code, *whole.outputs), whole.shared)
    shared = Shared()
    spaced = pl.concat_str([pl.lit(" "), building]).fill_null("")
    received = shared.keep(pl.concat_str([prefecture, city, street, spaced]))
    place = pl.concat_str([prefecture, city]).replace_strict(places.by_full_name(), default=None)
    rest = shared.keep(pl.concat_str([street, spaced]))
    place_code = shared.keep(place)
    inner = _fast_street(
        place_code, (prefecture, city), rest, received, options, shared=shared, stage=1
    )
    named = prefecture.is_in(list(places.prefectures()))
    return Fast(inner.settled & sound & named, (code, *inner.outputs), shared)


ADDRESS_PARTS = Transform(
    name="address_parts",
    version=5,
    outputs=("_postal_code", *_OUTPUTS),
    parse=_parse_parts,
    format=_format_parts,
    fast=_fast_parts,
    inputs=_INPUTS,
    loss="the wording: 丁目・番・号 become hyphens; a building moves to its own part",
    options={
        "write": _WRITE,
        "max_length": _LENGTH,
        "parts": Option(None, list, help=f"what each field of the group is: {', '.join(_INPUTS)}"),
    },
    examples=(
        Example(
            ("100-0013", "東京都", "千代田区", "霞が関１－３－１", "経済産業ビル"),
            _parts("1000013", "13", "13101", "東京都", "千代田区", "霞が関", "1-3-1",
                   "経済産業ビル", "東京都千代田区霞が関1-3-1 経済産業ビル",
                   "東京都千代田区霞が関１－３－１ 経済産業ビル"),
            formatted=("1000013", "東京都", "千代田区", "霞が関1-3-1", "経済産業ビル"),
        ),
        Example(
            (None, "13", "千代田区", "霞が関1-3-1", None),
            _parts(None, "13", "13101", "東京都", "千代田区", "霞が関", "1-3-1", None,
                   "東京都千代田区霞が関1-3-1", "東京都千代田区霞が関1-3-1"),
        ),
        Example(
            (None, "愛知県", "半田市", "十一号地３６番地", None),
            _parts(None, "23", "23205", "愛知県", "半田市", "十一号地", "36", None,
                   "愛知県半田市十一号地36", "愛知県半田市十一号地３６番地"),
        ),
        Example((None, "99", "千代田区", "霞が関1-3-1", None), refused="unknown_code"),
        Example(("1", None, None, None, None), refused="wrong_length"),
    ),
)  # fmt: skip
