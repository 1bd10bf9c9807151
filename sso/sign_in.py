"""Sign-in over HTTP: /authorize, the way back from the identity provider, /userinfo, /logout."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

import anyio
import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from base.errors import HubError, InternalError
from canonical.audit import Action, AuditRow, Channel, account_name, new_row_id
from sso import authorize, flow, forms, pages
from sso.agencies import Agencies
from sso.authorize import PageError, SentBack, Wanted
from sso.code_grant import subject_json
from sso.keys import ALGORITHM
from sso.ledger import Entry, Verdict
from sso.logout import Goodbye, goodbye
from sso.people import Person
from sso.refusals import Refused
from sso.relying_party import RelyingParty, random_text
from sso.request import NO_STORE
from sso.service import MOST_ASKED, Service
from sso.sessions import SCOPES, Session, Sessions, challenge_of
from sso.settings import ServiceSettings
from sso.statements import Statements
from sso.tokens import BadToken, Claims, TokenReader

_log = logging.getLogger(__name__)
CALLBACK = "/sso/callback"
FRESH_LEEWAY = 5
T = TypeVar("T")
Endpoint = Callable[[Any, Request], Awaitable[Response]]


class NotNow(Exception):
    """No token, or none that holds: 401."""

    def __init__(self, error: str | None) -> None:
        super().__init__(error)
        self.error = error


def answered(endpoint: Endpoint) -> Endpoint:
    """Whatever fails, a page or a redirect; nothing of the failure's own words reaches anybody."""

    @wraps(endpoint)
    async def answer(self: SignInPages, request: Request) -> Response:
        try:
            return await self.sent_back_or(endpoint(self, request))
        except PageError as error:
            return pages.error(str(error))
        except Refused as refusal:
            if refusal.status_code == 503:
                return away(refusal.retry_after)
            return _refused(refusal.status_code)
        except HubError as error:
            _log.error("%s", error)
            return away(error.retry_after)
        except Exception as error:  # noqa: BLE001 - a trace might quote what a browser sent
            _log.error("%s", InternalError.of(error))
            return away(None)

    return answer


class SignInPages:
    """The endpoints of one worker's sign-in.

    Args:
        parties: the identity providers by name, the default first.
        agencies: which accounts are support agencies'.
    """

    def __init__(
        self,
        service: Service,
        sessions: Sessions,
        parties: dict[str, RelyingParty],
        agencies: Agencies,
    ) -> None:
        self._service = service
        self.sessions = sessions
        self._parties = parties
        self._agencies = agencies
        self._settings: ServiceSettings = service.settings
        self._reader = TokenReader(service.settings.issuer)
        self._limiter = anyio.CapacityLimiter(MOST_ASKED)
        self._secure = service.settings.issuer.startswith("https://")
        self.cookie = "__Host-hub_session" if self._secure else "hub_session"

    def routes(self) -> list[BaseRoute]:
        """Their routes."""
        return [
            Route("/authorize", self.authorize, methods=["GET"]),
            Route(CALLBACK, self.callback, methods=["GET"]),
            Route(CALLBACK + "/{provider}", self.callback, methods=["GET"]),
            Route("/userinfo", self.userinfo, methods=["GET", "POST"]),
            Route("/logout", self.logout, methods=["GET", "POST"]),
            Route("/.well-known/openid-configuration", self.configuration, methods=["GET"]),
        ]

    async def asked(self, ask: Callable[[], T]) -> T:
        """The answer of something that waits, outside the event loop."""
        return await to_thread.run_sync(ask, limiter=self._limiter)

    async def sent_back_or(self, answer: Awaitable[Response]) -> Response:
        """An answer; a refusal that goes back to the front end, once it is recorded."""
        try:
            return await answer
        except SentBack as refusal:
            rule, client_id, url = refusal.rule, refusal.client_id, refusal.url
        await self.asked(lambda: self.sessions.refused(rule, client_id))
        return redirect(url)

    @answered
    async def authorize(self, request: Request) -> Response:
        """`GET /authorize`: a code at once for whoever is signed in, else off to the provider."""
        issuer = self._settings.issuer
        clients = self._service.current.now.clients
        wanted = authorize.read(request.query_params.multi_items(), clients, issuer)
        session = await self._session(request)
        if session is not None and self._will_do(session, wanted):
            code = await self.asked(lambda: self.sessions.code(session, wanted.asked))
            return redirect(
                authorize.answer(wanted.asked.redirect_uri, issuer, wanted.state, code=code)
            )
        if wanted.prompt == "none":
            raise self._sent_back(wanted, "login_required")
        party = self._party(wanted)
        if party is None:
            titles = {name: one.provider.title for name, one in self._parties.items()}
            query = [p for p in request.query_params.multi_items() if p[0] != "provider"]
            return pages.choice("/authorize", query, titles)
        try:
            return await self._begin(wanted, party)
        except Refused:
            raise self._sent_back(wanted, "temporarily_unavailable") from None

    @answered
    async def callback(self, request: Request) -> Response:
        """`GET /sso/callback`: back from the provider, with a code or a refusal."""
        query = request.query_params
        try:
            under_way = flow.opened(
                request.cookies, query.get("state", ""), self._settings.sealer, self._service.now()
            )
        except KeyError:
            raise PageError("ログインの手続が終わっているか、別の画面で始められました。") from None
        wanted = Wanted(under_way.asked, under_way.state, None, None, None, None)
        party = self._parties.get(under_way.provider)
        if party is None or self._path(party) != request.url.path:
            raise PageError("ログインの手続が一致しません。")
        if "code" not in query or query.get("iss", party.issuer) != party.issuer:
            raise self._sent_back(wanted, "access_denied")
        try:
            secret, code = await self.asked(lambda: self._arrived(under_way, party, query["code"]))
        except Refused as refusal:
            away_now = refusal.status_code == 503
            error = "temporarily_unavailable" if away_now else "access_denied"
            raise self._sent_back(wanted, error, refusal.rule) from None
        answer = redirect(
            authorize.answer(
                under_way.asked.redirect_uri, self._settings.issuer, under_way.state, code=code
            )
        )
        answer.delete_cookie(
            flow.cookie_of(under_way.upstream_state), path=CALLBACK, secure=self._secure,
            httponly=True, samesite="lax",
        )  # fmt: skip
        answer.set_cookie(
            self.cookie, secret, path="/", secure=self._secure, httponly=True, samesite="lax"
        )
        return answer

    @answered
    async def userinfo(self, request: Request) -> Response:
        """`GET` and `POST /userinfo` (OIDC Core §5.3), for the sign-in's own token."""
        try:
            token = bearer(request)
            claims, session = await self.asked(lambda: self._holder(token))
            await self._told(claims)
        except NotNow as refusal:
            told = f', error="{refusal.error}"' if refusal.error else ""
            return Response(b"", 401, {"WWW-Authenticate": f'Bearer realm="hub"{told}', **NO_STORE})
        body: dict[str, Any] = {**subject_json(session)}
        if "profile" in claims.scopes:
            body |= profile(session.person)
            agency = await self.asked(lambda: self._agencies.of(session.account))
            body |= {"support_agency": agency} if agency else {}
        return _json(body, NO_STORE)

    @answered
    async def logout(self, request: Request) -> Response:
        """`GET` and `POST /logout` (OIDC RP-Initiated Logout): ends the session and its tokens."""
        given = dict(request.query_params)
        if request.method == "POST":
            given |= await forms.fields(request)
        session = await self._session(request)
        now = self._service.current.now
        found: Goodbye = goodbye(given, now, self._settings.issuer, self._service.now())
        sure = found.session_id is not None and (
            session is None or session.session_id == found.session_id
        )
        if not sure and not (request.method == "POST" and given.get("confirmed") == "yes"):
            return pages.confirm_logout()
        for ended in {found.session_id if sure else None, session.session_id if session else None}:
            if ended is not None:
                await self.asked(lambda ended=ended: self.sessions.end(ended))  # type: ignore[misc]
        answer = redirect(found.url) if found.url and sure else pages.logged_out()
        answer.delete_cookie(
            self.cookie, path="/", secure=self._secure, httponly=True, samesite="lax"
        )
        return answer

    async def configuration(self, request: Request) -> Response:
        """`GET /.well-known/openid-configuration`."""
        from sso.app import metadata

        base = metadata(self._settings, self._service.server.grant_types())
        return _json({**base, **self.metadata()}, {"Cache-Control": "public, max-age=300"})

    def metadata(self) -> dict[str, Any]:
        """What sign-in adds to the server's metadata."""
        issuer = self._settings.issuer
        return {
            "authorization_endpoint": f"{issuer}/authorize",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "end_session_endpoint": f"{issuer}/logout",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": list(SCOPES),
            "acr_values_supported": ["ial1", "ial2"],
            "prompt_values_supported": ["none", "login", "select_account"],
            "claims_supported": [
                "sub",
                "idp",
                "acr",
                "amr",
                "auth_time",
                "sid",
                *PROFILE,
                "support_agency",
            ],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "ui_locales_supported": ["ja"],
        }

    async def _begin(self, wanted: Wanted, party: RelyingParty) -> Response:
        """Send the browser to the provider."""
        begun = flow.Flow(
            wanted.asked, wanted.state, party.provider.name, random_text(), random_text(),
            random_text(), wanted.prompt == "login" or wanted.max_age is not None,
            int(self._service.now()),
        )  # fmt: skip
        more = {"login_hint": wanted.login_hint} if wanted.login_hint else {}
        if begun.fresh:
            more["prompt"] = "login"
        url = await self.asked(
            lambda: party.authorization_url(
                self._callback(party), begun.upstream_state, begun.upstream_nonce,
                challenge_of(begun.verifier), more,
            )
        )  # fmt: skip
        answer = redirect(url)
        answer.set_cookie(
            flow.cookie_of(begun.upstream_state), flow.sealed(begun, self._settings.sealer),
            max_age=flow.SECONDS, path=CALLBACK, secure=self._secure, httponly=True,
            samesite="lax",
        )  # fmt: skip
        return answer

    def _arrived(self, under_way: flow.Flow, party: RelyingParty, code: str) -> tuple[str, str]:
        """Redeem the provider's code, begin a session; its secret, and the front end's code."""
        given = party.redeem(
            code, self._callback(party), under_way.verifier, under_way.upstream_nonce
        )
        if under_way.fresh and given.authenticated_at < under_way.began_at - FRESH_LEEWAY:
            raise Refused("sign_in.refused")
        person = party.person(given.access_token)
        if person.sub != given.sub:
            raise Refused("sign_in.refused")
        secret, session_id = self.sessions.start(party.issuer, person, given, party.provider.name)
        session = self.sessions.find(session_id)
        if session is None:
            raise Refused("sign_in.refused")
        return secret, self.sessions.code(session, under_way.asked)

    async def _session(self, request: Request) -> Session | None:
        secret = request.cookies.get(self.cookie)
        return await self.asked(lambda: self.sessions.of_browser(secret)) if secret else None

    def _will_do(self, session: Session, wanted: Wanted) -> bool:
        """Whether a running session answers a request without anybody authenticating again."""
        if wanted.prompt == "login":
            return False
        party = self._parties.get(wanted.provider) if wanted.provider else None
        if wanted.provider and (party is None or party.issuer != session.account[0]):
            return False
        age = self._service.now() - session.authenticated_at
        return wanted.max_age is None or age <= wanted.max_age

    def _party(self, wanted: Wanted) -> RelyingParty | None:
        """The provider that a request names, or the only one; None lets the user choose."""
        if wanted.provider is not None:
            found = self._parties.get(wanted.provider)
            if found is None:
                raise self._sent_back(wanted, "invalid_request")
            return found
        return next(iter(self._parties.values())) if len(self._parties) == 1 else None

    def _holder(self, token: str) -> tuple[Claims, Session]:
        now = self._service.current.now
        try:
            claims = self._reader.read(token, now.keys, now.version, self._service.now())
        except BadToken:
            raise NotNow("invalid_token") from None
        if claims.audience != self._settings.issuer or claims.session_id is None:
            raise NotNow("invalid_token")
        with self._service.database.read() as connection:
            live = claims.token_id in Statements(connection).live([claims.token_id])
        session = self.sessions.find(claims.session_id) if live else None
        if session is None:
            raise NotNow("invalid_token")
        return claims, session

    async def _told(self, claims: Claims) -> None:
        """Record that a front end is told of a person and a business; the token must be live."""
        at = datetime.fromtimestamp(self._service.now(), UTC)
        row = AuditRow(
            row_id=new_row_id(at),
            at=at,
            action=Action.READ,
            channel=Channel.SSO,
            operation="GET /userinfo",
            allowed=True,
            rule="sign_in.userinfo",
            purpose="sign_in",
            client=claims.client_id,
            subject=account_name(*claims.subject) if claims.subject else None,
            scopes=tuple(sorted(claims.scopes)),
            token_id=claims.token_id,
        )
        outcome = await self._service.ledger.write(Entry(row, parent=claims.token_id))
        if outcome.verdict is not Verdict.WRITTEN:
            raise NotNow("invalid_token")

    def _path(self, party: RelyingParty) -> str:
        """Each provider but the default has a way back of its own (RFC 9700 §4.4)."""
        first = next(iter(self._parties.values()))
        return CALLBACK if party is first else f"{CALLBACK}/{party.provider.name}"

    def _callback(self, party: RelyingParty) -> str:
        return self._settings.issuer + self._path(party)

    def _sent_back(self, wanted: Wanted, error: str, rule: str | None = None) -> SentBack:
        url = authorize.answer(
            wanted.asked.redirect_uri, self._settings.issuer, wanted.state, error=error
        )
        return SentBack(url, rule or f"authorize.{error}", wanted.asked.client_id)


PROFILE = (
    "account_type", "parent", "organization", "corporate_number", "sole_proprietor_number",
    "delegator", "delegation_number", "represented",
)  # fmt: skip


def profile(person: Person) -> dict[str, Any]:
    """What the scope `profile` opens: the account and its business, no natural person."""
    kept = person.as_json()
    return {name: kept[name] for name in PROFILE if name in kept}


def bearer(request: Request) -> str:
    """The access token of a request's header (RFC 6750 §2.1; nowhere else).

    Raises:
        NotNow: there is none.
    """
    given = request.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token:
        raise NotNow(None)
    return token.strip()


def redirect(url: str) -> Response:
    """Send the browser on; nobody keeps the address."""
    return RedirectResponse(url, 303, NO_STORE)


def away(retry_after: float | None) -> Response:
    """The sign-in cannot be done now."""
    answer = pages.error("ただいまログインできません。しばらくしてからお試しください。", 503)
    answer.headers["Retry-After"] = str(max(1, int((retry_after or 5) + 0.999)))
    return answer


def _refused(status: int) -> Response:
    return pages.error("手続は完了しませんでした。", status)


def _json(body: dict[str, Any], headers: dict[str, str]) -> Response:
    return Response(msgspec.json.encode(body), 200, {"Content-Type": "application/json", **headers})
