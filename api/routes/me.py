"""Who calls, and whom they may represent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import models
from api.access import Access, Called, Operation, Told, answer
from api.documented import problems
from api.seen import shown
from canonical.access.accounts import Delegated, delegations
from canonical.model.party import is_individual
from sso.subjects import AccountKey

router = APIRouter(tags=["me"])
ME = Operation("GET /v1/me")
BUSINESS = "business:read"

_NAME = (
    "SELECT kind, name, corporate_number FROM golden_party"
    " WHERE party_id = ? AND recorded_to IS NULL"
)


@router.get(
    "/me",
    summary="自分と代理できる事業者 / Who I am and whom I may represent",
    description="トークンの利用者、代表している事業者、委任により代表できる事業者を返します。"
    "委任はトークンの発行時に改めて確認されます。\n\n"
    "Who the token speaks for, and the businesses that the person may represent. A delegation"
    " listed here is checked again, live, when a token is asked for.",
    response_model=None,
    responses={200: {"model": models.Me, "description": "OK"}, **problems()},
)
async def me(request: Request, who: Called) -> Response:
    """Answer `GET /v1/me`."""
    return await answer(request, who, ME, _me)


def _me(access: Access) -> Told:
    who, service = access.caller, access.service
    named = access.has(BUSINESS)
    own = _business(access, access.party, named=named) if access.party is not None else None
    person = who.actors[-1] if who.actors else who.subject
    found: list[dict[str, Any]] = []
    given: list[Delegated] = []
    if person is not None:
        party = service.party(person)
        if party is not None:
            found.append({"business": _business(access, party, named=named), "delegation": None})
        if system := service.settings.accounts.get(person[0]):
            given = delegations(service.quick, system, person[1], service.today())
    found += [_representable(access, one, named=named) for one in given]
    body = {
        "client": who.client,
        "subject": _account(who.subject) if who.subject else None,
        "actors": [_account(actor) for actor in who.actors],
        "delegation": who.delegation.number if who.delegation else None,
        "scopes": sorted(who.scopes),
        "purposes": sorted(who.purposes),
        "expires_at": who.expires_at,
        "business": own,
        "may_represent": found,
    }
    systems = set(service.settings.accounts.values())
    others = {one.party_id for one in given} - {access.party}
    if person is not None and (party := service.party(person)) not in (None, access.party):
        others.add(party or 0)
    return Told(body, systems, {"may_represent": len(found)}, others=sorted(others))


def _account(key: AccountKey) -> dict[str, str]:
    return {"issuer": key[0], "account": key[1]}


def _business(access: Access, party: int, *, named: bool) -> dict[str, Any]:
    row = _naming(access, party) if named else None
    if row is None:
        return {"id": str(party)}
    return _named(party, row.get("kind"), row.get("name"), row.get("corporate_number"))


def _naming(access: Access, party: int) -> Mapping[str, Any] | None:
    """What names a business; of the represented one, to an agent, as far as it may know."""
    if access.opening is None or party != access.party:
        return access.service.quick.one(_NAME, (party,))
    found = shown(access, party)
    return found.values if found else None


def _named(party: int, kind: str | None, name: str | None, number: str | None) -> dict[str, Any]:
    """A natural person's name is personal and left out."""
    found: dict[str, Any] = {"id": str(party)}
    if number:
        found["corporate_number"] = number
    if name and not is_individual([kind]):
        found["name"] = name
    return found


def _representable(access: Access, one: Delegated, *, named: bool) -> dict[str, Any]:
    if named and one.party_id != access.party:
        told = _named(one.party_id, one.kind, one.name, one.corporate_number)
    else:
        told = _business(access, one.party_id, named=named)
    return {
        "business": told,
        "delegation": {
            "number": one.number,
            "system_code": one.system_code,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "categories": _categories(one.categories),
        },
    }


def _categories(
    given: Sequence[tuple[str, str | None, str | None]],
) -> list[dict[str, str | None]]:
    return [{"code": code, "name": name, "procedure": only} for code, name, only in given]
