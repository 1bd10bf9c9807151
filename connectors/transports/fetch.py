"""What a transport needs of an HTTP client; `base.http.HttpClient` is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Answer(Protocol):
    """A successful answer: header names in lower case, the body's bytes."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


class Fetch(Protocol):
    """Gets JSON of one system; failures are raised as errors of `base.errors`."""

    def get_json_bytes(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """GET `path` (below the connection's address); the body is JSON in UTF-8, without BOM."""
