"""What an export wrote, what it left out, and what had no place in it: counts, ids and names of
fields, never a value."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, Any


@dataclass(slots=True)
class Report:
    """Counts of one export; what concerns one business goes to `lines` as it is found.

    Attributes:
        lines: where what concerns one business is written.
        about: what was asked for.
        told: how many businesses were written, by the pattern or form they have.
        left_out: how many were not, by reason.
        not_held: how many have a value without a place, by field and reason.
        applications, applications_left_out: the same of applications.
        invalid: how many of `left_out` the XSD refused.
    """

    lines: IO[str]
    about: dict[str, Any] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    not_held: Counter[tuple[str, str]] = field(default_factory=Counter)
    applications: int = 0
    applications_left_out: Counter[str] = field(default_factory=Counter)
    invalid: int = 0

    def leave_out(self, party_id: int, reason: str) -> None:
        """A business that is not in the export."""
        self.left_out[reason] += 1
        self._line({"party": str(party_id), "left_out": reason})

    def lack(self, party_id: int, name: str, reason: str) -> None:
        """A value of a business that is not in the export."""
        self.not_held[name, reason] += 1
        self._line({"party": str(party_id), "field": name, "reason": reason})

    def _line(self, told: dict[str, str]) -> None:
        self.lines.write(json.dumps(told, ensure_ascii=False) + "\n")

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            **self.about,
            "businesses": {
                "written": self.told.total(),
                "forms": dict(sorted(self.told.items())),
                "left_out": dict(self.left_out.most_common()),
                "invalid": self.invalid,
            },
            "applications": {
                "written": self.applications,
                "left_out": dict(self.applications_left_out.most_common()),
            },
            "not_held": [
                {"field": name, "reason": reason, "businesses": count}
                for (name, reason), count in sorted(
                    self.not_held.items(), key=lambda item: (-item[1], item[0])
                )
            ],
        }
