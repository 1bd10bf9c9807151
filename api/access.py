"""Who calls, for whom and what for; and the one way in which an answer is given.

An answer is made, its audit row is committed, and only then it is sent. Refusals of a caller who
is known leave a row as well.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import msgspec
from anyio import to_thread
from fastapi import Depends, Request
from starlette.responses import Response

from api.delegated import opening
from api.problems import Refused, unavailable
from api.service import Service
from base.errors import HubError, StoreUnreachable
from canonical.audit import Action, AuditRow, Channel, account_name, new_row_id
from canonical.golden.opening import Opening
from sso.resource import BadToken
from sso.subjects import Caller

CONFIDENTIAL = {"succession": "succession:read", "yorozu": "consultations:read"}
"""Scope of a confidential stream in the store → scope of a token that opens it."""

_PURPOSES = {"succession": "succession", "yorozu": "consultation"}
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Operation:
    """What an endpoint asks of its caller.

    Attributes:
        name: as the audit names it.
        scope: without it the endpoint says nothing.
        purposes: the token must be for one of these; none: for any.
        group: of `api.settings.GROUPS`, where a delegation has to open it.
        of_business: whether it tells something of the represented business.
    """

    name: str
    scope: str | None = None
    purposes: frozenset[str] = frozenset()
    group: str | None = None
    of_business: bool = True


@dataclass(frozen=True, slots=True)
class Access:
    """A caller whose token, scope and purpose suffice, and the business that is represented."""

    service: Service
    caller: Caller
    party: int | None = None

    def has(self, scope: str) -> bool:
        """Whether the token has a scope."""
        return scope in self.caller.scopes

    @property
    def open_streams(self) -> list[str]:
        """The confidential streams of which this caller may know, in the store's words."""
        caller = self.caller
        return [
            name
            for name, scope in CONFIDENTIAL.items()
            if scope in caller.scopes
            and _PURPOSES[name] in caller.purposes
            and _may(self.service, caller, _GROUP[name])
        ]

    @property
    def closed_purposes(self) -> frozenset[str]:
        """The purposes that would tell of a confidential stream that this caller may not know."""
        open_streams = self.open_streams
        return frozenset(_PURPOSES[name] for name in CONFIDENTIAL if name not in open_streams)

    @property
    def opening(self) -> Opening | None:
        """What is open to an agent; None to whoever reads of the own business: all."""
        who = self.caller
        if not who.actors and who.delegation is None:
            return None
        return opening(self.service.settings.delegations, who.delegation, who.programme)

    def own(self, business_id: str) -> int:
        """The represented business, if that is the one that was asked for.

        Raises:
            Refused: 404: it is another's, or nobody's.
        """
        if self.party is None or business_id != str(self.party):
            raise Refused("not-found", "not_represented")
        return self.party


_GROUP = {"succession": "succession", "yorozu": "consultations"}


@dataclass(slots=True)
class Told:
    """What is told, and what the audit says of it.

    Attributes:
        body: as JSON's values.
        systems: whose records are in it.
        details: names and counts, never a value.
        extra_scopes: used beside that of the operation.
        others: other businesses of which it tells something.
    """

    body: Any
    systems: Collection[str] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    extra_scopes: Collection[str] = ()
    others: Collection[int] = ()


async def caller(request: Request) -> Caller:
    """The caller of a request.

    Raises:
        Refused: 401, 429 or 503.
    """
    service: Service = request.app.state.service
    token = _bearer(request)
    if token is None:
        _limited(service.addresses.take(_address(request)))
        raise Refused("unauthenticated")
    try:
        found = service.validator.recall(token)
        if found is None:
            found = await to_thread.run_sync(
                service.validator.caller, token, limiter=service.threads
            )
    except BadToken as bad:
        _limited(service.addresses.take(_address(request)))
        raise Refused("invalid-token", f"token.{bad.rule}") from None
    except HubError:
        raise unavailable() from None
    _limited(service.clients.take(found.client))
    _known_parameters(request)
    return found


Called = Annotated[Caller, Depends(caller)]


def _known_parameters(request: Request) -> None:
    """Refuse a parameter that the endpoint has not: a misspelled one must not widen an answer.

    A value with a NUL is refused as well: PostgreSQL can be asked for none.
    """
    if not request.url.query:
        return
    known = {one.alias for one in request.scope["route"].dependant.query_params}
    if not set(request.query_params) <= known:
        raise Refused("invalid", errors=[{"where": "query", "what": "unknown_parameter"}])
    if any("\0" in value for _, value in request.query_params.multi_items()):
        raise Refused("invalid", errors=[{"where": "query", "what": "control_character"}])


def _bearer(request: Request) -> str | None:
    """The one bearer token of a request's header; a token anywhere else is none."""
    given = request.headers.getlist("authorization")
    if len(given) != 1:
        return None
    scheme, _, token = given[0].partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _limited(wait: int) -> None:
    if wait:
        raise Refused("too-many", headers={"Retry-After": str(wait)})


async def answer(
    request: Request, who: Caller, operation: Operation, read: Callable[[Access], Told]
) -> Response:
    """Read in a thread what is asked for, leave the audit row, and answer.

    Raises:
        Refused: after its row was committed, too.
    """
    service: Service = request.app.state.service
    told: Told | None = None
    refused: Refused | None = None
    party: int | None = None
    try:
        _allowed(service, who, operation)
        party, told = await to_thread.run_sync(
            functools.partial(_read, service, who, read), limiter=service.threads
        )
    except Refused as error:
        refused = error
        party = service.known_party(who.subject)[1] if who.subject else None
    except StoreUnreachable:
        raise unavailable() from None
    try:
        row = _row(service, who, operation, party, told, refused)
        others = [_of_another(row, one) for one in (told.others if told else ())]
        await asyncio.gather(*(service.writer.write(one) for one in (*others, row)))
    except HubError:
        raise unavailable() from None
    if refused is not None:
        raise refused
    if told is None:
        raise AssertionError("an answer or a refusal")
    return _sent(request, told)


def _read(service: Service, who: Caller, read: Callable[[Access], Told]) -> tuple[int | None, Told]:
    party = service.party(who.subject) if who.subject else None
    return party, read(Access(service, who, party))


def _allowed(service: Service, who: Caller, operation: Operation) -> None:
    """Refuse a token without the scope, the purpose or the delegation that is needed."""
    if operation.scope is not None and operation.scope not in who.scopes:
        raise Refused("insufficient-scope", scope=operation.scope)
    if operation.purposes and not operation.purposes & who.purposes:
        raise Refused("purpose")
    if operation.group is not None and not _may(service, who, operation.group):
        raise Refused("delegation")


def _may(service: Service, who: Caller, group: str) -> bool:
    """Whether the delegation opens a group of operations; nobody needs one for oneself."""
    if not who.actors and who.delegation is None:
        return True
    if who.delegation is None:
        return False
    opening = service.settings.agents.get(group, ())
    return opening == "*" or who.delegation.category in opening


def _row(  # noqa: PLR0917
    service: Service,
    who: Caller,
    operation: Operation,
    party: int | None,
    told: Told | None,
    refused: Refused | None,
) -> AuditRow:
    at = service.clock.now()
    used = {operation.scope} if operation.scope else set()
    if told is not None:
        used |= set(told.extra_scopes)
    return AuditRow(
        row_id=new_row_id(at),
        at=at,
        action=Action.READ,
        channel=Channel.API,
        operation=operation.name,
        allowed=refused is None,
        rule=refused.rule if refused else "api.allowed",
        purpose=" ".join(sorted(operation.purposes & who.purposes or who.purposes)) or None,
        client=who.client,
        subject=account_name(*who.subject) if who.subject else None,
        actor=account_name(*who.actors[0]) if who.actors else None,
        party_id=party if operation.of_business else None,
        systems=tuple(sorted(told.systems)) if told else (),
        scopes=tuple(sorted(used)),
        token_id=who.token_id,
        details=told.details if told else {},
    )


def _of_another(row: AuditRow, party: int) -> AuditRow:
    return replace(row, row_id=new_row_id(row.at), party_id=party)


def _sent(request: Request, told: Told) -> Response:
    """The body with its ETag; 304 where the caller has it already."""
    body = _ENCODER.encode(told.body)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization",
        **told.headers,
    }
    if request.method == "GET" and _matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _matches(given: str | None, tag: str) -> bool:
    if given is None:
        return False
    return given.strip() == "*" or tag in (
        one.strip().removeprefix("W/") for one in given.split(",")
    )
