"""The corporate authentication system over HTTP: OpenID provider, register and delegations."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mocks.corporate_auth import api
from mocks.corporate_auth.authorize import Asked, Desk, PageError, SignInError, read_request
from mocks.corporate_auth.parties import BASE_SCOPES, RelyingParties
from mocks.corporate_auth.provider import Grant, Provider, Refused
from mocks.corporate_auth.register import Register
from mocks.corporate_auth.signin import error_page, sign_in_page
from mocks.corporate_auth.userinfo import userinfo

SESSION = "gbizid_session"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def json_answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; bytes are taken as JSON text already."""
    body = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return Response(body, status, headers, media_type="application/json")


def refusal(refused: Refused, scheme: str) -> Response:
    """An OAuth error; 401 and 403 name the way to authenticate."""
    body = {"error": refused.error}
    if refused.description:
        body["error_description"] = refused.description
    headers = dict(NO_STORE)
    if refused.status in {401, 403}:
        told = f' error="{refused.error}"' if scheme == "Bearer" else ' realm="token"'
        headers["WWW-Authenticate"] = scheme + told
    return json_answer(body, refused.status, headers)


class CorporateAuth:
    """Answers the requests of browsers, relying parties and the hub."""

    def __init__(
        self, register: Register, parties: RelyingParties, provider: Provider, secret: str
    ) -> None:
        self.register = register
        self.parties = parties
        self.provider = provider
        self.desk = Desk(register, provider)
        self._secret = secret.encode()

    def issuer(self, request: Request) -> str:
        """The issuer, with a slash at its end as GビズID has it."""
        return f"{request.base_url}oauth/"

    async def configuration(self, request: Request) -> Response:
        """`GET /oauth/.well-known/openid-configuration`."""
        issuer = self.issuer(request)
        return json_answer(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}authorize",
                "token_endpoint": f"{issuer}token",
                "userinfo_endpoint": f"{issuer}userinfo",
                "jwks_uri": f"{issuer}.well-known/jwks.json",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": list(BASE_SCOPES),
            }
        )

    async def jwks(self, request: Request) -> Response:
        """`GET /oauth/.well-known/jwks.json`."""
        del request
        return json_answer(self.provider.jwks)

    async def authorize(self, request: Request) -> Response:
        """`GET /oauth/authorize`: a page to sign in on, or the way back at once."""
        try:
            asked = read_request(self.parties, request.query_params)
        except PageError as error:
            return HTMLResponse(error_page(error.code, error.what), 400)
        if asked.error:
            return RedirectResponse(asked.refusal, 302)
        if asked.login_hint:
            try:
                return self._signed_in(asked, asked.login_hint)
            except SignInError:
                pass  # the page lets the user choose another
        known = None if asked.force else self.desk.signed_in(request.cookies.get(SESSION))
        if known is not None:
            return RedirectResponse(self.desk.answer(asked, *known), 302)
        return self._page(asked, self.desk.wait(asked), asked.login_hint or "")

    async def sign_in(self, request: Request) -> Response:
        """`GET` and `POST /oauth/signin`: search for an account; sign in, or cancel."""
        posted = await request.form() if request.method == "POST" else None
        fields = request.query_params if posted is None else posted
        transaction = str(fields.get("transaction", ""))
        try:
            asked = self.desk.waiting(transaction)
        except PageError as error:
            return HTMLResponse(error_page(error.code, error.what), 400)
        if posted is None:
            return self._page(asked, transaction, str(fields.get("q", "")))
        if posted.get("decision") == "deny":
            self.desk.close(transaction)
            return RedirectResponse(asked.refusal, 302)
        try:
            answer = self._signed_in(asked, str(posted.get("account", "")))
        except SignInError as error:
            return self._page(asked, transaction, "", str(error))
        self.desk.close(transaction)
        return answer

    def _signed_in(self, asked: Asked, name: str) -> Response:
        account, auth_time, session = self.desk.sign_in(name)
        answer = RedirectResponse(self.desk.answer(asked, account, auth_time), 302)
        answer.set_cookie(SESSION, session, httponly=True, samesite="lax", path="/oauth")
        return answer

    def _page(self, asked: Asked, transaction: str, query: str, wrong: str = "") -> Response:
        return HTMLResponse(
            sign_in_page(self.register, transaction, asked.party.name, query, wrong),
            headers={**NO_STORE, "Content-Security-Policy": "frame-ancestors 'none'"},
        )

    async def token(self, request: Request) -> Response:
        """`POST /oauth/token`: client_secret_basic alone; parameters in the body alone."""
        try:
            answer = await self._redeemed(request)
        except Refused as refused:
            return refusal(refused, "Basic")
        return json_answer(answer, headers=NO_STORE)

    async def _redeemed(self, request: Request) -> dict[str, Any]:
        party = self.parties.authenticated(request.headers.get("authorization"))
        if party is None:
            raise Refused("unauthorized", 401)
        form = await request.form()
        fields = {name: str(value) for name, value in form.multi_items()}
        if len(fields) != len(form.multi_items()):
            raise Refused("invalid_request", description="a parameter stands twice")
        return self.provider.redeem(party, self.issuer(request), fields)

    async def userinfo(self, request: Request) -> Response:
        """`GET` and `POST /oauth/userinfo`."""
        try:
            grant = self._grant(request)
        except Refused as refused:
            return refusal(refused, "Bearer")
        return json_answer(userinfo(self.register, self.parties, grant), headers=NO_STORE)

    def _grant(self, request: Request) -> Grant:
        grant = self.provider.grant_of(request.headers.get("authorization"))
        if "openid" not in grant.scopes:
            raise Refused("insufficient_scope", 403)
        account = self.register.account(grant.sub)
        if account is None or not account.valid(self.register.today):
            raise Refused("invalid_token", 401)
        return grant

    async def accounts(self, request: Request) -> Response:
        """`GET /api/accounts` (assumed)."""
        given = request.headers.get("x-api-token", "").encode()
        if not hmac.compare_digest(given, self._secret):
            return json_answer({"error": "unauthorized"}, 401)
        return _answered(lambda: api.accounts(self.register, dict(request.query_params)))

    async def delegations(self, request: Request) -> Response:
        """`POST /api/delegation/list` (assumed)."""
        return await self._asked(request, api.delegations)

    async def delegation_changes(self, request: Request) -> Response:
        """`POST /api/delegation/changes` (assumed)."""
        return await self._asked(request, api.changes)

    async def _asked(
        self, request: Request, answer: Callable[[Register, dict[str, Any]], Any]
    ) -> Response:
        try:
            question = json.loads(await request.body())
        except ValueError:
            question = None
        if not isinstance(question, dict):
            return json_answer({"error": "invalid_request"}, 400)
        key, token = question.pop("client_key", None), question.pop("client_token", None)
        if not self._admits(key, token):
            return json_answer({"error": "unauthorized"}, 401)
        return _answered(lambda: answer(self.register, question))

    def _admits(self, key: object, token: object) -> bool:
        right = api.client_key(self._secret.decode())
        return (
            isinstance(key, str)
            and isinstance(token, str)
            and hmac.compare_digest(key.encode(), right.encode())
            and hmac.compare_digest(token.encode(), self._secret)
        )


def _answered(answer: Callable[[], Any]) -> Response:
    try:
        return json_answer(answer(), headers=NO_STORE)
    except api.ParameterError as fault:
        return json_answer({"error": fault.code, "error_description": str(fault)}, 400)


def corporate_auth_app(system: CorporateAuth) -> Starlette:
    """The application; `app.state.corporate_auth` gives the system."""
    routes: list[tuple[str, Callable[[Request], Awaitable[Response]], list[str]]] = [
        ("/oauth/.well-known/openid-configuration", system.configuration, ["GET"]),
        ("/oauth/.well-known/jwks.json", system.jwks, ["GET"]),
        ("/oauth/authorize", system.authorize, ["GET"]),
        ("/oauth/signin", system.sign_in, ["GET", "POST"]),
        ("/oauth/token", system.token, ["POST"]),
        ("/oauth/userinfo", system.userinfo, ["GET", "POST"]),
        ("/api/accounts", system.accounts, ["GET"]),
        ("/api/delegation/list", system.delegations, ["POST"]),
        ("/api/delegation/changes", system.delegation_changes, ["POST"]),
    ]
    app = Starlette(routes=[Route(path, answer, methods=how) for path, answer, how in routes])
    app.state.corporate_auth = system
    return app
