"""Dated rule sets, read from `law/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

from base.errors import MappingError
from mappings.eligibility.forms import forms
from mappings.eligibility.industries import classes_of
from mappings.eligibility.reading import LAW, check, read

_NO_RULES = frozenset({"forms", "industries", "words"})
SHARE_TESTS = frozenset({"one_large_holds", "large_hold"})
OFFICER_TEST = "officers_of_large"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a class of industry; None is no limit of this kind."""

    capital: int | None = None
    employees: int | None = None


@dataclass(frozen=True, slots=True)
class FormRule:
    """What a law asks of a legal form.

    Attributes:
        by: the limits of its class of which one is enough (`capital`, `employees`).
        employees: a limit of its own, whatever the class.
        ask: questions that must be answered with yes.
    """

    by: tuple[str, ...] = ()
    employees: int | None = None
    ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeemedTest:
    """One test of みなし大企業; without `forms` it is asked of everyone."""

    test: str
    share: Fraction = Fraction(0)
    forms: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of a law's or program's rules; `valid_until` is its last day.

    Attributes:
        asks: `sme`, `small` or `program`.
        read: what the rule was taken from: `statute`, `guideline` or `secondary`.
        industries: the table of classes of industry that it means.
    """

    id: str
    ja: str
    en: str
    asks: str
    valid_from: date
    valid_until: date | None
    source: str
    url: str | None
    read: str
    industries: str
    forms: Mapping[str, FormRule]
    limits: Mapping[str, Limits]
    deemed: tuple[DeemedTest, ...]
    large_company: str

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    """All versions of all laws and programs, in order of name and day.

    Raises:
        MappingError: a file is not what it should be.
    """
    names = sorted(path.stem for path in LAW.glob("*.yaml") if path.stem not in _NO_RULES)
    return tuple(one for name in names for one in parse(name, read(f"{name}.yaml")))


def on(day: date, ids: tuple[str, ...] = ()) -> list[RuleSet]:
    """The rule sets in force on a day; of these laws and programs alone, if any are named."""
    return [one for one in rule_sets() if one.holds_on(day) and (not ids or one.id in ids)]


def parse(name: str, tree: Mapping[str, Any]) -> list[RuleSet]:
    """The versions of one file.

    Raises:
        MappingError: another shape, a class or form that there is not, or versions that overlap.
    """
    plain = _plain(tree)
    check(plain, f"{name}.yaml")
    found = [_version(name, plain, version) for version in plain["versions"]]
    for before, after in pairwise(found):
        if before.valid_until is None or before.valid_until >= after.valid_from:
            raise MappingError(f"law/{name}.yaml: versions overlap on {after.valid_from}")
    for one in found:
        _refuse_unknown(one)
    return found


def _version(name: str, tree: Mapping[str, Any], version: Mapping[str, Any]) -> RuleSet:
    until = version.get("valid_until")
    return RuleSet(
        id=name,
        ja=tree["title"]["ja"],
        en=tree["title"]["en"],
        asks=tree["asks"],
        valid_from=date.fromisoformat(version["valid_from"]),
        valid_until=date.fromisoformat(until) if until else None,
        source=version["source"]["title"],
        url=version["source"].get("url"),
        read=version["source"]["read"],
        industries=version["industries"],
        forms={
            form: FormRule(
                tuple(rule.get("by", ())), rule.get("employees"), tuple(rule.get("ask", ()))
            )
            for form, rule in version["forms"].items()
        },
        limits={name: Limits(**limits) for name, limits in version["limits"].items()},
        deemed=tuple(
            DeemedTest(
                test["test"],
                Fraction(test.get("share", "0")),
                frozenset(test["forms"]) if "forms" in test else None,
            )
            for test in version.get("deemed_large", ())
        ),
        large_company=version.get("large_company", "basic_act"),
    )


def _refuse_unknown(rules: RuleSet) -> None:
    tested = {form for test in rules.deemed for form in test.forms or ()}
    if unknown := sorted((set(rules.forms) | tested) - set(forms())):
        raise MappingError(f"law/{rules.id}.yaml: no legal form {', '.join(unknown)}")
    missing = classes_of(rules.industries) - set(rules.limits)
    if missing:
        raise MappingError(f"law/{rules.id}.yaml: no limits of {', '.join(sorted(missing))}")


def _plain(tree: Any) -> Any:
    """The tree with days as text, as JSON Schema knows them."""
    if isinstance(tree, dict):
        return {str(key): _plain(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_plain(value) for value in tree]
    return tree.isoformat() if isinstance(tree, date) else tree
