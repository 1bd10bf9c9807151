"""The one SFTP client: the host's key pinned, bounded in time, size, rate and retries.

A request goes out as `base.exchange` lets it; what fails comes back as one error of the hub's tree.
The connection is opened with the first request and again after one that broke it. Only reading: no
shell, no forwarding, no agent, no key that the connection does not name.

paramiko does the protocol (SSH: RFC 4251 to 4254; SFTP version 3, draft-ietf-secsh-filexfer-02).
"""

from __future__ import annotations

import logging
import posixpath
import socket
import stat
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, TypeVar, cast
from urllib.parse import unquote, urlsplit

import paramiko
from paramiko.ssh_exception import AuthenticationException, SSHException

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.connection import Connection
from base.errors import (
    AuthenticationError,
    ConnectError,
    ReadError,
    ServerFault,
    SettingsError,
)
from base.exchange import Exchange
from base.rate import RateBudget
from base.retry import OnWait, RunBudget
from base.sftp_fault import entering_error, request_error
from base.sftp_keys import host_key, private_key, signatures
from base.sftp_watch import TooSlow, Watch

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what fails is told by our errors

T = TypeVar("T")

PORT = 22
CONNECT_TIMEOUT = 15.0
"""Seconds for the connection, and for each step of the handshake."""

DEADLINE = 300.0
"""Seconds after which a request is given up, however it drips; a large file has longer."""

SLOWEST = 16 * 1024
"""Bytes a second that a large file must come with."""

CHUNK = 128 * 1024
"""Bytes that are asked for at a time, one request after the other: paramiko's own reading ahead
keeps all of a file in memory. A server may send less."""

REREADS = 3
"""Times a file is read again because it was replaced meanwhile."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file on the server: its path, bytes, and time of last change (whole seconds, UTC)."""

    path: str
    size: int
    modified: datetime

    @property
    def name(self) -> str:
        """The last part of the path."""
        return posixpath.basename(self.path)


class SftpClient:
    """Reads files of one system over SFTP. Threads may share it; they take turns.

    Args are as those of `base.http.HttpClient`. The connection's address is
    `sftp://HOST[:PORT][/FOLDER]`; its options `username` (or `client_id`), `host_key` (the server's
    public key as in `known_hosts`: `ssh-ed25519 AAAA…`) and `timeout`; its secret `private_key`
    (PEM or OpenSSH).

    Raises:
        SettingsError: the address is no `sftp://`, or a key is missing or cannot be read.
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        rate: RateBudget | None = None,
        breaker: CircuitBreaker | None = None,
        budget: RunBudget | None = None,
        *,
        on_wait: OnWait | None = None,
    ) -> None:
        self.connection = connection
        parts = urlsplit(connection.address)
        if parts.scheme != "sftp" or not parts.hostname or parts.password:
            raise SettingsError(
                "its address is no sftp://HOST[:PORT][/FOLDER]", system=connection.name
            )
        self._host, self._port = parts.hostname, parts.port or PORT
        self.folder = unquote(parts.path) or "."
        self._user = connection.options.get("username") or connection.option("client_id")
        self._key = private_key(connection)
        self._host_key = host_key(connection)
        self._exchange = Exchange(connection, clock, rate, breaker, budget, on_wait=on_wait)
        self._lock = threading.RLock()
        self._transport: paramiko.Transport | None = None
        self._sftp: paramiko.SFTPClient | None = None

    @property
    def address(self) -> str:
        """The server as messages show it."""
        return f"sftp://{self._host}:{self._port}"

    def list(self, folder: str = ".") -> list[FileEntry]:
        """The plain files of a folder, by name; links are left out.

        Raises:
            HubError: any of the tree in `base.errors`, after the retries its type allows.
        """

        def read(sftp: paramiko.SFTPClient) -> list[FileEntry]:
            path = self._path(folder)
            with self._watched(DEADLINE):
                found = sftp.listdir_attr(path)
            files = [entry for entry in found if stat.S_ISREG(entry.st_mode or 0)]
            made = [_entry(posixpath.join(path, entry.filename), entry) for entry in files]
            return sorted(made, key=lambda entry: entry.path)

        return self._with_policy(f"list {folder}", read)

    def stat(self, path: str) -> FileEntry:
        """What the server says of a file.

        Raises:
            NotFound: there is none.
            HubError: any other of the tree, after the retries its type allows.
        """

        def read(sftp: paramiko.SFTPClient) -> FileEntry:
            return self._stat(sftp, self._path(path))

        return self._with_policy(f"stat {path}", read)

    def download(self, path: str, into: BinaryIO) -> FileEntry:
        """Copy a file into `into`, which every try fills from its beginning.

        A file whose size or time changes while it is read, or that ends before its size, is read
        again.

        Returns:
            what the server said of the file that was copied.

        Raises:
            HubError: any of the tree in `base.errors`, after the retries its type allows.
        """

        def read(sftp: paramiko.SFTPClient) -> FileEntry | None:
            place = self._path(path)
            before = self._stat(sftp, place)
            into.seek(0)
            into.truncate()
            copied = self._copy(sftp, place, into, before.size)
            after = self._stat(sftp, place)
            return after if before == after and copied == before.size else None

        for _ in range(REREADS):
            found = self._with_policy(f"get {path}", read)
            if found is not None:
                into.seek(0)
                return found
        raise ServerFault(
            f"{self.address}: {posixpath.basename(path)} was replaced, or cut short, each of "
            f"{REREADS} times it was read",
            remedy="Ask the owner to upload under another name and rename when done",
        ).located(system=self.connection.name)

    def close(self) -> None:
        """End the connection; the next request opens another one."""
        with self._lock:
            if self._transport is not None:
                self._transport.close()
            self._transport = self._sftp = None

    def _path(self, path: str) -> str:
        """A path below the connection's folder.

        Raises:
            ReadError: it leads out of it.
        """
        made = posixpath.normpath(posixpath.join(self.folder, path))
        base = posixpath.normpath(self.folder)
        if base == ".":
            outside = made == ".." or made.startswith(("../", "/"))
        else:
            outside = made != base and not made.startswith(f"{base.rstrip('/')}/")
        if outside:
            raise ReadError(f"{self.address}: a file lies outside the connection's folder")
        return made

    def _with_policy(self, what: str, read: Callable[[paramiko.SFTPClient], T]) -> T:
        return self._exchange.run(lambda: self._attempt(what, read), f"{self.address}: {what}")

    def _attempt(self, what: str, read: Callable[[paramiko.SFTPClient], T]) -> T:
        """One try; the connection is given up where it failed."""
        place = f"{self.address}: {what}"
        try:
            self._exchange.turn(f"{place} was not asked")
            with self._lock:
                return read(self._opened())
        except (ConnectError, ServerFault):
            self.close()
            raise
        except (OSError, EOFError, SSHException, TooSlow) as error:
            if self._transport is None:
                made = entering_error(self.address, self._user, error)
            else:
                made = request_error(place, error, self.connection.timeout)
            if isinstance(made, ConnectError | ServerFault):
                self.close()
            raise made from None

    def _opened(self) -> paramiko.SFTPClient:
        if self._sftp is not None and self._transport is not None and self._transport.is_active():
            return self._sftp
        self.close()
        patience = min(CONNECT_TIMEOUT, self._time_left("no connection was opened"))
        wire = socket.create_connection((self._host, self._port), timeout=patience)
        transport = paramiko.Transport(wire)
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = patience
        try:
            with Watch(transport, patience):
                sftp = self._entered(transport, patience)
        except BaseException:
            transport.close()
            raise
        weakref.finalize(self, transport.close)
        self._transport, self._sftp = transport, sftp
        return sftp

    def _entered(self, transport: paramiko.Transport, patience: float) -> paramiko.SFTPClient:
        """The SFTP session behind a new connection, once both sides have shown their keys."""
        transport.get_security_options().key_types = signatures(self._host_key)
        transport.start_client(timeout=patience)
        self._check_host(transport.get_remote_server_key())
        try:
            wanted = transport.auth_publickey(self._user, self._key)
        except AuthenticationException:
            if transport.is_active():
                raise
            raise SSHException("closed while the key was looked at") from None
        if wanted:
            raise AuthenticationException("the server wants more than a key")
        sftp = cast(paramiko.SFTPClient, paramiko.SFTPClient.from_transport(transport))
        cast(paramiko.Channel, sftp.get_channel()).settimeout(self.connection.timeout)
        return sftp

    def _watched(self, seconds: float) -> Watch:
        return Watch(self._transport, min(seconds, self._time_left("it was not asked")))

    def _check_host(self, shown: paramiko.PKey) -> None:
        """Compare the server's key with the one that is pinned, before anything is told to it."""
        if shown.asbytes() != self._host_key.asbytes():
            raise AuthenticationError(
                f"{self.address} shows another host key than the one that is pinned "
                f"({shown.fingerprint})",
                remedy="Ask the system's owner whether the server's key was changed, and for its "
                "fingerprint by another way; only then change host_key of the connection",
            )

    def _stat(self, sftp: paramiko.SFTPClient, path: str) -> FileEntry:
        with self._watched(DEADLINE):
            return _entry(path, sftp.stat(path))

    def _copy(self, sftp: paramiko.SFTPClient, path: str, into: BinaryIO, size: int) -> int:
        """The bytes copied; one chunk beyond `size` at most, so that growth is noticed."""
        copied = 0
        slowest = self._watched(max(DEADLINE, size / SLOWEST))
        with slowest, sftp.open(path, "rb", bufsize=CHUNK) as source:
            source.MAX_REQUEST_SIZE = CHUNK
            while copied <= size and (part := source.read(CHUNK)):
                into.write(part)
                copied += len(part)
                self._time_left(f"{posixpath.basename(path)} was not read to its end")
        return copied

    def _time_left(self, otherwise: str) -> float:
        return self._exchange.time_left(f"{self.address}: {otherwise}")


def _entry(path: str, attributes: paramiko.SFTPAttributes) -> FileEntry:
    moment = datetime.fromtimestamp(attributes.st_mtime or 0, UTC)
    return FileEntry(path, attributes.st_size or 0, moment)
