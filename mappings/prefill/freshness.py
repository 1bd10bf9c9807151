"""How long a value may be used: fresh, to be confirmed, or asked for anew.

A field's `fresh_for` is how long its value is used without asking. Up to twice as long it is shown
to be confirmed; later it is asked for. What is personal and the figures of a fiscal year have no
second time: a contact who left and last year's sales are asked for as soon as they are stale.
"""

from __future__ import annotations

from datetime import date, timedelta

from mappings.prefill import reasons
from mappings.prefill.answers import Outcome, Why

CONFIRMED_FOR = 2
"""A stale value is shown to be confirmed until this many times its freshness."""


def judge(
    fresh_for: int | None, as_of: date | None, day: date, *, strict: bool
) -> tuple[Outcome, Why | None]:
    """What a value of `as_of` may be used for on a day, and why if it is not fresh."""
    if fresh_for is None:
        return Outcome.PREFILL, None
    if as_of is None:
        why = reasons.stale(None, fresh_for)
        return (Outcome.ASK if strict else Outcome.CONFIRM), why
    if as_of + timedelta(days=fresh_for) >= day:
        return Outcome.PREFILL, None
    if not strict and as_of + timedelta(days=CONFIRMED_FOR * fresh_for) >= day:
        return Outcome.CONFIRM, reasons.stale(as_of, fresh_for)
    return Outcome.ASK, reasons.too_old(as_of, fresh_for)
