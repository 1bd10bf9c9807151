"""Programmes as the public API of jGrants shows them: list, v1 detail, v2 detail, search."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import jaconv

from mocks.world import World
from mocks.world.programs import Program, Round

SPECIFICATION = "https://developers.digital.go.jp/documents/jgrants/api/"
PORTAL = "https://www.jgrants-portal.go.jp/subsidy/"
SORTS: dict[str, Callable[[Program], datetime | None]] = {
    "created_date": lambda program: program.created_at,
    "acceptance_start_datetime": lambda program: program.start,
    "acceptance_end_datetime": lambda program: program.end,
}
FILES = ("application_guidelines", "outline_of_grant", "application_form")


def list_instant(at: datetime | None) -> str | None:
    """As lists write it: `2026-05-31T14:59:00.000Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z" if at else None


def detail_instant(at: datetime | None) -> str | None:
    """As details write it: `2026-05-31T14:59Z`."""
    return f"{at:%Y-%m-%dT%H:%MZ}" if at else None


def envelope(result: list[dict[str, Any]]) -> dict[str, Any]:
    """The published envelope around a result."""
    return {
        "metadata": {"type": SPECIFICATION, "resultset": {"count": len(result)}},
        "result": result,
    }


def summary(program: Program) -> dict[str, Any]:
    """One item of the list."""
    return {
        "acceptance_end_datetime": list_instant(program.end),
        "acceptance_start_datetime": list_instant(program.start),
        "id": program.id,
        "institution_name": program.institution,
        "name": program.number,
        "subsidy_max_limit": program.limit,
        "target_area_search": program.area,
        "target_number_of_employees": program.employees,
        "title": program.title,
    }


def _files(program: Program) -> dict[str, list[dict[str, str]]]:
    """Attachments; the bytes differ by name, so that their digests do."""
    return {
        kind: [
            {"name": name, "data": base64.b64encode(f"%PDF-1.4 {name}".encode()).decode()}
            for name in program.files.get(kind, ())
        ]
        for kind in FILES
    }


def _common(program: Program) -> dict[str, Any]:
    return {
        "id": program.id,
        "name": program.number,
        "title": program.title,
        "subsidy_catch_phrase": program.catch_phrase,
        "detail": program.detail,
        "use_purpose": " / ".join(program.purposes),
        "industry": " / ".join(program.industries),
        "target_number_of_employees": program.employees,
        "subsidy_rate": program.rate,
        "subsidy_max_limit": program.limit,
        "request_reception_presence": "有" if program.reception else "無",
        "is_enable_multiple_request": program.multiple,
        "front_subsidy_detail_page_url": f"{PORTAL}{program.id}",
    }


def detail_v1(program: Program) -> dict[str, Any]:
    """The v1 detail: one period, the widest over all rounds."""
    last = program.rounds[-1] if program.rounds else None
    return {
        **_common(program),
        "target_area_search": program.area,
        "target_area_detail": program.area_detail,
        "acceptance_start_datetime": detail_instant(program.start),
        "acceptance_end_datetime": detail_instant(program.end),
        "project_end_deadline": detail_instant(last.project_end if last else None),
        **_files(program),
        "institution_name": program.institution,
    }


def detail_v2(program: Program) -> dict[str, Any]:
    """The v2 detail: periods and areas are in `workflow`."""
    return {
        **_common(program),
        "granttype": program.grant_type,
        **_files(program),
        "workflow": [_workflow(_silenced(program, round_)) for round_ in program.rounds],
        "institution_name": program.institution,
    }


def _silenced(program: Program, round_: Round) -> Round:
    if not program.silent_workflow:
        return round_
    return replace(round_, start=None, end=None, project_end=None)


def _workflow(round_: Round) -> dict[str, Any]:
    return {
        "id": round_.id,
        "target_area_search": round_.area,
        "target_area_detail": round_.area_detail,
        "fiscal_year_round": round_.label,
        "acceptance_start_datetime": detail_instant(round_.start),
        "acceptance_end_datetime": detail_instant(round_.end),
        "project_end_deadline": detail_instant(round_.project_end),
    }


def fold(text: str) -> str:
    """What search compares: width and case do not matter. Radicals (⾼) do: this is not NFKC."""
    return str(jaconv.h2z(jaconv.z2h(text, kana=False, ascii=True, digit=True), kana=True)).lower()


class Catalogue:
    """The programmes of a world that jGrants publishes now."""

    def __init__(self, world: World) -> None:
        self.world = world

    def find(self, program_id: str) -> Program | None:
        """The published programme of this id (case-sensitive)."""
        program = self.world.programs.get(program_id)
        return program if program and program.created_at <= self.world.now else None

    def search(
        self, keyword: str, sort: str, order: str, *, accepting: bool, filters: dict[str, str]
    ) -> list[dict[str, Any]]:
        """All hits; a one-character keyword gives none (as observed)."""
        if len(keyword) < 2:
            return []
        word = fold(keyword)
        hits = [
            program
            for program in self.world.visible_programs()
            if word in fold(program.title + (program.catch_phrase or "") + program.detail)
            and (not accepting or self._accepts(program))
            and _passes(program, filters)
        ]
        key = SORTS[sort]
        dated = sorted((p for p in hits if key(p)), key=lambda p: (str(key(p)), p.id))
        if order == "DESC":
            dated.reverse()
        return [summary(p) for p in dated] + [summary(p) for p in hits if not key(p)]

    def _accepts(self, program: Program) -> bool:
        now = self.world.now
        return bool(program.start and program.end and program.start <= now <= program.end)


def _passes(program: Program, filters: dict[str, str]) -> bool:
    """Several values of one filter are joined by " / " and mean any of them."""
    held = {
        "use_purpose": program.purposes,
        "industry": program.industries,
        "target_number_of_employees": (program.employees,),
        "target_area_search": tuple(program.area.split(" / ")),
        "institution_name": (program.institution or "",),
    }
    return all(set(wanted.split(" / ")) & set(held[name]) for name, wanted in filters.items())
