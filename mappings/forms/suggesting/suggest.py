"""Proposes a concept for each field of a form that nobody has mapped yet.

Evidence is gathered per field and concept, weighed into one score, and judged: *take* without
asking, *ask* a person, *new* concept, or *declaration*, which is always new.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from canonical.model.concepts import Concept, Sheet
from mappings.forms.suggesting.asked import AskedField
from mappings.forms.suggesting.context import OWN_PEOPLE, Standing, standings
from mappings.forms.suggesting.declared import is_declaration
from mappings.forms.suggesting.evidence import (
    LabelEvidence,
    of_format,
    of_label,
    of_samples,
    shape_of,
)
from mappings.forms.suggesting.knowledge import Knowledge, Known
from mappings.forms.suggesting.words import plain, tokens

TAKEN = 0.95
"""Score from which a proposal may be taken without asking, if nothing is unclear."""

PROPOSED = 0.6
"""Score below which nothing fits and the concept is new."""

SHOWN = 5
_MARGIN = 0.1
_TOLD = 0.3
_SUPPORTED, _ALONE, _UNASKED = 1.0, 0.8, 0.85


class Verdict(StrEnum):
    """What is to be done with a field."""

    TAKE = "take"
    ASK = "ask"
    NEW = "new"
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A concept that a field may ask, how well it fits (0 to 1), and what that rests on."""

    concept: Concept
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """The answer for one field.

    `proposals` are at most five, the best first; beside the verdict *new* they are what comes
    nearest. `unclear` says why the best is not taken without asking.
    """

    field: AskedField
    verdict: Verdict
    proposals: tuple[Proposal, ...] = ()
    unclear: tuple[str, ...] = ()

    @property
    def ranked(self) -> tuple[str | None, ...]:
        """Concepts by rank; None stands for a new one."""
        ids = tuple(each.concept.id for each in self.proposals)
        return ids if self.verdict in {Verdict.TAKE, Verdict.ASK} else (None, *ids)


@dataclass(frozen=True, slots=True)
class _Weighed:
    known: Known
    score: float
    label: LabelEvidence
    why: tuple[str, ...]


def suggest(fields: Sequence[AskedField], known: Knowledge) -> list[Suggested]:
    """The verdict and the proposals for each field, in the fields' order."""
    placed = standings(fields)
    declared = [is_declaration(each) for each in fields]
    weighed = [[] if skip else _weigh(each, here, known)
               for each, here, skip in zip(fields, placed, declared, strict=True)]  # fmt: skip
    asked_by = _asked_by(weighed)
    found = []
    for asked, here, all_of, skip in zip(fields, placed, weighed, declared, strict=True):
        if skip:
            found.append(Suggested(asked, Verdict.DECLARATION))
        else:
            found.append(_judged(asked, here, _with_support(all_of, asked_by)))
    return found


def _weigh(asked: AskedField, here: Standing, known: Knowledge) -> list[_Weighed]:
    shape = shape_of(asked.samples) if asked.samples else None
    found = (_of_concept(asked, here, each, known, shape) for each in known.known)
    return sorted((one for one in found if one.score >= _TOLD), key=lambda one: -one.score)


def _of_concept(
    asked: AskedField, here: Standing, each: Known, known: Knowledge, shape: str | None
) -> _Weighed:
    label = of_label(here.meaning, each, known.grams)
    described = known.definitions.alike(here.meaning.bare, each.definition)
    score = label.score + 0.15 * described * (1 - label.score)
    by_format, about_format = of_format(asked, each)
    by_samples, floor, about_samples = of_samples(shape, each)
    score = min(1.0, max(score * by_format * by_samples, floor))
    why = [f"called like {label.word}"] if label.score >= 0.4 else []
    why += [f"another {', '.join(label.against)}"] if label.against else []
    why += [f"does not tell {', '.join(label.unstated)}"] if label.unstated else []
    why += filter(None, (about_format, about_samples, here.because))
    if described > 0.3:
        why.append("its definition speaks of it")
    return _Weighed(each, score, label, tuple(why))


def _asked_by(weighed: Sequence[Sequence[_Weighed]]) -> dict[str, int]:
    """Form → how many of its own (sheet B) concepts this form seems to ask, too."""
    count: dict[str, int] = {}
    for all_of in weighed:
        best = all_of[0] if all_of else None
        if best and best.score >= 0.8 and best.known.concept.sheet is Sheet.B:
            for form in best.known.forms:
                count[form] = count.get(form, 0) + 1
    return count


def _with_support(all_of: Sequence[_Weighed], asked_by: dict[str, int]) -> list[_Weighed]:
    """Sheet B: a concept of one procedure is likelier where others of that procedure are asked."""
    found = []
    for one in all_of:
        if one.known.concept.sheet is Sheet.B:
            own = int(one.score >= 0.8 and one is all_of[0])
            best = max((asked_by.get(form, 0) for form in one.known.forms), default=0) - own
            factor = _SUPPORTED if best >= 2 else _ALONE
            if not one.known.forms:
                factor = _UNASKED
            why = (*one.why, *(("as in a form that asks the like",) if best >= 2 else ()))
            found.append(replace(one, score=one.score * factor, why=why))
        else:
            found.append(one)
    return sorted(found, key=lambda each: (-each.score, not each.label.exact))


def _judged(asked: AskedField, here: Standing, ranked: Sequence[_Weighed]) -> Suggested:
    proposals = tuple(
        Proposal(one.known.concept, round(one.score, 2), one.why) for one in ranked[:SHOWN]
    )
    if not ranked or ranked[0].score < PROPOSED:
        return Suggested(asked, Verdict.NEW, proposals)
    unclear = tuple(_unclear(asked, here, ranked))
    return Suggested(asked, Verdict.ASK if unclear else Verdict.TAKE, proposals, unclear)


def _unclear(asked: AskedField, here: Standing, ranked: Sequence[_Weighed]) -> list[str]:
    """Why the best proposal is not taken without asking; nothing where it is."""
    best = ranked[0]
    found = []
    if best.score < TAKEN or not best.label.exact:
        found.append("the label is not quite the concept's")
    if not best.known.concept.reusable:
        found.append("what belongs to one filing is its own")
    near = (one for one in ranked[1:] if one.score > best.score - _MARGIN)
    question = best.known.concept.question  # parts of a whole are one question
    second = next((one for one in near if one.known.concept.question != question), None)
    if second is not None:
        found.append(f"{second.known.concept.id} is near")
    if not here.sure or here.unclear:
        found.append(here.unclear or "nothing tells whose it is")
    if best.label.unstated:
        found.append(f"the form does not tell {', '.join(best.label.unstated)}")
    if here.meaning.rest:
        found.append(f"nothing explains {'、'.join(here.meaning.rest)}")
    if other := _said_otherwise(asked, here):
        found.append(f"its description speaks of {other}")
    if asked.samples and shape_of(asked.samples) is None and best.label.score < 1:
        found.append("its samples are of several kinds")
    return found


_CHANGES = {"tax", "taxed", "scope", "formula", "period", "employees", "state"}


def _said_otherwise(asked: AskedField, here: Standing) -> str:
    """A word in the description that changes the meaning, and that the label does not have."""
    for facet, value, word in tokens(plain(asked.description)):
        foreign = facet == "whose" and value not in OWN_PEOPLE
        changes = foreign or facet in _CHANGES
        if changes and value not in here.meaning.facets.get(facet, ()):
            return word
        if facet == "year" and value != "closed" and not re.search("予定|計画", word):
            return word
    return ""
