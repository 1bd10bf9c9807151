"""Who may not know of cases and consultations is told the same of a business that has none; and so
is an agent of a client that has nothing in the systems, procedures and programmes that the
delegation is not for.

Every endpoint, every open set of scopes and purposes, every persona: status, body, order, ETag.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.running import ALL_PURPOSES, ALL_SCOPES, OPEN_SCOPES, Running
from tests.api.world import CLIENT, NEIGHBOUR, OWNER

pytestmark = pytest.mark.network

PERSONAS = ("owner", "agent", "neighbour", "client")
SCOPES = {
    "open": OPEN_SCOPES,
    "business": frozenset({"business:read"}),
    "details": frozenset({"business:read", "business.details:read"}),
    "one": OPEN_SCOPES | {"succession:read"},
    "none": frozenset({"directory:read"}),
}
PURPOSES = {
    "open": frozenset({"application_status", "prefill"}),
    "prefill": frozenset({"prefill"}),
    "other": frozenset({"consultation"}),
}
_VARYING = {"date"}


def _paths(service: Running) -> list[str]:
    businesses = [
        f"/v1/businesses/{number}{rest}"
        for number in (OWNER, CLIENT, NEIGHBOUR)
        for rest in (
            "", "?include=lists", "?as_of=2026-05-01", "/applications", "/applications?limit=1",
            "/plans", "/consultations", "/succession-cases",
        )
    ]  # fmt: skip
    directory = ["/v1/programs", "/v1/programs?q=事業", "/v1/support-agencies", "/v1/it-vendors"]
    return [*businesses, *directory, "/v1/me", "/v1/changes", "/v1/forms", "/v1/forms/overlap"]


def _token(service: Running, persona: str, scopes: Any, purposes: Any) -> str:
    if persona == "agent":
        return service.agent(scopes=scopes, purposes=purposes, programme="G-1")
    number = {"owner": OWNER, "neighbour": NEIGHBOUR, "client": None}[persona]
    return service.token(number, scopes=scopes, purposes=purposes)


def _told(service: Running, path: str, token: str) -> tuple[Any, ...]:
    answer = service.get(path, token)
    headers = {n: v for n, v in answer.headers.items() if n.lower() not in _VARYING}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("purposes", PURPOSES)
@pytest.mark.parametrize("scopes", SCOPES)
@pytest.mark.parametrize("persona", PERSONAS)
def test_without_the_scope_there_is_no_difference(
    on_sqlite: Running, twin: Running, persona: str, scopes: str, purposes: str
) -> None:
    tokens = [_token(s, persona, SCOPES[scopes], PURPOSES[purposes]) for s in (on_sqlite, twin)]
    differing = [
        path
        for path in _paths(on_sqlite)
        if _told(on_sqlite, path, tokens[0]) != _told(twin, path, tokens[1])
    ]
    assert differing == []


@pytest.mark.parametrize(
    "persona",
    [lambda s: s.token(scopes=OPEN_SCOPES), lambda s: s.agent(programme="G-1")],
    ids=["owner", "agent"],
)
def test_forms_are_filled_in_alike(
    on_sqlite: Running, twin: Running, persona: Callable[[Running], str]
) -> None:
    told = []
    for service in (on_sqlite, twin):
        token = persona(service)
        forms = [form["id"] for form in service.get("/v1/forms", token).json()["items"]]
        headers = {"Authorization": f"Bearer {token}"}
        told.append(
            [
                service.session.post(
                    f"{service.address}/v1/forms/{form}/{what}",
                    json={"answers": {}} if what == "check" else {},
                    headers=headers, timeout=30,
                ).content
                for form in forms
                for what in ("prefill", "preview", "check")
            ]
        )  # fmt: skip
    assert told[0] == told[1]


def test_who_looked_tells_without_the_scope_of_no_look_under_it(on_sqlite: Running) -> None:
    on_sqlite.get(f"/v1/businesses/{OWNER}/succession-cases", on_sqlite.token())
    on_sqlite.get(f"/v1/businesses/{OWNER}", on_sqlite.token())
    told = on_sqlite.get("/v1/audit/me?limit=100", on_sqlite.token(scopes=OPEN_SCOPES)).text
    assert "succession" not in told
    whole = on_sqlite.get("/v1/audit/me?limit=100", on_sqlite.token()).text
    assert "succession:read" in whole


def test_who_looked_tells_of_no_purpose_that_would_tell_of_a_case(on_sqlite: Running) -> None:
    on_sqlite.get("/v1/me", on_sqlite.token())
    on_sqlite.get("/v1/me", on_sqlite.token(purposes=frozenset({"succession"})))
    agents = on_sqlite.token(scopes=OPEN_SCOPES, purposes=frozenset({"application_status"}))
    told = on_sqlite.get("/v1/audit/me?limit=100", agents)
    assert told.status_code == 200
    for word in ("succession", "consultation"):
        assert word not in told.text
    assert any(row["operation"] == "GET /v1/me" for row in told.json()["items"])
    assert "succession" in on_sqlite.get("/v1/audit/me?limit=100", on_sqlite.token()).text


def test_to_the_client_itself_there_is_a_difference(on_sqlite: Running, twin: Running) -> None:
    for rest in ("", "/applications", "/plans"):
        path = f"/v1/businesses/{CLIENT}{rest}"
        told = [_told(s, path, s.token(CLIENT)) for s in (on_sqlite, twin)]
        assert told[0] != told[1]


def test_with_the_scope_there_is_a_difference(on_sqlite: Running, twin: Running) -> None:
    for rest in ("", "/consultations", "/succession-cases"):
        path = f"/v1/businesses/{OWNER}{rest}"
        tokens = [_token(s, "owner", ALL_SCOPES, ALL_PURPOSES) for s in (on_sqlite, twin)]
        assert _told(on_sqlite, path, tokens[0]) != _told(twin, path, tokens[1])
