"""Introspection (RFC 7662) and revocation (RFC 7009)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NoReturn

from canonical.audit import Action, AuditRow, Channel, account_name, new_row_id
from sso import throttle
from sso.authentication import Authenticated, authenticate, claimed
from sso.forms import Form
from sso.ledger import Entry, Verdict
from sso.refusals import Refused
from sso.service import Service
from sso.tokens import BadToken, Claims, as_json, read


@dataclass(frozen=True, slots=True)
class _Act:
    action: Action
    operation: str


_INTROSPECT = _Act(Action.INTROSPECT, "POST /introspect")
_REVOKE = _Act(Action.REVOKE, "POST /revoke")


async def introspect(service: Service, form: Form) -> dict[str, Any]:
    """What a token says, to the resource server it is for and to the client that holds it.

    Raises:
        Refused: the client or the request is not good.
        HubError: the store does not answer.
    """
    known = await authenticated(service, form, _INTROSPECT)
    claims, rule = _read(service, form)
    client = known.client
    if claims and claims.audience not in client.serves and claims.client_id != client.client_id:
        claims, rule = None, "introspection.unrelated"
    entry = Entry(
        _row(service, _INTROSPECT, known, claims, rule),
        parent=claims.token_id if claims else None,
        assertion=known.assertion,
    )
    verdict = await _write(service, form, entry)
    if claims is None:
        return {"active": False}
    if verdict is Verdict.REVOKED:
        row = _row(service, _INTROSPECT, known, None, "introspection.revoked")
        await _write(service, form, Entry(row, assertion=known.assertion))
        return {"active": False}
    return {"active": True, "token_type": "Bearer", **as_json(service.settings.issuer, claims)}


async def revoke(service: Service, form: Form) -> None:
    """End a token of the client, and all that was derived from it. Unknown tokens end nothing.

    Raises:
        Refused: the client or the request is not good, or the token is another client's.
        HubError: the store does not answer.
    """
    known = await authenticated(service, form, _REVOKE)
    claims, rule = _read(service, form)
    if claims is not None and claims.client_id != known.client.client_id:
        row = _row(service, _REVOKE, known, None, "revocation.another_client")
        await _write(service, form, Entry(row, assertion=known.assertion))
        raise Refused("revocation.another_client")
    row = _row(service, _REVOKE, known, claims, rule)
    revoked = claims.token_id if claims else None
    await _write(service, form, Entry(row, assertion=known.assertion, revoked=revoked))


async def authenticated(service: Service, form: Form, act: _Act) -> Authenticated:
    """The client of a request; a failure is counted and recorded.

    Raises:
        Refused: it is not authenticated, or names no token.
    """
    issuer, now = service.settings.issuer, service.now()
    try:
        found = authenticate(form, service.current.now, issuer, now)
    except Refused as refusal:
        await _refuse(service, form, act, refusal)
    if form.get("token") is None:
        missing = Refused("token.missing", client_id=found.client.client_id)
        await _refuse(service, form, act, missing)
    return found


async def _refuse(service: Service, form: Form, act: _Act, refusal: Refused) -> NoReturn:
    failures = throttle.buckets(claimed(form), form.address) if refusal.status_code == 401 else ()
    row = _row(service, act, None, None, refusal.rule)
    entry = Entry(replace(row, client=refusal.client_id), failures=failures)
    outcome = await service.ledger.write(entry)
    seconds = throttle.retry_after(outcome.failures)
    raise Refused("client.throttled", retry_after=seconds) if seconds else refusal


async def _write(service: Service, form: Form, entry: Entry) -> Verdict:
    outcome = await service.ledger.write(entry)
    if outcome.verdict is Verdict.REPLAYED:
        act = _Act(entry.audit.action, entry.audit.operation)
        await _refuse(service, form, act, Refused("client.assertion_replayed"))
    return outcome.verdict


def _read(service: Service, form: Form) -> tuple[Claims | None, str]:
    """The presented token's claims, or why there are none."""
    keys, now = service.current.now.keys, service.now()
    try:
        claims = read(form.get("token") or "", service.settings.issuer, keys, now)
    except BadToken as error:
        return None, f"token.{error.rule}"
    return claims, "token.known"


def _row(
    service: Service, act: _Act, known: Authenticated | None, claims: Claims | None, rule: str
) -> AuditRow:
    at = datetime.fromtimestamp(service.now(), UTC)
    return AuditRow(
        row_id=new_row_id(at),
        at=at,
        action=act.action,
        channel=Channel.SSO,
        operation=act.operation,
        allowed=claims is not None,
        rule=rule,
        client=known.client.client_id if known else None,
        subject=account_name(*claims.subject) if claims and claims.subject else None,
        actor=account_name(*claims.actors[0]) if claims and claims.actors else None,
        token_id=claims.token_id if claims else None,
    )
