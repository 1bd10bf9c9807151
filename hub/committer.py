"""Commits the batches of a run, one at a time, while the next one is made ready."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from canonical.store import Store
from canonical.store.batch import BatchCommit, CommitResult
from hub.in_flight import InFlight
from hub.options import Written


class Committer:
    """Commits one batch at a time in a thread, while the next one is made ready."""

    def __init__(self, store: Store, in_flight: InFlight) -> None:
        self._store = store
        self._in_flight = in_flight
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._pending: Future[CommitResult] | None = None
        self.written = Written()

    def __enter__(self) -> Committer:
        return self

    def __exit__(self, *exc: object) -> None:
        self._in_flight.abort()
        self._pool.shutdown(wait=True)

    def submit(self, batch_no: int, commit: BatchCommit) -> None:
        """Wait for the batch before, then commit this one.

        Raises:
            HubError: the batch before could not be committed.
        """
        self.wait()
        self._pending = self._pool.submit(self._commit, batch_no, commit)

    def wait(self) -> None:
        """Wait until nothing is being committed.

        Raises:
            HubError: the last batch could not be committed.
        """
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()

    def _commit(self, batch_no: int, commit: BatchCommit) -> CommitResult:
        try:
            result = self._store.commit_batch(commit)
        except BaseException:
            self._in_flight.abort()  # a batch that waits for these keys would wait for ever
            raise
        self._in_flight.committed(batch_no)
        self.written.add(result)
        return result
