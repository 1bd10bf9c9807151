"""One writer per stream: leases with fencing tokens.

The lease of a process that was killed is free before it expires where its death is certain: same
host name, same boot of the same machine, same process namespace, and no such process there. Host
names alone prove nothing: containers may share one and number their processes apart, and so may
machines. After a restart of the machine or of a container the lease therefore expires first.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from base.errors import LeaseHeld, LeaseLost, StoreError
from canonical.store.batch import Lease
from canonical.store.database import Database
from canonical.store.tables import LEASE, STREAM, STREAM_STATE

_PARTS = 5


def this_process() -> str:
    """`host:pid:starttime:boot:namespace` of this process, as a lease names its owner."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_start_time(pid)}:{_boot()}:{_namespace()}"


def is_gone(owner: str) -> bool:
    """True when the owner's process would be seen from here, and is not there any more."""
    parts = owner.split(":")
    here = [socket.gethostname(), _boot(), _namespace()]
    if len(parts) != _PARTS or [parts[0], *parts[3:]] != here or "?" in here:
        return False
    pid, started = parts[1:3]
    if not pid.isdigit():
        return False
    now = _start_time(int(pid))
    return now == "" or (now != "?" and started not in (now, "?"))


def _boot() -> str:
    """The kernel's id of this boot, its first eight digits; "?" where there is none."""
    try:
        # Linux random(4): made anew at each boot, the same in all containers of a machine.
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
    except OSError:
        return "?"


def _namespace() -> str:
    """The number of the namespace that this process' number belongs to; "?" if unknown."""
    try:
        # Linux namespaces(7): a link that reads `pid:[4026531836]`.
        return str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return "?"


def _start_time(pid: int) -> str:
    """Clock ticks since boot at which a process began; "" when it is gone, "?" if unknown."""
    try:
        # Linux proc(5): field 22; the name in field 2 may hold spaces and brackets.
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return _alive(pid)
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def _alive(pid: int) -> str:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        return "?"
    return "?"


def acquire(database: Database, stream: int, owner: str, ttl: timedelta, now: datetime) -> Lease:
    """See `Store.acquire_lease`."""
    with database.write() as connection:
        state = connection.execute(
            select(STREAM_STATE.c.fencing_token, STREAM.c.system, STREAM.c.stream)
            .join(STREAM, STREAM.c.stream_id == STREAM_STATE.c.stream_id)
            .where(STREAM_STATE.c.stream_id == stream)
            .with_for_update(of=STREAM_STATE)
        ).one_or_none()
        if state is None:
            raise StoreError(f"there is no stream number {stream}")
        held = connection.execute(select(LEASE).where(LEASE.c.stream_id == stream)).one_or_none()
        if held is not None and not is_free(held.owner, held.expires_at, now):
            raise LeaseHeld(
                f"another run is at work on this stream since"
                f" {held.since:%Y-%m-%d %H:%M:%S} UTC ({held.owner})",
                system=state.system,
                stream=state.stream,
                remedy="Wait for it to end; two runs of one stream never write together.",
            )
        token = state.fencing_token + 1
        lease = Lease(stream, owner, token, now + ttl)
        connection.execute(
            update(STREAM_STATE)
            .where(STREAM_STATE.c.stream_id == stream)
            .values(fencing_token=token)
        )
        connection.execute(delete(LEASE).where(LEASE.c.stream_id == stream))
        connection.execute(
            insert(LEASE).values(
                stream_id=stream, owner=owner, token=token, since=now, expires_at=lease.expires_at
            )
        )
        return lease


def is_free(owner: str, expires_at: datetime, now: datetime) -> bool:
    """True when a lease holds nobody off: it ran out, or its owner is gone."""
    return expires_at <= now or is_gone(owner)


def renew(database: Database, lease: Lease, ttl: timedelta, now: datetime) -> Lease:
    """See `Store.renew_lease`."""
    with database.write() as connection:
        renewed = connection.execute(
            update(LEASE)
            .where(LEASE.c.stream_id == lease.stream_id, LEASE.c.token == lease.token)
            .values(expires_at=now + ttl)
        )
    if renewed.rowcount != 1:
        raise lost(lease.token)
    return Lease(lease.stream_id, lease.owner, lease.token, now + ttl)


def release(database: Database, lease: Lease) -> None:
    """See `Store.release_lease`."""
    with database.write() as connection:
        connection.execute(
            delete(LEASE).where(LEASE.c.stream_id == lease.stream_id, LEASE.c.token == lease.token)
        )


def lost(token: int) -> LeaseLost:
    """The error of a run whose lease passed on."""
    return LeaseLost(
        f"the lease with token {token} passed to another run",
        remedy="Nothing of this batch was written; the other run carries on.",
    )
