"""What a run holds while it is at work: its stream's lease, and the names in its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from base.errors import HubError, InternalError, StoreUnreachable
from canonical.store import Lease
from hub.heartbeat import Heartbeat

if TYPE_CHECKING:
    from hub.transfer import SyncJob

LEASE = timedelta(seconds=60)
"""For how long a stream is held without a word of its run."""


@contextmanager
def located(job: SyncJob) -> Iterator[None]:
    """Name system and stream in every error of the block."""
    try:
        yield
    except HubError as error:
        error.located(system=job.system, stream=job.stream.name)
        raise
    except Exception as error:  # noqa: BLE001 - its message may quote a value
        raise InternalError.of(error).located(system=job.system, stream=job.stream.name) from None


@contextmanager
def leased(job: SyncJob) -> Iterator[tuple[Lease, Callable[[], None]]]:
    """Hold the stream's lease, and say how to check that it is still held.

    A lease that cannot be given back (the store is away) runs out.
    """
    stream_id = job.store.stream_id(job.system, job.stream.name)
    job.store.describe_stream(
        stream_id,
        source_role=job.connector.role,
        scope=job.system if job.stream.confidential else "",
        purposes=job.stream.purpose,
    )
    lease = job.store.acquire_lease(stream_id, job.owner, LEASE, job.clock.now())
    ttl = LEASE.total_seconds()
    try:
        with Heartbeat(
            lambda: job.store.renew_lease(lease, LEASE, job.clock.now()), ttl
        ) as heartbeat:
            yield lease, heartbeat.check
    finally:
        with suppress(StoreUnreachable):
            job.store.release_lease(lease)


@contextmanager
def unleased(job: SyncJob) -> Iterator[tuple[Lease, Callable[[], None]]]:
    """A dry run writes nothing, so it holds nobody up."""
    stream_id = job.store.stream_id(job.system, job.stream.name)
    yield Lease(stream_id, job.owner, 0, job.clock.now()), lambda: None
