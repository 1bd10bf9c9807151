"""How words that repeat others are told: with the day of the word that they repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from canonical.golden.echoes import WHOLE, Echo
from canonical.model.business import Confirmation, Origin


def repeating(origin: Origin, echo: Echo | None) -> Origin:
    """Whose word it is, as of the day that it counts from."""
    return origin if echo is None else replace(origin, as_of=echo.as_of)


def confirmed(
    unit: str, member: int, origins: Mapping[int, Origin], echoes: Sequence[Echo]
) -> tuple[Confirmation, ...]:
    """The records that repeat what this member says of a unit, the latest first."""
    found = [
        Confirmation(origin.system, origin.stream, origin.record_key, echo.said_on)
        for echo in echoes
        if (echo.unit, echo.source_member) == (unit, member) and echo.member_id != member
        for origin in [origins[echo.member_id]]
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.record_key), reverse=True))


def rows_repeated(echoes: Sequence[Echo]) -> Callable[[str, Mapping[str, Any]], Echo | None]:
    """Which echo a row of a list is, with `member_id` and `ordinal`."""
    known = {(echo.entity, echo.member_id, echo.ordinal): echo for echo in echoes}

    def of(entity: str, row: Mapping[str, Any]) -> Echo | None:
        member = row["member_id"]
        return known.get((entity, member, row["ordinal"])) or known.get((entity, member, WHOLE))

    return of
