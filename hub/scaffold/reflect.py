"""What a live database tells of one of its tables: columns, types, comments, keys, samples.

The database is opened as the hub reads it: a transaction that cannot write, bounded in time.
Values are looked at and not kept; what is shown of them is masked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection as Session
from sqlalchemy import inspect, select, table, types
from sqlalchemy import text as sql_text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import quoted_name

from base.connection import Connection
from base.errors import SettingsError
from base.redact import mask, redact_url
from base.replica_engine import begin, open_engine
from base.replica_fault import database_error

SAMPLE_ROWS = 200
PATIENCE = 20.0
"""Seconds that a statement may take."""

SHOWN = 24
"""Characters of a masked sample that are shown."""

_KINDS: tuple[tuple[type[types.TypeEngine[Any]], str], ...] = (
    (types.Boolean, "boolean"),
    (types.Enum, "string"),
    (types.Integer, "integer"),
    (types.Numeric, "number"),
    (types.Float, "number"),
    (types.DateTime, "datetime"),
    (types.Date, "date"),
    (types.String, "string"),
    (types.Uuid, "string"),
    (types.Time, "string"),
    (types.Interval, "string"),
)


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column: its type in the contract's words and the database's, and samples as text."""

    name: str
    type: str
    native: str
    required: bool
    comment: str
    values: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    zoned: bool = True

    @property
    def shown(self) -> str:
        """The column in one line, a sample's shape at its end."""
        sample = next((mask(one) for one in self.samples if one.strip()), "")
        cut = sample if len(sample) <= SHOWN else f"{sample[:SHOWN]}…"
        words = (self.name, self.native, "not null" if self.required else "", self.comment, cut)
        return "  ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table or view. `keys` are the columns that alone tell a row, the primary key first;
    `joined` those of a primary key of several columns; `indexed` those that begin an index."""

    name: str
    schema: str | None
    comment: str
    columns: tuple[FoundColumn, ...]
    keys: tuple[str, ...]
    joined: tuple[str, ...]
    indexed: frozenset[str]
    backend: str


def look(connection: Connection, name: str) -> FoundTable:
    """Look at a table or view; `name` may begin with a schema: `public.members`.

    Raises:
        SettingsError: the connection cannot be used, or there is no such table.
        HubError: the database cannot be reached, or does not let us look.
    """
    engine = open_engine(connection)
    try:
        with engine.connect() as session:
            begin(session, PATIENCE)
            return _found(session, name)
    except SQLAlchemyError as error:
        raise database_error(error, redact_url(connection.address), PATIENCE) from None
    finally:
        engine.dispose()


def _found(session: Session, name: str) -> FoundTable:
    seen = inspect(session)
    schema, _, plain = name.rpartition(".")
    space = schema or None
    if not seen.has_table(plain, schema=space):
        there = sorted([*seen.get_table_names(schema=space), *seen.get_view_names(schema=space)])
        raise SettingsError(
            f"the database has no table {name} that this user may see",
            remedy=f"It has: {', '.join(there[:20]) or 'none'}",
        )
    primary = tuple(seen.get_pk_constraint(plain, schema=space)["constrained_columns"])
    indexes = seen.get_indexes(plain, schema=space)
    unique: list[Sequence[str | None]] = [
        *(one["column_names"] for one in seen.get_unique_constraints(plain, schema=space)),
        *(one["column_names"] for one in indexes if one["unique"]),
    ]
    alone = [names[0] for names in (primary, *unique) if len(names) == 1]
    first = {names[0] for names in (primary, *(one["column_names"] for one in indexes)) if names}
    columns = [_column(one, primary) for one in seen.get_columns(plain, schema=space)]
    return FoundTable(
        plain, space, _comment(seen, plain, space), tuple(_sampled(session, name, columns)),
        tuple(dict.fromkeys(filter(None, alone))), primary if len(primary) > 1 else (),
        frozenset(filter(None, first)), session.dialect.name,
    )  # fmt: skip


def _comment(seen: Any, name: str, schema: str | None) -> str:
    try:
        return seen.get_table_comment(name, schema=schema)["text"] or ""
    except NotImplementedError:  # SQLite keeps none
        return ""


def _column(told: Any, primary: tuple[str, ...]) -> FoundColumn:
    kind = told["type"]
    found = next((word for known, word in _KINDS if isinstance(kind, known)), "any")
    return FoundColumn(
        name=told["name"],
        type=found,
        native=_native(kind),
        required=not told.get("nullable", True) or told["name"] in primary,
        comment=(told.get("comment") or "").strip(),
        values=tuple(kind.enums) if isinstance(kind, types.Enum) else (),
        zoned=not isinstance(kind, types.DateTime) or bool(kind.timezone),
    )


def _native(kind: Any) -> str:
    if isinstance(kind, types.NullType):
        return ""
    return f"enum ({len(kind.enums)})" if isinstance(kind, types.Enum) else str(kind)


def _sampled(session: Session, name: str, columns: list[FoundColumn]) -> Iterator[FoundColumn]:
    schema, _, plain = name.rpartition(".")
    source = table(quoted_name(plain, quote=True), schema=schema or None)
    rows = session.execute(select(sql_text("*")).select_from(source).limit(SAMPLE_ROWS)).mappings()
    found = rows.all()
    for column in columns:
        values = (row.get(column.name) for row in found)
        texts = tuple(dict.fromkeys(str(one) for one in values if one is not None))
        yield replace(column, samples=texts)
