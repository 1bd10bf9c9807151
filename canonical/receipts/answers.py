"""Which answers of a record came back as they were filled in, and which otherwise.

A pure function of receipts and claims. A record answers a receipt if it is of the form's stream,
about the party of the receipt, and was asserted from the day of the receipt on, within a year. So
the order in which anything arrived decides nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from canonical.golden.echoes import PARTY, WHOLE, Echo
from canonical.golden.lists import LISTS
from canonical.golden.units import COLUMNS
from canonical.store.tables import RECORD_BITS

ANSWERED_WITHIN = timedelta(days=365)
"""A form that is handed in later was filled in anew: forms change once a year."""

CONFIRMED, CORRECTED = "confirmed", "corrected"

UNIT_OF = {column: name for name, columns in COLUMNS.items() for column in columns}

_OF_THE_YEAR = frozenset(
    {
        "period_start", "period_start_precision", "period_end", "period_end_precision",
        "settled_on", "settled_on_precision", "months", "settled",
    }
)  # fmt: skip
"""Which year a figure is of: the stream's rule says so beside the answer."""

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
"""By entity the claims of one party, with `member_id` (of a list its party's), `record_id`, `role`,
`ordinal` and `as_of`."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One answer of a receipt, as it will be read: see `canonical.model.receipt.Given`.

    `voice` is that of the word that was filled in (`canonical.golden.ranking`); `stream_id` is of
    the stream that brings answers back.
    """

    receipt_id: str
    stream_id: int
    day: date
    at: datetime
    path: str
    field: str
    concept: str
    member_id: int | None
    record_id: int | None
    as_of: date | None
    voice: str
    entity: str
    role: str
    row: str
    unit: str
    values: Mapping[str, Any]
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """An answer that came back: `confirmed` as it was filled in, or `corrected`."""

    record_id: int
    path: str
    party_id: int
    outcome: str
    receipt_id: str
    field: str
    concept: str
    entity: str
    role: str
    ordinal: int
    unit: str
    source_member: int | None
    source_record: int | None
    as_of: date | None
    said_on: date


@dataclass(frozen=True, slots=True)
class Found:
    """What came back to one party: its answers, and the units and rows that repeat a claim."""

    returned: tuple[Returned, ...] = ()
    echoes: tuple[Echo, ...] = ()


def find(party_id: int, expected: Sequence[Expected], rows: Rows) -> Found:
    """What of the receipts of a party came back in its claims."""
    returned: list[Returned] = []
    echoes: list[Echo] = []
    for party in rows.get(PARTY, ()):
        answered = _answered(party, expected)
        if not answered:
            continue
        record = _Record(party_id, party, _of_record(party, rows))
        returned += record.returned(answered)
        echoes += record.echoes(answered)
    return Found(
        tuple(sorted(returned, key=lambda one: (one.record_id, one.path))),
        tuple(sorted(echoes, key=lambda one: (one.member_id, one.entity, one.unit, one.ordinal))),
    )


def _answered(party: Row, expected: Sequence[Expected]) -> list[Expected]:
    """What a record may answer to, of the newest receipt first."""
    said = party["as_of"]
    stream = party["record_id"] >> RECORD_BITS
    if said is None or party["ordinal"] != 0:
        return []
    found = [
        one
        for one in expected
        if one.stream_id == stream
        and one.role == party["role"]
        and one.day <= said <= one.day + ANSWERED_WITHIN
        and (one.member_id, one.as_of) != (party["member_id"], said)
    ]
    return sorted(found, key=lambda one: (one.at, one.receipt_id), reverse=True)


def _of_record(party: Row, rows: Rows) -> dict[str, list[Row]]:
    place = (party["record_id"], party["role"])
    lists = {
        entity: sorted(
            (row for row in of_entity if (row["record_id"], row["role"]) == place),
            key=lambda row: row["ordinal"],
        )
        for entity, of_entity in rows.items()
        if entity != PARTY
    }
    return {**lists, PARTY: [party]}


@dataclass(frozen=True, slots=True)
class _Record:
    """One record of a party that answers receipts."""

    party_id: int
    party: Row
    rows: Mapping[str, Sequence[Row]]

    def returned(self, answered: Sequence[Expected]) -> Iterator[Returned]:
        """Path by path: confirmed if any receipt had it so, else what the newest one had."""
        by_path: dict[str, list[Expected]] = {}
        for one in answered:
            by_path.setdefault(one.path, []).append(one)
        for some in by_path.values():
            told = [(one, self._row(one, answered)) for one in some]
            same = next(((o, r) for o, r in told if r and _repeats(o.values, r, o.own)), None)
            if same is not None:
                yield self._answer(*same, CONFIRMED)
                continue
            newest, row = told[0]
            if row is not None and any(row.get(name) is not None for name in newest.own):
                yield self._answer(newest, row, CORRECTED)

    def _answer(self, one: Expected, row: Row, outcome: str) -> Returned:
        return Returned(
            self.party["record_id"], one.path, self.party_id, outcome, one.receipt_id, one.field,
            one.concept, one.entity, one.role, row["ordinal"], one.unit, one.member_id,
            one.record_id, one.as_of, self.party["as_of"],
        )  # fmt: skip

    def _row(self, one: Expected, answered: Sequence[Expected]) -> Row | None:
        """The claim in which an answer stands: of a list the row that is most like it."""
        rows = self.rows.get(one.entity, ())
        if one.row.startswith("year:"):
            years = _closed_years(rows)
            place = int(one.row.removeprefix("year:"))
            return years[place] if 0 <= place < len(years) else None
        if not one.row:
            return rows[0] if rows else None
        element = _merged(e for e in answered if _place(e) == _place(one))
        number = int(one.row)
        return max(
            rows,
            key=lambda row: (_alike(element, row), row["ordinal"] == number, -row["ordinal"]),
            default=None,
        )

    def echoes(self, answered: Sequence[Expected]) -> Iterator[Echo]:
        """The units and rows of which everything that they state was filled in."""
        receipts: dict[str, list[Expected]] = {}
        for one in answered:
            receipts.setdefault(one.receipt_id, []).append(one)
        done: set[tuple[str, str, int]] = set()
        for some in receipts.values():
            for unit, ordinal, of in self._repeated(some):
                place = (of[0].entity, unit, ordinal)
                if place not in done:
                    done.add(place)
                    yield self._echo(unit, ordinal, of)

    def _repeated(self, some: Sequence[Expected]) -> Iterator[tuple[str, int, list[Expected]]]:
        own = [one for one in some if one.entity == PARTY]
        for unit in dict.fromkeys(UNIT_OF[c] for one in own for c in one.values if c in UNIT_OF):
            columns = COLUMNS[unit]
            if of := _covering(own, self.party, columns):
                yield unit, 0, of
        for entity in dict.fromkeys(one.entity for one in some if one.entity in LISTS):
            yield from self._repeated_list(entity, [one for one in some if one.entity == entity])

    def _repeated_list(
        self, entity: str, some: Sequence[Expected]
    ) -> Iterator[tuple[str, int, list[Expected]]]:
        rows = self.rows.get(entity, ())
        places: dict[tuple[str, str], list[Expected]] = {}
        for one in some:
            places.setdefault(_place(one)[1:], []).append(one)
        matched = {
            row["ordinal"]: of
            for row in rows
            for elements in places.values()
            if self._row(elements[0], some) is row and (of := _covering(elements, row, list(row)))
        }
        if LISTS[entity].item is None:
            if matched and len(matched) == len(rows) == len(places):
                yield entity, WHOLE, matched[min(matched)]
            return
        for ordinal, of in sorted(matched.items()):
            yield entity, ordinal, of

    def _echo(self, unit: str, ordinal: int, of: Sequence[Expected]) -> Echo:
        first = of[0]
        days = [one.as_of for one in of]
        return Echo(
            self.party["member_id"],
            first.entity,
            unit,
            ordinal,
            first.member_id,
            None if None in days else min(day for day in days if day),
            first.voice,
            self.party["as_of"],
            first.receipt_id,
        )


def _place(one: Expected) -> tuple[str, str, str]:
    return one.receipt_id, one.entity, one.row


_BESIDE = frozenset(
    {
        "party_id", "member_id", "source_role", "record_id", "role", "precedence", "ordinal",
        "as_of", "batch_no", "recorded_from", "recorded_to", "ended", "scope", "linked_from",
        "linked_to",
    }
)  # fmt: skip


def _covering(some: Sequence[Expected], row: Row, columns: Sequence[str]) -> list[Expected]:
    """The answers that between them say all that a row states in these columns; else none."""
    stated = [
        name
        for name in columns
        if row.get(name) is not None and name not in _BESIDE and name not in _OF_THE_YEAR
    ]
    found: dict[str, Expected] = {}
    for name in stated:
        of = next((one for one in some if same(one.values.get(name), row[name])), None)
        if of is None:
            return []
        found[of.path] = of
    return list(found.values())


def _merged(elements: Iterator[Expected]) -> dict[str, Any]:
    return {name: value for one in elements for name, value in one.values.items()}


def _alike(element: Row, row: Row) -> int:
    return sum(same(value, row.get(name)) for name, value in element.items())


def _repeats(values: Row, row: Row, names: Sequence[str]) -> bool:
    return all(same(values.get(name), row.get(name)) for name in names)


def same(ours: Any, theirs: Any) -> bool:
    """Whether two values are the same but for widths, spaces and capitals."""
    if isinstance(ours, str) and isinstance(theirs, str):
        return _reduced(ours) == _reduced(theirs)
    return bool(ours == theirs) and ours is not None


def _reduced(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def _closed_years(rows: Sequence[Row]) -> list[Row]:
    """The settled fiscal years, the last one first."""
    closed = [row for row in rows if row.get("settled") is not False]
    return sorted(closed, key=lambda row: row.get("period_end") or date.min, reverse=True)
