"""A question to the 委任情報取得API: credentials and parameters in one JSON body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from base.clock import Clock
from base.connection import Connection
from base.http_answer import Response, check_status, json_body
from connectors.transports.fetch import Post

T = TypeVar("T")
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
NUMBERS = frozenset({"limit", "meti_id"})
"""Parameters that the contract has as numbers."""


@dataclass(frozen=True, slots=True)
class DelegationDesk:
    """Asks the delegation operations of one connection.

    Its secrets `client_key` and `client_token` stand in the body alone: no address, no header and
    no message of an error ever holds them.
    """

    connection: Connection
    client: Post
    clock: Clock

    def get_json_bytes(self, path: str, params: Mapping[str, str] | None = None) -> Response:
        """POST the parameters; the answer is complete JSON text, as that of
        `connectors.transports.fetch.Fetch`.

        Raises:
            SettingsError: the connection lacks `client_key` or `client_token`.
            HubError: any of the tree in `base.errors`, after the retries its type allows.
        """
        body = self._body(params or {})
        place = f"POST {self.connection.address}{path}"

        def read(response: Response) -> Response:
            check_status(response, place, self.clock.now())
            return Response(response.status, response.headers, json_body(response, place))

        return self.client.post(path, lambda: body, read, HEADERS)

    def _body(self, params: Mapping[str, str]) -> bytes:
        asked: dict[str, Any] = {
            name: int(value) if name in NUMBERS else value for name, value in params.items()
        }
        credentials = {
            name: self.connection.secret(name) for name in ("client_key", "client_token")
        }
        return json.dumps({**credentials, **asked}).encode()
