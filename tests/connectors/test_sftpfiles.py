"""Files over SFTP as a source: listed by pattern, fetched unless they are as noted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import BinaryIO

from base.sftp import FileEntry
from connectors.transports.sftpfiles import source


class Folder:
    """Two files of a folder; `newer` is what a download meets in place of what was listed."""

    def __init__(self) -> None:
        self.seconds = {"a.csv": 1, "b.txt": 1}
        self.listed: list[str] = []
        self.fetched: list[str] = []

    def list(self, folder: str = ".") -> list[FileEntry]:
        self.listed.append(folder)
        return [self._entry(name) for name in self.seconds]

    def download(self, path: str, into: BinaryIO) -> FileEntry:
        self.fetched.append(path)
        into.write(b"abc")
        into.seek(0)
        return self._entry(path.rpartition("/")[2])

    def _entry(self, name: str) -> FileEntry:
        return FileEntry(f"/base/{name}", 3, datetime.fromtimestamp(self.seconds[name], UTC))


def test_a_pattern_names_folder_and_files() -> None:
    folder = Folder()
    assert [file.name for file in source(folder).list("out/*.csv")] == ["out/a.csv"]
    assert [file.name for file in source(folder).list("*")] == ["a.csv", "b.txt"]
    assert folder.listed == ["out", "."]


def test_a_noted_version_is_not_fetched_again() -> None:
    folder = Folder()
    (file,) = source(folder).list("*.csv")
    fetched = source(folder).fetch(file)
    assert fetched is not None
    with fetched:
        assert fetched.stream.read() == b"abc"
    assert fetched.file.mark == file.mark
    assert source(folder).fetch(file, file.mark) is None
    assert folder.fetched == ["a.csv"]
    folder.seconds["a.csv"] = 2
    (newer,) = source(folder).list("*.csv")
    assert newer.mark != file.mark
    assert source(folder).fetch(file, newer.mark) is None
    again = source(folder).fetch(newer, file.mark)
    assert again is not None
    again.stream.close()
