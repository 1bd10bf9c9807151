"""A client for `hub connection check`: it enters a system as a sync does, and stops reading early.

A check wants to know that a file is there and may be read. One that has come so far is right.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from base.http_answer import Response

MOST = 1 << 20
"""Bytes of files, one after the other, after which the check of a stream ends."""


class EnoughError(Exception):
    """As much of a file has come as a check reads; `MOST` bytes of it were as they should be."""


class ProbingClient:
    """Another client, whose downloads end with `EnoughError` after `MOST` bytes together."""

    def __init__(self, client: Any, most: int = MOST) -> None:
        self._client = client
        self._left = most

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def download(self, path: str, into: BinaryIO, *more: Any, **given: Any) -> Any:
        """As the client's own.

        Raises:
            EnoughError: the file is longer than what is left to read.
        """
        capped = _Capped(into, self._left)
        answer = self._client.download(path, cast(BinaryIO, capped), *more, **given)
        self._left -= capped.size
        return answer

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        **given: Any,
    ) -> Any:
        """As the client's own; an answer that is judged by a `check` is no file, and comes whole.

        Raises:
            EnoughError: the answer is longer than what is left to read.
        """
        if given:
            return self._client.get(path, params, headers, **given)
        with tempfile.SpooledTemporaryFile(MOST) as body:
            answer = self.download(path, cast(BinaryIO, body), params, headers)
            body.seek(0)
            return Response(answer.status, answer.headers, body.read())


class _Capped:
    """A file that takes so many bytes; every try fills it from its beginning."""

    def __init__(self, into: BinaryIO, most: int) -> None:
        self._into = into
        self._most = most
        self.size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._into, name)

    def truncate(self, size: int | None = None) -> int:
        """Begin anew."""
        self.size = 0
        return self._into.truncate(size)

    def write(self, data: bytes) -> int:
        """Take some bytes.

        Raises:
            EnoughError: they are more than are wanted.
        """
        self.size += len(data)
        if self.size > self._most:
            raise EnoughError
        return self._into.write(data)
