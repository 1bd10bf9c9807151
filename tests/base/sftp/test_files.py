"""Files as a real server gives them: listed, copied whole, read again where they changed."""

from __future__ import annotations

import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from base.errors import (
    NotFound,
    ReadError,
    ServerFault,
)
from base.sftp import SftpClient
from mocks.faults import Fault, FaultBox
from tests.base.sftp.conftest import BODY, SECOND, Make, got

pytestmark = pytest.mark.network


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


def test_a_file_that_is_not_there(make: Make) -> None:
    with pytest.raises(NotFound, match="no such file"):
        make().stat("nothing.csv")
