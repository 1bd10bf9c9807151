"""Deletions by absence: a key that a complete snapshot no longer holds is deleted at the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.errors import ReadError
from hub.batching import ReadBatch
from hub.windows import Reading

if TYPE_CHECKING:
    from hub.transfer import SyncJob

SHARE = 0.1
AT_LEAST = 20


class AbsentKeys:
    """Collects the keys of a snapshot, and says at its end which ones are gone.

    Over a tenth of the stream missing (and at least 20 keys), the run stops for approval: a
    snapshot that broke off without saying so looks just like a mass deletion. An interrupted
    snapshot is read again from its beginning (`plan_reading`): one taken up in the middle would not
    be complete, and would delete nothing.
    """

    def __init__(self, job: SyncJob, stream_id: int, *, active: bool, approved: bool) -> None:
        self._job = job
        self._stream_id = stream_id
        self._active = active
        self._approved = approved
        self._seen: set[str] = set()
        self._missing: list[str] | None = None

    @classmethod
    def of(cls, job: SyncJob, reading: Reading, stream_id: int, approved: bool) -> AbsentKeys:
        """The collector for one run; idle unless the stream declares `deletes: absence`."""
        complete = reading.moves_cursor and reading.resume is None and reading.window.since is None
        active = complete and job.stream.deletes == "absence" and job.stream.mode == "snapshot"
        return cls(job, stream_id, active=active, approved=approved)

    def seen(self, batch: ReadBatch) -> None:
        """Note the keys of a batch."""
        if self._active:
            self._seen.update(batch.keys, batch.unchanged)

    def missing(self) -> list[str]:
        """Keys of the store that the snapshot did not hold.

        Raises:
            ReadError: more are missing than may be deleted without approval.
        """
        if not self._active:
            return []
        if self._missing is None:
            self._missing = self._compare()
        return self._missing

    def _compare(self) -> list[str]:
        held = 0
        missing: list[str] = []
        for keys in self._job.store.live_keys(self._stream_id):
            held += len(keys)
            missing += [key for key in keys if key not in self._seen]
        if len(missing) > max(AT_LEAST, SHARE * held) and not self._approved:
            raise ReadError(
                f"{len(missing)} of {held} records are missing from the snapshot",
                remedy="If the system really deleted them, sync again with --approve-deletes",
            )
        return missing
