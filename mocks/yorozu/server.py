"""A real SFTP server over one folder: key authentication, reading only, no shell, faults on demand.

Every connection begins with a look for a fault of connections (path `/connection`), every file
with a look for one of files or of a CSV body (its path, `/karte_full_20261115.csv`). A fault of
bodies spoils the file for as long as the connection lasts.
"""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, cast

import asyncssh

from mocks.credentials import ClientCredentials, new_key
from mocks.fault_csv import CSV_BODIES
from mocks.fault_sftp import OF_CONNECTIONS, OF_FILES
from mocks.faults import Fault, FaultBox

HOST = "127.0.0.1"
BODIES = OF_FILES | CSV_BODIES.keys()


def public_host_key(credentials: ClientCredentials) -> str:
    """The server's public key as in `known_hosts`: kind and key."""
    return _public(credentials.host_key)


@cache
def _public(private_key: str) -> str:
    key = asyncssh.import_private_key(private_key)
    return " ".join(key.export_public_key().decode().split()[:2])


class SftpFolder:
    """Serves one folder to one user; `start` and `stop` as in `mocks.systems.Server`.

    `more_host_keys` are keys of other kinds that the host has, too.
    """

    def __init__(
        self, folder: Path, credentials: ClientCredentials, box: FaultBox, system: str
    ) -> None:
        self.folder = folder
        self.box = box
        self.system = system
        self._user = credentials.client_id
        self._client_key = asyncssh.import_public_key(credentials.public_key)
        self._host_key = asyncssh.import_private_key(credentials.host_key)
        self.more_host_keys: list[asyncssh.SSHKey] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._listener: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped: asyncio.Event | None = None

    def start(self, port: int) -> int:
        """Listen on loopback; 0 takes a free port. Gives the port, once it listens."""
        listener = socket.create_server((HOST, port))
        listener.setblocking(False)
        ready = threading.Event()
        self._listener = listener
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, ready)),
            name=f"mock-{self.system}",
            daemon=True,
        )
        self._thread.start()
        ready.wait(10)
        return int(listener.getsockname()[1])

    def stop(self) -> None:
        """End every connection, and listen no more."""
        if self._loop is not None and self._stopped is not None and self._thread is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join(timeout=5)
        if self._listener is not None:
            self._listener.close()

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        accepting = asyncio.create_task(self._accept(listener))
        ready.set()
        await self._stopped.wait()
        accepting.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(accepting, *self._tasks, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            wire, _ = await loop.sock_accept(listener)
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._connection(wire))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connection(self, wire: socket.socket) -> None:
        fault = self.box.take(self.system, "/connection", OF_CONNECTIONS)
        kind = None if fault is None else fault.kind
        if kind == "refused":
            wire.close()
            return
        host_key = self._host_key
        if kind == "host_key_changed":
            host_key = _another_key()
        with suppress(asyncssh.Error, OSError):
            connection = await asyncssh.run_server(
                wire,
                server_factory=lambda: _Door(self._user, self._client_key, kind),
                server_host_keys=[*self.more_host_keys, host_key],
                sftp_factory=lambda channel: _Files(channel, self),
                sftp_version=3,
                allow_scp=False,
                line_editor=False,
                agent_forwarding=False,
                x11_forwarding=False,
            )
            try:
                await connection.wait_closed()
            finally:
                connection.abort()


@cache
def _another_key() -> asyncssh.SSHKey:
    return asyncssh.import_private_key(new_key())


class _Door(asyncssh.SSHServer):
    """Lets one user in, by one key; `fault` is the kind of a connection's fault."""

    def __init__(self, user: str, key: asyncssh.SSHKey, fault: str | None) -> None:
        self._user, self._key, self._fault = user, key, fault
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Someone knocks."""
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        """Nobody comes in without a key."""
        del username
        return True

    def public_key_auth_supported(self) -> bool:
        """By key alone."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether it is the user's."""
        if self._fault == "closed_at_the_door" and self._connection is not None:
            self._connection.abort()
        return username == self._user and key == self._key and self._fault != "key_unknown"


class _Files(asyncssh.SFTPServer):
    """The folder, to be read; faults show while a file is asked for."""

    def __init__(self, channel: Any, server: SftpFolder) -> None:
        super().__init__(channel, chroot=str(server.folder).encode())
        self._server = server
        self._faults: dict[bytes, Fault] = {}
        self._bodies: dict[bytes, bytes] = {}
        self._stats: dict[bytes, int] = {}

    def _fault(self, path: bytes) -> Fault | None:
        """The fault that a file has on this connection, if any."""
        if path not in self._faults:
            shown = "/" + path.decode("utf-8", "replace").lstrip("/")
            fault = self._server.box.take(self._server.system, shown, BODIES)
            if fault is None:
                return None
            self._faults[path] = fault
            if fault.kind in CSV_BODIES:
                body = Path(self.map_path(path).decode()).read_bytes()
                self._bodies[path] = CSV_BODIES[fault.kind](body, fault)
        return self._faults[path]

    def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """As on disk, but for what a fault changes."""
        fault = self._fault(path)
        kind = None if fault is None else fault.kind
        if kind == "forbidden":
            raise asyncssh.SFTPPermissionDenied("permission denied")
        if kind == "not_found":
            raise asyncssh.SFTPNoSuchFile("no such file")
        if kind == "server_error":
            self._faults.pop(path)
            raise asyncssh.SFTPFailure("failure")
        found = asyncssh.SFTPAttrs.from_local(cast(Any, super().stat(path)))
        if path in self._bodies:
            found.size = len(self._bodies[path])
        if kind == "replaced":
            self._stats[path] = self._stats.get(path, 0) + 1
            found.mtime = (found.mtime or 0) - (self._stats[path] == 1)
            if self._stats[path] > 1:
                self._faults.pop(path)
                self._stats.pop(path)
        return found

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """For reading alone."""
        if pflags & ~asyncssh.FXF_READ:
            raise asyncssh.SFTPPermissionDenied("this folder is for reading")
        body = self._bodies.get(path)
        opened = super().open(path, pflags, attrs) if body is None else io.BytesIO(body)
        return _Opened(cast(io.BufferedIOBase, opened), path)

    def fstat(self, file_obj: object) -> Any:
        """What `stat` says."""
        return self.stat(cast(_Opened, file_obj).path)

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """A part of a file, as its fault lets it."""
        opened = cast(_Opened, file_obj)
        fault = self._faults.get(opened.path)
        kind = None if fault is None else fault.kind
        length = opened.length
        if kind in ("reset", "truncated") and offset + size > length // 2:
            if kind == "reset":
                self._faults.pop(opened.path)
                self.connection.abort()
                return b""
            if offset >= length // 2:
                return b""
            size = length // 2 - offset
        if kind == "slow_drip" and fault is not None:
            await asyncio.sleep(fault.seconds)
            size = min(size, fault.chunk)
        return opened.part(offset, size)

    def close(self, file_obj: object) -> None:
        """A file's end; one that was cut short is whole the next time."""
        opened = cast(_Opened, file_obj)
        fault = self._faults.get(opened.path)
        if fault is not None and fault.kind == "truncated":
            self._faults.pop(opened.path)
        opened.close()

    def _refuse(self, *_given: object) -> None:
        raise asyncssh.SFTPPermissionDenied("this folder is for reading")

    setstat = fsetstat = remove = mkdir = rmdir = rename = posix_rename = cast(
        Callable[..., None], _refuse
    )
    symlink = link = cast(Callable[..., None], _refuse)


class _Opened:
    """An open file."""

    def __init__(self, file: io.BufferedIOBase, path: bytes) -> None:
        self._file = file
        self.path = path
        self.length = file.seek(0, 2)

    def part(self, offset: int, size: int) -> bytes:
        """Bytes from an offset on."""
        self._file.seek(offset)
        return self._file.read(size)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
