"""`python -m examples.portal`: serve the portal on loopback; TLS is the reverse proxy's."""

from __future__ import annotations

from urllib.parse import urlsplit

import uvicorn

from examples.portal.app import build
from examples.portal.settings import Settings

DEFAULT_PORT = 8823


def main() -> None:
    """Serve until the process is told to end; one process, as sessions live in its memory."""
    settings = Settings.load()
    port = urlsplit(settings.address).port if not settings.secure else None
    uvicorn.run(
        build(settings), host="127.0.0.1", port=port or DEFAULT_PORT, access_log=False,
        server_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
