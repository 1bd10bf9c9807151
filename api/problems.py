"""Every way in which the API says no, as Problem Details (RFC 9457), in English and Japanese.

No answer holds a value that was sent, and none says whether somebody else's record exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:sme-hub:problem:"


class Kind(NamedTuple):
    """A kind of problem."""

    status: int
    en: str
    ja: str


KINDS = {
    "bad-request": Kind(400, "The request cannot be understood.", "要求を解釈できません。"),
    "bad-cursor": Kind(
        400, "The cursor is not one that was given out here.", "カーソルが正しくありません。"
    ),
    "unauthenticated": Kind(
        401, "An access token of the hub is required.", "アクセストークンが必要です。"
    ),
    "invalid-token": Kind(
        401, "The access token does not hold.", "アクセストークンが有効ではありません。"
    ),
    "insufficient-scope": Kind(
        403, "The token lacks a scope for this.", "この操作に必要なスコープがありません。"
    ),
    "purpose": Kind(
        403, "The token may not be used for this purpose.", "この利用目的では使用できません。"
    ),
    "delegation": Kind(
        403, "The delegation does not cover this.", "委任の範囲に含まれていません。"
    ),
    "not-found": Kind(404, "There is no such record here.", "該当する情報はありません。"),
    "method": Kind(405, "The method is not allowed here.", "このメソッドは使用できません。"),
    "not-acceptable": Kind(406, "Only JSON can be given.", "JSON以外の形式には対応していません。"),
    "too-large": Kind(413, "The body is too large.", "本文が大きすぎます。"),
    "media-type": Kind(415, "The body must be JSON.", "本文はJSONでなければなりません。"),
    "invalid": Kind(
        422, "A parameter is not as it must be.", "パラメーターの形式が正しくありません。"
    ),
    "too-many": Kind(
        429, "Too many requests; try again later.", "要求が多すぎます。時間をおいてください。"
    ),
    "internal": Kind(500, "The hub has a bug.", "内部エラーが発生しました。"),
    "unavailable": Kind(
        503, "The answer cannot be given now; try again later.", "一時的に応答できません。"
    ),
}
"""By the last part of `type`."""

OF_STATUS = {
    400: "bad-request", 401: "unauthenticated", 403: "insufficient-scope", 404: "not-found",
    405: "method", 406: "not-acceptable", 413: "too-large", 415: "media-type", 422: "invalid",
    429: "too-many", 500: "internal", 503: "unavailable",
}  # fmt: skip


class Refused(Exception):
    """A request that is refused.

    Args:
        name: a kind of KINDS.
        rule: what the audit row says of it.
        errors: where a parameter is wrong, and what it must be; never its value.
    """

    def __init__(
        self,
        name: str,
        rule: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        scope: str | None = None,
    ) -> None:
        super().__init__(name)
        self.name = name
        self.rule = rule or name
        self.headers = dict(headers or {})
        self.errors = list(errors)
        if name == "unauthenticated":
            self.headers["WWW-Authenticate"] = 'Bearer realm="sme-hub"'
        elif name == "invalid-token":
            self.headers["WWW-Authenticate"] = 'Bearer realm="sme-hub", error="invalid_token"'
        elif name == "insufficient-scope":
            told = f', scope="{scope}"' if scope else ""
            self.headers["WWW-Authenticate"] = (
                f'Bearer realm="sme-hub", error="insufficient_scope"{told}'
            )

    def response(self) -> Response:
        """What the caller is told."""
        kind = KINDS[self.name]
        body: dict[str, Any] = {
            "type": _TYPE + self.name,
            "title": kind.en,
            "title_ja": kind.ja,
            "status": kind.status,
        }
        if self.errors:
            body["errors"] = self.errors
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(
            msgspec.json.encode(body), kind.status, headers=headers, media_type=MEDIA_TYPE
        )


def unavailable(seconds: int = 5) -> Refused:
    """What is told while a store is away."""
    return Refused("unavailable", headers={"Retry-After": str(seconds)})
