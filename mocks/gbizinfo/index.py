"""What was updated from day to day, by kind, encoded once and served as pages of rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby

import msgspec

from connectors.gbizinfo.hooks import fingerprint
from mocks.gbizinfo.records import Entry, entries, first_update, shown
from mocks.world import Changes, World
from mocks.world.business import Business
from mocks.world.dice import dice
from mocks.world.programs import JST, japan
from mocks.world.truth import RecordKey

ROWS = 100
"""Rows on a page."""

KINDS = {
    "": "corporations",
    "certification": "certifications",
    "commendation": "commendations",
    "subsidy": "subsidies",
    "procurement": "procurements",
    "patent": "patents",
    "corporation-info": "offices",
    "finance": "finances",
    "workplace_info": "workplaces",
}
"""Field of the answer → stream of the hub."""

LISTS = frozenset(KINDS) - {"", "finance", "workplace_info"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row as JSON, the fields of its corporation before it, and the day of its update."""

    day: str
    number: str
    head: bytes
    body: bytes


class GbizinfoIndex:
    """All rows by kind; a corporation's changes show some days later."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._rows: dict[str, dict[str, list[Row]]] = {kind: {} for kind in KINDS}
        self._changed: dict[str, date] = {}
        self._seed = world.seed
        with world.lock:
            for business in world.businesses.values():
                self._encode(business)
            self._window = self._fresh()
            world.subscribe(self.refresh)

    def page(self, kind: str, first: str, last: str, page: int) -> bytes:
        """One page as JSON text.

        Args:
            kind: field of the answer, "" for basic information.
            first, last: days as yyyymmdd, both included; a patent is listed whatever they are.
        """
        rows = self._window(kind, first, last)
        part = rows[(page - 1) * ROWS : page * ROWS]
        infos = b",".join(
            _group(kind, head, list(group))
            for (_, head), group in groupby(part, key=lambda row: (row.number, row.head))
        )
        total = max(1, -(-len(rows) // ROWS))
        return (
            b'{"id":null,"errors":null,"message":"200 - OK.","totalCount":"%d","totalPage":"%d",'
            b'"pageNumber":"%d","hojin-infos":[%s]}' % (len(rows), total, page, infos)
        )

    def refresh(self, changes: Changes) -> None:
        """Let changes show in some days, and serve those whose day has come."""
        for name in sorted(changes.businesses):
            self._show_later(name)
        self._window = self._fresh()

    def _fresh(self) -> _Window:
        return _Window({kind: list(by.values()) for kind, by in self._rows.items()})

    def _show_later(self, name: str) -> None:
        world = self.world
        days = dice(self._seed, "gbizinfo reaction", name, world.today).randint(3, 9)
        at = japan(world.today + timedelta(days=days), 5)

        def effect() -> Changes:
            self._changed[name] = world.stamp(at).astimezone(JST).date()
            self._encode(world.businesses[name])
            return Changes()

        world.schedule(at, f"gbizinfo {name}", effect)

    def _encode(self, business: Business) -> None:
        """Encode what is known of a corporation, and state the truth of each record."""
        number = business.corporate_number
        if number is None:
            return
        changed = self._changed.get(business.id)
        known_on = self.world.today if changed else first_update(
            self._seed, number, self.world.start)  # fmt: skip
        then = business.as_of(known_on)
        if then.corporate_number is None:
            then = business
        rows: dict[str, list[Row]] = {kind: [] for kind in KINDS}
        head = msgspec.json.encode(
            {"corporate_number": number, "name": then.display_name,
             "location": then.address.full.replace(" ", "　")}
        )  # fmt: skip
        for entry in entries(self._seed, then, self.world.start, changed):
            body = msgspec.json.encode(shown(entry.content) if not entry.kind else entry.content)
            rows[entry.kind].append(Row(f"{entry.day:%Y%m%d}", number, head[:-1], body))
            self._state(entry, number, body, business.id)
        for kind, found in rows.items():
            self._rows[kind][number] = found

    def _state(self, entry: Entry, number: str, body: bytes, business: str) -> None:
        key = entry.key or f"{number}-{fingerprint(body)}"
        if entry.kind == "finance":
            for year in entry.content["management_index"]:
                newest = year["period"] == "0"
                self._truth("finances", f"{key}-{year['period']}", business,
                            entry if newest else None)  # fmt: skip
            self._truth("finances", key, business, None)
            return
        self._truth(KINDS[entry.kind], key, business, entry)

    def _truth(self, stream: str, key: str, business: str, entry: Entry | None) -> None:
        flaws = tuple(entry.flaws) if entry else ()
        record = RecordKey("gbizinfo", stream, key)
        self.world.truth.state(record, business, flaws, frozenset())


class _Window:
    """The rows of a period in an order of its own: it is not the same for another period."""

    def __init__(self, rows: dict[str, list[list[Row]]]) -> None:
        self._rows = rows
        self._cached = lru_cache(maxsize=16)(self._order)

    def __call__(self, kind: str, first: str, last: str) -> list[Row]:
        return self._cached(kind, first, last)

    def _order(self, kind: str, first: str, last: str) -> list[Row]:
        salt = f"{first}{last}".encode()
        groups: Iterable[list[Row]] = self._rows[kind]
        if kind != "patent":
            groups = ([row for row in group if first <= row.day <= last] for group in groups)
        listed = [group for group in groups if group]
        listed.sort(key=lambda group: blake2b(group[0].number.encode(), key=salt).digest())
        return [row for group in listed for row in group]


def _group(kind: str, head: bytes, rows: list[Row]) -> bytes:
    if not kind:
        return b",".join(row.body for row in rows)
    name = json.dumps(kind).encode()
    if kind in LISTS:
        bodies = b",".join(row.body for row in rows)
        return b"%s,%s:[%s]}" % (head, name, bodies)
    return b"%s,%s:%s}" % (head, name, rows[0].body)
