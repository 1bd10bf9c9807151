"""The two lists as files: written anew when the world changes, each version with its marks."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path

import connectors
from connectors.contracts.table import TableContract
from mocks.smart_sme.rows import forget, tools_of, vendor_row
from mocks.smart_sme.vendors import Vendor, vendors_of
from mocks.world import Changes, World
from mocks.world.dice import dice
from mocks.world.programs import japan

LISTED_TWICE = 0.01
"""So many supporters stand twice in their list, word for word."""


CONTRACT = Path(connectors.__file__).parent / "smart_sme" / "register.table.yaml"


@cache
def columns(name: str) -> Sequence[str]:
    """The columns of a list, in the contract's order: they stand there without any row too."""
    return TableContract(CONTRACT).columns(name)


@dataclass(frozen=True, slots=True)
class Version:
    """A file as it stands: bytes, ETag, and the second in which it was written."""

    body: bytes
    etag: str
    written: datetime

    @property
    def last_modified(self) -> str:
        """As an HTTP date."""
        return format_datetime(self.written, usegmt=True)


class Lists:
    """Keeps `files` (vendors.csv, tools.csv) up to date with the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.files: dict[str, Version] = {}
        self._keys: dict[str, set[str]] = {"vendors": set(), "tools": set()}
        with world.lock:
            self.vendors = vendors_of(world)
            self._of = {vendor.business: vendor for vendor in self.vendors.values()}
            self._write()
            world.subscribe(self.refresh)

    def refresh(self, changes: Changes) -> None:
        """Let supporters tell what changed, some weeks later; write the day's files."""
        for business in sorted(changes.businesses & self._of.keys()):
            self._tell_later(self._of[business])
        self._write()

    def _tell_later(self, vendor: Vendor) -> None:
        world = self.world
        days = dice(world.seed, "smart_sme tells", vendor.number, world.today).randint(10, 40)
        at = japan(world.today + timedelta(days=days), 10)

        def effect() -> Changes:
            vendor.known_until = world.today
            if world.businesses[vendor.business].closed_on:
                vendor.left = world.today
            return Changes()

        world.schedule(at, f"smart_sme {vendor.number}", effect)

    def _write(self) -> None:
        world = self.world
        listed = [
            (vendor, term)
            for vendor in self.vendors.values()
            if (term := vendor.term(world.today)) is not None
        ]
        vendors = [vendor_row(world, vendor, term) for vendor, term in listed]
        twice = dice(world.seed, "smart_sme twice")
        again = [row for row in vendors if twice.random() < LISTED_TWICE]
        tools = [row for vendor, _ in listed for row in tools_of(world, vendor)]
        whole = ((row, True) for row in vendors + again)
        self._publish("vendors.csv", _text(whole, columns("vendors")), "utf-8-sig")
        self._publish("tools.csv", _text(tools, columns("tools")), "cp932")
        self._forget_others("vendors", {row["認定番号"] for row in vendors})
        self._forget_others("tools", {row["ITツール番号"] for row, _ in tools})

    def _forget_others(self, stream: str, keys: set[str]) -> None:
        for key in self._keys[stream] - keys:
            forget(self.world, stream, key)
        self._keys[stream] = keys

    def _publish(self, name: str, text: str, encoding: str) -> None:
        body = text.encode(encoding)
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if name not in self.files or self.files[name].etag != etag:
            written = self.world.stamp(self.world.now).replace(microsecond=0)
            self.files[name] = Version(body, etag, written)


def _text(rows: Iterable[tuple[dict[str, str], bool]], header: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for row, quoted in rows:
        if quoted:
            writer.writerow(row.values())
        else:
            text.write(",".join(row.values()) + "\r\n")
    return text.getvalue()
