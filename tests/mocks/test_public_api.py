"""The public side answers as jGrants does, so that a client of jGrants works unchanged."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from mocks.serve import MockServers
from mocks.world import World

KEYWORDS = ("事業", "補助金", "支援", "助成", "公募", "経営", "地域")


@pytest.fixture
def base(servers: MockServers) -> str:
    return f"{servers['subsidy'].address}/exp"


def search(base: str, keyword: str, **more: str) -> requests.Response:
    query = {"keyword": keyword, "sort": "created_date", "order": "ASC", "acceptance": "0", **more}
    return requests.get(f"{base}/v1/public/subsidies", params=query, timeout=10)


def hits(base: str, keyword: str, **more: str) -> list[dict[str, Any]]:
    answer = search(base, keyword, **more)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["result"]
    assert answer.json()["metadata"]["resultset"]["count"] == len(found)
    return found


def test_a_union_of_keywords_finds_all(base: str, still_world: World) -> None:
    found = {item["id"] for keyword in KEYWORDS for item in hits(base, keyword)}
    assert found == {program.id for program in still_world.visible_programs()}


def test_width_and_case_do_not_matter_but_radicals_do(base: str, still_world: World) -> None:
    program = next(p for p in still_world.visible_programs() if p.takes_applications)
    program_title = program.title
    program.title = "ＩＴ導入⽀援"
    try:
        assert program.id in {item["id"] for item in hits(base, "it導入")}
        assert program.id not in {item["id"] for item in hits(base, "IT導入支援")}
    finally:
        program.title = program_title


@pytest.mark.parametrize("left_out", ["keyword", "sort", "order", "acceptance"])
def test_a_missing_parameter_is_refused(base: str, left_out: str) -> None:
    query = {"keyword": "補助金", "sort": "created_date", "order": "ASC", "acceptance": "1"}
    del query[left_out]
    answer = requests.get(f"{base}/v1/public/subsidies", params=query, timeout=10)
    assert answer.status_code == 400
    assert left_out in answer.json()["title"]


@pytest.mark.parametrize(
    "wrong", [{"keyword": "補" * 256}, {"sort": "title"}, {"order": "asc"}, {"acceptance": "2"}]
)
def test_a_malformed_parameter_is_refused(base: str, wrong: dict[str, str]) -> None:
    assert search(base, wrong.pop("keyword", "補助金"), **wrong).status_code == 400


def test_one_character_gives_no_hits_and_no_error(base: str) -> None:
    assert hits(base, "補") == []


def test_acceptance_leaves_out_what_is_closed(base: str, still_world: World) -> None:
    open_, all_ = hits(base, "事業", acceptance="1"), hits(base, "事業")
    now = f"{still_world.now:%Y-%m-%dT%H:%M:%S}.000Z"
    assert 0 < len(open_) < len(all_)
    assert all(i["acceptance_start_datetime"] <= now <= i["acceptance_end_datetime"] for i in open_)


@pytest.mark.parametrize("field", ["acceptance_start_datetime", "acceptance_end_datetime"])
def test_sorted_as_asked(base: str, field: str) -> None:
    up = [i[field] for i in hits(base, "事業", sort=field)]
    down = [i[field] for i in hits(base, "事業", sort=field, order="DESC")]
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)


def test_filters_take_several_values(base: str) -> None:
    wanted = {"東京都", "全国"}
    found = hits(base, "事業", target_area_search=" / ".join(wanted))
    assert found
    assert all(wanted & set(item["target_area_search"].split(" / ")) for item in found)


def test_the_two_spellings_of_an_instant(base: str) -> None:
    item = hits(base, "事業")[0]
    v1 = requests.get(f"{base}/v1/public/subsidies/id/{item['id']}", timeout=10).json()["result"][0]
    v2 = requests.get(f"{base}/v2/public/subsidies/id/{item['id']}", timeout=10).json()["result"][0]
    assert item["acceptance_end_datetime"].endswith(":00.000Z")
    assert v1["acceptance_end_datetime"] == item["acceptance_end_datetime"][:16] + "Z"
    assert "acceptance_end_datetime" not in v2
    assert "granttype" in v2
    assert v2["workflow"]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_unknown_id_has_no_result(base: str, version: str) -> None:
    path = f"{base}/{version}/public/subsidies/id"
    answer = requests.get(f"{path}/a0W000000000000AAA", timeout=10)
    assert answer.status_code == 200
    assert answer.json()["metadata"]["resultset"]["count"] == 0
    assert answer.json()["result"] == []
    assert requests.get(f"{path}/{'a' * 19}", timeout=10).status_code == 400


def test_an_id_is_case_sensitive(base: str) -> None:
    name = hits(base, "事業")[0]["id"]
    answer = requests.get(f"{base}/v2/public/subsidies/id/{name.lower()}", timeout=10)
    assert answer.json()["result"] == []


def test_every_answer_is_marked(base: str) -> None:
    for answer in (search(base, "事業"), search(base, ""), requests.get(f"{base}/x", timeout=10)):
        assert answer.headers["X-Synthetic-Data"] == "true"
