"""The represented business: the values that hold, each with its source and its days."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import models
from api.access import CONFIDENTIAL, Access, Called, Operation, Told, answer
from api.documented import BusinessId, problems
from api.problems import Refused
from api.seen import shown
from canonical.access.businesses import UNIT_OF, Shown, Word
from canonical.model import ENTITIES
from canonical.model.business import Item
from canonical.model.fields import Classification, Field, FieldType
from canonical.model.party import is_individual

router = APIRouter(tags=["business"])
READ, DETAILS, PERSONAL = "business:read", "business.details:read", "business.personal:read"
BUSINESS = Operation(
    "GET /v1/businesses/{id}",
    READ,
    frozenset({"application_status", "prefill"}),
    "business",
)
_MATCHING_ONLY = frozenset({"name_core", "name_reduced", "legal_form_position"})
_FIELDS = tuple(field for field in ENTITIES["party"].fields if field.name not in _MATCHING_ONLY)

_Rule = tuple[Field, str, str | None]
_RULES: tuple[_Rule, ...] = tuple(
    (field, UNIT_OF[field.name], field.companion) for field in _FIELDS
)


@router.get(
    "/businesses/{business_id}",
    summary="事業者の情報 / A business with the source of every value",
    description="代表する事業者の現在の値を、出典・時点・取得日時とともに返します。"
    "スコープを超える項目は含まれません。`as_of` を指定すると、その日時点の値を返します。\n\n"
    "What the hub believes about the represented business, each value with whose word it is."
    " `business:read` opens public fields, `business.details:read` what is confidential to the"
    " business, `business.personal:read` what is personal; a field beyond the scopes is absent,"
    " not empty.",
    response_model=None,
    responses={200: {"model": models.Business, "description": "OK"}, **problems(404)},
)
async def business(
    request: Request,
    who: Called,
    business_id: BusinessId,
    as_of: Annotated[
        date | None, Query(description="この日時点の値 / what was so on this day")
    ] = None,
    include: Annotated[
        Literal["lists"] | None,
        Query(description="役員・決算などの一覧も含める / with lists such as officers"),
    ] = None,
) -> Response:
    """Answer `GET /v1/businesses/{id}`."""

    def read(access: Access) -> Told:
        party = access.own(business_id)
        return _told(access, party, as_of, with_lists=include is not None)

    return await answer(request, who, BUSINESS, read)


def _told(access: Access, party: int, as_of: date | None, *, with_lists: bool) -> Told:
    found = shown(access, party, as_of=as_of, with_lists=with_lists)
    if found is None or found.party_id != party:
        raise Refused("not-found", "nothing_known")
    fields, systems = _fields(access, found)
    body: dict[str, Any] = {"id": str(party), "fields": fields}
    if as_of is not None:
        body["as_of"] = as_of
    if with_lists:
        body["lists"] = _lists(access, found)
        systems |= {row["system"] for rows in body["lists"].values() for row in rows}
    extra = [CONFIDENTIAL[name] for name in access.open_streams]
    extra += [scope for scope in (DETAILS, PERSONAL) if access.has(scope)]
    return Told(body, systems, {"fields": len(fields)}, extra_scopes=extra)


def _may(access: Access, field: Field, *, individual: bool) -> bool:
    if field.is_personal(individual=individual):
        return access.has(PERSONAL)
    return field.classification is Classification.PUBLIC or access.has(DETAILS)


def _fields(access: Access, told: Shown) -> tuple[dict[str, Any], set[str]]:
    """By field its value and source, as far as the scopes go; and the systems they are from."""
    values = told.values
    individual = is_individual([values.get("kind")])
    fields: dict[str, Any] = {}
    systems = set()
    for field, unit, companion in _RULES:
        value = values.get(field.name)
        word = told.words.get(unit)
        if value is None or word is None or not _may(access, field, individual=individual):
            continue
        fields[field.name] = _field(value, word, field, values.get(companion or ""))
        systems.add(word.system)
    return fields, systems


def _field(value: Any, word: Word, field: Field, companion: Any) -> dict[str, Any]:
    told = {
        "value": value,
        "system": word.system,
        "stream": word.stream,
        "as_of": word.as_of,
        "since": word.since,
    }
    if companion is not None:
        told["known_to" if field.type is FieldType.MONEY else "precision"] = companion
    return told


def _lists(access: Access, told: Shown) -> dict[str, list[dict[str, Any]]]:
    individual = is_individual([told.values.get("kind")])
    found: dict[str, list[dict[str, Any]]] = {}
    for item in told.items:
        values = _row(access, item, individual=individual)
        if values:
            found.setdefault(item.entity, []).append(
                {
                    "values": values,
                    "system": item.origin.system,
                    "stream": item.origin.stream,
                    "as_of": item.origin.as_of,
                    "since": item.origin.recorded_from,
                }
            )
    return found


def _row(access: Access, item: Item, *, individual: bool) -> dict[str, Any]:
    return {
        name: item.values[name]
        for field in ENTITIES[item.entity].fields
        if not field.name.endswith("_reduced") and _may(access, field, individual=individual)
        for name in field.columns()
        if item.values.get(name) is not None
    }
