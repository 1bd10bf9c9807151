"""What of a business is open to whoever sees it by a delegation: streams, procedures, a programme.

Records that are not open are left out before anything is weighed, as if they were not there: no
row, no count, no newer word tells of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from canonical.golden.echoes import Echo
from canonical.store.claim_tables import CLAIM_TABLES

Kinds = frozenset[str]
"""Kinds of procedures (`canonical.model.codes.PROCEDURE_KINDS`)."""

_PROGRAMMES = ("program_key", "program_number")


@dataclass(frozen=True, slots=True)
class Opening:
    """What is open. A name is a system's, or a stream's as `SYSTEM.STREAM`.

    Attributes:
        public: open in any case.
        streams: open beside them, by name; with kinds, only applications that have a procedure of
            these, and of their procedures these.
        programme: of the streams that are not public only applications under this one.
    """

    public: frozenset[str] = frozenset()
    streams: Mapping[str, Kinds | None] | None = None
    programme: str | None = None

    def opens(self, system: str, stream: str | None) -> bool:
        """Whether anything of a stream can be open."""
        return self._public(system, stream) or self._name(system, stream) is not None

    def delegated(self, system: str, stream: str | None) -> bool:
        """Whether a stream is open by the delegation, not to everybody."""
        return self._name(system, stream) is not None

    def whole(self, system: str, stream: str) -> bool:
        """Whether all records of a stream are open."""
        if self._public(system, stream):
            return True
        return (
            self.delegated(system, stream)
            and self.programme is None
            and self.kinds(system, stream) is None
        )

    def kinds(self, system: str, stream: str) -> Kinds | None:
        """The kinds of procedures that are open; None: all."""
        name = None if self._public(system, stream) else self._name(system, stream)
        return None if name is None else (self.streams or {})[name]

    def admits(
        self, system: str, stream: str, programmes: Collection[str], kinds: Collection[str]
    ) -> bool:
        """Whether a record is open, by its programmes and the kinds of its procedures."""
        if self.whole(system, stream):
            return True
        if not self.delegated(system, stream):
            return False
        if self.programme is not None and self.programme.casefold() not in programmes:
            return False
        wanted = self.kinds(system, stream)
        return wanted is None or not wanted.isdisjoint(kinds)

    def records(
        self,
        whose: Mapping[int, tuple[str, str]],
        projects: Iterable[Mapping[str, Any]],
        procedures: Iterable[Mapping[str, Any]],
    ) -> frozenset[int]:
        """Of some records those that are open.

        Args:
            whose: record id → system and stream.
            projects, procedures: the current claims of those that are not open as a whole.
        """
        programmes: dict[int, set[str]] = {}
        for row in projects:
            said = programmes.setdefault(row["record_id"], set())
            said.update(str(row[name]).casefold() for name in _PROGRAMMES if row[name])
        kinds: dict[int, set[str]] = {}
        for row in procedures:
            kinds.setdefault(row["record_id"], set()).add(row["kind"])
        return frozenset(
            record
            for record, (system, stream) in whose.items()
            if self.admits(system, stream, programmes.get(record, ()), kinds.get(record, ()))
        )

    def asked(self, whose: Mapping[int, tuple[str, str]]) -> list[int]:
        """The records whose claims say whether they are open."""
        return sorted(
            record
            for record, name in whose.items()
            if self.delegated(*name) and not self.whole(*name)
        )

    def _public(self, system: str, stream: str | None) -> bool:
        return not self.public.isdisjoint((system, f"{system}.{stream}"))

    def _name(self, system: str, stream: str | None) -> str | None:
        """The narrowest name under which a stream is open."""
        names = (f"{system}.{stream}", system)
        return next((name for name in names if name in (self.streams or {})), None)


def opened(
    connection: Connection, opening: Opening, whose: Mapping[int, tuple[str, str]]
) -> frozenset[int]:
    """Of some records, by system and stream, those that are open."""
    found: dict[str, list[Any]] = {"project": [], "procedure": []}
    if asked := opening.asked(whose):
        for entity, rows in found.items():
            table = CLAIM_TABLES[entity].c
            query = select(CLAIM_TABLES[entity]).where(
                table.record_id.in_(asked), table.recorded_to.is_(None)
            )
            rows.extend(connection.execute(query).mappings())
    return opening.records(whose, found["project"], found["procedure"])


def heard(
    echoes: Iterable[Echo], opening: Opening | None, members: Collection[int]
) -> tuple[Echo, ...]:
    """The echoes; where something is open alone, those of a word that is among what is open.

    An answer that repeats a word which is not open is told as its own: its day and its weight
    would be that word's.
    """
    if opening is None:
        return tuple(echoes)
    return tuple(echo for echo in echoes if echo.source_member in members)
