"""A tiny jGrants: answers written by hand, with the real traps, and the connector that reads it."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from base.clock import ManualClock
from base.records import Page
from connectors.connector import Connector
from tests.connectors.helpers import UNTIL, Reply, connector_to, read_pages, serving

PDF = b"%PDF-1.4 tiny"

KEYWORDS = 7


def item(number: int, **more: Any) -> dict[str, Any]:
    """A list item: title not NFKC, a limit of 0 for "not stated", an end in UTC."""
    return {
        "acceptance_end_datetime": "2026-12-31T14:59:00.000Z",
        "acceptance_start_datetime": "2026-09-16T00:00:00.000Z",
        "id": f"a0W00000000000{number:04}",
        "institution_name": None,
        "name": f"S-{number:08}",
        "subsidy_max_limit": 0,
        "target_area_search": "全国",
        "target_number_of_employees": "100名以下",
        "title": f"令和８年度　⽀援⾦ No.{number}",
        **more,
    }


def round_of(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"w{number}",
        "target_area_search": "東京都/大阪府",
        "target_area_detail": None,
        "fiscal_year_round": "第1回",
        "acceptance_start_datetime": "2026-09-16T00:00Z",
        "acceptance_end_datetime": "2026-12-31T14:59Z",
        "project_end_deadline": None,
        **more,
    }


def detail(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"a0W00000000000{number:04}",
        "name": f"S-{number:08}",
        "title": f"令和８年度　⽀援⾦ No.{number}",
        "subsidy_catch_phrase": None,
        "detail": '<p style="color: red">■目的\\n</p>',
        "use_purpose": "設備整備・IT導入をしたい / 資金繰りを改善したい",
        "industry": "製造業",
        "target_number_of_employees": "100名以下",
        "subsidy_rate": "1/2（施設は2/3）",
        "subsidy_max_limit": 0,
        "request_reception_presence": "有",
        "is_enable_multiple_request": False,
        "front_subsidy_detail_page_url": "https://www.jgrants-portal.go.jp/subsidy/x",
        "application_guidelines": [],
        "outline_of_grant": [{"name": "要綱.pdf", "data": base64.b64encode(PDF).decode()}],
        "application_form": None,
        "institution_name": None,
        **more,
    }


class JGrants:
    """A server's script with programmes by number; each keyword finds a part of them."""

    def __init__(self, count: int) -> None:
        self.items = {number: item(number) for number in range(count)}
        self.v2 = {n: detail(n, granttype=None, workflow=[round_of(n)]) for n in self.items}
        self.v1: dict[int, dict[str, Any]] = {}
        self.failing: set[int] = set()
        self.unknown_is_404 = False

    def __call__(self, path: str, query: dict[str, str]) -> Reply:
        if path == "/exp/v1/public/subsidies":
            chosen = [
                one for number, one in self.items.items()
                if hash_of(query["keyword"], number) % 2 or number % KEYWORDS == 0
            ]  # fmt: skip
            return result(*chosen)
        version, number = path.split("/")[2], int(path[-4:])
        if number in self.failing:
            return Reply({"errorCode": "E-ML-9999"}, status=500)
        known = (self.v2 if version == "v2" else self.v1).get(number)
        if known is None and self.unknown_is_404:
            return Reply({}, status=404)
        return result(*([] if known is None else [known]))


def hash_of(keyword: str, number: int) -> int:
    return hashlib.sha256(f"{keyword}{number}".encode()).digest()[0]


def result(*members: dict[str, Any]) -> Reply:
    count = len(members)
    return Reply({"metadata": {"type": "x", "resultset": {"count": count}}, "result": members})


def read(
    source: JGrants, notes: dict[str, str] | None = None, at: datetime = UNTIL, **more: Any
) -> tuple[list[Page], list[str], Connector]:
    """Pages, the details' paths that were asked for, and the connector."""
    put_file = more.pop("put_file", None)
    with serving(source) as served:
        connector = connector_to(served.address, "subsidy", put_file=put_file)
        memo = lambda keys: {k: notes[k] for k in keys if notes and k in notes}  # noqa: E731
        pages = read_pages(connector, "programs", memo=memo, clock=ManualClock(at), **more)
    return pages, [path for path, _q, _h in served.seen if "/id/" in path], connector


def keys(pages: list[Page]) -> list[str]:
    return [key for page in pages for key in page.keys]


def notes_of(pages: list[Page]) -> dict[str, str]:
    return {key: note for page in pages for key, note in page.notes.items()}
