"""Files over SFTP: listed by name, copied whole.

A file's time of last change and its size name its version: SFTP (version 3) tells nothing better.
Two versions of one size, written within the same second, cannot be told apart.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import BinaryIO, Protocol

from base.sftp import FileEntry
from connectors.transports.files import Fetched, RemoteFile, spool


class SftpFiles(Protocol):
    """What is needed of an SFTP client; `base.sftp.SftpClient` is one."""

    def list(self, folder: str = ".") -> list[FileEntry]:
        """The plain files of a folder, by name."""

    def download(self, path: str, into: BinaryIO) -> FileEntry:
        """Copy a file; one that is replaced meanwhile is copied again."""


def source(client: SftpFiles) -> SftpSource:
    """The files below a connection's folder."""
    return SftpSource(client)


@dataclass(frozen=True, slots=True)
class SftpSource:
    """The files below a connection's folder; see `connectors.transports.files.FileSource`."""

    client: SftpFiles

    def list(self, pattern: str) -> list[RemoteFile]:
        """The files of the pattern's folder whose names fit it, by name."""
        folder, wanted = posixpath.split(pattern)
        return [
            _described(posixpath.join(folder, entry.name), entry)
            for entry in self.client.list(folder or ".")
            if fnmatchcase(entry.name, wanted)
        ]

    def fetch(self, file: RemoteFile, noted: str | None = None) -> Fetched | None:
        """A whole copy; None where the list, or the copy, shows the mark that was noted."""
        if noted is not None and file.mark == noted:
            return None
        into = spool()
        try:
            found = _described(file.name, self.client.download(file.name, into))
        except BaseException:
            into.close()
            raise
        if noted is not None and found.mark == noted:
            into.close()
            return None
        return Fetched(found, into)


def _described(name: str, entry: FileEntry) -> RemoteFile:
    return RemoteFile(name, entry.size, entry.modified.isoformat())
