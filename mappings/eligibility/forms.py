"""Legal forms as the laws tell them apart, from the kind of party, its form and its name."""

from __future__ import annotations

from functools import cache

from mappings.eligibility.reading import read

_COMPANIES = frozenset({"301", "302", "303", "304", "305"})
_PUBLIC = frozenset({"101", "201"})
_OTHER_BODY = "399"
_BY_KIND = {
    "sole_proprietor": "sole_proprietor",
    "pre_founder": "not_yet_in_business",
    "body": "unincorporated",
}


@cache
def _words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = read("forms.yaml")["names"]
    return words


@cache
def forms() -> dict[str, dict[str, str]]:
    """Every form with its Japanese and English name."""
    titles: dict[str, dict[str, str]] = read("forms.yaml")["forms"]
    return titles


def possible_forms(kind: str | None, legal_form: str | None, name: str | None) -> frozenset[str]:
    """The forms that a party can have.

    Args:
        kind: kind of party (`canonical.model.codes.PARTY_KINDS`).
        legal_form: code of `canonical.model.codes.LEGAL_FORMS`.
        name: the name with its legal form.
    """
    if kind in _BY_KIND:
        return frozenset({_BY_KIND[kind]})
    every = frozenset(forms())
    bodies = every - set(_BY_KIND.values())
    if legal_form in _COMPANIES:
        return frozenset({"company"})
    if found := "public" if legal_form in _PUBLIC else _named(name):
        return frozenset({found})
    if legal_form == _OTHER_BODY:
        return bodies - {"company", "public"}
    return bodies if kind == "corporation" or legal_form else every


def _named(name: str | None) -> str | None:
    """The form whose word stands in the name: a company's first, else the longest."""
    if name and any(word in name for word in _words()["company"]):
        return "company"
    hits = [
        (len(word), form)
        for form, words in _words().items()
        for word in words
        if name and word in name
    ]
    return max(hits)[1] if hits else None
