"""Raw records into source frames.

Flat records that are all spelled alike become columns at once (`connectors.flat`). The fast path
decodes into generated types, and is taken by every other record that fits the contract. What does
not fit is read again by `connectors.tolerant`. A record's columns do not depend on which way it
came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import msgspec
import polars as pl

from base.records import ROW, DriftFinding, Refusal, SourceFrame
from connectors.columns import ColumnBuilder, note_unknown
from connectors.drift import Findings
from connectors.flat import FlatColumns, FlatReader
from connectors.schema import Leaf, RecordSchema
from connectors.structs import shape_of
from connectors.tolerant import DuplicateKeyError, TolerantReader, parse

CHUNK = 2_500
"""Records decoded at once, record by record."""

FLAT_CHUNK = 4_000
"""Flat records decoded at once; larger chunks gain little and cost memory."""

NUL = "\\u0000"
BLANK_COLON = r"[ \t\n\r]:"
KEY_ENDING = r'"[ \t\n\r]*:'
SENTINEL = re.compile(rb"\\u[fF][dD][dD]0|\xef\xb7\x90")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded batch.

    `frame.root["#row"]` is the record's index in what was decoded; records refused as a whole are
    absent from the frame. `drift` says how the batch differs from the contract, without values.
    """

    frame: SourceFrame
    refusals: list[Refusal]
    drift: list[DriftFinding]


class RecordDecoder:
    """Decodes the records of one stream by its contract.

    `contract_version` is a hash of the record's structure; `fields` are the paths of its leaves,
    `list[].leaf` for those inside lists.
    """

    def __init__(self, schema: RecordSchema) -> None:
        self.schema = schema
        self.contract_version = schema.version
        self.fields = schema.paths
        self._shape = shape_of(schema.root)
        self._one = msgspec.json.Decoder(self._shape.type)
        self._flat = FlatReader.of(schema)

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """Scalar fields of the root frame."""
        return self.schema.leaves

    @property
    def lists(self) -> dict[str, tuple[Leaf, ...]]:
        """Scalar fields of each child frame, by the list's path."""
        return self.schema.lists

    def decode(self, raws: Sequence[bytes]) -> Decoded:
        """Decode records, each one JSON text; never raises for what a record holds.

        A batch is decoded in chunks that stay in the processor's cache: two thirds of the time,
        and no more memory than a chunk's objects.
        """
        if self._flat is None:
            return _in_chunks(self._by_record, raws, CHUNK)
        return _in_chunks(partial(self._flat_first, self._flat), raws, FLAT_CHUNK)

    def _flat_first(self, reader: FlatReader, raws: Sequence[bytes]) -> Decoded:
        flat = reader.read(raws)
        if flat is None:
            return _in_chunks(self._by_record, raws, CHUNK)
        rest = self._by_record([raws[row] for row in flat.left], flat)
        return _merged(flat, self.leaves, rest)

    def _by_record(self, raws: Sequence[bytes], beside: FlatColumns | None = None) -> Decoded:
        """Decode one record after the other; `beside` are those of their chunk read otherwise."""
        fast = self._fast(raws)
        texts = _texts(raws, fast)
        for row in texts.str.contains(NUL, literal=True).arg_true():
            fast[row] = None
        decoded, builder, keys = self._built(raws, fast, beside)
        fits = pl.Series([made is not None for made in fast], dtype=pl.Boolean)
        doubtful = [row for row in builder.irregular if fits[row]]
        if key_endings(texts.filter(fits)) + keys != builder.keys:
            doubtful += [row for row in fits.arg_true() if _doubtful(raws[row])]
        if not doubtful:
            return decoded
        for row in doubtful:
            fast[row] = None
        return self._built(raws, fast, beside)[0]

    def decode_tolerant(self, raws: Sequence[bytes]) -> Decoded:
        """Decode every record the slow way; equal to `decode`, and what its tests compare with."""
        return self._built(raws, [None] * len(raws))[0]

    def _fast(self, raws: Sequence[bytes]) -> list[Any | None]:
        """What each record decodes to, None where it does not fit the contract."""
        decode = self._one.decode
        made: list[Any | None] = []
        for raw in raws:
            try:
                made.append(decode(raw))
            except (ValueError, RecursionError):
                made.append(None)
        return made

    def _built(
        self,
        raws: Sequence[bytes],
        fast: Sequence[Any | None],
        beside: FlatColumns | None = None,
    ) -> tuple[Decoded, ColumnBuilder, int]:
        """Frames of what was decoded, the other records read tolerantly; and these ones' keys."""
        findings = Findings()
        reader = TolerantReader(self._shape, findings)
        builder = ColumnBuilder(findings, beside)
        rows, objects = [], []
        for row, made in enumerate(fast):
            one = reader.read(row, raws[row]) if made is None else made
            if one is not None:
                rows.append(row)
                objects.append(one)
        frame = builder.build(self._shape, objects, rows)
        return Decoded(frame, reader.refusals, findings.list()), builder, reader.keys


def _in_chunks(
    decode: Callable[[Sequence[bytes]], Decoded], raws: Sequence[bytes], size: int
) -> Decoded:
    starts = range(0, len(raws), size)
    chunks = [_shifted(decode(raws[start : start + size]), start) for start in starts]
    return chunks[0] if len(chunks) == 1 else _joined(chunks or [decode([])])


def _shifted(decoded: Decoded, by: int) -> Decoded:
    """A chunk's rows counted from the batch's first record."""
    if not by:
        return decoded
    root, children = decoded.frame.root, decoded.frame.children
    moved = (pl.col(ROW) + by).cast(pl.UInt32)
    frame = SourceFrame(
        root.with_columns(moved),
        {path: child.with_columns(moved) for path, child in children.items()},
    )
    return Decoded(frame, [replace(r, row=r.row + by) for r in decoded.refusals], decoded.drift)


def _merged(flat: FlatColumns, leaves: Sequence[Leaf], rest: Decoded) -> Decoded:
    """A chunk's records that were read as columns, and the others among them."""
    findings = Findings()
    for leaf, column in zip(leaves, flat.columns, strict=True):
        note_unknown(findings, leaf, "", column)
    _add(findings, rest.drift)
    root = pl.DataFrame([flat.rows, *flat.columns])
    if rest.frame.root.height:
        row_of = pl.Series(flat.left, dtype=pl.UInt32)
        others = rest.frame.root.with_columns(row_of[rest.frame.root[ROW]].alias(ROW))
        root = pl.concat([root, others]).sort(ROW)
    refusals = [replace(r, row=flat.left[r.row]) for r in rest.refusals]
    return Decoded(SourceFrame(root), refusals, findings.list())


def _joined(chunks: Sequence[Decoded]) -> Decoded:
    """The chunks of a batch as one; the same difference found twice is one finding."""
    first = chunks[0].frame
    children = {
        path: pl.concat([chunk.frame.children[path] for chunk in chunks]) for path in first.children
    }
    frame = SourceFrame(pl.concat([chunk.frame.root for chunk in chunks]), children)
    findings = Findings()
    for chunk in chunks:
        _add(findings, chunk.drift)
    refusals = [refusal for chunk in chunks for refusal in chunk.refusals]
    return Decoded(frame, refusals, findings.list())


def _add(findings: Findings, more: Sequence[DriftFinding]) -> None:
    for finding in more:
        findings.add(finding.path, finding.kind, finding.detail, finding.count)


def _texts(raws: Sequence[bytes], fast: list[Any | None]) -> pl.Series:
    """The records that fit as text, the others empty; one that is not UTF-8 fits no longer.

    msgspec leaves the encoding of a value unchecked where the contract leaves its type open.
    """
    fitting = [b"" if made is None else raw for raw, made in zip(raws, fast, strict=True)]
    try:
        return pl.Series(fitting, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        for row, raw in enumerate(fitting):
            try:
                raw.decode()
            except UnicodeDecodeError:
                fast[row] = None
        return _texts(raws, fast)


def key_endings(texts: pl.Series) -> int:
    """How many key endings, `":`, there are in JSON texts.

    msgspec keeps the last of two equal keys and says nothing; counting is nearly free, and only
    where there are not as many as keys were decoded (also for texts that hold `":`) is each record
    looked at. A text that is nothing but the sentinel for "not sent" shows in the same way.
    """
    if texts.str.contains(BLANK_COLON).any():
        return int(texts.str.count_matches(KEY_ENDING).sum())
    return int(texts.str.count_matches('":', literal=True).sum())


def _doubtful(raw: bytes) -> bool:
    if SENTINEL.search(raw):
        return True
    try:
        parse(raw)
    except DuplicateKeyError:
        return True
    except ValueError:
        return False
    return False
