"""A bounded read-ahead: an iterator that runs in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final, Generic, TypeVar

T = TypeVar("T")

GRACE = 5.0
"""Seconds that a thread gets to end."""

_END: Final = object()


class Prefetch(Generic[T]):
    """Iterate `source` in a thread, at most `depth` items ahead of the reader.

    An exception of the source is raised where the item would have come. `close()` stops the
    thread and waits for it; leaving the `with` block does so too.
    """

    def __init__(self, source: Iterable[T], depth: int, name: str) -> None:
        self._source = source
        self._queue: queue.Queue[object] = queue.Queue(maxsize=depth)
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __enter__(self) -> Prefetch[T]:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[T]:
        while True:
            item = self._queue.get()
            if item is _END:
                if self._error is not None:
                    raise self._error
                return
            yield item  # type: ignore[misc]

    def _halt(self) -> None:
        """Take no more from the source, and end the reader's iteration."""
        self._stop.set()
        while True:
            try:
                self._queue.put_nowait(_END)
            except queue.Full:
                with suppress(queue.Empty):
                    self._queue.get_nowait()
            else:
                return

    def close(self) -> None:
        """Stop, and wait until the thread has ended.

        A thread that hangs in a read is left behind after `GRACE` seconds: it can hand nothing on
        any more, and it does not keep the process.
        """
        self._halt()
        self._thread.join(GRACE)

    def _put(self, item: object) -> bool:
        while not self._stop.is_set():
            try:
                self._queue.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def _run(self) -> None:
        try:
            for item in self._source:
                if not self._put(item):
                    break
        except BaseException as error:  # noqa: BLE001 - handed on to the reader
            self._error = error
        finally:
            close = getattr(self._source, "close", None)
            if close is not None:
                close()
            self._put(_END)
