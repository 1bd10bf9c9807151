"""Evidence in Japanese and English: each value, what it means for the rule set, and its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from mappings.eligibility.facts import Facts
from mappings.eligibility.forms import forms
from mappings.eligibility.industries import titles
from mappings.eligibility.judging import OFFICERS, SHAREHOLDERS, Case, deemed_questions, size_limits
from mappings.eligibility.reading import read
from mappings.eligibility.rules import RuleSet
from mappings.eligibility.values import Known, Span, Truth

_HOLDS = {
    True: ("該当", "met"),
    False: ("非該当", "not met"),
    None: ("判定できない", "cannot be told"),
}
_UNITS = {"capital": ("円", " yen"), "employees": ("人", " persons")}
_SHORT = {
    "capital": ("資本金", "capital"),
    "employees": ("常時使用する従業員数", "regular employees"),
}
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One value and what it means.

    Attributes:
        about: which value (`capital`, `shareholders`, …).
        holds: whether its criterion is met; None where that cannot be told, or it has none.
        source, as_of, stale: as handed in; empty where nothing is known.
    """

    about: str
    ja: str
    en: str
    holds: Truth
    source: str = ""
    as_of: date | None = None
    stale: bool = False


def lines(rules: RuleSet, facts: Facts, case: Case) -> Iterator[Line]:
    """What an answer stands on: form, industry, size, then each question."""
    yield _form(rules, facts, case)
    if rules.industries != "none":
        yield _industry(rules, facts, case)
    for name in ("capital", "employees"):
        if limits := _limits(rules, case, name):
            yield _number(name, limits, facts, case)
    for question in _asked(rules, case):
        yield _answer(question, facts, case.said[question])
    if rules.deemed and (declared := facts.declared_deemed_large) is not None:
        said = ("該当", "yes") if declared.value else ("非該当", "no")
        yield _line(
            "declared_deemed_large",
            f"みなし大企業の自己申告「{said[0]}」（別の申請での宣誓であり、判定には用いない）",
            f"deemed a large company, as declared: {said[1]} (a declaration of another filing;"
            " it decides nothing)",
            None,
            declared,
        )


def name_of(value: str) -> tuple[str, str]:
    """The Japanese and English name of a value that can be missing."""
    words = read("words.yaml").get(value, {"ja": value, "en": value})
    return words["ja"], words["en"]


def _line(about: str, ja: str, en: str, holds: Truth, known: Known[Any] | None) -> Line:
    if known is None:
        return Line(about, f"{ja}（不明）", f"{en} (not known)", holds)
    return Line(about, ja, en, holds, known.source, known.as_of, known.stale)


def _listed(names: Iterable[str], words: dict[str, dict[str, str]]) -> tuple[str, str]:
    chosen = [words[name] for name in sorted(names)]
    more = len(chosen) - _SHOWN
    ja = " 又は ".join(word["ja"] for word in chosen[:_SHOWN]) + (
        f" 等{more}件" if more > 0 else ""
    )
    en = " or ".join(word["en"] for word in chosen[:_SHOWN])
    return ja, en + (f" or {more} more" if more > 0 else "")


def _form(rules: RuleSet, facts: Facts, case: Case) -> Line:
    known = {form in rules.forms for form in case.forms}
    within = known.pop() if len(known) == 1 else None
    ja, en = _listed(case.forms, forms())
    meaning = {
        True: ("対象となる形態", "a form that the rules know"),
        False: ("対象外の形態", "a form that the rules leave out"),
        None: ("形態が定まらない", "the form is not settled"),
    }[within]
    return _line("form", f"法人形態 {ja}：{meaning[0]}", f"legal form {en}: {meaning[1]}", within,
                 facts.forms)  # fmt: skip


def _industry(rules: RuleSet, facts: Facts, case: Case) -> Line:
    ja, en = _listed(case.classes, titles())
    code = f"（JSIC {facts.industry.value}）" if facts.industry else ""
    by = rules.industries == "practice"
    note = ("、業種は実態で判断", ", told by what the business does") if by else ("", "")
    return _line(
        "industry", f"業種区分 {ja}{code}{note[0]}",
        f"class of industry {en}{code.replace('（', ' (').replace('）', ')')}{note[1]}",
        True if len(case.classes) == 1 else None, facts.industry,
    )  # fmt: skip


def _limits(rules: RuleSet, case: Case, name: str) -> list[int]:
    """The limits of this kind that the possible forms and classes have."""
    return sorted(
        {
            limit
            for form in case.forms & set(rules.forms)
            for industry in case.classes
            for kind, limit in size_limits(rules, rules.forms[form], industry)
            if kind == name
        }
    )


def _number(name: str, limits: list[int], facts: Facts, case: Case) -> Line:
    span: Span = getattr(case, name)
    truths = {span.at_most(limit) for limit in limits}
    holds = truths.pop() if len(truths) == 1 else None
    known: Known[Span] | None = getattr(facts, name)
    ja_unit, en_unit = _UNITS[name]
    ja, en = _SHORT[name]
    ja_limits = "又は".join(f"{limit:,}{ja_unit}" for limit in limits)
    en_limits = " or ".join(f"{limit:,}" for limit in limits) + en_unit
    ja_value = f" {_spelt(span)}{ja_unit}" if known else ""
    en_value = f" {_spelt(span)}{en_unit}" if known else ""
    return _line(
        name,
        f"{ja}{ja_value} ≦ {ja_limits}：{_HOLDS[holds][0]}",
        f"{en}{en_value} ≤ {en_limits}: {_HOLDS[holds][1]}",
        holds, known,
    )  # fmt: skip


def _spelt(span: Span) -> str:
    if span.known:
        return f"{span.low:,}"
    return f"{span.low:,}–{span.high:,}" if span.high is not None else f"{span.low:,}–"


def _asked(rules: RuleSet, case: Case) -> list[str]:
    """The questions put to any of the possible forms."""
    asked: dict[str, None] = {}
    for form in sorted(case.forms & set(rules.forms)):
        asked |= dict.fromkeys([*rules.forms[form].ask, *deemed_questions(rules, form)])
    return list(asked)


def _answer(question: str, facts: Facts, truth: Truth) -> Line:
    ja, en = {
        SHAREHOLDERS: (
            "大企業の出資比率（単独・合計）の基準",
            "the share that large companies hold",
        ),
        OFFICERS: (
            "大企業の役職員を兼ねる役員の割合の基準",
            "officers with posts at large companies",
        ),
    }.get(question, name_of(question))
    known: Known[Any] | None = facts.answers.get(question)
    if known is None and question in {SHAREHOLDERS, OFFICERS}:
        known = getattr(facts, question)
    return _line(question, f"{ja}：{_HOLDS[truth][0]}", f"{en}: {_HOLDS[truth][1]}", truth, known)
