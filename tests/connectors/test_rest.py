"""Reading a stream over real HTTP: bounds, paging, resume, and everything that can go wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from base.errors import ContractError, HubError, PagingError, ReadError, ServerFault
from base.records import Window
from tests.connectors.helpers import (
    UNTIL,
    WINDOW,
    Reply,
    Script,
    case,
    connector_to,
    raw,
    read_pages,
    serving,
)

RECORDS = [case(number) for number in range(7)]


def by_cursor(path: str, query: dict[str, str]) -> Reply:
    start, size = int(query.get("cursor", "t0")[1:]), int(query["limit"])
    last = start + size >= len(RECORDS)
    return Reply(
        {"items": RECORDS[start : start + size], "next": None if last else f"t{start + size}"}
    )


def keys_of(pages: list) -> list[str]:  # type: ignore[type-arg]
    return [key for page in pages for key in page.keys]


def test_every_record_comes_once_in_order_with_its_exact_bytes() -> None:
    with serving(by_cursor) as served:
        pages = read_pages(connector_to(served.address))
    assert keys_of(pages) == [record["caseId"] for record in RECORDS]
    assert [r for page in pages for r in page.raws] == [raw(record) for record in RECORDS]
    assert pages[0].updated == ["2026-11-01T00:00:00.000000Z", "2026-11-02T00:00:00.000000Z"]
    assert [page.resume is None for page in pages] == [False, False, False, True]
    assert served.seen[0][0] == "/api/v1/cases"


def test_empty_answer_is_one_empty_last_page() -> None:
    with serving(lambda _path, _query: Reply({"items": [], "next": None})) as served:
        pages = read_pages(connector_to(served.address))
    assert [(page.keys, page.refused, page.resume) for page in pages] == [([], [], None)]


def test_reads_are_bounded_on_both_sides_and_look_back() -> None:
    since = datetime(2026, 11, 10, 0, 5, tzinfo=UTC)
    with serving(by_cursor) as served:
        read_pages(connector_to(served.address), window=Window(since, UNTIL))
    for query in served.queries:
        assert query["from"] == "2026-11-09T23:55:00.000000Z"
        assert query["until"] == "2026-11-20T03:00:00.000000Z"


def test_a_first_read_has_no_lower_bound() -> None:
    with serving(by_cursor) as served:
        read_pages(connector_to(served.address))
    assert all("from" not in query and "until" in query for query in served.queries)


@pytest.mark.parametrize("taken", [1, 2, 3])
def test_reading_resumes_after_every_page(taken: int) -> None:
    with serving(by_cursor) as served:
        whole = read_pages(connector_to(served.address))
        rest = read_pages(connector_to(served.address), resume=whole[taken - 1].resume)
    assert keys_of(whole[:taken]) + keys_of(rest) == keys_of(whole)


def test_a_position_of_another_window_is_not_used() -> None:
    other = Window(None, datetime(2026, 11, 21, tzinfo=UTC))
    with serving(by_cursor) as served:
        resume = read_pages(connector_to(served.address))[1].resume
        again = read_pages(connector_to(served.address), window=other, resume=resume)
    assert len(keys_of(again)) == len(RECORDS)


def test_an_expired_page_token_restarts_the_window_once() -> None:
    def expired(path: str, query: dict[str, str]) -> Reply:
        if query.get("cursor") == "t4" and not state.pop("used", False):
            state["used"] = True
            return Reply({"error": "invalid_cursor"}, status=400)
        return by_cursor(path, query)

    state: dict[str, bool] = {}
    with serving(expired) as served:
        pages = read_pages(connector_to(served.address))
    keys = keys_of(pages)
    assert keys[:4] == keys[4:8] == ["C000", "C001", "C002", "C003"]
    assert keys[4:] == [record["caseId"] for record in RECORDS]


def test_a_token_that_stays_refused_ends_the_read() -> None:
    def refusing(path: str, query: dict[str, str]) -> Reply:
        return Reply({"error": "no"}, status=400) if "cursor" in query else by_cursor(path, query)

    with serving(refusing) as served, pytest.raises(ReadError, match="400"):
        read_pages(connector_to(served.address))


def test_limit_ends_the_read_and_asks_for_no_more_than_needed() -> None:
    with serving(by_cursor) as served:
        pages = read_pages(connector_to(served.address), limit=1)
    assert keys_of(pages) == ["C000"]
    assert served.queries[0]["limit"] == "1"


@pytest.mark.parametrize("same_token", [True, False])
def test_a_page_repeated_for_ever_is_noticed(same_token: bool) -> None:
    def endless(_path: str, _query: dict[str, str]) -> Reply:
        count.append(1)
        token = "t" if same_token else f"t{len(count)}"
        return Reply({"items": RECORDS[:2], "next": token if len(count) < 9 else None})

    count: list[int] = []
    with serving(endless) as served, pytest.raises(PagingError, match=r"plain_system\.cases"):
        read_pages(connector_to(served.address))
    assert len(count) == 2


def test_a_token_that_leads_back_is_noticed() -> None:
    def circle(_path: str, query: dict[str, str]) -> Reply:
        step = int(query.get("cursor", "0"))
        count.append(1)
        token = str((step + 1) % 3) if len(count) < 9 else None
        return Reply({"items": [case(1, 名称=str(len(count)))], "next": token})

    count: list[int] = []
    with serving(circle) as served, pytest.raises(PagingError, match="leads back"):
        read_pages(connector_to(served.address))


def test_a_record_that_moves_between_pages_comes_twice() -> None:
    def moving(_path: str, query: dict[str, str]) -> Reply:
        if "cursor" in query:
            return Reply({"items": [case(2), case(1, 名称="変更後")], "next": None})
        return Reply({"items": [case(0), case(1)], "next": "t2"})

    with serving(moving) as served:
        assert keys_of(read_pages(connector_to(served.address))) == ["C000", "C001", "C002", "C001"]


def test_a_record_dated_in_the_future_passes_with_its_date() -> None:
    future = {"caseId": "C9", "updatedAt": "2030-01-01T09:00:00+09:00"}
    with serving(lambda _p, _q: Reply({"items": [future], "next": None})) as served:
        page = read_pages(connector_to(served.address))[0]
    assert page.updated == ["2030-01-01T00:00:00.000000Z"]


def items(*raws: bytes) -> Script:
    body = b'{"items":[' + b",".join(raws) + b'],"next":null}'
    return lambda _path, _query: Reply(body)


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (b'{"updatedAt":"2026-11-01T00:00:00Z"}', "key"),
        (b'{"caseId":null}', "key"),
        (b'{"caseId":""}', "key"),
        (b'{"caseId":"a\\u0000b"}', "key"),
        (b'{"caseId":["a"]}', "key"),
        (b"7", "structure"),
        (b'["C1"]', "structure"),
        (b'{"caseId":"C1" : "x"}', "malformed"),
        (b'{"x":{"caseId":"C1"},"y":tru}', "malformed"),
    ],
)
def test_a_record_without_usable_key_is_refused_and_the_others_load(bad: bytes, rule: str) -> None:
    with serving(items(raw(case(0)), bad, raw(case(2)))) as served:
        page = read_pages(connector_to(served.address))[0]
    assert page.keys == ["C000", "C002"]
    assert [(r.raw, r.rule, r.key[:7]) for r in page.refused] == [(bad, rule, "sha256:")]


def test_a_lone_surrogate_in_one_record_spoils_no_other() -> None:
    bad = b'{"caseId":"C1","updatedAt":"2026-11-01T00:00:00Z","\xe5\x90\x8d":"\\ud800"}'
    with serving(items(raw(case(0)), bad, raw(case(2)))) as served:
        page = read_pages(connector_to(served.address))[0]
    assert page.keys == ["C000", "C1", "C002"]
    assert page.raws[1] == bad


def test_numeric_keys_keep_their_digits() -> None:
    with serving(items(b'{"caseId":12345678901234567890}')) as served:
        assert read_pages(connector_to(served.address))[0].keys == ["12345678901234567890"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html><title>Maintenance</title></html>", ContractError),
        (b'{"items":[{"caseId":"C1"},{"caseId":"C2', ServerFault),
        (b'{"items":[{"caseId":"C1"},{"caseId":"C2"}', ServerFault),
        (b'{"items":[{"caseId":"C1"}]]}', ServerFault),
        (b'{"results":[]}', ContractError),
        (b'{"items":{"caseId":"C1"}}', ContractError),
        (
            '{"items":[{"caseId":"C1","名称":"補助金と助成金の一覧"}]}'.encode("cp932"),
            ContractError,
        ),
        ('{"items":[{"caseId":"C1"}]}'.encode("utf-16"), ContractError),
    ],
)
def test_an_answer_that_cannot_be_used_ends_the_read(body: bytes, error: type[HubError]) -> None:
    with (
        serving(lambda _p, _q: Reply(body)) as served,
        pytest.raises(error, match=r"plain_system\.cases"),
    ):
        read_pages(connector_to(served.address))


def test_an_answer_that_broke_off_is_asked_for_again() -> None:
    def once(path: str, query: dict[str, str]) -> Reply:
        count.append(1)
        return Reply(b'{"items":[{"caseId":"C1"}]]}') if len(count) == 1 else by_cursor(path, query)

    count: list[int] = []
    with serving(once) as served:
        assert len(keys_of(read_pages(connector_to(served.address)))) == len(RECORDS)


def paged(start: int, size: int) -> list[dict[str, str]]:
    return RECORDS[start : start + size]


def test_page_numbers_end_at_the_total() -> None:
    def script(_path: str, query: dict[str, str]) -> Reply:
        return Reply({"items": paged(3 * (int(query["page"]) - 1), 3), "pages": 3})

    with serving(script) as served:
        assert len(keys_of(read_pages(connector_to(served.address), "cases_by_page"))) == 7
    assert [query["page"] for query in served.queries] == ["1", "2", "3"]


def test_offsets_end_with_an_empty_page_even_if_pages_are_short() -> None:
    def script(_path: str, query: dict[str, str]) -> Reply:
        return Reply({"items": paged(int(query["offset"]), 1)})

    with serving(script) as served:
        assert len(keys_of(read_pages(connector_to(served.address), "cases_by_offset"))) == 7


@pytest.mark.parametrize("stream", ["cases_by_link", "cases_by_url"])
def test_next_addresses_are_followed_and_resumed(stream: str) -> None:
    def script(path: str, query: dict[str, str]) -> Reply:
        start = int(query.get("at", 0))
        more = start + 3 < len(RECORDS)
        target = f"{served.address}{path}?at={start + 3}&q=%E4%BA%8B"
        link = {"Link": f'<{served.address}/x>; rel="last", <{target}>; rel="next"'} if more else {}
        body = {"items": paged(start, 3), "next": target if more else None}
        return Reply(body, headers=link)

    with serving(script) as served:
        pages = read_pages(connector_to(served.address), stream)
        rest = read_pages(connector_to(served.address), stream, resume=pages[0].resume)
    assert len(keys_of(pages)) == 7
    assert keys_of(rest) == keys_of(pages)[3:]
    assert served.queries[1] == {"at": "3", "q": "事"}


def test_a_next_address_on_another_host_is_not_followed() -> None:
    elsewhere = "http://127.0.0.1.example.jp/api/v1/cases"
    with (
        serving(lambda _p, _q: Reply({"items": [case(1)], "next": elsewhere})) as served,
        pytest.raises(PagingError, match="outside"),
    ):
        read_pages(connector_to(served.address), "cases_by_url")


def test_check_says_what_went_well_and_never_raises() -> None:
    with serving(lambda _p, _q: Reply({"items": [case(1)], "next": None})) as served:
        lines = connector_to(served.address).check()
        assert [line.ok for line in lines] == [True] * 10
    lines = connector_to(served.address).check()
    assert ("cases: address", False) in [(line.subject, line.ok) for line in lines]


def test_errors_name_system_and_stream() -> None:
    with (
        serving(lambda _p, _q: Reply({}, status=403)) as served,
        pytest.raises(HubError, match=r"^plain_system\.cases: "),
    ):
        read_pages(connector_to(served.address), window=WINDOW)
