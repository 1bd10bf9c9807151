"""Search: words of two characters, widths and kana, places, what is open; pages join."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.running import Running

pytestmark = pytest.mark.network


def _ids(service: Running, path: str, **params: Any) -> list[str]:
    answer = service.get(path, service.token(), params=params)
    assert answer.status_code == 200, answer.text
    return sorted(one["id"].rpartition(":")[2] for one in answer.json()["items"])


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"q": "設備"}, ["G-1", "G-2", "G-3"]),
        ({"q": "更新"}, ["G-3"]),
        ({"q": "補助"}, ["G-1"]),
        ({"q": "設備 補助"}, ["G-1"]),
        ({"q": "ものづくり"}, ["G-1"]),
        ({"q": "モノヅクリ"}, ["G-1"]),
        ({"q": "ﾓﾉﾂﾞｸﾘ"}, ["G-1"]),
        ({"q": "省"}, ["G-3"]),
        ({"q": "備設"}, []),
        ({"q": "100%"}, []),
        ({"q": "_"}, []),
        ({}, ["G-1", "G-2", "G-3"]),
        ({"region": "長野県"}, ["G-1", "G-3"]),
        ({"region": "東京都"}, ["G-1", "G-2"]),
        ({"region": "大阪府"}, ["G-1"]),
        ({"industry": "建設業"}, ["G-1", "G-2", "G-3"]),
        ({"industry": "漁業"}, []),
        ({"topic": "設備整備", "q": "商店街"}, ["G-2"]),
        ({"open": "true"}, ["G-1", "G-2"]),
    ],
)
def test_programs(service: Running, params: dict[str, str], found: list[str]) -> None:
    assert _ids(service, "/v1/programs", **params) == found


def test_agencies_and_vendors(service: Running) -> None:
    assert _ids(service, "/v1/support-agencies", q="信用") == ["100000000001"]
    assert _ids(service, "/v1/support-agencies", region="埼玉県", topic="事業承継") == [
        "100000000001", "100000000002",
    ]  # fmt: skip
    assert _ids(service, "/v1/it-vendors", q="システム", region="東京都") == ["V-1"]


def test_whether_a_program_is_open_is_told(service: Running) -> None:
    told = service.get("/v1/programs", service.token()).json()["items"]
    assert {one["id"][-3:]: one["open"] for one in told} == {
        "G-1": True, "G-2": True, "G-3": False,
    }  # fmt: skip


def test_pages_join(service: Running) -> None:
    found, cursor, token = [], None, service.token()
    while True:
        params = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = service.get("/v1/programs", token, params=params).json()
        found += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 3
