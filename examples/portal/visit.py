"""One signed-in request: the session and the hub's API for a purpose."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from examples.client.api import Api
from examples.client.oauth import OAuthError
from examples.portal.hub import Hub
from examples.portal.sessions import Session

READ, FILL = "application_status", "prefill"


class SignInNeeded(Exception):
    """Nobody is signed in, or the sign-in has ended."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is signed in."""

    session: Session
    api: Api
    business: str


async def visit(request: Request, purpose: str = READ) -> Visit:
    """The visit of a request, with a token for a purpose.

    Raises:
        SignInNeeded: the sign-in has ended.
        OAuthError: the token service gives no token.
    """
    session: Session | None = request.app.state.sessions.of(request)
    hub: Hub = request.app.state.hub
    if session is None or session.signed_in is None or not session.signed_in.token.holds():
        raise SignInNeeded
    token = session.tokens.get(purpose)
    if token is None or not token.holds():
        try:
            token = await hub.token(session.signed_in, purpose)
        except OAuthError as error:
            if error.code == "invalid_request":
                raise SignInNeeded from None
            raise
        session.tokens[purpose] = token
    api = hub.api(token)
    if session.business is None:
        me = await api.me()
        found = me["business"]
        if found is not None:
            session.business = found["id"]
            session.name = found.get("name") or found.get("corporate_number") or "選択中の事業者"
        session.delegation = "代理人として / as an agent" if me["actors"] else ""
    return Visit(session, api, session.business or "")
