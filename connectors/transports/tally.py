"""Whether as many records came as a paged source says that it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from base.records import DriftFinding, Page

REMEMBERED = 200_000
"""Keys that are told apart; in a window of more, records that came twice count twice."""


@dataclass
class Tally:
    """Counts the records of one window; `path` is where the answers tell how many there are.

    Equal rows of one page count each. One that another page held does not: pages of an order that
    is not stable may tell one record twice, and leave out another. Where a source has equal rows,
    `owner` says by a row's key whose it is: those of one owner count as well where they go on
    from the end of a page to the next one.
    """

    path: str
    owner: Callable[[str], str] | None = None
    came: int = 0
    _at_end: str | None = None
    _keys: set[int] = field(default_factory=set)

    def add(self, page: Page) -> None:
        """Take note of a page."""
        keys = (*page.keys, *page.deleted, *(refused.key for refused in page.refused))
        told = [hash(key) for key in keys]
        going_on = self._going_on(page)
        self.came += sum(
            1
            for key, number in zip(keys, told, strict=True)
            if number not in self._keys
            or (self.owner is not None and going_on is not None and self.owner(key) == going_on)
        )
        if len(self._keys) < REMEMBERED:
            self._keys.update(told)

    def _going_on(self, page: Page) -> str | None:
        """Whose rows go on from the end of the page before, if any do."""
        if self.owner is None or not page.keys:
            return None
        before, self._at_end = self._at_end, self.owner(page.keys[-1])
        return before if self.owner(page.keys[0]) == before else None

    def shortfall(self, told: object) -> list[DriftFinding]:
        """What to tell where fewer came than the last answer said."""
        missing = int(str(told)) - self.came if str(told).isdigit() else 0
        if missing <= 0:
            return []
        what = (
            f"{told} records were announced, {self.came} came that no other page held;"
            " sync with --full"
        )
        return [DriftFinding(self.path, "shortfall", what, missing)]
