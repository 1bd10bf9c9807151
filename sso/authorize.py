"""What a front end asks at /authorize: read and checked before anything is done with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sso.model import AUTHORIZATION_CODE, Client
from sso.sessions import Asked, known_scopes

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_LONGEST = 1000


class PageError(Exception):
    """A request that names no client or none of its addresses: nothing may be redirected."""


class SentBack(Exception):
    """A request that is refused at the front end's own address."""

    def __init__(self, url: str, rule: str, client_id: str) -> None:
        super().__init__(rule)
        self.url = url
        self.rule = rule
        self.client_id = client_id


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sound request.

    Attributes:
        prompt: `none` and `login` as OpenID Connect has them; `select_account` is a `login`.
        max_age: seconds since the user authenticated, at most.
    """

    asked: Asked
    state: str | None
    prompt: str | None
    max_age: int | None
    login_hint: str | None
    provider: str | None


def read(pairs: Iterable[tuple[str, str]], clients: Mapping[str, Client], issuer: str) -> Wanted:
    """Read a request.

    Raises:
        PageError: it cannot be sent back.
        SentBack: it can.
    """
    values: dict[str, str] = {}
    repeated = False
    for name, value in pairs:
        repeated = repeated or name in values
        values.setdefault(name, value)
    client = clients.get(values.get("client_id", ""))
    if client is None or not client.enabled or not client.check_grant_type(AUTHORIZATION_CODE):
        raise PageError("このサービスは登録されていません。")
    redirect_uri = values.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris:
        raise PageError("戻り先のアドレスが登録と一致しません。")
    state = values.get("state")
    fault = "invalid_request" if repeated else _fault(values)
    if fault:
        url = answer(redirect_uri, issuer, state, error=fault)
        raise SentBack(url, f"authorize.{fault}", client.client_id)
    prompts = set(values.get("prompt", "").split())
    login = bool(prompts & {"login", "select_account"})
    return Wanted(
        Asked(
            client.client_id,
            redirect_uri,
            values["code_challenge"],
            known_scopes(values.get("scope", "").split()),
            values.get("nonce") or None,
        ),
        state,
        "none" if "none" in prompts else "login" if login else None,
        int(values["max_age"]) if values.get("max_age") else None,
        values.get("login_hint") or None,
        values.get("provider") or None,
    )


def answer(redirect_uri: str, issuer: str, state: str | None, **told: str) -> str:
    """A front end's address with an answer, its state, and who answers (RFC 9207)."""
    query = {**told, **({"state": state} if state is not None else {}), "iss": issuer}
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(query)}"


def _sound(text: str) -> bool:
    """Whether a text is handed on or kept as it is: a NUL cannot be, and nobody needs one."""
    return len(text) <= _LONGEST and not _CONTROL.search(text)


def _fault(values: Mapping[str, str]) -> str | None:
    """The error's name; None where the request is sound."""
    if "request" in values:
        return "request_not_supported"
    if "request_uri" in values:
        return "request_uri_not_supported"
    kind = values.get("response_type")
    if kind != "code":
        return "unsupported_response_type" if kind else "invalid_request"
    if "openid" not in values.get("scope", "").split():
        return "invalid_scope"
    prompts = set(values.get("prompt", "").split())
    age = values.get("max_age") or "0"
    good = (
        _CHALLENGE.fullmatch(values.get("code_challenge", ""))
        and values.get("code_challenge_method") == "S256"
        and values.get("response_mode", "query") == "query"
        and prompts <= _PROMPTS
        and not ("none" in prompts and len(prompts) > 1)
        and age.isascii()
        and age.isdigit()
        and len(age) <= 9
        and all(_sound(values.get(name, "")) for name in ("state", "nonce", "login_hint"))
    )
    return None if good else "invalid_request"
