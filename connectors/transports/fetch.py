"""What a transport needs of an HTTP client; `base.http.HttpClient` is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from base.http_answer import Response

T = TypeVar("T")


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


class Post(Protocol):
    """Posts a question that is safe to repeat."""

    def post(
        self,
        path: str,
        message: Callable[[], bytes],
        read: Callable[[Response], T],
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Ask, again where another try may mend it; `message` makes the body of each try anew."""
