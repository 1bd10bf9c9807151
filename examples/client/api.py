"""The read API, typed: one method an endpoint, shapes generated from its OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict, cast
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


class FormEntry(TypedDict):
    """A form that can be filled in."""

    id: str
    system: str
    ja: str
    en: str
    version: str | None
    fields: int


class Reason(TypedDict):
    """Why a field is as it is."""

    code: str
    ja: str
    en: str


class Source(TypedDict):
    """Whose word a value is, of which day, and since when the hub has known it."""

    system: str
    stream: str
    as_of: str | None
    since: str | None


class FilledField(TypedDict):
    """A field of a form: `prefill`, `confirm` or `ask`; texts by their path in the form."""

    field: str
    concept: str
    outcome: Literal["prefill", "confirm", "ask"]
    texts: dict[str, str]
    why: list[Reason]
    sources: list[Source]
    derived_from: list[str]
    cannot: NotRequired[str]


class Filled(TypedDict):
    """A form as far as the hub can fill it in."""

    form: str
    version: str | None
    day: str
    business: str
    counts: dict[str, int]
    fields: list[FilledField]


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

    async def programs(self, **wanted: str | None) -> shapes.PageFound:
        """`GET /v1/programs`: `q`, `region`, `industry`, `topic`, `open`, `cursor`."""
        return cast(shapes.PageFound, await self._get("/v1/programs", **wanted))

    async def support_agencies(self, **wanted: str | None) -> shapes.PageFound:
        """`GET /v1/support-agencies`: `q`, `region`, `industry`, `topic`, `cursor`."""
        return cast(shapes.PageFound, await self._get("/v1/support-agencies", **wanted))

    async def forms(self) -> list[FormEntry]:
        """`GET /v1/forms`."""
        return cast(list[FormEntry], (await self._get("/v1/forms"))["items"])

    async def prefill(self, form: str) -> Filled:
        """`POST /v1/forms/{form}/prefill`: every field, with what the hub can say to it."""
        return cast(Filled, await self._post(f"/v1/forms/{quote(form)}/prefill", {}))

    async def preview(self, form: str, fields: Sequence[str]) -> Filled:
        """`POST /v1/forms/{form}/preview`: the values of `fields`, and nothing of the others."""
        body = {"fields": list(fields)}
        return cast(Filled, await self._post(f"/v1/forms/{quote(form)}/preview", body))

    async def release(self, form: str, fields: Sequence[str]) -> Filled:
        """`POST /v1/forms/{form}/release`: what `preview` tells, to be handed in; the hub keeps a
        receipt of it."""
        body = {"fields": list(fields)}
        return cast(Filled, await self._post(f"/v1/forms/{quote(form)}/release", body))

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
