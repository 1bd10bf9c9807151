"""What the store asks of a database beyond single statements: many rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import polars as pl
    from polars._typing import PolarsDataType
    from sqlalchemy import Connection, Table


class Bulk(Protocol):
    """Many rows in and out, inside the transaction of `connection`.

    A frame's columns are named as the table's; columns that it lacks take their default.
    """

    def member(self, column: str, kind: Literal["text", "bigint"]) -> str:
        """SQL that is true when `column` is among the values bound as `:keys`."""
        ...

    def pack(self, values: Sequence[str] | Sequence[int]) -> object:
        """The values as one parameter for `:keys`."""
        ...

    def select(
        self,
        connection: Connection,
        statement: str,
        bound: Mapping[str, object],
        schema: Mapping[str, PolarsDataType],
    ) -> pl.DataFrame:
        """The rows of a SELECT by key, `:name` standing for a parameter; columns as in `schema`."""
        ...

    def insert(self, connection: Connection, table: Table, frame: pl.DataFrame) -> None:
        """Add the rows."""
        ...

    def update(
        self, connection: Connection, table: Table, frame: pl.DataFrame, keys: Sequence[str]
    ) -> None:
        """Set the other columns where `keys` agree."""
        ...

    def upsert(
        self, connection: Connection, table: Table, frame: pl.DataFrame, keys: Sequence[str]
    ) -> None:
        """Add the rows, or set the other columns where `keys` exist already."""
        ...
