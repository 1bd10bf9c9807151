"""Where files come from: HTTPS, a local file, or what `SOURCES` names for a way of entering.

A file is read from a temporary copy that is whole: a copy that is known to be mixed from two
versions of the file is thrown away.
"""

from __future__ import annotations

import hashlib
import importlib
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from base.errors import ContractError, ServerFault
from connectors.declaration import AuthMethod
from connectors.hooks import ReadContext

SOURCES: dict[AuthMethod, str] = {"ssh_key": "connectors.transports.sftpfiles"}
"""Way of entering → module with `source(client) -> FileSource`; HTTPS for every other one."""

IN_MEMORY = 8 << 20
"""Bytes of a copy that are kept in memory; a longer one lies in an unnamed temporary file."""

TRIES = 3
"""Times a file is fetched that is replaced while it is read."""

_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as its source tells of it; what the source does not tell is None.

    `etag` as in RFC 9110 (quotes and all), `modified` as the source writes it, `digest` the SHA-256
    in hex where only the bytes can tell two versions apart.
    """

    name: str
    size: int | None = None
    modified: str | None = None
    etag: str | None = None
    digest: str | None = None

    @property
    def mark(self) -> str | None:
        """A text that another version of the file does not have; what is noted between runs."""
        if self.etag is not None:
            return self.etag
        if self.modified is not None:
            return f"modified:{self.modified}" + (f" size:{self.size}" if self.size else "")
        return None if self.digest is None else f"sha256:{self.digest}"


@dataclass(frozen=True, slots=True)
class Fetched(AbstractContextManager["Fetched"]):
    """A whole copy of a file, at its beginning; it goes away when the block is left."""

    file: RemoteFile
    stream: BinaryIO

    def __exit__(self, *_raised: object) -> None:
        self.stream.close()


class FileSource(Protocol):
    """A place with files."""

    def list(self, pattern: str) -> list[RemoteFile]:
        """The files whose names fit a pattern (`fnmatch`), sorted by name."""

    def fetch(self, file: RemoteFile, noted: str | None = None) -> Fetched | None:
        """A whole copy of a file, None where its mark is still the one that was `noted`.

        Raises:
            HubError: it cannot be had, or is replaced again and again while it is read.
        """


class HttpFiles(Protocol):
    """What is needed of an HTTP client; `base.http.HttpClient` is one."""

    def download(
        self,
        path: str,
        into: BinaryIO,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """GET a file into `into`; the answer has `status` and `headers`."""


def source_of(context: ReadContext) -> FileSource:
    """Where a stream's files come from."""
    if context.file is not None:
        return LocalSource(context.file)
    module = SOURCES.get(context.stream.auth.method)
    if module is not None:
        return cast(FileSource, importlib.import_module(module).source(context.client))
    return HttpSource(context.client, context.stream.parameters)


def spool() -> BinaryIO:
    """An empty temporary file for a copy."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY))


@dataclass(frozen=True, slots=True)
class LocalSource:
    """One local file, whatever name is asked for."""

    path: Path

    def list(self, pattern: str) -> list[RemoteFile]:
        """The file."""
        del pattern
        return [RemoteFile(self.path.name, self.path.stat().st_size)]

    def fetch(self, file: RemoteFile, noted: str | None = None) -> Fetched | None:
        """The file itself: it is read whether it was read before or not."""
        del noted
        return Fetched(file, self.path.open("rb"))


@dataclass(frozen=True, slots=True)
class HttpSource:
    """Files over HTTPS, where there is no list of them: each is asked for by its path.

    An unchanged file is not sent again (If-None-Match, If-Modified-Since). When a file has come,
    the same question is asked again: an answer other than "unchanged" is a newer version, which
    then takes its place, so that no half of one is joined to half of another.
    """

    client: HttpFiles
    parameters: Mapping[str, str]

    def list(self, pattern: str) -> list[RemoteFile]:
        """The file with this path."""
        return [RemoteFile(pattern)]

    def fetch(self, file: RemoteFile, noted: str | None = None) -> Fetched | None:
        """A whole copy; see `FileSource`."""
        found = self._get(file.name, noted)
        if found is None:
            return None
        for _ in range(TRIES):
            if found.file.etag is None and found.file.modified is None:
                return found
            newer = self._get(file.name, found.file.mark)
            if newer is None:
                return found
            found.stream.close()
            found = newer
        found.stream.close()
        raise ServerFault(
            f"{file.name} was replaced {TRIES} times while it was read",
            remedy="It is read again with the next run; ask the system's owner when it is written",
        )

    def _get(self, name: str, noted: str | None) -> Fetched | None:
        """What the path holds now; None where that is what was noted."""
        into = spool()
        try:
            answer = self.client.download(name, into, dict(self.parameters), _unless(noted))
            if answer.status == 304:
                _check_noted(name, noted)
                into.close()
                return None
            file = _described(name, answer.headers, into)
        except BaseException:
            into.close()
            raise
        if file.mark == noted:
            into.close()
            return None
        return Fetched(file, into)


def _check_noted(name: str, noted: str | None) -> None:
    """Make sure that there is a version which can be unchanged.

    Raises:
        ServerFault: none was named.
    """
    if noted is None:
        raise ServerFault(
            f"{name} was answered with 304 (unchanged) though no version was named",
            remedy="Nothing was read. A cache in between may be wrong: if it recurs, tell the "
            "system's owner",
        )


def _unless(noted: str | None) -> dict[str, str]:
    """The headers that ask for a file unless it is the noted one (RFC 9110 §13.1)."""
    if noted is None:
        return {}
    if noted.startswith(('"', "W/")):
        return {"If-None-Match": noted}
    if noted.startswith("modified:"):
        return {"If-Modified-Since": noted.removeprefix("modified:").partition(" size:")[0]}
    return {}


def check_no_page(name: str, headers: Mapping[str, str]) -> None:
    """Make sure that an answer is the file that was asked for.

    Raises:
        ContractError: it is a web page.
    """
    if headers.get("content-type", "").partition(";")[0].strip().lower() in _HTML:
        raise ContractError(
            f"{name} is a web page instead of a file",
            remedy="It may be a maintenance or log-in page: open the address, then sync again",
        )


def _described(name: str, headers: Mapping[str, str], body: BinaryIO) -> RemoteFile:
    """What an answer says of its file.

    Raises:
        ContractError: it is a web page.
    """
    check_no_page(name, headers)
    size = body.seek(0, 2)
    file = RemoteFile(name, size, headers.get("last-modified"), headers.get("etag"))
    if file.mark is None:
        body.seek(0)
        file = replace(file, digest=hashlib.file_digest(cast(Any, body), "sha256").hexdigest())
    body.seek(0)
    return file
