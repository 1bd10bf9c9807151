"""A set of record keys that is kept in memory while it is small, and on disk when it is not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from threading import Lock

IN_MEMORY = 250_000
"""Keys that are kept in memory, some 30 MB; whenever they are more, they go to a temporary file."""

CACHE_KIB = 32 << 10
"""Memory that the file's pages may take."""

ASKED_AT_ONCE = 10_000


class KeySet:
    """Keys of a stream; exact, whatever their number. Threads may share it.

    The file has no name, and is gone when the set is dropped, or the process ends.
    """

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._most = in_memory
        self._keys: set[str] = set()
        self._file: sqlite3.Connection | None = None
        self._lock = Lock()

    def __bool__(self) -> bool:
        """Whether it holds any key."""
        return bool(self._keys) or self._file is not None

    def add(self, keys: Iterable[str]) -> None:
        """Put keys into the set."""
        with self._lock:
            self._keys.update(keys)
            if len(self._keys) > self._most:
                self._write()

    def held(self, keys: Collection[str]) -> set[str]:
        """Those of these keys that are in the set."""
        with self._lock:
            found = self._keys.intersection(keys)
            if self._file is not None:
                asked = [key for key in keys if key not in found]
                for first in range(0, len(asked), ASKED_AT_ONCE):
                    found |= self._find(asked[first : first + ASKED_AT_ONCE])
            return found

    def clear(self) -> None:
        """Take all keys out."""
        with self._lock:
            self._keys.clear()
            if self._file is not None:
                self._file.close()
                self._file = None

    def _write(self) -> None:
        """Move what is in memory to the file."""
        if self._file is None:
            self._file = sqlite3.connect("", check_same_thread=False, isolation_level=None)
            self._file.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            self._file.execute("PRAGMA journal_mode = OFF")
            self._file.execute("CREATE TABLE held (key TEXT PRIMARY KEY) WITHOUT ROWID")
        self._file.execute("BEGIN")
        self._file.executemany(
            "INSERT OR IGNORE INTO held VALUES (?)", ((key,) for key in sorted(self._keys))
        )
        self._file.execute("COMMIT")
        self._keys.clear()

    def _find(self, keys: list[str]) -> set[str]:
        assert self._file is not None  # noqa: S101
        found = self._file.execute(
            "SELECT key FROM held WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(keys),),
        )
        return {key for (key,) in found}
