"""The subsidy connector against a tiny jGrants: answers written by hand, with the real traps."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from base.clock import ManualClock
from base.connection import Connection
from base.errors import CircuitOpen, ConnectError, HubError, MappingError
from base.http import HttpClient
from base.http_answer import Response
from base.records import ABSENT, Page
from connectors.archive import Archive
from connectors.connector import Connector
from connectors.registry import load_connector
from connectors.subsidy.hooks import checked_keywords
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


@pytest.mark.parametrize("unknown_is_404", [True, False])
def test_an_id_without_detail_is_kept_from_the_list_and_never_loses_one(
    unknown_is_404: bool,
) -> None:
    source = JGrants(1)
    source.unknown_is_404 = unknown_is_404
    kept = source.v2.pop(0)
    pages, _, connector = read(source)
    decoded = connector.decoder("programs").decode(pages[0].raws)
    assert not decoded.refusals
    assert decoded.frame.root["v2.title"][0] == ABSENT
    source.v2[0] = kept
    notes = notes_of(read(source)[0])
    del source.v2[0]
    again, _, _ = read(source, notes, at=UNTIL + timedelta(days=8))
    assert (keys(again), again[0].unchanged) == ([], [kept["id"]])


def test_one_failing_detail_is_refused_and_the_others_load() -> None:
    source = JGrants(4)
    source.failing = {1}
    pages, _, _ = read(source)
    assert len(keys(pages)) == 3
    refused = pages[0].refused[0]
    assert (refused.key, refused.rule) == (source.items[1]["id"], "detail_unavailable")
    source.failing = {1, 2, 3}
    with pytest.raises(HubError):
        read(source)


def test_a_programme_that_never_had_a_detail_follows_its_list_item() -> None:
    source = JGrants(1)
    kept = source.v2.pop(0)
    notes = notes_of(read(source)[0])
    assert read(source, notes)[0][0].unchanged == [kept["id"]], "not asked for again within a week"
    source.items[0]["title"] = "改題"
    changed, _, _ = read(source, notes)
    assert keys(changed) == [kept["id"]]
    assert "改題".encode() in changed[0].raws[0]
    assert notes_of(changed)[kept["id"]] != notes[kept["id"]]
    later, _, _ = read(source, notes_of(changed), at=UNTIL + timedelta(days=8))
    assert later[0].raws == changed[0].raws
    source.v2[0] = kept
    found, _, _ = read(source, notes_of(later), at=UNTIL + timedelta(days=16))
    assert b'"v2":' in found[0].raws[0]


def test_a_changed_programme_that_lost_its_detail_keeps_what_is_stored() -> None:
    source = JGrants(1)
    notes = notes_of(read(source)[0])
    del source.v2[0]
    source.items[0]["title"] = "改題"
    pages, _, _ = read(source, notes)
    assert (keys(pages), pages[0].unchanged, pages[0].notes) == ([], [], {})
    assert [(r.key, r.rule) for r in pages[0].refused] == [(item(0)["id"], "detail_unavailable")]


@pytest.mark.parametrize("note", ["", "x", "x y", "x 2026-99-99 list"])
def test_a_note_that_cannot_be_read_counts_as_old(note: str) -> None:
    source = JGrants(1)
    pages, asked, _ = read(source, {item(0)["id"]: note})
    assert (len(keys(pages)), len(asked)) == (1, 1)


class Spoilt(JGrants):
    """Answers a chosen reply for the v2 details of some programmes."""

    def __init__(self, count: int, bad: set[int], spoil: Callable[[Reply], Reply]) -> None:
        super().__init__(count)
        self.bad, self.spoil = bad, spoil

    def __call__(self, path: str, query: dict[str, str]) -> Reply:
        reply = super().__call__(path, query)
        return self.spoil(reply) if "/v2/" in path and int(path[-4:]) in self.bad else reply


def one_byte_lost(reply: Reply) -> Reply:
    """A character of the round, deep in the detail, lacks its last byte."""
    return Reply(reply.data.replace("第1回".encode(), "第1回".encode()[:-1]))


HTML = {"Content-Type": "text/html"}
NO_DETAIL: dict[str, Callable[[Reply], Reply]] = {
    "null": lambda _reply: Reply({"metadata": {}, "result": None}),
    "web page": lambda _reply: Reply(b"<html><title>x</title></html>", headers=HTML),
    "no body": lambda _reply: Reply(b""),
    "not JSON around it": lambda _reply: Reply(b'{"result": [{}], "x": tru}'),
}


@pytest.mark.parametrize("spoil", NO_DETAIL.values(), ids=NO_DETAIL.keys())
def test_one_answer_that_holds_no_detail_stops_no_other(spoil: Callable[[Reply], Reply]) -> None:
    pages, _, _ = read(Spoilt(6, {1, 2, 4, 5}, spoil))
    assert keys(pages) == [item(0)["id"], item(3)["id"]]
    refused = [(one.key, one.rule) for one in pages[0].refused]
    assert refused == [(item(n)["id"], "detail_unavailable") for n in (1, 2, 4, 5)]
    assert not pages[0].notes.keys() & {key for key, _rule in refused}, "asked for again next time"
    with pytest.raises(HubError):
        read(Spoilt(6, {1, 2, 3}, spoil))


@dataclass
class Hanging:
    """The real client, but the details of some programmes do not answer."""

    client: HttpClient
    hanging: set[int]
    error: HubError

    def get_json_bytes(self, path: str, params: Mapping[str, str] | None = None) -> Response:
        if "/id/" in path and int(path[-4:]) in self.hanging:
            raise self.error
        return self.client.get_json_bytes(path, params)


@pytest.mark.parametrize("error", [ConnectError("timed out"), CircuitOpen("left in peace")])
def test_one_detail_that_does_not_answer_stops_no_other(error: HubError) -> None:
    def pages_without(*numbers: int) -> list[Page]:
        connector = load_connector(
            "subsidy",
            lambda name: Connection(name, served.address),
            open_client=lambda c, _m: Hanging(
                HttpClient(c, ManualClock(UNTIL)), set(numbers), error
            ),
        )
        return read_pages(connector, "programs")

    with serving(JGrants(6)) as served:
        pages = pages_without(1, 2, 4)
        with pytest.raises(type(error)):
            pages_without(1, 2, 3)
    assert keys(pages) == [item(n)["id"] for n in (0, 3, 5)]
    assert {one.rule for one in pages[0].refused} == {"detail_unavailable"}


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (one_byte_lost, "encoding"),
        (lambda reply: Reply(reply.data.replace(b'"fiscal_year_round": ', b"")), "malformed"),
        (lambda reply: Reply(reply.data.replace(b"false", b"fals")), "malformed"),
    ],
)
def test_a_detail_that_cannot_be_read_is_refused_and_the_others_load(
    spoil: Callable[[Reply], Reply], rule: str
) -> None:
    pages, _, _ = read(Spoilt(5, {0, 1, 2, 3}, spoil))
    assert keys(pages) == [item(4)["id"]]
    assert {one.rule for one in pages[0].refused} == {rule}
    assert pages[0].notes.keys() == {item(4)["id"]}


def test_a_detail_that_holds_a_key_twice_is_refused() -> None:
    class Doubled(JGrants):
        def __call__(self, path: str, query: dict[str, str]) -> Reply:
            reply = super().__call__(path, query)
            if "/v2/" not in path:
                return reply
            return Reply(reply.data.replace(b'"name":', b'"title": "x", "name":', 1))

    pages, _, _ = read(Doubled(1))
    assert [(r.key, r.rule) for r in pages[0].refused] == [("a0W000000000000000", "duplicate_key")]


def test_list_items_without_id_are_refused_once() -> None:
    source = JGrants(1)
    source.items[7] = {"title": "番号なし"}
    pages, _, _ = read(source)
    assert [(r.rule, len(keys(pages))) for r in pages[0].refused] == [("key", 1)]


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
