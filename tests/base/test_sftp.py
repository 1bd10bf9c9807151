"""The SFTP client against a real server: keys, faults, time; and what it never tells."""

from __future__ import annotations

import io
import os
import socket
import tempfile
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from base import sftp as module
from base.breaker import CircuitBreaker, State
from base.clock import ManualClock
from base.connection import Connection
from base.errors import (
    Action,
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
from base.retry import RunBudget
from base.sftp import SftpClient
from mocks.credentials import ClientCredentials, new_key
from mocks.faults import Fault, FaultBox
from mocks.yorozu.server import SftpFolder, public_host_key

pytestmark = pytest.mark.network

SECOND = 1_790_000_000
BODY = os.urandom(300_000)
OTHERS = ClientCredentials("someone-else", "", new_key(), new_key())


@pytest.fixture(scope="module")
def credentials() -> ClientCredentials:
    return ClientCredentials.generate()


@pytest.fixture
def box() -> FaultBox:
    return FaultBox()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    for name, body in (("b.csv", BODY), ("a.csv", b"one\r\n"), ("inner/c.csv", b"")):
        (tmp_path / name).write_bytes(body)
        os.utime(tmp_path / name, (SECOND, SECOND))
    (tmp_path / "link.csv").symlink_to("a.csv")
    return tmp_path


@pytest.fixture
def port(folder: Path, credentials: ClientCredentials, box: FaultBox) -> Iterator[int]:
    server = SftpFolder(folder, credentials, box, "files")
    yield server.start(0)
    server.stop()


Make = Callable[..., SftpClient]


@pytest.fixture
def make(port: int, credentials: ClientCredentials) -> Iterator[Make]:
    made: list[SftpClient] = []

    def client(
        path: str = "",
        *,
        at: int = port,
        key: str = credentials.private_key,
        retries: int = 5,
        breaker: CircuitBreaker | None = None,
        **options: str,
    ) -> SftpClient:
        clock = ManualClock()
        given = {"username": credentials.client_id, "host_key": public_host_key(credentials)}
        connection = Connection(
            "files", f"sftp://127.0.0.1:{at}{path}", None, {**given, **options},
            {"private_key": key},
        )  # fmt: skip
        budget = RunBudget(clock, deadline=3600, max_retries=retries)
        made.append(SftpClient(connection, clock, None, breaker, budget))
        return made[-1]

    yield client
    for one in made:
        one.close()


def got(client: SftpClient, path: str = "b.csv") -> bytes:
    into = io.BytesIO(b"what was there before" * 30_000)
    entry = client.download(path, into)
    assert entry.size == len(into.getvalue())
    return into.getvalue()


def test_plain_files_are_listed_with_size_and_time(make: Make) -> None:
    found = make().list()
    assert [(entry.name, entry.size) for entry in found] == [("a.csv", 5), ("b.csv", 300_000)]
    assert {entry.modified.timestamp() for entry in found} == {SECOND}
    assert [entry.name for entry in make().list("inner")] == ["c.csv"]


def test_a_file_is_copied_whole(make: Make) -> None:
    client = make()
    assert got(client) == BODY
    assert got(client, "a.csv") == b"one\r\n"
    assert client.stat("a.csv").size == 5


def test_paths_begin_at_the_connections_folder_and_do_not_leave_it(make: Make) -> None:
    client = make("/inner")
    assert client.stat("c.csv").size == 0
    for path in ("../a.csv", "/a.csv", "x/../../a.csv"):
        with pytest.raises(ReadError, match="outside"):
            client.stat(path)


def test_another_host_key_is_never_accepted(make: Make, box: FaultBox) -> None:
    box.add(Fault("host_key_changed", "files"))
    with pytest.raises(AuthenticationError) as caught:
        make().list()
    assert caught.value.action is Action.STOP
    assert "another host key" in str(caught.value)
    assert "by another way" in str(caught.value)
    assert not box.waiting()
    assert make().list()


def test_a_key_of_another_kind_than_the_pinned_one_is_not_asked_for(make: Make) -> None:
    pinned = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with pytest.raises(AuthenticationError, match="no key of the pinned kind"):
        make(host_key=pinned).list()


def test_a_server_with_keys_of_several_kinds_shows_the_pinned_one(
    folder: Path, credentials: ClientCredentials, make: Make
) -> None:
    server = SftpFolder(folder, credentials, FaultBox(), "files")
    server.more_host_keys = [asyncssh.generate_private_key("ssh-ed25519")]
    port = server.start(0)
    try:
        assert make(at=port).list()
    finally:
        server.stop()


@pytest.mark.parametrize(
    "wrong", [{"key": OTHERS.private_key}, {"username": "nobody"}], ids=["key", "user"]
)
def test_who_is_not_known_stops_and_says_what_to_check(make: Make, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthenticationError, match="Check username and private_key") as caught:
        make(**wrong).list()
    assert "PRIVATE KEY" not in f"{caught.value!r}"


def test_a_key_may_be_written_in_openssh_too(
    make: Make, folder: Path, box: FaultBox, port: int
) -> None:
    for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256"):
        key = asyncssh.generate_private_key(kind)
        with pytest.raises(AuthenticationError, match="refused the key"):
            make(key=key.export_private_key("openssh").decode()).list()


@pytest.mark.parametrize("kind", ["reset", "truncated", "replaced", "server_error"])
def test_what_happens_once_while_a_file_is_read_is_got_over(
    make: Make, box: FaultBox, kind: str
) -> None:
    box.add(Fault(kind, "files", "/b.csv"))
    assert got(make()) == BODY
    assert not box.waiting()


def test_memory_is_not_bounded_by_the_file(make: Make, folder: Path) -> None:
    size = 10 << 20
    (folder / "long.csv").write_bytes(bytes(size))
    client = make()
    client.stat("long.csv")
    with tempfile.TemporaryFile() as into:
        tracemalloc.start()
        try:
            assert client.download("long.csv", into).size == size
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < size / 2  # the server's buffers are among it


def test_a_connection_that_dies_between_two_requests_is_made_again(
    make: Make, box: FaultBox
) -> None:
    client = make()
    assert client.list()
    assert client._transport is not None
    client._transport.close()
    assert got(client) == BODY


@pytest.mark.parametrize("kind", ["replaced", "truncated"])
def test_a_file_that_never_comes_as_it_is_described_is_an_error(
    make: Make, box: FaultBox, kind: str
) -> None:
    box.add(Fault(kind, "files", "/b.csv", count=None))
    with pytest.raises(ServerFault, match="each of 3 times") as caught:
        got(make())
    assert caught.value.system == "files"


def test_a_file_that_grows_while_it_is_read_is_read_again(
    make: Make, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, longer = SftpClient._copy, [b"more", b""]

    def growing(self: SftpClient, sftp: Any, path: str, into: Any, size: int) -> int:
        with (folder / "b.csv").open("ab") as file:
            file.write(longer.pop(0))
        return copy(self, sftp, path, into, size)

    monkeypatch.setattr(SftpClient, "_copy", growing)
    assert got(make()) == BODY + b"more"
    assert not longer


@pytest.mark.parametrize(("kind", "error"), [("forbidden", Forbidden), ("not_found", NotFound)])
def test_no_permission_and_no_file_are_not_asked_twice(
    make: Make, box: FaultBox, kind: str, error: type[HubError]
) -> None:
    box.add(Fault(kind, "files", "/b.csv"))
    client = make()
    with pytest.raises(error, match=r"b\.csv"):
        got(client)
    assert client._budget.retries_left == 5


def test_a_file_that_is_not_there(make: Make) -> None:
    with pytest.raises(NotFound, match="no such file"):
        make().stat("nothing.csv")


def test_retries_come_out_of_the_runs_budget(make: Make, box: FaultBox) -> None:
    box.add(Fault("reset", "files", "/b.csv", count=None))
    client = make(retries=2)
    with pytest.raises(ServerFault, match="the connection broke") as caught:
        got(client)
    assert client._budget.retries_left == 0
    assert "2 of 2 retries" in str(caught.value)


def test_a_connection_closed_before_a_word_is_no_wrong_key(make: Make, box: FaultBox) -> None:
    box.add(Fault("refused", "files", count=2))
    assert make().list()
    box.add(Fault("refused", "files", count=None))
    with pytest.raises(ConnectError, match="no connection"):
        make().list()


def test_a_connection_closed_while_the_key_is_looked_at_is_no_wrong_key(
    make: Make, box: FaultBox
) -> None:
    box.add(Fault("closed_at_the_door", "files"))
    assert make().list()
    assert not box.waiting()


def test_a_port_where_nothing_listens(make: Make) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        breaker = CircuitBreaker("files", ManualClock(), failures=3)
        client = make(at=bound.getsockname()[1], breaker=breaker, retries=2)
        with pytest.raises(ConnectError, match="no connection"):
            client.list()
    assert breaker.state is State.OPEN


class Silent:
    """A wire to the server that stops carrying what the server says, after so many bytes."""

    def __init__(self, port: int, after: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._target, self._left = port, after
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target))
                self._ends += [client, server]
                for pair in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, to: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if counted:
                    data, self._left = data[: max(0, self._left)], self._left - len(data)
                to.sendall(data)

    def close(self) -> None:
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@pytest.mark.parametrize("after", [0, 30, 1500, 2600, 2900, 3100, 3300, 100_000])
def test_a_server_that_falls_silent_is_not_waited_for(
    make: Make, port: int, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(module, "CONNECT_TIMEOUT", 0.4)
    wire = Silent(port, after)
    try:
        with pytest.raises((ConnectError, ServerFault)):
            got(make(at=wire.port, retries=0, timeout="0.3"))
    finally:
        wire.close()


def test_a_file_that_drips_is_given_up(
    make: Make, box: FaultBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEADLINE", 0.3)
    monkeypatch.setattr(module, "SLOWEST", 1 << 20)
    box.add(Fault("slow_drip", "files", "/b.csv", seconds=0.02, chunk=100))
    with pytest.raises(ServerFault, match="not done within"):
        got(make(retries=0))


def test_nothing_is_asked_after_the_runs_deadline(make: Make) -> None:
    client = make()
    client._clock.advance(3601)  # type: ignore[attr-defined]
    with pytest.raises(ConnectError, match="deadline"):
        client.list()


def test_each_request_takes_its_turn(make: Make) -> None:
    class Turns(RateBudget):
        taken = 0

        def acquire(self, patience: float | None = None) -> float:
            Turns.taken += 1
            return 0.0

    client = make()
    client._rate = Turns("files", None, None, ManualClock())
    client.list()
    got(client)
    assert Turns.taken == 2


def test_a_connection_ends_with_its_client(make: Make, credentials: ClientCredentials) -> None:
    connection = make().connection
    client = SftpClient(connection, ManualClock())
    client.list()
    transport = client._transport
    assert transport is not None
    del client
    assert not transport.is_active()


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/", "sftp://", "127.0.0.1:22", "sftp://user:open-sesame@127.0.0.1"],
)
def test_an_address_that_cannot_be_used_is_a_setting_to_correct(
    address: str, credentials: ClientCredentials
) -> None:
    options = {"username": "hub", "host_key": public_host_key(credentials)}
    secrets = {"private_key": credentials.private_key}
    with pytest.raises(SettingsError) as caught:
        SftpClient(Connection("files", address, None, options, secrets), ManualClock())
    assert "open-sesame" not in str(caught.value)


@pytest.mark.parametrize("lacking", ["username", "host_key", "private_key"])
@pytest.mark.parametrize("wrong", [None, "no key at all"])
def test_a_key_that_is_missing_or_broken_is_a_setting_to_correct(
    credentials: ClientCredentials, lacking: str, wrong: str | None
) -> None:
    given = {
        "username": "hub", "host_key": public_host_key(credentials),
        "private_key": credentials.private_key,
    }  # fmt: skip
    if wrong is None:
        del given[lacking]
    else:
        given[lacking] = wrong
    secrets = {k: v for k, v in given.items() if k == "private_key"}
    options = {k: v for k, v in given.items() if k != "private_key"}
    connection = Connection("files", "sftp://127.0.0.1", None, options, secrets)
    if lacking == "username" and wrong:
        SftpClient(connection, ManualClock())
        return
    with pytest.raises(SettingsError) as caught:
        SftpClient(connection, ManualClock())
    assert credentials.private_key[60:100] not in str(caught.value)


def test_a_key_under_a_passphrase_is_told(credentials: ClientCredentials) -> None:
    locked = asyncssh.import_private_key(credentials.private_key).export_private_key(
        "pkcs8-pem", passphrase="open-sesame"
    )
    options = {"username": "hub", "host_key": public_host_key(credentials)}
    connection = Connection(
        "files", "sftp://127.0.0.1", None, options, {"private_key": locked.decode()}
    )
    with pytest.raises(SettingsError, match="without a passphrase"):
        SftpClient(connection, ManualClock())
