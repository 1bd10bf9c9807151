"""Whether as many records came as a paged source says that it has."""

from __future__ import annotations

from dataclasses import dataclass, field

from base.records import DriftFinding, Page

REMEMBERED = 200_000
"""Keys that are told apart; in a window of more, records that came twice count twice."""


@dataclass
class Tally:
    """Counts the records of one window; `path` is where the answers tell how many there are.

    Equal rows of one page count each. One that another page held does not: pages of an order that
    is not stable may tell one record twice, and leave out another.
    """

    path: str
    came: int = 0
    _keys: set[int] = field(default_factory=set)

    def add(self, page: Page) -> None:
        """Take note of a page."""
        keys = (*page.keys, *page.deleted, *(refused.key for refused in page.refused))
        told = [hash(key) for key in keys]
        self.came += sum(1 for key in told if key not in self._keys)
        if len(self._keys) < REMEMBERED:
            self._keys.update(told)

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
