"""Signing in and out. The browser sees a code once, and never a token."""

from __future__ import annotations

import contextlib
import hmac
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from examples.client.oauth import Attempt, OAuthError
from examples.portal.hub import Hub
from examples.portal.sessions import Begun, Session, Sessions
from examples.portal.view import local_path, page, posted

HERE = ("same-origin", "none")
"""Sec-Fetch-Site of requests that no other site has sent here."""


async def sign_in(request: Request) -> Response:
    """`GET /sign-in`: off to the hub. `as` names another account or delegation to sign in with."""
    if request.headers.get("sec-fetch-site", "none") not in HERE:
        return RedirectResponse("/", 303)
    hub: Hub = request.app.state.hub
    sessions: Sessions = request.app.state.sessions
    attempt = Attempt.new()
    hint = request.query_params.get("as")
    again = hint is not None or "again" in request.query_params
    url = await hub.sign_in_url(attempt, hint or None, again=again)
    answer = RedirectResponse(url, 303)
    session = sessions.of(request) or sessions.begin(answer)
    session.begun = Begun(attempt, local_path(request.query_params.get("then")))
    return answer


async def callback(request: Request) -> Response:
    """`GET /sign-in/callback`: the browser is back."""
    sessions: Sessions = request.app.state.sessions
    session = sessions.of(request)
    begun = session.begun if session else None
    given = request.query_params
    if session is None or begun is None or not _same(given.get("state"), begun.attempt.state):
        return page(request, "trouble.html", 400, title="サインインできませんでした",
                    told="サインインを始めた画面からやり直してください。")  # fmt: skip
    session.begun = None
    if "code" not in given:
        return page(request, "trouble.html", 403, title="サインインを中止しました",
                    told="もう一度サインインするには、最初の画面に戻ってください。")  # fmt: skip
    hub: Hub = request.app.state.hub
    signed_in = await hub.redeem(begun.attempt, given["code"])
    await _end_tokens(request, session)
    answer = RedirectResponse("/represent" if begun.then == "/" else begun.then, 303)
    sessions.end(request, answer)
    sessions.begin(answer, Session(signed_in=signed_in))
    return answer


async def sign_out(request: Request) -> Response:
    """`POST /sign-out`: end the tokens, then the session; offer to end that at the hub, too."""
    sessions: Sessions = request.app.state.sessions
    session = sessions.of(request)
    if session is None:
        return RedirectResponse("/", 303)
    await posted(request, session)
    url = None
    if session.signed_in is not None:
        hub: Hub = request.app.state.hub
        with contextlib.suppress(OAuthError):
            back = request.app.state.settings.address + "/"
            url = await hub.sign_out_url(session.signed_in, back)
    await _end_tokens(request, session)
    session.signed_in = None
    answer = page(request, "signed_out.html", hub_url=url)
    sessions.end(request, answer)
    return answer


async def _end_tokens(request: Request, session: Session) -> None:
    """Revoke the sign-in's token, and with it all that was derived from it."""
    if session.signed_in is not None:
        hub: Hub = request.app.state.hub
        with contextlib.suppress(OAuthError):
            await hub.revoke(session.signed_in.token)
    session.tokens.clear()


def _same(given: str | None, expected: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), expected.encode())


def switch_path(account: str, then: str = "/represent") -> str:
    """The link that signs in as another account or under a delegation."""
    return "/sign-in?" + urlencode({"as": account, "then": then})
