"""The subsidy connector against a tiny jGrants: what it asks, keeps and reads again."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from base.clock import ManualClock
from base.connection import Connection
from base.errors import MappingError
from base.http import HttpClient
from base.records import ABSENT
from connectors.archive import Archive
from connectors.registry import load_connector
from connectors.subsidy.hooks import checked_keywords
from tests.connectors.helpers import UNTIL, Reply, connector_to, read_pages, serving
from tests.connectors.jgrants import (
    KEYWORDS,
    PDF,
    JGrants,
    detail,
    item,
    keys,
    notes_of,
    read,
    round_of,
)


def test_the_union_of_keywords_holds_each_programme_once() -> None:
    pages, asked, connector = read(JGrants(60))
    assert keys(pages) == sorted(set(keys(pages)))
    assert len(keys(pages)) == len(asked) == 60
    assert [len(page.keys) for page in pages] == [50, 10]
    decoded = connector.decoder("programs").decode([r for page in pages for r in page.raws])
    assert not decoded.refusals
    assert not [f for f in decoded.drift if f.path == "v1"], "asked for only where v2 lacks it"
    row = decoded.frame.root.row(3, named=True)
    assert row["list.title"] == "令和８年度　⽀援⾦ No.3"
    assert row["v1.id"] == ABSENT
    rounds = decoded.frame.children["v2.workflow"]
    assert rounds["acceptance_end_datetime"][0] == "2026-12-31T14:59Z"


def test_the_same_answers_make_the_same_bytes() -> None:
    first, _, _ = read(JGrants(5))
    again, _, _ = read(JGrants(5))
    assert [page.raws for page in first] == [page.raws for page in again]


def test_records_hold_the_exact_slices_of_the_answers() -> None:
    source = JGrants(1)
    source.items[0]["subsidy_max_limit"] = 1.10
    raw = read(source)[0][0].raws[0]
    item_text = json.dumps(source.items[0], ensure_ascii=False).encode()
    assert raw.startswith(b'{"id":"a0W000000000000000","list":' + item_text + b',"v2":{"id":"a0W')
    assert b'"subsidy_max_limit": 1.1' in raw


def test_a_detail_is_read_again_only_when_due() -> None:
    source = JGrants(3)
    first, _, _ = read(source)
    notes = notes_of(first)
    again, asked, _ = read(source, notes, at=UNTIL + timedelta(days=6))
    assert asked == []
    assert again[0].unchanged == keys(first)
    source.items[1]["title"] = "改題"
    changed, asked, _ = read(source, notes, at=UNTIL + timedelta(days=6))
    assert keys(changed) == [source.items[1]["id"]]
    assert asked == [f"/exp/v2/public/subsidies/id/{source.items[1]['id']}"]
    _, asked, _ = read(source, notes, at=UNTIL + timedelta(days=7))
    assert len(asked) == 3


def test_files_lie_beside_the_archive_and_their_hash_in_the_record(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    pages, _, connector = read(JGrants(1), put_file=archive.put_attachment)
    assert base64.b64encode(PDF) not in pages[0].raws[0]
    frame = connector.decoder("programs").decode(pages[0].raws).frame
    stored = frame.children["v2.outline_of_grant"].row(0, named=True)
    assert (stored["name"], stored["size"]) == ("要綱.pdf", str(len(PDF)))
    assert archive.attachment(stored["sha256"]) == PDF


@pytest.mark.parametrize("data", [None, "これはBase64ではない"])
def test_a_file_that_cannot_be_read_keeps_its_name(data: str | None) -> None:
    source = JGrants(1)
    source.v2[0]["outline_of_grant"] = [{"name": "要綱.pdf", "data": data}]
    pages, _, connector = read(source)
    decoded = connector.decoder("programs").decode(pages[0].raws)
    stored = decoded.frame.children["v2.outline_of_grant"].row(0, named=True)
    assert (stored["name"], stored["sha256"], stored["size"]) == ("要綱.pdf", None, None)
    assert not decoded.refusals


@pytest.mark.parametrize(
    "rounds",
    [None, [], [round_of(0, acceptance_start_datetime=None, acceptance_end_datetime=None)]],
)
def test_v1_is_asked_where_v2_names_no_period(rounds: Any) -> None:
    source = JGrants(1)
    source.v2[0]["workflow"] = rounds
    source.v1[0] = detail(0, acceptance_end_datetime="2026-12-31T14:59Z", target_area_search="全国")
    pages, asked, connector = read(source)
    assert [path.split("/")[2] for path in asked] == ["v2", "v1"]
    decoded = connector.decoder("programs").decode(pages[0].raws)
    assert decoded.frame.root["v1.acceptance_end_datetime"][0] == "2026-12-31T14:59Z"
    assert not decoded.refusals


@pytest.mark.parametrize("note", ["", "x", "x y", "x 2026-99-99 list"])
def test_a_note_that_cannot_be_read_counts_as_old(note: str) -> None:
    source = JGrants(1)
    pages, asked, _ = read(source, {item(0)["id"]: note})
    assert (len(keys(pages)), len(asked)) == (1, 1)


def test_reading_resumes_between_details() -> None:
    whole, _, _ = read(JGrants(60))
    rest, asked, _ = read(JGrants(60), resume=whole[0].resume)
    assert keys(rest) == whole[1].keys
    assert len(asked) == 10


def test_limit_reads_no_more_details_than_asked() -> None:
    pages, asked, _ = read(JGrants(60), limit=2)
    assert len(keys(pages)) == len(asked) == 2


def test_ids_that_differ_in_case_only_are_different_programmes() -> None:
    source = JGrants(1)
    source.items[7] = item(7, id="A0W000000000000000")
    assert len(keys(read(source)[0])) == 2


@pytest.mark.parametrize("keyword", ["補", "", "事業 再生", "あ" * 256])
def test_a_keyword_the_api_does_not_take_is_named(keyword: str) -> None:
    with pytest.raises(MappingError, match="2 to 255 characters"):
        checked_keywords(["事業", keyword])


def test_every_request_is_one_the_contract_allows() -> None:
    with serving(JGrants(1)) as served:
        read_pages(connector_to(served.address, "subsidy"), "programs")
    lists = [query for path, query, _h in served.seen if "/id/" not in path]
    assert len(lists) == 2 * KEYWORDS
    assert all(set(query) == {"keyword", "sort", "order", "acceptance"} for query in lists)
    assert {query["acceptance"] for query in lists} == {"0", "1"}


def application(number: int) -> dict[str, Any]:
    return {
        "applicationId": f"a1X0000000000{number:05}",
        "updatedAt": f"2026-11-{number + 1:02}T00:00:00.123Z",
        "programId": "a0W000000000000000",
        "status": "交付決定",
        "applicant": {"kind": "法人", "tradeNames": []},
        "answers": {
            "資本金": "10,000千円", "従業員数": 12, "認定支援機関ID": "100012345678",
            "決算": [{"決算年月": "令和7年3月", "売上高": "1,200万円"}],
        },
        "procedures": [{"procedureId": "p1", "kind": "公募申請", "state": "採択"}],
    }  # fmt: skip


def test_applications_are_read_with_a_token_and_the_public_api_without() -> None:
    def script(path: str, query: dict[str, str]) -> Reply:
        if path == "/applicant/v1/applications":
            start = int(query.get("cursor", 0))
            last = start + 1 >= 3
            return Reply({
                "items": [application(start)], "nextCursor": None if last else str(start + 1),
                "total": 3,
            })  # fmt: skip
        return JGrants(1)(path, query)

    with serving(script) as served:
        clock = ManualClock(UNTIL)
        connection = Connection(
            "subsidy", served.address, None, {"token_header": "X-Token"}, {"api_token": "sesame"}
        )
        connector = load_connector(
            "subsidy",
            lambda _name: connection,
            open_client=lambda c, m: HttpClient(c, clock, auth="none" if m == "none" else None),
        )
        pages = read_pages(connector, "applications")
        read_pages(connector, "programs")
    assert len(keys(pages)) == 3
    assert pages[0].updated == ["2026-11-01T00:00:00.123000Z"]
    with_token = {path: "X-Token" in headers for path, _q, headers in served.seen}
    assert with_token.pop("/applicant/v1/applications")
    assert not any(with_token.values())
    decoded = connector.decoder("applications").decode([r for p in pages for r in p.raws])
    assert not decoded.refusals
    assert decoded.frame.children["answers.決算"]["売上高"].to_list() == ["1,200万円"] * 3
    assert connector.identifier_fields("applications") == {"answers.認定支援機関ID"}


def test_contract_knows_every_field_of_the_form() -> None:
    connector = connector_to("http://127.0.0.1:1", "subsidy")
    answers = {p.split(".")[1] for p in connector.decoder("applications").fields if "answers." in p}
    assert len(answers) == 46  # 48 of the form; sales and two profits are together in 決算
    assert connector.contract("applications").assumed
    assert not connector.contract("programs").assumed


def test_nothing_under_any_keyword_is_an_empty_page() -> None:
    pages, _, _ = read(JGrants(0))
    assert [(page.keys, page.resume) for page in pages] == [([], None)]
