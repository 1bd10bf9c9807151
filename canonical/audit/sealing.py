"""Blocks of rows in a hash chain: who changes, removes or adds a sealed row is found out.

A block holds the digest of each of its rows, and a hash of these and of the block before. One
chain over single rows would put all writers in a line; rows are sealed in blocks after they are
committed, in whatever order that was. What is not sealed yet is not protected, and is counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, select, text, update

from base.failpoint import failpoint
from canonical.audit.columns import COLUMNS, digest
from canonical.audit.tables import AUDIT_BLOCK, AUDIT_ROW
from canonical.store.database import Database

BLOCK_ROWS = 1000
"""Rows a block. Sealing holds the database's write lock on SQLite: some twenty milliseconds."""

_LOCK = 5_081_201_901
_FIRST = "0" * 64
_SAID = tuple(AUDIT_ROW.c[name] for name in COLUMNS)
_NO_BLOCK = AUDIT_ROW.c.block_no.is_(None)

What = Literal["changed", "missing", "inserted", "block_changed", "block_missing", "not_as_noted"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A place at which the audit is not as it was sealed; `row_id` is None for a whole block."""

    what: What
    block_no: int
    row_id: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look through all blocks found.

    Attributes:
        unsealed: rows that no block holds yet.
        head: number and hash of the last block; who notes them elsewhere can later prove by them
            that nothing up to there was taken off or written anew.
    """

    blocks: int
    rows: int
    unsealed: int
    head: tuple[int, str] | None
    findings: list[Finding]


def seal(database: Database, at: datetime, limit: int = BLOCK_ROWS) -> int:
    """Seal a block of up to `limit` rows, the oldest first; 0 where there are none."""
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        oldest = (AUDIT_ROW.c.at, AUDIT_ROW.c.row_id)
        rows = connection.execute(select(*_SAID).where(_NO_BLOCK).order_by(*oldest).limit(limit))
        digests = {row.row_id: digest(row) for row in rows}
        if not digests:
            return 0
        number, previous = _last(connection)
        written = _written(digests)
        block = {
            "block_no": number + 1,
            "sealed_at": at,
            "row_count": len(digests),
            "digests": written,
            "hash": _hash(number + 1, previous, at, written),
        }
        connection.execute(AUDIT_BLOCK.insert(), block)
        failpoint("audit.block")
        for some in _portions(list(digests)):
            connection.execute(
                update(AUDIT_ROW).where(AUDIT_ROW.c.row_id.in_(some)).values(block_no=number + 1)
            )
        return len(digests)


def verify(database: Database, noted: tuple[int, str] | None = None) -> Verification:
    """Compare all blocks with each other and with their rows."""
    findings: list[Finding] = []
    sealed, number, previous = 0, 0, _FIRST
    for block in _blocks(database):
        findings += [Finding("block_missing", gone) for gone in range(number + 1, block.block_no)]
        number = block.block_no
        if block.hash != _hash(number, previous, block.sealed_at, block.digests):
            findings.append(Finding("block_changed", number))
        if noted is not None and noted[0] == number and noted[1] != block.hash:
            findings.append(Finding("not_as_noted", number))
        previous = block.hash
        sealed += block.row_count
        findings += _compared(database, block)
    if noted is not None and noted[0] > number:
        findings.append(Finding("not_as_noted", noted[0]))
    return Verification(
        number,
        sealed,
        _unsealed(database),
        (number, previous) if number else None,
        findings + _beyond(database, number),
    )


def _blocks(database: Database) -> Iterator[Row[Any]]:
    """The blocks one by one; each is read for itself, so that the memory is that of one."""
    last = 0
    while True:
        query = (
            select(AUDIT_BLOCK)
            .where(AUDIT_BLOCK.c.block_no > last)
            .order_by(AUDIT_BLOCK.c.block_no)
            .limit(1)
        )
        with database.read() as connection:
            block = connection.execute(query).one_or_none()
        if block is None:
            return
        last = block.block_no
        yield block


def _compared(database: Database, block: Row[Any]) -> list[Finding]:
    """Where the rows of a block are not those that it sealed."""
    query = select(*_SAID).where(AUDIT_ROW.c.block_no == block.block_no)
    with database.read() as connection:
        held = {row.row_id: digest(row) for row in connection.execute(query)}
    sealed = _read(block.digests)
    found = [("missing", one) for one in sealed.keys() - held.keys()]
    found += [("inserted", one) for one in held.keys() - sealed.keys()]
    found += [("changed", one) for one in held.keys() & sealed.keys() if held[one] != sealed[one]]
    return [Finding(what, block.block_no, one) for what, one in sorted(found)]  # type: ignore[arg-type]


def _beyond(database: Database, last: int) -> list[Finding]:
    """Rows that claim to be sealed by a block that is not there."""
    row = AUDIT_ROW.c
    query = select(row.block_no, row.row_id).where(row.block_no > last).order_by(row.row_id)
    with database.read() as connection:
        newest = connection.scalar(select(func.max(AUDIT_BLOCK.c.block_no))) or 0
        found = connection.execute(query.where(row.block_no > newest)).all()
    return [Finding("block_missing", one.block_no, one.row_id) for one in found]


def _unsealed(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).where(_NO_BLOCK)) or 0


def _last(connection: Connection) -> tuple[int, str]:
    block = AUDIT_BLOCK.c
    query = select(block.block_no, block.hash).order_by(block.block_no.desc()).limit(1)
    found = connection.execute(query).one_or_none()
    return (found.block_no, found.hash) if found else (0, _FIRST)


def _hash(number: int, previous: str, at: datetime, digests: bytes) -> str:
    head = f"{number}\n{previous}\n{at.astimezone(UTC).isoformat(timespec='microseconds')}\n"
    return hashlib.sha256(head.encode() + digests).hexdigest()


def _written(digests: dict[str, str]) -> bytes:
    return "".join(f"{row_id} {found}\n" for row_id, found in sorted(digests.items())).encode()


def _read(written: bytes) -> dict[str, str]:
    pairs = (line.rpartition(" ") for line in bytes(written).decode(errors="replace").splitlines())
    return {row_id: found for row_id, _, found in pairs}


def _portions(names: list[str], size: int = 500) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]
