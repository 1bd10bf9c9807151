"""The one SFTP client: the host's key pinned, bounded in time, size, rate and retries.

A request passes the breaker and takes its turn in the rate budget; what fails comes back as one
error of the hub's tree. The connection is opened with the first request and again after one that
broke it. Only reading: no shell, no forwarding, no agent, no key that the connection does not name.

paramiko does the protocol (SSH: RFC 4251 to 4254; SFTP version 3, draft-ietf-secsh-filexfer-02).
"""

from __future__ import annotations

import base64
import io
import posixpath
import socket
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, TypeVar, cast
from urllib.parse import unquote, urlsplit

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)
from paramiko.ssh_exception import (
    AuthenticationException,
    BadHostKeyException,
    SSHException,
)

from base.breaker import CircuitBreaker
from base.clock import Clock
from base.connection import Connection
from base.errors import (
    AuthenticationError,
    ConnectError,
    Forbidden,
    HubError,
    NotFound,
    ReadError,
    ServerFault,
    SettingsError,
)
from base.rate import RateBudget
from base.retry import LONGEST_HOLD, OnWait, RunBudget, call

T = TypeVar("T")

PORT = 22
CONNECT_TIMEOUT = 15.0
"""Seconds for the connection, and for each step of the handshake."""

SLOWEST = 16 * 1024
"""Bytes a second below which a download is given up, once `DEADLINE` seconds have passed."""

DEADLINE = 300.0
CHUNK = 256 * 1024
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
        self._key = _private_key(connection)
        self._host_key = _host_key(connection)
        self._clock = clock
        self._rate = rate or RateBudget(connection.name, None, None, clock)
        self._breaker = breaker or CircuitBreaker(connection.name, clock)
        self._budget = budget or RunBudget(clock)
        self._on_wait = on_wait
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
            return _entry(self._path(path), sftp.stat(self._path(path)))

        return self._with_policy(f"stat {path}", read)

    def download(self, path: str, into: BinaryIO) -> FileEntry:
        """Copy a file into `into`, which every try fills from its beginning.

        A file whose size or time changes while it is read is read again.

        Returns:
            what the server said of the file that was copied.

        Raises:
            HubError: any of the tree in `base.errors`, after the retries its type allows.
        """

        def read(sftp: paramiko.SFTPClient) -> FileEntry:
            place = self._path(path)
            for _ in range(REREADS):
                before = _entry(place, sftp.stat(place))
                into.seek(0)
                into.truncate()
                copied = self._copy(sftp, place, into, before.size)
                after = _entry(place, sftp.stat(place))
                if before == after and copied == before.size:
                    into.seek(0)
                    return after
            raise ServerFault(
                f"{self.address}: {before.name} was replaced each of {REREADS} times it was read",
                remedy="Ask the owner to upload under another name and rename when done",
            )

        return self._with_policy(f"get {path}", read)

    def close(self) -> None:
        """End the connection."""
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
        try:
            return call(
                lambda: self._guarded(what, read),
                self._budget,
                self._clock,
                on_wait=self._on_wait,
            )
        except HubError as error:
            error.located(system=self.connection.name)
            raise

    def _guarded(self, what: str, read: Callable[[paramiko.SFTPClient], T]) -> T:
        self._time_left(f"{what} was not asked")
        self._breaker.before()
        self._rate.acquire(min(self._budget.remaining(), LONGEST_HOLD))
        try:
            with self._lock:
                found = read(self._opened())
        except HubError as error:
            self._broken(error)
            raise
        except (OSError, EOFError, SSHException) as error:
            made = self._error(what, error)
            self._broken(made)
            raise made from None
        self._breaker.success()
        return found

    def _broken(self, error: HubError) -> None:
        """Give up the connection where it failed; only the system's failures count against it."""
        if isinstance(error, ConnectError | ServerFault):
            self.close()
            self._breaker.failure()
        else:
            self._breaker.success()

    def _opened(self) -> paramiko.SFTPClient:
        if self._sftp is not None and self._transport is not None and self._transport.is_active():
            return self._sftp
        self.close()
        patience = min(CONNECT_TIMEOUT, self._time_left("no connection was opened"))
        wire = socket.create_connection((self._host, self._port), timeout=patience)
        transport = paramiko.Transport(wire)
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = patience
        try:
            transport.start_client(timeout=patience)
            self._check_host(transport.get_remote_server_key())
            transport.auth_publickey(self._user, self._key)
            sftp = cast(paramiko.SFTPClient, paramiko.SFTPClient.from_transport(transport))
            cast(paramiko.Channel, sftp.get_channel()).settimeout(self.connection.timeout)
        except BaseException:
            transport.close()
            raise
        self._transport, self._sftp = transport, sftp
        return sftp

    def _check_host(self, shown: paramiko.PKey) -> None:
        """Compare the server's key with the one that is pinned, before anything is told to it."""
        if shown.asbytes() != self._host_key.asbytes():
            raise AuthenticationError(
                f"{self.address} shows another host key than the one that is pinned "
                f"({shown.fingerprint})",
                remedy="Ask the system's owner whether the server's key was changed, and for its "
                "fingerprint by another way; only then change host_key of the connection",
            )

    def _copy(self, sftp: paramiko.SFTPClient, path: str, into: BinaryIO, size: int) -> int:
        """The bytes copied; one chunk beyond `size` at most, so that growth is noticed."""
        started = self._clock.monotonic()
        copied = 0
        with sftp.open(path, "rb", bufsize=CHUNK) as source:
            source.prefetch(size)
            while copied <= size and (part := source.read(CHUNK)):
                into.write(part)
                copied += len(part)
                took = self._clock.monotonic() - started
                if took > max(DEADLINE, copied / SLOWEST):
                    raise ServerFault(f"{self.address}: {copied} bytes came in {took:.0f} s")
                self._time_left(f"{posixpath.basename(path)} was not read to its end")
        return copied

    def _time_left(self, what: str) -> float:
        left = self._budget.remaining()
        if not left:
            raise ConnectError(f"{self.address}: {what}: the run's deadline has passed")
        return left

    def _error(self, what: str, error: Exception) -> HubError:
        """One of ours for what paramiko or the socket raised, without its text."""
        place = f"{self.address}: {what}"
        if isinstance(error, BadHostKeyException | AuthenticationException):
            return AuthenticationError(
                f"{self.address} refused the key of {self._user}",
                remedy="Check username and private_key of the connection; ask the owner whether "
                "the key is still registered",
            )
        if isinstance(error, FileNotFoundError):
            return NotFound(f"{place}: there is no such file")
        if isinstance(error, PermissionError):
            return Forbidden(
                f"{place}: permission denied", remedy="Ask the owner for the right to read it"
            )
        if isinstance(error, TimeoutError):
            return ConnectError(f"{place}: no answer within {self.connection.timeout:.0f} s")
        if self._transport is None:
            return ConnectError(f"{self.address}: no connection ({type(error).__name__})")
        return ServerFault(f"{place}: the connection broke ({type(error).__name__})")


def _entry(path: str, attributes: paramiko.SFTPAttributes) -> FileEntry:
    moment = datetime.fromtimestamp(attributes.st_mtime or 0, UTC)
    return FileEntry(path, attributes.st_size or 0, moment)


def _private_key(connection: Connection) -> paramiko.PKey:
    text = connection.secret("private_key").encode()
    load = load_ssh_private_key if b"OPENSSH" in text[:40] else load_pem_private_key
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        plain = load(text, None).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        for kind in (paramiko.Ed25519Key, paramiko.RSAKey, paramiko.ECDSAKey):
            with suppress(SSHException, ValueError):
                return kind.from_private_key(io.StringIO(plain.decode()))
    raise SettingsError(
        "its private_key is no SSH key that can be read",
        system=connection.name,
        remedy="Name a file with private_key_file: PEM or OpenSSH, without a passphrase",
    )


def _host_key(connection: Connection) -> paramiko.PKey:
    try:
        kind, packed, *_comment = connection.option("host_key").split()
        return paramiko.PKey.from_type_string(kind, base64.b64decode(packed, validate=True))
    except (SSHException, ValueError, paramiko.pkey.UnknownKeyType):
        raise SettingsError(
            "its host_key is no public key as in known_hosts",
            system=connection.name,
            remedy="Write what the owner gives you: ssh-ed25519 AAAA… or ssh-rsa AAAA…",
        ) from None
