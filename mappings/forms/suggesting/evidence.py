"""What speaks for a concept and against it: label, format, samples. Each is scored by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from stdnum.jp import cn

from base.errors import RefusedValue
from canonical.model.fields import FieldType
from mappings.forms.suggesting.asked import AskedField
from mappings.forms.suggesting.grams import Grams
from mappings.forms.suggesting.knowledge import Known
from mappings.forms.suggesting.meaning import NAMES, PLACES, Meaning, meaning
from mappings.forms.suggesting.words import plain
from mappings.transforms.dates import read_date

_NEAR_HEADS = {
    frozenset({"phone", "mobile"}): 0.5,
    frozenset({"title", "department"}): 0.55,
    frozenset({"org_name", "trade_name"}): 0.6,
    frozenset({"name", "trade_name"}): 0.6,
    frozenset({"address", "prefecture"}): 0.45,
    frozenset({"address", "city"}): 0.45,
    frozenset({"address", "street"}): 0.5,
    frozenset({"address", "region"}): 0.55,
    frozenset({"city", "region"}): 0.4,
    frozenset({"prefecture", "region"}): 0.4,
    frozenset({"birth", "age"}): 0.4,
    frozenset({"registry_number", "corporate_number"}): 0.4,
}
_USUAL = {
    "whose": frozenset({"self"}),
    "place": frozenset({"registered"}),
    "year": frozenset({"closed"}),
    "tax": frozenset({"excluded"}),
    "taxed": frozenset({"after"}),
}
"""What is meant where nothing is said."""

_NEVER_LEFT_OUT = frozenset({"taxed", "scope", "period", "language"})
"""What a label that means it always says."""

_UNLIKE = 0.35
_LEFT_OUT = 0.55
_UNSTATED = 0.82


@dataclass(frozen=True, slots=True)
class LabelEvidence:
    """How well a label fits one word of a concept.

    `exact` says that nothing but spelling differs; `unstated` names what the concept is more
    precise about than the label, `against` what they differ in.
    """

    score: float
    word: str
    exact: bool = False
    unstated: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


def of_label(told: Meaning, known: Known, grams: Grams) -> LabelEvidence:
    """The best of the concept's words."""
    found = (_pair(told, theirs, word, grams)
             for word, theirs in zip(known.words, known.meanings, strict=True))  # fmt: skip
    return max(found, key=lambda one: (one.score, one.exact), default=LabelEvidence(0.0, ""))


def _pair(told: Meaning, theirs: Meaning, word: str, grams: Grams) -> LabelEvidence:
    same = told.bare == theirs.bare and _no_more(meaning(word), told)
    score = 1.0 if same else _spelled(told, theirs, grams)
    alike = score >= 0.96
    against: list[str] = []
    unstated: list[str] = []
    for facet in sorted(told.facets.keys() | theirs.facets.keys()):
        factor = _facet(facet, told, theirs)
        if factor < 0.7:
            against.append(facet)
        elif facet not in told.facets and not theirs.facets[facet] <= _USUAL.get(
            facet, frozenset()
        ):
            unstated.append(facet)
            factor = 0.97 if same and facet != "whose" else factor
        score *= factor
    score *= 0.94 ** len(set(told.rest) ^ set(theirs.rest))
    exact = alike and not against and not told.rest
    return LabelEvidence(score, word, exact, tuple(unstated), tuple(against))


def _no_more(word: Meaning, told: Meaning) -> bool:
    """Whether the brackets of a word say nothing that the label does not say."""
    said = all(values <= told.facets.get(name, frozenset()) | _USUAL.get(name, frozenset())
               for name, values in word.facets.items())  # fmt: skip
    return said and word.head == told.head and set(word.rest) <= set(told.rest)


def _spelled(told: Meaning, theirs: Meaning, grams: Grams) -> float:
    if told.attribute and theirs.attribute:
        core = 1.0
        if told.core != theirs.core:
            both = told.core and theirs.core
            core = 0.8 * grams.alike(told.core, theirs.core) if both else 0.3
        return _heads(told.head, theirs.head) * (0.1 + 0.9 * core)
    if told.attribute or theirs.attribute:
        return 0.4 * grams.alike(told.bare, theirs.bare)
    alike = grams.alike(told.core, theirs.core) if told.core or theirs.core else 1.0
    if told.kind and theirs.kind and told.kind != theirs.kind:
        alike *= 0.75
    return min(alike, 0.98)


def _heads(one: str | None, other: str | None) -> float:
    if one == other:
        return 0.99
    if {one, other} <= NAMES:
        return 0.97 if "name" in {one, other} else 0.85
    return _NEAR_HEADS.get(frozenset(filter(None, (one, other))), 0.15)


def _facet(name: str, told: Meaning, theirs: Meaning) -> float:
    mine, other = told.facets.get(name), theirs.facets.get(name)
    usual = _USUAL.get(name, frozenset())
    if mine is None:
        if name in _NEVER_LEFT_OUT and other is not None and not other <= usual:
            return _LEFT_OUT
        return 1.0 if other is not None and other <= usual else _UNSTATED
    if other is None:
        return 1.0 if mine <= usual else _UNLIKE
    if mine == other:
        return 1.0
    return 0.6 if mine & other else _UNLIKE


_UNITS = {
    "money": re.compile(r"円|yen|jpy", re.IGNORECASE),
    "count": re.compile(r"^(?:人|名|件|台|社|個)$"),
    "rate": re.compile(r"%|％|パーセント|ポイント"),
    "age": re.compile(r"^[歳才]$"),
    "hours": re.compile(r"時間"),
}
_OF_UNIT = {
    "JPY": "money",
    "JPY per hour": "money",
    "JPY per worker or hour": "money",
    "persons": "count",
    "percent": "rate",
    "years": "age",
    "hours": "hours",
    "month": "month",
}
_OF_TYPE = {
    FieldType.MONEY: {"number", "text"},
    FieldType.INTEGER: {"number", "text", "choice"},
    FieldType.RATE: {"number", "text"},
    FieldType.DATE: {"date", "text"},
    FieldType.TEXT: {"text", "email", "tel", "url", "choice"},
    FieldType.CODE: {"text", "number", "choice", "tel"},
    FieldType.BOOLEAN: {"checkbox", "choice", "text"},
}


def of_format(asked: AskedField, known: Known) -> tuple[float, str]:
    """A factor, above 1 where the format speaks for the concept, and why; 1 where nothing does."""
    told = asked.unit or _unit_in(asked.label)
    unit = next((name for name, pattern in _UNITS.items() if told and pattern.search(told)), None)
    theirs = _OF_UNIT.get(known.concept.unit or "")
    if unit and theirs:
        return (1.04, f"in {told}") if unit == theirs else (0.5, f"but in {told}")
    if unit and known.type is not None and unit != "count":
        return 0.6, f"but in {told}"
    if asked.choices and not _takes_choices(asked, known):
        return 0.55, f"but it takes {len(asked.choices)} answers only"
    if asked.type and known.type and asked.type not in _OF_TYPE.get(known.type, {asked.type}):
        return 0.7, f"but it is a {asked.type}"
    if asked.max_length and known.concept.id in _LENGTHS:
        fits = asked.max_length in _LENGTHS[known.concept.id]
        return (1.04, f"{asked.max_length} characters") if fits else (0.6, "but of another length")
    return 1.0, ""


_LENGTHS = {
    "corporate_number": range(13, 16),
    "sole_proprietor_number": range(13, 16),
    "registry_number": range(12, 15),
    "agency_id": range(12, 15),
    "invoice_number": range(13, 16),
    "registered_postal_code": range(3, 9),
}


def _unit_in(label: str) -> str | None:
    found = re.search(r"[(（]((?:百万|千|万|億)?円|人|名|歳|%|％|時間)[)）]", label)
    return found[1] if found else None


def _takes_choices(asked: AskedField, known: Known) -> bool:
    told = {plain(choice) for choice in asked.choices}
    if told <= {
        "はい",
        "いいえ",
        "有",
        "無",
        "あり",
        "なし",
        "可",
        "否",
        "該当",
        "非該当",
        "する",
        "しない",
    }:
        return known.type in {FieldType.BOOLEAN, None}
    codes = known.concept.fields[0].codes if len(known.concept.fields) == 1 else None
    if known.type is FieldType.CODE and codes:
        return any(word in plain(label) or plain(label) in word for word in told
                   for label in codes.values())  # fmt: skip
    if known.concept.id == "main_industry":
        return len(asked.choices) > 10
    heads = {one.head for one in known.meanings}
    if heads & {"prefecture", "city", "title"}:
        return True
    return known.type in {None, FieldType.TEXT, FieldType.BOOLEAN} and not heads & (
        NAMES | PLACES | {"kana", "phone", "email"}
    )


_PREFECTURE = re.compile(r"^(?:北海道|東京都|京都府|大阪府|.{2,3}県)$")
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"^[^@\s]+@[^@\s]+\.[a-z]+$")),
    ("url", re.compile(r"^https?://")),
    ("postal", re.compile(r"^〒?[0-9]{3}-?[0-9]{4}$")),
    ("mobile", re.compile(r"^0[789]0-?[0-9]{4}-?[0-9]{4}$")),
    ("phone", re.compile(r"^0[0-9]{1,4}-?[0-9]{1,4}-?[0-9]{3,4}$")),
    ("prefecture", _PREFECTURE),
    ("kana", re.compile(r"^[ァ-ヶー・ 　]{2,}$")),
    ("address", re.compile(r"^(?:北海道|東京都|京都府|大阪府|.{2,3}県).+[0-9市区町村]")),
)


def shape_of(samples: Sequence[str]) -> str | None:
    """What the samples are, if nine in ten are alike; the samples themselves are never told."""
    shapes = [_shape(plain(sample)) for sample in samples]
    best = max(set(shapes), key=shapes.count, default=None)
    return best if best and shapes.count(best) >= 0.9 * len(shapes) else None


def _shape(text: str) -> str | None:
    digits = text.removeprefix("t")
    if len(digits) == 13 and digits.isascii() and digits.isdigit():
        checked = digits[0] == cn.calc_check_digit(digits[1:])
        return ("invoice_number" if text[0] == "t" else "corporate_number") if checked else "id"
    for name, pattern in _SHAPES:
        if pattern.search(text):
            return name
    if re.fullmatch(r"-?[0-9,]+円?", text):
        return "number"
    try:
        read_date(text)
    except RefusedValue:
        return None
    return "date"


def of_samples(shape: str | None, known: Known) -> tuple[float, float, str]:
    """A factor, a floor for the score, and why."""
    if shape is None:
        return 1.0, 0.0, ""
    theirs = _shapes_of(known)
    if shape in theirs:
        floor = 0.9 if shape in {"corporate_number", "invoice_number"} else 0.0
        return 1.05, floor, f"samples look like {shape}"
    if shape == "corporate_number" and known.concept.id == "sole_proprietor_number":
        return 1.0, 0.0, ""
    return (0.4, 0.0, f"but samples look like {shape}") if theirs else (1.0, 0.0, "")


@cache
def _shapes_of(known: Known) -> frozenset[str]:
    found = {one.head for one in known.meanings[:1] if one.head}
    if found & {"birth"} or known.type is FieldType.DATE:
        return frozenset({"date"})
    if found & {"phone", "fax"}:
        return frozenset({"phone", "mobile"})
    if known.type in {FieldType.MONEY, FieldType.INTEGER, FieldType.RATE}:
        return frozenset({"number"})
    return frozenset(found - {"name", "org_name", "person_name", "title", "department"})
