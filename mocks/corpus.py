"""The same answers without a socket: an ASGI app behind the `responses` library.

::

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        register(mock, "https://api.example.jp", systems.apps["subsidy"])
        requests.get("https://api.example.jp/exp/v1/public/subsidies?…")
"""

from __future__ import annotations

import asyncio
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from starlette.types import ASGIApp, Message, Scope

METHODS = ("GET", "POST", "PUT", "DELETE")
Answer = tuple[int, dict[str, str], bytes]


def scope_of(request: requests.PreparedRequest) -> Scope:
    """The ASGI scope of a prepared request."""
    url = urlsplit(request.url or "")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(url.path),
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [
            (name.lower().encode(), str(value).encode()) for name, value in request.headers.items()
        ],
        "client": ("127.0.0.1", 0),
        "server": (url.hostname or "", url.port or 80),
    }


def call(app: ASGIApp, request: requests.PreparedRequest) -> Answer:
    """Let the app answer a prepared request: status, headers, body.

    Raises:
        requests.ConnectionError: a fault reset the connection, or cut the body short.
    """
    start: dict[str, Any] = {}
    parts: list[bytes] = []
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else bytes(body)

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            parts.append(message.get("body", b""))

    async def answer() -> None:
        await app(scope_of(request), receive, send)

    try:
        asyncio.run(answer())
    except ConnectionResetError as error:
        raise requests.ConnectionError(error, request=request) from error
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    whole = b"".join(parts)
    if int(headers.get("content-length", len(whole))) > len(whole):
        msg = f"{len(whole)} of {headers['content-length']} bytes arrived"
        raise requests.ConnectionError(msg, request=request)
    return start["status"], headers, whole


def register(mock: Any, base: str, app: ASGIApp) -> None:
    """Answer every request under `base` from the app, through a `responses.RequestsMock`."""
    pattern = re.compile(re.escape(base) + r"(/|\?|$)")
    for method in METHODS:
        mock.add_callback(method, pattern, callback=lambda request: call(app, request))
