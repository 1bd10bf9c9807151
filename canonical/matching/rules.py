"""What no weight of evidence outweighs: pairs that are never the same, whatever agrees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canonical.matching.coding import NO_DAY, Coded, Flags, Index
from canonical.matching.levels import BY_NAME, NAMES, OUTCOMES, WHO
from canonical.matching.model import Model, Numbers

Codes = npt.NDArray[np.int8]

_SAME, _REVIEW, _RELATED, _DIFFERENT = range(len(OUTCOMES))


def judged(
    members: Coded, low: Index, high: Index, codes: Codes, weight: Numbers, model: Model
) -> Codes:
    """The number of each pair's outcome (`levels.OUTCOMES`)."""
    outcome = np.full(len(low), _DIFFERENT, dtype=np.int8)
    same_at, review_at = (np.log2(p / (1 - p)) for p in (model.same_at, model.review_at))
    outcome[weight >= review_at] = _REVIEW
    supported = _supported(codes)
    outcome[(weight >= same_at) & supported] = _SAME
    outcome[never_same(members, low, high, codes)] = _DIFFERENT
    outcome[_related(members, low, high, codes)] = _RELATED
    return outcome


def _at(codes: Codes, name: str, *levels: str) -> Flags:
    comparison = BY_NAME[name]
    return np.isin(codes[:, NAMES.index(name)], [comparison.code(level) for level in levels])


def _supported(codes: Codes) -> Flags:
    """Whether anything but a name and a municipality agrees: homonyms share those."""
    facts = (
        _at(codes, "place", "room", "block", "close"),
        _at(codes, "phone", "same"),
        _at(codes, "email", "same"),
        _at(codes, "birth", "same", "month", "close"),
        _at(codes, "begun", "same", "month", "close"),
        _named(codes) & _same_person(codes),
        (codes[:, -1] == WHO.index("individual")) & _at(codes, "place", "town"),
    )
    return np.logical_or.reduce(facts)


def _named(codes: Codes) -> Flags:
    return _at(
        codes,
        "name",
        "same_rare",
        "same_known",
        "same_often",
        "same_common",
        "same_reading",
        "close",
    ) | _at(codes, "trade_name", "same", "close")


def _same_person(codes: Codes) -> Flags:
    return _at(
        codes, "person", "same_rare", "same_known", "same_often", "same_common", "same_reading"
    )


def never_same(members: Coded, low: Index, high: Index, codes: Codes) -> Flags:
    """Pairs that are different whatever else agrees."""
    individuals = codes[:, -1] == WHO.index("individual")
    return np.logical_or.reduce(
        (
            _person_and_corporation(members, low, high),
            individuals & _relatives(codes),
            _twins_by_form(members, low, high, codes),
            _branch(members, low, high, codes),
        )
    )


def kept_apart(members: Coded, low: Index, high: Index, codes: Codes) -> Flags:
    """Pairs that a rule keeps apart though more than a name agrees.

    A third member that is like both must not bring them together either. Persons and corporations
    are left out: their kinds keep them apart.
    """
    told = never_same(members, low, high, codes) & _supported(codes)
    return told & ~_person_and_corporation(members, low, high)


def _person_and_corporation(members: Coded, low: Index, high: Index) -> Flags:
    individual, corporation = members.individual, members.is_kind({"corporation"})
    return (individual[low] & corporation[high]) | (corporation[low] & individual[high])


def _relatives(codes: Codes) -> Flags:
    """One surname, and another given name or another date of birth."""
    other_given = _at(codes, "person", "same_family") & ~_at(codes, "birth", "same", "month")
    alike = _at(codes, "person", "same_family", "close_given", "close")
    return other_given | (alike & _at(codes, "birth", "differs"))


def _twins_by_form(members: Coded, low: Index, high: Index, codes: Codes) -> Flags:
    """前株 and 後株 of one name on one day are two companies: registers know both."""
    days = members.days["as_of"]
    one_day = (days[low] != NO_DAY) & (days[low] == days[high])
    named = _at(
        codes, "name", "same_rare", "same_known", "same_often", "same_common", "same_reading"
    )
    return one_day & named & _at(codes, "form", "other_side")


def _branch(members: Coded, low: Index, high: Index, codes: Codes) -> Flags:
    """One of the two names ends with 支店, 営業所 and the like, the other does not."""
    branch = members.is_branch()
    return _at(codes, "name", "part", "close", "differs", "same_reading") & (
        branch[low] != branch[high]
    )


def _related(members: Coded, low: Index, high: Index, codes: Codes) -> Flags:
    """A person and a corporation headed by a person of that name at one place or telephone."""
    together = _at(codes, "place", "room", "block") | _at(codes, "phone", "same")
    together |= _at(codes, "birth", "same") | _at(codes, "email", "same")
    headed = _person_and_corporation(members, low, high) & _same_person(codes) & together
    branch = _branch(members, low, high, codes) & _at(codes, "name", "part")
    return headed | branch
