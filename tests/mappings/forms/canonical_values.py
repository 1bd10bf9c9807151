"""Canonical values by the transform that writes them, and what of each a round trip may lose.

A strategy depends on what the canonical column holds, never on how a form spells it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from base.identifiers import corporate_number_check_digit
from mappings.rules import FieldRule
from mappings.transforms import TRANSFORMS
from mappings.transforms.codes import industries

Row = dict[str, Any]
Values = st.SearchStrategy[Row]

_WORDS = "標本製作所商店工業建設食品東西南北山川田中高橋アイウエオーabcXYZ09・（）々〆ヶ"
_KANA = "アイウエオカキクケコサシスセソタチツテトガギグゲゴャュョッヴー"
_UNITS = (1, 1_000, 10_000, 1_000_000)
_YEN = {"円": 1, "千円": 1_000, "万円": 10_000, "百万円": 1_000_000}
_PLACES = (
    ("3800921", "長野県", "長野市", "大字栗田字舎利田１０５３番地", "栗田ビル２階"),
    ("1000013", "東京都", "千代田区", "霞が関三丁目１番１号", ""),
    ("0600001", "北海道", "札幌市中央区", "北一条西2-1", "101号室"),
    ("6020881", "京都府", "京都市上京区", "広小路通寺町東入中御霊町410", ""),
    ("9200962", "石川県", "金沢市", "広坂1-1-1", ""),
)


def text_of(alphabet: str, longest: int) -> st.SearchStrategy[str]:
    """Texts without blanks at their ends, as the hub keeps them."""
    return st.text(alphabet, min_size=1, max_size=longest)


def _column(rule: FieldRule) -> str:
    return rule.target.field.name if rule.target.field else str(rule.outputs[0])


def _one(of: Callable[[FieldRule], st.SearchStrategy[Any]]) -> Callable[[FieldRule], Values]:
    return lambda rule: st.builds(lambda value: {_column(rule): value}, of(rule))


def _money(rule: FieldRule) -> Values:
    name = _column(rule)
    made = st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(_UNITS))
    return made.map(lambda one: {name: one[0] * one[1], f"{name}_unit": one[1]})


def _day(rule: FieldRule) -> Values:
    name = _column(rule)

    def known(day: date, precision: str) -> Row:
        first = {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}
        return {name: first[precision], f"{name}_precision": precision}

    days = st.dates(date(1873, 1, 1), date(2099, 12, 31))
    return st.builds(known, days, st.sampled_from(["day", "month", "year"]))


def _number(rule: FieldRule) -> st.SearchStrategy[int]:
    low = rule.options["at_least"]
    return st.integers(low if low is not None else -(10**9), 10**9)


def _corporate_number(_rule: FieldRule) -> st.SearchStrategy[str]:
    bases = st.integers(10**11, 10**12 - 1).map(str)
    return bases.map(lambda base: f"{corporate_number_check_digit(base)}{base}")


def _legal(rule: FieldRule) -> st.SearchStrategy[str]:
    core = text_of("標本製作所商店工業東西南北ABCアイウ", 12)
    form = st.sampled_from(["株式会社{}", "{}株式会社", "合同会社{}", "医療法人{}", "{}"])
    return st.builds(lambda shape, name: shape.format(name), form, core)


def _parsed(rule: FieldRule, texts: tuple[str | None, ...]) -> Row:
    values = TRANSFORMS[rule.transform.name].parse(texts, rule.options).values
    named = zip(rule.outputs, values, strict=True)
    return {name: value for name, value in named if name and value is not None}


def _address(rule: FieldRule) -> Values:
    """What the hub holds of an address: it was read from one."""
    places = st.sampled_from(_PLACES)
    if not rule.transform.inputs:
        return places.map(lambda place: _parsed(rule, ("".join(place[1:4]),)))
    wanted = [rule.transform.inputs[slot] for slot in rule.slots]

    def read(place: tuple[str, ...]) -> Row:
        parts = dict(zip(("postal_code", "prefecture", "city", "street", "building"), place,
                         strict=True))  # fmt: skip
        if "street" in wanted and "city" not in wanted:
            parts["street"] = "".join(place[1:4])
        told = [parts.get(name) if name in wanted else None for name in rule.transform.inputs]
        return _parsed(rule, tuple(told))

    return places.map(read)


def _codes(rule: FieldRule) -> st.SearchStrategy[str]:
    codes = rule.options.get("codes")
    labels = rule.options.get("labels")
    if labels:
        return st.sampled_from(sorted(labels))
    if codes:
        return st.sampled_from(sorted(set(codes.values())))
    return text_of("AB09-", min(rule.options.get("max_length") or 20, 20))


def _phone(_rule: FieldRule) -> st.SearchStrategy[str]:
    digits = st.integers(0, 9999).map(lambda n: f"{n:04d}")
    area = st.sampled_from(["03", "06", "026", "0263", "090", "0120"])
    return st.builds(lambda a, m, e: f"{a}-{m[: 6 - len(a)] if a[:3] != '090' else m}-{e}",
                     area, digits, digits)  # fmt: skip


def _instant(_rule: FieldRule) -> st.SearchStrategy[datetime]:
    found = st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1))  # noqa: DTZ001
    return found.map(lambda moment: moment.replace(tzinfo=UTC))


def _prose(rule: FieldRule) -> st.SearchStrategy[str]:
    return text_of(_WORDS, min(rule.options["max_length"] or 30, 30))


def _kana_text(rule: FieldRule) -> st.SearchStrategy[str]:
    word = text_of(_KANA.replace("ー", ""), 8)
    return st.lists(word, min_size=1, max_size=2).map(" ".join)


def _decimal(_rule: FieldRule) -> st.SearchStrategy[str]:
    return st.integers(0, 1000).map(lambda n: f"{n // 10}.{n % 10}".removesuffix(".0"))


def _percent(_rule: FieldRule) -> st.SearchStrategy[str]:
    hundredths = st.integers(0, 10_000).map(lambda n: f"{n // 100}.{n % 100:02d}")
    return hundredths.map(lambda text: text.rstrip("0").rstrip("."))


_EMAIL = st.from_regex(r"[a-z][a-z0-9.]{0,6}[a-z]@[a-z]{2,8}\.example\.jp", fullmatch=True)
_URL = st.from_regex(r"https://[a-z]{2,8}\.example\.jp/[a-zA-Z0-9]{0,6}", fullmatch=True)

STRATEGIES: Mapping[str, Callable[[FieldRule], Values]] = {
    "money": _money,
    "date": _day,
    "era_date": _day,
    "address": _address,
    "address_parts": _address,
    "integer": _one(_number),
    "month": _one(lambda _: st.integers(1, 12)),
    "fiscal_year": _one(lambda _: st.integers(1950, 2050)),
    "boolean": _one(lambda _: st.booleans()),
    "code": _one(_codes),
    "client_kind": _one(lambda _: st.sampled_from(["corporation", "sole_proprietor"])),
    "corporate_number": _one(_corporate_number),
    "digits": _one(lambda rule: text_of("0123456789", 12).map(
        lambda text: text.zfill(rule.options["length"])[-rule.options["length"] :])),
    "legal_name": _one(_legal),
    "client_name": lambda _: st.builds(
        lambda name, kana: {"name": name, "name_kana": kana},
        text_of("標本製作所商店", 8).map("株式会社{}".format), text_of("アイウエオ", 8),
    ),
    "trade_name": lambda _: st.just({}),
    "disclosed_name": _one(_legal),
    "disclosed_text": _one(lambda _: text_of("標本太郎花子", 8)),
    "kana": _one(_kana_text),
    "text": _one(_prose),
    "email": _one(lambda _: _EMAIL),
    "url": _one(lambda _: _URL),
    "phone": _one(_phone),
    "jsic": _one(lambda _: st.sampled_from(sorted(industries()))),
    "rate": _one(_percent),
    "quantity": _one(_decimal),
    "instant": _one(_instant),
}  # fmt: skip
"""For each transform that a form's answer is written by, what it may have to write."""


def kept(rule: FieldRule, column: str, before: Row, after: Row) -> bool:
    """Whether a column came back as it was, but for what the rule declares to lose."""
    own, again = before.get(column), after.get(column)
    name = rule.transform.name
    if name in {"address", "address_parts"} and column in _WORDING:
        return True
    if name == "money" and rule.options.get("unit") is not None:
        return _money_kept(rule, column, own, again)
    same = _SAME.get(name)
    return bool(same(own, again) if same else again == own)


def _money_kept(rule: FieldRule, column: str, own: Any, again: Any) -> bool:
    """An amount may lose less than the form's unit, and is then known to that unit."""
    unit = _YEN[str(rule.options["unit"])]
    if column.endswith("_unit"):
        return bool(again == unit)
    return bool(again == own if own % unit == 0 else abs(again - own) < unit)


_WORDING = frozenset({"address_as_received", "address_full", "address_building",
                      "site_as_received", "site_full", "location_as_received", "location_full",
                      "site_building", "location_building"})  # fmt: skip


def _digits(text: Any) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", str(text)))


_SAME: Mapping[str, Callable[[Any, Any], bool]] = {
    "phone": lambda own, again: _digits(own) == _digits(again),
    "email": lambda own, again: str(own).lower() == str(again).lower(),
    "url": lambda own, again: str(own).lower() == str(again).lower(),
    "instant": lambda own, again: bool(own.replace(microsecond=0) == again),
}
"""Spellings that are lost, by transform."""
