"""Forms: what they ask, which fields ask the same, and filling one in from what is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Access, Called, Operation, Told, answer
from api.documented import problems
from api.problems import Refused
from api.seen import usable
from canonical.audit import account_name
from canonical.golden.permission import PREFILL
from canonical.model.business import Business, Origin
from canonical.model.receipt import Filing
from canonical.receipts.issuing import issue
from mappings.checking import check as checked
from mappings.forms import Form, load_forms, overlap
from mappings.prefill import Answer, Outcome, Prefill, release
from mappings.prefill import prefill as fill
from mappings.prefill.giving import given as given_answers
from mappings.prefill.releasing import Released, kept_back

router = APIRouter(tags=["forms"])
_READ, _FILL = "forms:read", "forms:prefill"
_PURPOSE = frozenset({PREFILL})
FormId = Annotated[
    str, Path(max_length=100, pattern=r"^[a-z0-9_.-]+$", description="様式ID / id of the form")
]


class Filling(BaseModel):
    """Which form is filled in for which day, and what may leave."""

    model_config = ConfigDict(extra="forbid")

    day: date | None = Field(
        default=None, description="様式の版と値の基準日（既定は今日） / the day; default: today"
    )
    fields: list[str] | None = Field(
        default=None,
        max_length=1000,
        description="記入してよい項目（既定は全て） / fields whose values may leave; default: all",
    )


class Checking(BaseModel):
    """The answers to a form before they are submitted."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Any] = Field(description="項目名→回答 / name of each field and its answer")
    day: date | None = Field(default=None, description="提出日（既定は今日） / day of submission")
    draft_version: str | None = Field(
        default=None, max_length=40, description="作成を始めた版 / version the draft was begun in"
    )


@lru_cache(maxsize=1)
def _forms() -> Mapping[str, Form]:
    return load_forms()


def _form(form_id: str) -> Form:
    if form_id not in _forms():
        raise Refused("not-found", "form.unknown")
    return _forms()[form_id]


def _object(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }


@router.get(
    "/forms",
    summary="様式の一覧 / The forms",
    description="申請様式と、今日有効な版を返します。\n\nThe forms, with the version in force.",
    response_model=None,
    responses={200: _object("OK"), **problems()},
)
async def forms(request: Request, who: Called) -> Response:
    """Answer `GET /v1/forms`."""

    def read(access: Access) -> Told:
        today = access.service.today()
        rows = [
            {
                "id": form.id,
                "system": form.system,
                "ja": form.ja,
                "en": form.en,
                "version": form.version(today),
                "fields": len(form.on(today).fields),
            }
            for form in _forms().values()
        ]
        return Told({"items": rows}, (), {"forms": len(rows)})

    return await answer(request, who, Operation("GET /v1/forms", _READ, of_business=False), read)


@router.get(
    "/forms/overlap",
    summary="様式間で重複する質問 / What forms ask in common",
    description="様式間で同じことを尋ねている項目を返します。\n\n"
    "Which fields of the forms ask the same, and what is left when each is asked once.",
    response_model=None,
    responses={200: _object("OK"), **problems(404)},
)
async def forms_overlap(
    request: Request,
    who: Called,
    form: Annotated[
        list[str] | None,
        Query(max_length=50, description="様式ID（既定は全て） / forms; default: all"),
    ] = None,
) -> Response:
    """Answer `GET /v1/forms/overlap`."""

    def read(_access: Access) -> Told:
        chosen = [_form(name) for name in dict.fromkeys(form or _forms())]
        found = overlap(chosen)
        body = {
            "fields": found.total("fields"),
            "asked": found.asked,
            "left": found.left,
            "saved": found.saved,
            "pairs": [asdict(pair) | {"jaccard": round(pair.jaccard, 3)} for pair in found.pairs],
            "shared": [
                {
                    "concept": one.concept,
                    "ja": one.ja,
                    "places": [{"form": name, "field": field} for name, field in one.places],
                }
                for one in found.shared
            ],
        }
        return Told(body, (), {"forms": len(chosen)})

    return await answer(
        request, who, Operation("GET /v1/forms/overlap", _READ, of_business=False), read
    )


@router.post(
    "/forms/{form_id}/prefill",
    summary="様式への記入 / Fill in a form",
    description="代表する事業者について、記入できる項目・確認が必要な項目・質問する項目を、"
    "理由と出典とともに返します。代理人自身の事業者の値は使いません。\n\n"
    "For the represented business: what can be filled in, what has to be confirmed, what is left"
    " to ask, why, and from where. Nothing of an agent's own business is used.",
    response_model=None,
    responses={200: _object("OK"), **problems(400, 404)},
)
async def prefill(request: Request, who: Called, form_id: FormId, given: Filling) -> Response:
    """Answer `POST /v1/forms/{form}/prefill`."""

    def read(access: Access) -> Told:
        return _filled(access, form_id, given, leaving_alone=False)

    name = "POST /v1/forms/{form}/prefill"
    return await answer(request, who, Operation(name, _FILL, _PURPOSE, "forms"), read)


@router.post(
    "/forms/{form_id}/preview",
    summary="送信前の確認 / What would leave",
    description="送信される値だけを、出典と時点とともに返します。\n\n"
    "Only what would leave, each value with its source and its day.",
    response_model=None,
    responses={200: _object("OK"), **problems(400, 404)},
)
async def preview(request: Request, who: Called, form_id: FormId, given: Filling) -> Response:
    """Answer `POST /v1/forms/{form}/preview`."""

    def read(access: Access) -> Told:
        return _filled(access, form_id, given, leaving_alone=True)

    name = "POST /v1/forms/{form}/preview"
    return await answer(request, who, Operation(name, _FILL, _PURPOSE, "forms"), read)


@router.post(
    "/forms/{form_id}/release",
    summary="記入した値の引渡し / Hand over what was filled in",
    description="previewと同じ値を返し、何をどの出典から記入したかの控え（receipt）を残します。"
    "変更されずに提出された回答は、新しい申告として扱いません。\n\n"
    "What preview tells, to be handed in: a receipt is kept of what was filled in and from where,"
    " so that an answer which comes back unchanged counts as no newer word.",
    response_model=None,
    responses={200: _object("OK"), **problems(400, 404)},
)
async def release_answers(
    request: Request, who: Called, form_id: FormId, given: Filling
) -> Response:
    """Answer `POST /v1/forms/{form}/release`."""

    def read(access: Access) -> Told:
        return _filled(access, form_id, given, leaving_alone=True, receipt=True)

    name = "POST /v1/forms/{form}/release"
    return await answer(request, who, Operation(name, _FILL, _PURPOSE, "forms"), read)


@router.post(
    "/forms/{form_id}/check",
    summary="提出前の点検 / Check before submission",
    description="回答を、書式・必須・矛盾・登録済みの値との違いについて点検します。"
    "回答は保存しません。\n\n"
    "Checks answers: formats, what is missing, contradictions, and what the hub holds otherwise."
    " No answer is kept, and none is repeated.",
    response_model=None,
    responses={200: _object("OK"), **problems(400, 404)},
)
async def check(request: Request, who: Called, form_id: FormId, given: Checking) -> Response:
    """Answer `POST /v1/forms/{form}/check`."""

    def read(access: Access) -> Told:
        form = _form(form_id)
        _opened(access, form)
        day = given.day or access.service.today()
        held = _business(access, given.day)
        try:
            found = checked(form, given.answers, day, business=held, draft=given.draft_version)
        except LookupError:
            raise Refused(
                "invalid", errors=[{"where": "body.draft_version", "what": "a version of the form"}]
            ) from None
        body = {
            "form": form.id,
            "version": form.version(day),
            "day": day,
            "findings": [asdict(one) for one in found],
        }
        systems = {origin.system for origin in held.origins}
        return Told(body, systems, {"form": form.id, "findings": len(found)})

    name = "POST /v1/forms/{form}/check"
    return await answer(request, who, Operation(name, _FILL, _PURPOSE, "forms"), read)


def _opened(access: Access, form: Form) -> None:
    """Refuse an agent a form of a system that the delegation does not open."""
    opening = access.opening
    if opening is not None and not opening.delegated(form.system, form.stream):
        raise Refused("delegation")


def _business(access: Access, day: date | None) -> Business:
    """The represented business, as far as it may be used for filling in forms."""
    found = None
    if access.party is not None:
        found = usable(access, access.party, day, PREFILL)
    if found is None or found.party_id != access.party:
        raise Refused("not-found", "not_represented")
    return found


def _filled(
    access: Access, form_id: str, given: Filling, *, leaving_alone: bool, receipt: bool = False
) -> Told:
    form = _form(form_id)
    _opened(access, form)
    day = given.day or access.service.today()
    if form.version(day) is None:
        raise Refused("invalid", errors=[{"where": "body.day", "what": "a day of a version"}])
    known = {each.name for each in form.on(day).fields}
    if given.fields is not None and not set(given.fields) <= known:
        raise Refused("invalid", errors=[{"where": "body.fields", "what": "names of fields"}])
    found = fill(form, _business(access, given.day), day)
    leaving = release(found, given.fields)
    shown = leaving.answers if leaving_alone else _every(found, leaving.answers)
    rows = [_answer(one) for one in shown]
    outcomes = [row["outcome"] for row in rows]
    body = {
        "form": form.id,
        "version": found.version,
        "day": found.day,
        "business": str(found.party_id),
        "counts": {one.value: outcomes.count(one.value) for one in Outcome},
        "fields": rows,
    }
    if receipt:
        body["receipt"] = _receipt(access, form, leaving)
    systems = {origin.system for one in leaving.answers for origin in one.origins}
    return Told(body, systems, {"form": form.id, "fields": len(leaving.answers)})


def _receipt(access: Access, form: Form, leaving: Released) -> str:
    """The id of the receipt of what leaves."""
    caller = access.caller
    filing = Filing(
        leaving.party_id,
        form.id,
        leaving.version,
        form.system,
        form.stream or "",
        leaving.day,
        PREFILL,
        client=caller.client,
        user=account_name(*caller.subject) if caller.subject else None,
    )
    clock = access.service.clock
    return issue(access.service.database, filing, given_answers(leaving.answers), clock=clock).id


def _every(found: Prefill, leaving: tuple[Answer, ...]) -> tuple[Answer, ...]:
    """All fields; those kept back as for a business of which nothing is held."""
    left = {one.field.name: one for one in leaving}
    return tuple(
        left.get(one.field.name) or (one if one.outcome is Outcome.ASK else kept_back(one))
        for one in found.answers
    )


def _answer(one: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {
        "field": one.field.name,
        "concept": one.field.concept.id,
        "outcome": one.outcome.value,
        "texts": dict(one.texts),
        "why": [{"code": why.code, "ja": why.ja, "en": why.en} for why in one.why],
        "sources": [_source(origin) for origin in one.origins],
        "derived_from": list(one.derived_from),
    }
    if one.cannot:
        told["cannot"] = one.cannot
    return told


def _source(origin: Origin) -> dict[str, Any]:
    return {
        "system": origin.system,
        "stream": origin.stream,
        "as_of": origin.as_of,
        "since": origin.recorded_from,
    }
