"""Proposes canonical fields for the fields of a contract nobody has mapped yet.

Pure functions: what a field is called, what it is said to be, and what samples of it look like, are
compared with the labels of the model and of its concepts, with other words that systems use
(`data/synonyms.tsv`), and with what the transform of each candidate can read. A proposal is for a
person to look at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

from base.errors import RefusedValue
from canonical.model import ENTITIES, Field, FieldType
from canonical.model.concepts import CONCEPTS
from mappings.targets import default_transform, resolve
from mappings.transforms import TRANSFORMS

SURE = 0.8
"""Score from which a proposal is written as a rule; below it stands as a remark."""

WORTH_TELLING = 0.6
_ENTITIES = ("party", "contact")
_DERIVED = re.compile("_reduced$|_core$|^legal_form|^activity_status$|^sole_proprietor_number$")
_PARTS = ("postal_code", "prefecture", "city", "street", "building")
_TABLE = Path(__file__).parent / "data" / "synonyms.tsv"
_UNIT = re.compile(r"(百万円|千円|万円|億円|円|yen|JPY)", re.IGNORECASE)
_ENGLISH_UNITS = {"yen": "円", "jpy": "円"}
_ENDS_LABEL = re.compile(r"[。\n（(:：;,]|、")


@dataclass(frozen=True, slots=True)
class SourceField:
    """A field as its contract has it: path, what it is said to be, unit, and samples as text."""

    path: str
    description: str = ""
    unit: str | None = None
    samples: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """What the field is called: its own name, and what its description begins with."""
        label = _ENDS_LABEL.split(self.description, maxsplit=1)[0].strip()
        name = self.path.rpartition(".")[2]
        return tuple(word for word in dict.fromkeys((name, label)) if word)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule that may fit, with a score from 0 to 1 and what it rests on.

    `sources` are several fields where parts of one address are taken together.
    """

    sources: tuple[str, ...]
    to: str
    score: float
    why: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def sure(self) -> bool:
        """Whether it is written as a rule."""
        return self.score >= SURE


def suggest(fields: Sequence[SourceField]) -> list[Suggestion]:
    """The best proposal for each field that has one, each target once, in the fields' order."""
    grouped = _address(fields)
    taken = set(grouped.sources) if grouped else set()
    ranked = sorted(
        (found for one in fields if one.path not in taken for found in _candidates(one)),
        key=lambda found: -found.score,
    )
    chosen: dict[str, Suggestion] = {}
    used = {"party.address"} if grouped else set()
    for found in ranked:
        (path,) = found.sources
        if path not in chosen and found.to not in used:
            chosen[path] = found
            used.add(found.to)
    if grouped:
        chosen[grouped.sources[0]] = grouped
    order = {one.path: place for place, one in enumerate(fields)}
    return sorted(chosen.values(), key=lambda found: order[found.sources[0]])


def _candidates(one: SourceField) -> Iterator[Suggestion]:
    for target, words in _targets().items():
        score, word = max((_alike(mine, theirs), theirs) for mine in one.words for theirs in words)
        why = f"called like {word}"
        if target == "party.corporate_number" and one.samples and _readable(target, one, {}) == 1:
            score, why = max(score, 0.95), "its samples have the check digit of 法人番号"
        if score < WORTH_TELLING:
            continue
        yield _weighed(one, target, score, why)


def _weighed(one: SourceField, target: str, score: float, why: str) -> Suggestion:
    """The proposal, weighed by the share of the samples that its transform can read."""
    options: dict[str, Any] = {}
    if _type_of(target) is FieldType.MONEY:
        found = _UNIT.search(f"{one.unit or ''} {one.description} {one.path}")
        if found is not None:
            unit = found[1].lower()
            options = {"unit": _ENGLISH_UNITS.get(unit, unit)}
        elif not any(_UNIT.search(sample) for sample in one.samples):
            why, score = f"{why}, but nothing tells the unit of the amount", min(score, SURE - 0.01)
    share = _readable(target, one, options)
    if share is not None:
        why = f"{why}; {share:.0%} of its samples can be read"
        score = min(1.0, score + 0.05) if share >= 0.9 else score * share
    return Suggestion((one.path,), target, round(score, 2), why, options)


def _readable(target: str, one: SourceField, options: dict[str, Any]) -> float | None:
    """Share of the samples that the target's transform reads; None without samples."""
    samples = [sample for sample in one.samples if sample.strip()]
    if not samples:
        return None
    transform = TRANSFORMS[default_transform(resolve(target))]
    complete = transform.complete(options)
    read = 0
    for sample in samples:
        try:
            parsed = transform.parse((sample,), complete)
        except RefusedValue:
            continue
        read += parsed.values[0] is not None or parsed.note is None
    return read / len(samples)


def _address(fields: Sequence[SourceField]) -> Suggestion | None:
    """Fields of one object that are parts of one address: a prefecture or a city among them."""
    by_parent: dict[str, dict[str, tuple[float, str]]] = {}
    for one in fields:
        parent = one.path.rpartition(".")[0]
        for part in _PARTS:
            score = max(_alike(mine, word) for mine in one.words for word in _synonyms()[part])
            parts = by_parent.setdefault(parent, {})
            if score >= SURE and score > parts.get(part, (0.0, ""))[0]:
                parts[part] = (score, one.path)
    for parent, parts in by_parent.items():
        rest = _whole(fields, parent)
        if "street" not in parts and rest and ({"prefecture", "postal_code"} & set(parts)):
            parts["street"] = (1.0, rest)
        if len(parts) > 1 and "street" in parts:
            named = [part for part in _PARTS if part in parts]
            score = min(parts[part][0] for part in named)
            sources = tuple(parts[part][1] for part in named)
            if len(set(sources)) == len(sources):
                options = {"as": "address_parts", "parts": named}
                return Suggestion(sources, "party.address", score, "parts of one address", options)
    return None


def _whole(fields: Sequence[SourceField], parent: str) -> str | None:
    """The field beside a postal code that holds the whole address, or the rest of it."""
    for one in fields:
        if one.path.rpartition(".")[0] == parent and any(
            _alike(mine, word) == 1 for mine in one.words for word in _address_words()
        ):
            return one.path
    return None


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {target: tuple(words.split("|")) for target, words in rows}


@cache
def _targets() -> dict[str, tuple[str, ...]]:
    """Canonical field or group → the words by which it is known."""
    found: dict[str, tuple[str, ...]] = {}
    for entity in (ENTITIES[name] for name in _ENTITIES):
        for one in entity.fields:
            if not (one.codes or one.group or _DERIVED.search(one.name)):
                target = f"{entity.name}.{one.name}"
                words = (*_labels(entity.name, one), *_asked(target), *_synonyms().get(target, ()))
                found[target] = tuple(dict.fromkeys(words))
    found = {target: words for target, words in found.items() if words}
    return found | {"party.address": _address_words()}


@cache
def _address_words() -> tuple[str, ...]:
    return (*_asked("party.address"), *_synonyms()["party.address"])


def _asked(target: str) -> tuple[str, ...]:
    """The labels by which forms ask for a field: of the party or contact itself, and as a whole."""
    return tuple(
        label
        for concept in CONCEPTS.values()
        if concept.field == target and not concept.part_of
        if concept.qualifier("whose") in {None, "representative", "contact"}
        for label in concept.labels
    )


def _labels(entity: str, one: Field) -> tuple[str, ...]:
    if entity != "party" and one.ja in {"電話番号", "メールアドレス", "備考"}:
        return ()  # alone, these words speak of the business
    words = [one.ja] if entity != "party" else [one.ja, one.en, one.name, one.gif or ""]
    return tuple(word for word in words if word)


def _type_of(target: str) -> FieldType | None:
    known = resolve(target).field
    return known.type if known is not None else None


def _alike(one: str, other: str) -> float:
    """How much two names are alike, from 0 to 1: 1 where they differ in spelling only."""
    first, second = _plain(one), _plain(other)
    if first == second:
        return 1.0
    if not first or not second:
        return 0.0
    ratio = SequenceMatcher(None, first, second).ratio()
    if min(len(first), len(second)) >= (4 if first.isascii() else 2) and (
        first.endswith(second) or first.startswith(second)
    ):
        return max(0.7 * ratio + 0.2, 0.6 * ratio)
    return ratio * 0.85


@cache
def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name)
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return re.sub(r"[\s_\-・/()\[\]]", "", text).lower()
