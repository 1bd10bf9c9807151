"""CSV files, over HTTPS or SFTP."""

from __future__ import annotations

from collections.abc import Iterator

from base.records import Page, Window
from connectors.hooks import ReadContext


def read(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Read a stream; see `connectors.hooks.ReadHook`."""
    raise NotImplementedError
