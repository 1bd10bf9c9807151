"""What a hub holds of a stream, to be compared with what another one holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from base.records import ABSENT, VALUE, Page
from canonical.store.claim_tables import CLAIM_TABLES
from canonical.store.tables import SOURCE_RECORD
from connectors.decoder import RecordDecoder
from tests.contract.staging import Hub, Staging

MOVING = {"record_id", "batch_no", "recorded_from", "recorded_to", "closed_batch_no"}
"""Columns that say when and under which number something was written."""

NAMELESS = "sha256:"
"""How the keys of records begin that have none of their own."""

SHORTEST = 5
"""Characters from which a personal text says something by itself."""

Claims = frozenset[tuple[Any, ...]]
Item = tuple[str, str, str, str]
"""Record key, level, rule, field of what was quarantined; of a group of fields the first."""


@dataclass(frozen=True)
class Standing:
    """The current claims of a stream, its live keys, and the open items of those keys."""

    keys: frozenset[str]
    claims: Claims
    items: frozenset[Item]

    @classmethod
    def of(cls, hub: Hub, stream: str) -> Standing:
        """What this hub holds now."""
        number = hub.store.stream_id(hub.system, stream)
        held = frozenset(key for key in hub.held(stream) if not key.startswith(NAMELESS))
        engine = sa.create_engine(hub.url)
        with engine.connect() as connection:
            claims = frozenset(_claims(connection, number))
        engine.dispose()
        return cls(held, claims, frozenset(i for i in items_of(hub, stream) if i[0] in held))

    def of_keys(self, keys: frozenset[str]) -> Standing:
        """As much of it as concerns these keys."""
        return Standing(
            self.keys & keys,
            frozenset(claim for claim in self.claims if claim[1] in keys),
            frozenset(item for item in self.items if item[0] in keys),
        )


def _claims(connection: sa.Connection, stream: int) -> Iterator[tuple[Any, ...]]:
    of_record = SOURCE_RECORD.c
    for entity, table in CLAIM_TABLES.items():
        columns = [column for column in table.columns if column.name not in MOVING]
        joined = table.join(SOURCE_RECORD, of_record.record_id == table.c.record_id)
        asked = (
            sa.select(of_record.record_key, *columns)
            .select_from(joined)
            .where(of_record.stream_id == stream, table.c.recorded_to.is_(None))
        )
        for row in connection.execute(asked):
            yield (entity, *row)


def items_of(hub: Hub, stream: str) -> set[Item]:
    """Every open item of a stream."""
    return {
        (item.record_key, item.level, item.rule, (item.field or "").split(", ")[0])
        for item in hub.store.quarantine(limit=100_000)
        if (item.system, item.stream) == (hub.system, stream)
    }


class Undisturbed:
    """What a sync leaves that nothing disturbed, made once a stream."""

    def __init__(self, staged: Staging, folder: Path) -> None:
        self.staged = staged
        self.folder = folder
        self._standing: dict[str, Standing] = {}
        self._pages: dict[str, list[Page]] = {}

    def standing(self, stream: str) -> Standing:
        """What is held after one sync of the stream."""
        if stream not in self._standing:
            with self.staged.hub(self.folder / stream) as hub:
                hub.sync(stream)
                self._standing[stream] = Standing.of(hub, stream)
        return self._standing[stream]

    def pages(self, stream: str) -> list[Page]:
        """The pages that the connector gives of everything up to now."""
        if stream not in self._pages:
            with self.staged.hub(self.folder / f"{stream}-pages") as hub:
                declared = self.staged.declaration.streams[stream]
                self._pages[stream] = self.staged.pages(hub, declared.name)
        return self._pages[stream]

    def raws(self, stream: str) -> list[bytes]:
        """Every record as the connector gives it."""
        return [raw for page in self.pages(stream) for raw in page.raws]


def occurring(decoder: RecordDecoder, raws: list[bytes]) -> set[str]:
    """The paths of the contract's fields that these records have, null or not."""
    frame = decoder.decode(raws).frame
    tables = {"": frame.root, **{f"{path}[]": child for path, child in frame.children.items()}}
    return {
        f"{inside}{'.' * (bool(inside) and name != VALUE)}{'' if name == VALUE else name}"
        for inside, table in tables.items()
        for name in table.columns
        if table.height and not table[name].cast(str).eq_missing(ABSENT).all()
    }


def personal_texts(decoder: RecordDecoder, raws: list[bytes]) -> set[str]:
    """The values of the fields that the contract marks as personal, and of no other field."""
    frame = decoder.decode(raws).frame
    tables = [(frame.root, decoder.leaves)]
    tables += [(frame.children[p], leaves) for p, leaves in decoder.lists.items()
               if p in frame.children]  # fmt: skip
    texts: dict[bool, set[str]] = {True: set(), False: set()}
    for table, leaves in tables:
        for leaf in leaves:
            if leaf.path in table.columns:
                texts[leaf.personal].update(map(str, table[leaf.path].drop_nulls().to_list()))
    found = texts[True] - texts[False]
    return {text for text in found if len(text) >= SHORTEST and text != ABSENT}
