"""The read API, typed: one method an endpoint, shapes generated from its OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

import httpx

from examples.client import shapes


class ApiError(Exception):
    """The API refused, or gave no answer.

    Attributes:
        status: of HTTP; 503 where there was no answer.
        kind: the last part of the problem's `type` (RFC 9457).
    """

    def __init__(self, status: int, kind: str, title_ja: str) -> None:
        super().__init__(f"{status} {kind}")
        self.status, self.kind, self.title_ja = status, kind, title_ja


class Api:
    """The read API with one access token."""

    def __init__(self, address: str, token: str, http: httpx.AsyncClient) -> None:
        self._address, self._http = address, http
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    async def me(self) -> shapes.Me:
        """`GET /v1/me`."""
        return cast(shapes.Me, await self._get("/v1/me"))

    async def business(self, business: str) -> shapes.Business:
        """`GET /v1/businesses/{id}`."""
        return cast(shapes.Business, await self._get(f"/v1/businesses/{quote(business)}"))

    async def applications(
        self, business: str, cursor: str | None = None
    ) -> shapes.PageApplication:
        """`GET /v1/businesses/{id}/applications`."""
        path = f"/v1/businesses/{quote(business)}/applications"
        return cast(shapes.PageApplication, await self._get(path, cursor=cursor))

    async def looks(self, cursor: str | None = None) -> shapes.PageLooked:
        """`GET /v1/audit/me`."""
        return cast(shapes.PageLooked, await self._get("/v1/audit/me", cursor=cursor))

    async def _get(self, path: str, **query: Any) -> Any:
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return await self._call("GET", path, params=given)

    async def _post(self, path: str, body: Mapping[str, Any] | Sequence[Any]) -> Any:
        return await self._call("POST", path, json=body)

    async def _call(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = await self._http.request(
                method, self._address + path, headers=self._headers, **more
            )
            told = answer.json()
        except (httpx.HTTPError, ValueError):
            raise ApiError(503, "unreachable", "連携ハブに接続できません。") from None
        if answer.status_code != 200:
            kind = str(told.get("type", "")).rpartition(":")[2]
            raise ApiError(answer.status_code, kind, str(told.get("title_ja", "")))
        return told
