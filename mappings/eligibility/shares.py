"""What shareholders and officers tell of large companies behind a business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from mappings.eligibility.facts import Shareholder
from mappings.eligibility.values import Truth

_WHOLE = Fraction(100)


def large_companies_hold(
    holders: Sequence[Shareholder], *, one: Fraction | None, together: Fraction | None
) -> Truth:
    """Whether one large company holds the share `one`, or all of them hold `together`.

    Shares are parts of one (1/2). What is not listed, and whoever is not said to be large or not,
    counts once as no large company and once as one: where both give one answer, it stands. All
    shares of a list are written as finely as the finest of them.
    """
    least = _reached(holders, one, together, doubtful=False)
    most = _reached(holders, one, together, doubtful=True)
    return least if least == most else None


def officers_reach(officers: Sequence[Truth], share: Fraction) -> Truth:
    """Whether officers with posts at large companies are this share of all officers."""
    if not officers:
        return None
    sure = sum(1 for one in officers if one)
    possible = sum(1 for one in officers if one is not False)
    if sure >= share * len(officers):
        return True
    return False if possible < share * len(officers) else None


def _reached(
    holders: Sequence[Shareholder],
    one: Fraction | None,
    together: Fraction | None,
    *,
    doubtful: bool,
) -> bool:
    """Whether a test holds if doubts are decided this way."""
    rest = max(Fraction(0), _WHOLE - sum((h.share or Fraction(0) for h in holders), Fraction(0)))
    large = [h for h in holders if h.large or (h.large is None and doubtful)]
    held = _by_holder(large)
    step = min((h.step for h in holders), default=Fraction(1))
    vague = doubtful and any(h.share is None for h in large)
    most = max(held.values(), default=Fraction(0))
    total = sum(held.values(), Fraction(0))
    if doubtful:
        most = most + rest if vague else max(most, rest)
        total += rest
    return any(
        _reaches(value, threshold * _WHOLE, step, doubtful=doubtful)
        for value, threshold in ((most, one), (total, together))
        if threshold is not None
    )


def _by_holder(holders: Sequence[Shareholder]) -> Mapping[str | int, Fraction]:
    """The share of each holder; rows of one number are one holder."""
    held: dict[str | int, Fraction] = {}
    for place, holder in enumerate(holders):
        key = holder.number or place
        held[key] = held.get(key, Fraction(0)) + (holder.share or Fraction(0))
    return held


def _reaches(value: Fraction, threshold: Fraction, step: Fraction, *, doubtful: bool) -> bool:
    """Whether a share reaches the threshold. Two thirds cannot be written as a percentage: within
    a step of it, a share may be on either side."""
    if (threshold / step).denominator != 1 and abs(value - threshold) < step:
        return doubtful
    return value >= threshold
