"""What a programme of the public API says, in canonical claims."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from mappings import Plan
from tests.mappings.frames import source_frame

FILES: list[dict[str, Any]] = [{"name": "要領.pdf", "sha256": "a" * 64, "size": 10}]
PROGRAM: dict[str, Any] = {
    "id": "a0WJ200000CDR9HMAX",
    "list": {
        "id": "a0WJ200000CDR9HMAX",
        "name": "S-00009883",
        "title": "令和８年度　⾼度⽀援事業",
        "target_area_search": "東京都 / 近畿地方",
        "subsidy_max_limit": 0,
        "acceptance_start_datetime": "2026-09-16T00:00:00.000Z",
        "acceptance_end_datetime": "2027-05-31T14:59:00.000Z",
        "target_number_of_employees": "100名以下",
        "institution_name": None,
    },
    "v2": {
        "id": "a0WJ200000CDR9HMAX",
        "title": "令和８年度　⾼度⽀援事業",
        "detail": "<p>概要</p>",
        "use_purpose": "人材育成を行いたい / 設備整備・IT導入をしたい",
        "industry": "医療、福祉",
        "subsidy_rate": "1/2（施設・設備整備事業は2/3）",
        "request_reception_presence": "無",
        "is_enable_multiple_request": True,
        "front_subsidy_detail_page_url": "https://www.jgrants-portal.go.jp/subsidy/a0WJ2",
        "institution_name": "支援事業",
        "application_guidelines": FILES,
        "outline_of_grant": FILES * 2,
        "workflow": [
            {
                "id": "a0GBE000005RJTW2A4",
                "target_area_search": "東京都/大阪府",
                "fiscal_year_round": "第54回",
                "acceptance_start_datetime": "2026-09-16T00:00Z",
                "acceptance_end_datetime": "2027-05-31T14:59Z",
            }
        ],
    },
    "v1": {"project_end_deadline": "2027-03-31T15:00Z", "target_area_detail": "島しょを除く"},
}


def test_program(programs: Plan) -> None:
    mapped = programs.map(source_frame(PROGRAM))
    assert mapped.refusals == []
    program = mapped.claims["program"].row(0, named=True)
    expected = {
        "program_key": "a0WJ200000CDR9HMAX",
        "title": "令和８年度　⾼度⽀援事業",
        "title_normalized": "令和8年度 高度支援事業",
        "detail_html": "<p>概要</p>",
        "limit_jpy": None,
        "rate_text": "1/2（施設・設備整備事業は2/3）",
        "rate_max_percent": "66.67",
        "acceptance_end_at": datetime(2027, 5, 31, 14, 59, tzinfo=UTC),
        "project_end_on": date(2027, 4, 1),
        "reception": False,
        "multiple_requests": True,
        "institution_name": "支援事業",
        "target_employees": "100名以下",
        "source_credit": "出典：Jグランツ",
        "as_of": None,
    }
    assert {name: program[name] for name in expected} == expected


def test_both_spellings_are_one_instant(programs: Plan) -> None:
    claims = programs.map(source_frame(PROGRAM)).claims
    ends = claims["program"]["acceptance_end_at"].to_list()
    assert claims["program_round"]["acceptance_end_at"].to_list() == ends
    assert claims["program_round"]["target_area"].to_list() == ["東京都 / 大阪府"]


def test_topics_and_files_are_numbered_through(programs: Plan) -> None:
    claims = programs.map(source_frame(PROGRAM)).claims
    topics = claims["program_topic"].select("ordinal", "kind", "value", "code").rows()
    assert topics == [
        (0, "area", "東京都", "13"),
        (1, "area", "近畿地方", None),
        (2, "use_purpose", "人材育成を行いたい", None),
        (3, "use_purpose", "設備整備・IT導入をしたい", None),
        (4, "industry", "医療、福祉", "P"),
    ]
    files = claims["attachment"].select("ordinal", "kind").rows()
    assert files == [(0, "公募要領"), (1, "交付要綱"), (2, "交付要綱")]


def test_a_programme_without_detail_loads_from_the_list(programs: Plan) -> None:
    mapped = programs.map(source_frame({"id": PROGRAM["id"], "list": PROGRAM["list"]}))
    assert mapped.refusals == []
    assert mapped.claims["program"]["title"].to_list() == ["令和８年度　⾼度⽀援事業"]
