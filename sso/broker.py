"""The token service with its sign-in: sessions, identity providers, delegation, put together."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.applications import Starlette

from base.clock import Clock
from base.settings import Settings
from canonical.access.quick import Quick
from canonical.store.database import Database
from sso.agencies import Agencies
from sso.app import build
from sso.code_grant import grant_of
from sso.delegation import Representations
from sso.providers import Provider, providers
from sso.recalled import SECONDS
from sso.relying_party import RelyingParty
from sso.service import Service
from sso.sessions import Sessions
from sso.settings import ServiceSettings
from sso.sign_in import SignInPages
from sso.standing import Register, SyncedRegister
from sso.subject_source import Subjects

VARIABLE = "HUB_SSO_RECALL"


def broker(settings: Settings, clock: Clock | None = None) -> Starlette:
    """The application of one worker; without identity providers the token endpoint alone."""
    service = Service(ServiceSettings.of(settings), clock=clock)
    known = providers(settings)
    return with_sign_in(service, settings, known) if known else build(service)


def with_sign_in(service: Service, settings: Settings, known: Iterable[Provider]) -> Starlette:
    """The application over a service, with these identity providers."""
    clock, seconds = service.clock, recall_seconds(settings)
    parties = {one.name: RelyingParty(one, clock) for one in known}
    by_issuer = {one.issuer: one for one in parties.values()}
    sessions = Sessions(service.database, service.settings.sealer, clock)
    quick = Quick(Database(settings.database_url))
    registers: dict[str, Register] = {
        one.issuer: SyncedRegister(quick, one.provider.connection.name)
        for one in parties.values()
        if one.provider.kind == "gbizid"
    }
    live = {one.issuer: one.live for one in parties.values() if one.live is not None}
    service.server.subjects = Subjects(sessions, by_issuer, clock, seconds)
    service.server.representations = Representations(live, registers, clock, seconds)
    service.server.register_grant(grant_of(sessions))
    agencies = Agencies(service.database, quick, clock)
    pages = SignInPages(service, sessions, parties, agencies)
    return build(service, pages.routes(), pages.metadata())


def recall_seconds(settings: Settings) -> float:
    """How long the identity provider's yes may be used again: 0 to 30 seconds."""
    text = settings.environ.get(VARIABLE, "")
    try:
        return min(SECONDS, max(0.0, float(text))) if text else SECONDS
    except ValueError:
        return SECONDS
