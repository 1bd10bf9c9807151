"""Flat records that are all spelled alike, read as columns without a Python object for any value.

The texts of a chunk are split at their quotation marks, once. Then one field after the other is
read for all records together: every record has its own place among the pieces, where the field's
name must stand, and moves on by what it finds there. Only a record is taken of which every piece is
one that the contract allows: its fields in one order, each at most once, and nothing that has to be
interpreted (no escape, no control character, no blank but the spelling's own). The others are left
to the decoder, which says what is wrong with them or reads them as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import polars as pl

from base.records import ABSENT, ROW
from connectors.schema import Leaf, RecordSchema

FEWEST = 0.5
"""Share of a chunk's records that must look readable here; with fewer none is tried."""

QUOTE = '"'
INTEGER = "-?(?:0|[1-9][0-9]*)"
NUMBER = rf"{INTEGER}(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"

_ESCAPE = "\\"
_CONTROL = "[\x00-\x1f]"
_FIRST_PRINTABLE = 0x20
_STEP = 4
"""Pieces of a field that holds a text: its name, the colon, the text, the comma."""


@dataclass(frozen=True, slots=True)
class FlatColumns:
    """What was read: the columns of the records at `rows`, and the rows of those that are left.

    `sent` tells of each field how many of the records sent it.
    """

    rows: pl.Series
    columns: list[pl.Series]
    sent: dict[str, int]
    left: list[int]


@dataclass(frozen=True, slots=True)
class FlatReader:
    """Reads the records of one stream whose contract has nothing but scalars of one type."""

    leaves: dict[str, Leaf]

    @classmethod
    def of(cls, schema: RecordSchema) -> FlatReader | None:
        """A reader for this contract; None where it has lists, inner objects or open types."""
        fields = schema.root.fields
        leaves = {name: leaf for name, leaf in fields.items() if isinstance(leaf, Leaf)}
        plain = all(leaf.kind != "mixed" for leaf in leaves.values())
        named = all(name.isprintable() and not {*name} & {*'"\\{'} for name in fields)
        return cls(leaves) if plain and named and leaves and len(leaves) == len(fields) else None

    def read(self, raws: Sequence[bytes]) -> FlatColumns | None:
        """The columns of the records that can be read; None where too few look like it."""
        padding = QUOTE.encode() * (_STEP * (len(self.leaves) + 2))
        texts = _texts([*raws, b"{" + padding + b"}"])
        if texts is None:
            return None
        rows = pl.int_range(len(raws), dtype=pl.UInt32, eager=True).alias(ROW)
        looks = _readable(texts, raws)
        if looks is not None:
            texts, rows = texts.filter(looks), rows.filter(looks[:-1])
        if len(rows) <= FEWEST * len(raws):
            return None
        spelling = Spelling.of(texts[0], self.leaves)
        if spelling is None:
            return None
        walk = _Walk.along(texts, spelling)
        columns = {name: walk.step(self.leaves[name]) for name in spelling.names}
        fits = walk.fits()
        if fits.all():
            made = [columns[name] for name in self.leaves]
        else:
            rows, made = rows.filter(fits), [columns[name].filter(fits) for name in self.leaves]
        sent = {one.name: len(one) - int((one == ABSENT).sum()) for one in made}
        left = sorted({*range(len(raws))}.difference(rows)) if len(rows) < len(raws) else []
        return FlatColumns(rows, made, sent, left)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a source writes its records: its fields' order, and what it puts between them."""

    names: list[str]
    colon: str
    comma: str

    @classmethod
    def of(cls, text: str, leaves: dict[str, Leaf]) -> Spelling | None:
        """The spelling of one record, None where it is no object with fields.

        Fields that it lacks come where the contract has them, or last if it has another order.
        """
        try:
            record = msgspec.json.decode(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(record, dict) or not record:
            return None
        sent = [name for name in record if name in leaves]
        alike = sent == [name for name in leaves if name in record]
        between = text.split(QUOTE)[2:5:2]
        return cls(
            list(leaves) if alike else list(dict.fromkeys([*sent, *leaves])),
            ": " if between[0].startswith(": ") else ":",
            ", " if any(piece.endswith(", ") for piece in between) else ",",
        )


@dataclass(slots=True)
class _Walk:
    """The walk of all records along their pieces.

    `at` is each record's place, `last` the place of its last piece, `good` whether everything so
    far was as the contract has it. A record that is not may wander on, but never past the padding.
    """

    pieces: pl.Series
    spelling: Spelling
    at: pl.Series
    last: pl.Series
    good: pl.Series

    @classmethod
    def along(cls, texts: pl.Series, spelling: Spelling) -> _Walk:
        """A walk from the first name of each text; the last text is padding."""
        split = texts.str.split(QUOTE)
        ends = split.list.len().cum_sum()
        starts = ends.shift(1, fill_value=0)[:-1]
        pieces = split.explode()
        return cls(pieces, spelling, starts + 1, ends[:-1] - 1, pieces[starts] == "{")

    def fits(self) -> pl.Series:
        """Which records were good up to their very end."""
        return self.good & (self.at == self.last + 1)

    def step(self, leaf: Leaf) -> pl.Series:
        """One field's values, as the source frame has them."""
        sent = self.pieces[self.at] == leaf.path
        values, good, width = self._text(leaf) if leaf.kind == "text" else self._plain(leaf)
        if not sent.all():
            values = values.set(~sent, ABSENT)
            good = (good & sent) if leaf.required else (good | ~sent)
            width = width * sent.cast(pl.UInt32)
        if not good.all():
            self.good &= good
        self.at = self.at + width
        return values.alias(leaf.path)

    def _text(self, leaf: Leaf) -> tuple[pl.Series, pl.Series, pl.Series | int]:
        """Values, which are good, and how many pieces each takes."""
        after, end = self.pieces[self.at + 1], self.at + 3
        texts = after == self.spelling.colon
        values, good = self.pieces[self.at + 2], self._ended(self.pieces[end], end, "")
        if texts.all():
            return values, good, _STEP
        nulls = self._ended(after, self.at + 1, f"{self.spelling.colon}null")
        good = (good & texts) | nulls if leaf.nullable else good & texts
        return values.set(~texts, None), good, texts.cast(pl.UInt32) * 2 + 2

    def _plain(self, leaf: Leaf) -> tuple[pl.Series, pl.Series, int]:
        """As `_text`, for numbers and booleans: one piece has colon, value and comma."""
        colon, comma, end = self.spelling.colon, self.spelling.comma, self.at + 1
        allowed = f"^{colon}(?:{_allowed(leaf)})"
        frame = pl.DataFrame({"piece": self.pieces[end], "closing": end == self.last})
        piece, closing = pl.col("piece"), pl.col("closing")
        whole, good = piece.str.head(-len(comma)), piece.str.contains(f"{allowed}{comma}$")
        if frame["closing"].any():
            whole = pl.when(closing).then(piece.str.head(-1)).otherwise(whole)
            good = pl.when(closing).then(piece.str.contains(f"{allowed}}}$")).otherwise(good)
        made = frame.select(whole.str.slice(len(colon)).alias("value"), good.alias("good"))
        values = made["value"]
        nulls = values == "null"
        return values.set(nulls, None) if nulls.any() else values, made["good"], 2

    def _ended(self, piece: pl.Series, at: pl.Series, before: str) -> pl.Series:
        """Which pieces, these at these places, are `before` and a comma, or a brace at the end."""
        closing = at == self.last
        good = piece == before + self.spelling.comma
        if closing.any():
            good = (good & ~closing) | ((piece == before + "}") & closing)
        return good


def _allowed(leaf: Leaf) -> str:
    """A regular expression for a leaf's JSON texts."""
    value = "true|false" if leaf.kind == "boolean" else NUMBER
    value = INTEGER if leaf.types == {"integer"} else value
    return f"{value}|null" if leaf.nullable else value


def _texts(raws: Sequence[bytes]) -> pl.Series | None:
    """The records as text; None where one of them is not UTF-8."""
    try:
        return pl.Series(raws, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        return None


def _readable(texts: pl.Series, raws: Sequence[bytes]) -> pl.Series | None:
    """Which texts hold nothing that has to be interpreted; None where all are so."""
    odd = texts.str.contains(_ESCAPE, literal=True) | texts.str.contains(ABSENT, literal=True)
    if _has_controls(b"".join(raws)):
        odd |= texts.str.contains(_CONTROL)
    return ~odd if odd.any() else None


def _has_controls(whole: bytes) -> bool:
    """Whether a control character is among these bytes; a sixth of a regular expression's time."""
    bytewise = pl.Array(pl.UInt8, len(whole))
    each = pl.Series([whole], dtype=pl.Binary).bin.reinterpret(dtype=bytewise).explode()
    return bool((each < _FIRST_PRINTABLE).any())
