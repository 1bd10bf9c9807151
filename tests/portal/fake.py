"""A hub that answers from memory; every value is synthetic."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, cast

import httpx

from examples.client.api import Api, ApiError, Filled, FilledField, FormEntry
from examples.client.oauth import Attempt, OAuthError, SignIn, Token
from examples.client.shapes import (
    Application,
    Business,
    Found,
    Looked,
    Me,
    PageApplication,
    PageFound,
    PageLooked,
)

SECRET = "token-that-no-browser-may-see"
OWN, CLIENT = "4311859224893587460", "4311859224893587461"
ACCOUNT = "gbiz-000168024"
NAME, CLIENT_NAME = "株式会社みほん商店", "合同会社ためし工業"


def _field(
    name: str, outcome: str, text: str = "", system: str = "corporate_number", why: str = ""
) -> FilledField:
    source = {"system": system, "stream": "s", "as_of": "2026-04-01", "since": None}
    told: Any = {
        "field": name,
        "concept": name,
        "outcome": outcome,
        "texts": {name: text} if text else {},
        "why": [{"code": "w", "ja": why, "en": why}],
        "sources": [source] if text else [],
        "derived_from": [],
    }
    return cast(FilledField, told)


FIELDS = [
    _field("法人番号", "prefill", "8990001190056"),
    _field("事業者名", "prefill", NAME),
    _field("資本金", "confirm", "10000000", "corporate_auth", "1年以上前の値です。"),
    _field("代表者氏名", "prefill", "見本 花子", "corporate_auth"),
    _field("事業計画の概要", "ask", why="どのシステムにもありません。"),
]
APPLICATION: Application = {
    "id": "subsidy.applications:A-1",
    "kind": "project",
    "system": "subsidy",
    "title": "新しい焼き窯の導入",
    "program": "ものづくり補助金（22次締切）",
    "status": "grant_decided",
    "status_ja": "交付決定",
    "submitted_on": "2026-05-11",
    "procedures": [
        {
            "kind_ja": "公募申請",
            "state_ja": "採択",
            "history": [{"state_ja": "提出", "occurred_at": "2026-05-11T03:00:00Z"}],
        }
    ],
    "notices": [
        {"kind_ja": "通知", "title": "交付決定のお知らせ", "sent_at": "2026-08-01T00:00:00Z"}
    ],
}


class FakeApi(Api):
    """The API of one token: agents' tokens represent the client."""

    def __init__(self, hub: FakeHub, token: Token) -> None:
        super().__init__("http://127.0.0.1:1", token.value, httpx.AsyncClient())
        self.hub = hub

    async def me(self) -> Me:
        """Who calls."""
        agent = self.hub.agent
        person = {"issuer": "http://idp", "account": ACCOUNT}
        mine = {"id": OWN, "name": NAME, "corporate_number": "8990001190056"}
        other = {"id": CLIENT, "name": CLIENT_NAME}
        mandate = {
            "number": "D-1",
            "system_code": "SMEPF",
            "starts_on": "2026-01-01",
            "ends_on": None,
            "categories": [{"code": "K01", "name": "申請", "procedure": None}],
        }
        told = {
            "client": "portal",
            "subject": {**person, "account": "gbiz-2"} if agent else person,
            "actors": [person] if agent else [],
            "delegation": "D-1" if agent else None,
            "scopes": [],
            "purposes": [],
            "expires_at": "2026-11-24T00:00:00Z",
            "business": other if agent else mine,
            "may_represent": [
                {"business": mine, "delegation": None},
                {"business": other, "delegation": mandate},
                {"business": other, "delegation": mandate | {"number": "D-2"}},
            ],
        }
        return cast(Me, told)

    async def business(self, business: str) -> Business:
        """One business."""
        value = {"system": "corporate_number", "stream": "s", "as_of": "2026-04-01", "since": None}
        told = {
            "id": business,
            "fields": {
                "name": {**value, "value": NAME},
                "kind": {**value, "value": "corporation"},
                "capital_jpy": {**value, "value": 10_000_000, "system": "corporate_auth"},
                "name_core": {**value, "value": "みほん商店"},
            },
        }
        return cast(Business, told)

    async def applications(self, business: str, cursor: str | None = None) -> PageApplication:
        """Two pages of applications."""
        self.hub.asked.append(business)
        if self.hub.refuse:
            raise ApiError(self.hub.refuse, "not-found", "該当する情報はありません。")
        return {"items": [APPLICATION], "next": None if cursor else "c2"}

    async def programs(self, **wanted: str | None) -> PageFound:
        """One program."""
        one: Found = {
            "id": "subsidy.programs:P-1",
            "title": "ものづくり補助金（22次締切）",
            "open": True,
            "values": {"limit_jpy": 12_500_000, "target_areas": ["全国"]},
        }
        return {"items": [] if wanted.get("q") == "ない" else [one], "next": None}

    async def support_agencies(self, **wanted: str | None) -> PageFound:
        """One agency."""
        one: Found = {
            "id": "support_agency.agencies:1",
            "title": "見本税理士法人",
            "values": {"kind": "税理士法人", "bureau": "関東経済産業局"},
        }
        return {"items": [one], "next": "c2"}

    async def forms(self) -> list[FormEntry]:
        """One form."""
        return [
            {
                "id": "monozukuri",
                "system": "subsidy",
                "ja": "ものづくり補助金 応募申請書",
                "en": "Application",
                "version": "2026-1",
                "fields": len(FIELDS),
            }
        ]

    async def prefill(self, form: str) -> Filled:
        """All fields."""
        return self._filled(form, FIELDS)

    async def preview(self, form: str, fields: Sequence[str]) -> Filled:
        """The ticked fields."""
        self.hub.previewed.append(list(fields))
        return self._filled(form, [one for one in FIELDS if one["field"] in fields])

    async def release(self, form: str, fields: Sequence[str]) -> Filled:
        """The ticked fields, once more."""
        self.hub.released.append(list(fields))
        return self._filled(form, [one for one in FIELDS if one["field"] in fields])

    def _filled(self, form: str, fields: list[FilledField]) -> Filled:
        outcomes = [one["outcome"] for one in fields]
        return {
            "form": form,
            "version": "2026-1",
            "day": "2026-11-24",
            "business": OWN,
            "counts": {name: outcomes.count(name) for name in ("prefill", "confirm", "ask")},
            "fields": fields,
        }

    async def looks(self, cursor: str | None = None) -> PageLooked:
        """One look."""
        one: Looked = {
            "id": "1",
            "at": "2026-11-23T15:30:00Z",
            "operation": "GET /v1/businesses/{id}",
            "channel": "api",
            "allowed": True,
            "rule": "api.allowed",
            "purpose": "application_status",
            "client": "portal",
            "subject": ACCOUNT,
            "actor": None,
            "systems": ["corporate_number", "corporate_auth"],
            "scopes": [],
        }
        return {"items": [one], "next": None}


class FakeHub:
    """The hub: sends the browser straight back, as whoever was hinted."""

    def __init__(self) -> None:
        self.agent = False
        self.refuse = 0
        self.no_token = ""
        self.asked: list[str] = []
        self.previewed: list[list[str]] = []
        self.released: list[list[str]] = []
        self.purposes: list[str] = []
        self.revoked: list[str] = []
        self.hints: list[str | None] = []

    async def sign_in_url(self, attempt: Attempt, hint: str | None, *, again: bool) -> str:
        """The callback itself, with a code."""
        self.hints.append(hint)
        self.agent = "#" in (hint or "")
        return f"/sign-in/callback?code=c&state={attempt.state}"

    async def redeem(self, attempt: Attempt, code: str) -> SignIn:
        """A sign-in."""
        return SignIn(Token(SECRET, time.time() + 600), f"{SECRET}-id", {"sub": ACCOUNT})

    async def token(self, signed_in: SignIn, purpose: str) -> Token:
        """A token for a purpose."""
        if self.no_token:
            raise OAuthError(self.no_token)
        self.purposes.append(purpose)
        return Token(f"{SECRET}-{purpose}", time.time() + 600)

    async def revoke(self, token: Token) -> None:
        """Note it."""
        self.revoked.append(token.value)

    async def sign_out_url(self, signed_in: SignIn, return_to: str) -> str | None:
        """Nowhere in particular."""
        return "http://127.0.0.1:1/logout"

    def api(self, token: Token) -> Api:
        """The API with a token."""
        return FakeApi(self, token)
