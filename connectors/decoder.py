"""Raw records into source frames.

The fast path decodes a whole batch at once into generated types; it is taken as long as every
record fits the contract. What does not fit is read again, record by record, by
`connectors.tolerant`. Both paths end in the same types, so that a record's columns do not depend
on which way it came.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import polars as pl

from base.records import ROW, DriftFinding, Refusal, SourceFrame
from connectors.columns import ColumnBuilder
from connectors.drift import Findings
from connectors.schema import Leaf, RecordSchema
from connectors.structs import shape_of
from connectors.tolerant import DuplicateKeyError, TolerantReader, parse

CHUNK = 2_500
"""Records decoded at once."""

NUL = b"\\u0000"
KEY_ENDING = re.compile(rb'"\s*:')
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
        self._many = msgspec.json.Decoder(list[self._shape.type])  # type: ignore[name-defined]
        self._one = msgspec.json.Decoder(self._shape.type)

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
        chunks = [
            _shifted(self._chunk(raws[start : start + CHUNK]), start)
            for start in range(0, len(raws), CHUNK)
        ]
        return chunks[0] if len(chunks) == 1 else _joined(chunks or [self._chunk([])])

    def _chunk(self, raws: Sequence[bytes]) -> Decoded:
        joined = b"[" + b",".join(raws) + b"]"
        fast = self._fast(raws, joined)
        builder = ColumnBuilder(Findings())
        rows = list(fast)
        frame = builder.build(self._shape, list(fast.values()), rows)
        text = joined if len(rows) == len(raws) else b"".join(raws[row] for row in rows)
        doubtful = builder.irregular
        if not counts_agree(text, builder.keys):
            doubtful |= {row for row in rows if _doubtful(raws[row])}
        if len(fast) == len(raws) and not doubtful:
            return Decoded(frame, [], builder.findings.list())
        return self._mend(raws, {row: fast[row] for row in rows if row not in doubtful})

    def decode_tolerant(self, raws: Sequence[bytes]) -> Decoded:
        """Decode every record the slow way; equal to `decode`, and what its tests compare with."""
        return self._mend(raws, {})

    def _fast(self, raws: Sequence[bytes], joined: bytes) -> dict[int, Any]:
        """The records that fit the contract, by row."""
        rows: Sequence[int] = range(len(raws))
        if b"\\" in joined and NUL in joined:
            rows = [row for row in rows if NUL not in raws[row]]
            joined = b"[" + b",".join(raws[row] for row in rows) + b"]"
        try:
            objects = self._many.decode(joined)
        except (ValueError, RecursionError):
            objects = []
        if len(objects) == len(rows):
            return dict(zip(rows, objects, strict=True))
        found = {}
        for row in rows:
            try:
                found[row] = self._one.decode(raws[row])
            except (ValueError, RecursionError):
                continue
        return found

    def _mend(self, raws: Sequence[bytes], fitting: dict[int, Any]) -> Decoded:
        findings = Findings()
        reader = TolerantReader(self._shape, findings)
        rows, objects = [], []
        for row, raw in enumerate(raws):
            made = fitting[row] if row in fitting else reader.read(row, raw)
            if made is not None:
                rows.append(row)
                objects.append(made)
        frame = ColumnBuilder(findings).build(self._shape, objects, rows)
        return Decoded(frame, reader.refusals, findings.list())


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


def _joined(chunks: Sequence[Decoded]) -> Decoded:
    """The chunks of a batch as one; the same difference found twice is one finding."""
    first = chunks[0].frame
    children = {
        path: pl.concat([chunk.frame.children[path] for chunk in chunks]) for path in first.children
    }
    frame = SourceFrame(pl.concat([chunk.frame.root for chunk in chunks]), children)
    findings = Findings()
    for finding in (finding for chunk in chunks for finding in chunk.drift):
        findings.add(finding.path, finding.kind, finding.detail, finding.count)
    refusals = [refusal for chunk in chunks for refusal in chunk.refusals]
    return Decoded(frame, refusals, findings.list())


def counts_agree(text: bytes, keys: int) -> bool:
    """Whether there are as many key endings in a text as keys were decoded.

    msgspec keeps the last of two equal keys and says nothing; counting is nearly free, and only
    where the counts differ (also for texts that hold `":`) is each record looked at. A text that
    is nothing but the sentinel for "not sent" shows in the same way.
    """
    if b'" ' in text or any(blank in text for blank in (b"\n", b"\t", b"\r")):
        return sum(1 for _ in KEY_ENDING.finditer(text)) == keys
    return text.count(b'":') == keys


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
