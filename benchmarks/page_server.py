"""A page server that costs next to nothing: bytes from a mapped file, one process of its own.

`GET /<dataset>/<anything>?cursor=<page>&limit=<size>` answers with a page; every other query
parameter is accepted and ignored, and so are credentials. `POST …/oauth/token` grants a token to
anybody, for connectors whose contract wants one. Loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import mmap
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

TOKEN = b'{"access_token":"benchmark","token_type":"Bearer","expires_in":86400}'


class Pages:
    """The pages of one dataset."""

    def __init__(self, folder: Path, name: str) -> None:
        index = json.loads((folder / f"{name}.json").read_text())
        self.ends: list[int] = index["ends"]
        self.page_size: int = index["page_size"]
        with (folder / f"{name}.pages").open("rb") as body:
            self.body = mmap.mmap(body.fileno(), 0, access=mmap.ACCESS_READ)

    def page(self, number: int) -> bytes:
        """The body of a page; IndexError when there is none."""
        if number < 0:
            raise IndexError(number)
        start = self.ends[number - 1] if number else 0
        return self.body[start : self.ends[number]]


class PageProtocol(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, just enough for the clients that are measured."""

    def __init__(self, folder: Path, open_pages: dict[str, Pages]) -> None:
        self.folder = folder
        self.open_pages = open_pages
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every whole request received so far."""
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, rest = self.received.split(b"\r\n\r\n", 1)
            length = _content_length(head)
            if len(rest) < length:
                return
            self.received = rest[length:]
            status, body = self.answer(head.split(b"\r\n", 1)[0].decode("ascii"))
            self.transport.write(_header(status, len(body)))
            self.transport.write(body)

    def answer(self, request_line: str) -> tuple[str, bytes]:
        """Status and body for a request line."""
        method, target, _ = request_line.split(" ", 2)
        if method == "POST":
            return "200 OK", TOKEN
        url = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        try:
            pages = self.pages(url.path.split("/")[1])
            if query.get("limit", str(pages.page_size)) != str(pages.page_size):
                return "400 Bad Request", b'{"message":"limit must be the dataset\'s page size"}'
            return "200 OK", pages.page(int(query.get("cursor") or 0))
        except (OSError, IndexError, ValueError):
            return "404 Not Found", b'{"message":"no such page"}'

    def pages(self, name: str) -> Pages:
        """The dataset of this name, opened on its first request."""
        if name not in self.open_pages:
            self.open_pages[name] = Pages(self.folder, Path(name).name)
        return self.open_pages[name]


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _header(status: str, length: int) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {length}\r\nX-Synthetic-Data: true\r\n\r\n"
    ).encode()


async def serve(folder: Path) -> None:
    """Serve until killed; the first line of standard output is the port."""
    loop = asyncio.get_running_loop()
    open_pages: dict[str, Pages] = {}
    server = await loop.create_server(lambda: PageProtocol(folder, open_pages), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # When the benchmark ends, however it ends, its end of this pipe closes.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """`python -m benchmarks.page_server FOLDER`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asyncio.run(serve(parser.parse_args().folder))


if __name__ == "__main__":
    main()
