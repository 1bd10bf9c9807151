"""Where files come from: what is asked again, and by what two versions are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from base.errors import ContractError, ServerFault
from connectors.transports.files import HttpSource, LocalSource, RemoteFile


@dataclass
class Answer:
    status: int
    headers: dict[str, str]


@dataclass
class Shelf:
    """A client whose answers are scripted: (status, headers, body), the last one for ever."""

    answers: list[tuple[int, dict[str, str], bytes]]
    asked: list[dict[str, str]] = field(default_factory=list)

    def download(
        self,
        path: str,
        into: BinaryIO,
        params: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        self.asked.append(dict(headers or {}))
        status, told, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        into.write(body)
        return Answer(status, told)


def source(*answers: tuple[int, dict[str, str], bytes]) -> tuple[HttpSource, Shelf]:
    shelf = Shelf(list(answers))
    return HttpSource(shelf, {}), shelf


ETAG = {"etag": '"1"'}
DATED = {"last-modified": "Mon, 23 Nov 2026 00:00:00 GMT"}


def test_a_file_is_asked_for_again_when_it_has_come() -> None:
    files, shelf = source((200, ETAG, b"one"), (304, ETAG, b""))
    fetched = files.fetch(RemoteFile("x.csv"))
    assert fetched is not None
    with fetched:
        assert fetched.stream.read() == b"one"
    assert fetched.file == RemoteFile("x.csv", 3, None, '"1"')
    assert shelf.asked == [{}, {"If-None-Match": '"1"'}]


def test_a_newer_version_takes_the_place_of_an_older_one() -> None:
    files, _ = source((200, ETAG, b"o|ew"), (200, {"etag": '"2"'}, b"new"), (304, {}, b""))
    fetched = files.fetch(RemoteFile("x.csv"))
    assert fetched is not None
    assert fetched.stream.read() == b"new"
    assert fetched.file.mark == '"2"'


def test_a_server_that_takes_no_conditions_is_read_all_the_same() -> None:
    files, _ = source((200, ETAG, b"one"))
    assert files.fetch(RemoteFile("x.csv")) is not None
    assert files.fetch(RemoteFile("x.csv"), '"1"') is None


def test_a_file_that_nobody_knows_is_not_taken_for_an_unchanged_one() -> None:
    files, _ = source((304, ETAG, b""))
    assert files.fetch(RemoteFile("x.csv"), '"1"') is None
    with pytest.raises(ServerFault, match="though no version was named"):
        files.fetch(RemoteFile("x.csv"))


def test_the_date_and_the_size_tell_versions_apart_where_there_is_no_etag() -> None:
    files, shelf = source((200, DATED, b"one"), (304, DATED, b""))
    fetched = files.fetch(RemoteFile("x.csv"))
    assert fetched is not None
    assert fetched.file.mark == "modified:Mon, 23 Nov 2026 00:00:00 GMT size:3"
    assert files.fetch(RemoteFile("x.csv"), fetched.file.mark) is None
    assert shelf.asked[-1] == {"If-Modified-Since": "Mon, 23 Nov 2026 00:00:00 GMT"}


def test_the_bytes_tell_versions_apart_where_nothing_else_does() -> None:
    files, shelf = source((200, {}, b"one"), (200, {}, b"one"), (200, {}, b"two"))
    fetched = files.fetch(RemoteFile("x.csv"))
    assert fetched is not None
    assert files.fetch(RemoteFile("x.csv"), fetched.file.mark) is None
    assert files.fetch(RemoteFile("x.csv"), fetched.file.mark) is not None
    assert shelf.asked == [{}, {}, {}]


def test_a_file_that_never_stays_the_same_is_an_error() -> None:
    files, _ = source(*[(200, {"etag": f'"{number}"'}, b"x") for number in range(9)])
    with pytest.raises(ServerFault, match="replaced 3 times"):
        files.fetch(RemoteFile("x.csv"))


def test_a_web_page_is_no_file() -> None:
    files, _ = source((200, {"content-type": "text/html; charset=utf-8"}, b"<html>"))
    with pytest.raises(ContractError, match="web page"):
        files.fetch(RemoteFile("x.csv"))


def test_a_local_file_is_read_whatever_was_noted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (file,) = LocalSource(tmp_path / "a.csv").list("other.csv")
    assert file.name == "a.csv"
    fetched = LocalSource(tmp_path / "a.csv").fetch(file, "anything")
    assert fetched is not None
    with fetched:
        assert fetched.stream.read() == b"x"
