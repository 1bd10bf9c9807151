"""gBizINFO's rows, cut out of corporations: their keys, their pages, and what cannot be cut."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import ManualClock
from base.connection import Connection
from base.errors import NotFound, PagingError, ServerFault
from base.http import HttpClient
from base.records import Page, Window
from connectors.connector import Connector
from connectors.gbizinfo.hooks import fingerprint, rows_of, years_of
from connectors.registry import load_connector
from tests.connectors.helpers import UNTIL, Reply, Served, read_pages, serving

TOKEN = "t0ken-of-a-test"
NUMBERS = ("1010001034053", "1010001034730", "6290001001120")


def order(title: str, amount: int = 1000) -> dict[str, Any]:
    return {
        "title": title,
        "amount": amount,
        "date_of_order": "2018-04-02T00:00:00+09:00",
        "government_departments": "文部科学省",
        "note": None,
    }


def company(number: str, *rows: Any) -> dict[str, Any]:
    return {
        "corporate_number": number,
        "name": "東京官書普及株式会社",
        "location": "東京都千代田区神田錦町１丁目２番地ノ２",
        "procurement": list(rows),
    }


class Answers:
    """Pages of corporations, each element as JSON text."""

    def __init__(self, *pages: list[Any]) -> None:
        self.pages = [[one if isinstance(one, bytes) else raw(one) for one in p] for p in pages]

    def __call__(self, path: str, query: dict[str, str]) -> Reply:
        del path
        number = int(query["page"])
        infos = b",".join(self.pages[number - 1])
        return Reply(
            b'{"id":null,"errors":null,"message":"200 - OK.","totalCount":"9","totalPage":"%d",'
            b'"pageNumber":"%d","hojin-infos":[%s]}' % (len(self.pages), number, infos)
        )


def raw(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def connector(address: str) -> Connector:
    clock = ManualClock(UNTIL)
    given_to = Connection(
        "gbizinfo",
        address,
        options={"token_header": "X-hojinInfo-api-token"},
        secrets={"api_token": TOKEN},
    )
    return load_connector(
        "gbizinfo",
        lambda _name: given_to,
        open_client=lambda one, _method: HttpClient(one, clock, auth="token_header"),
    )


def read(script: Any, stream: str = "procurements", **more: Any) -> tuple[list[Page], Served]:
    with serving(script) as served:
        return read_pages(connector(served.address), stream, **more), served


def keys(pages: list[Page]) -> list[str]:
    return [key for page in pages for key in page.keys]


def test_rows_of_all_pages_each_with_a_key_of_its_own() -> None:
    answers = Answers(
        [company(NUMBERS[0], order("机"), order("椅子")), company(NUMBERS[1], order("机"))],
        [company(NUMBERS[1], order("棚"))],
    )
    pages, served = read(answers)
    assert len(set(keys(pages))) == 4
    assert [key.partition("-")[0] for key in keys(pages)] == [
        NUMBERS[0], NUMBERS[0], NUMBERS[1], NUMBERS[1],
    ]  # fmt: skip
    assert [query["page"] for query in served.queries] == ["1", "2"]
    decoded = connector("http://x").decoder("procurements").decode(pages[0].raws)
    assert (decoded.refusals, decoded.drift) == ([], [])
    assert decoded.frame.root["procurement.title"].to_list() == ["机", "椅子", "机"]


def test_two_pages_of_equal_rows_are_read_to_the_end() -> None:
    same = company(NUMBERS[0], order("机"))
    last = company(NUMBERS[1], order("椅子"))
    with serving(Answers([same], [same], [last])) as served:
        pages = read_pages(connector(served.address), "procurements")
    assert [len(page.keys) for page in pages] == [1, 1, 1]
    assert pages[0].keys == pages[1].keys != pages[2].keys


def test_a_row_that_comes_again_on_a_later_page_does_not_count() -> None:
    again, other = company(NUMBERS[0], order("机")), company(NUMBERS[1], order("椅子"))
    with serving(Answers([again], [other], [again])) as served:
        pages = read_pages(connector(served.address), "procurements")
    (short,) = pages[2].findings
    assert (short.path, short.kind, short.count) == ("$.totalCount", "shortfall", 7)
    assert "9 records were announced, 2 came that no other page held" in short.detail


def test_equal_rows_of_one_corporation_count_where_a_page_ends_between_them() -> None:
    first = company(NUMBERS[0], *(order(f"机{n}") for n in range(5)))
    rest = company(NUMBERS[0], *(order(f"机{n}") for n in range(3, 7)))
    with serving(Answers([first], [rest])) as served:
        pages = read_pages(connector(served.address), "procurements")
    assert [page.findings for page in pages] == [[], []]


def test_all_that_was_announced_is_no_finding() -> None:
    rows = [company(NUMBERS[0], *(order(f"机{n}") for n in range(9)))]
    with serving(Answers(rows)) as served:
        (page,) = read_pages(connector(served.address), "procurements")
    assert (len(page.keys), page.findings) == (9, [])


@pytest.mark.parametrize("wrong", [1, 99])
def test_a_page_of_another_number_is_asked_for_again(wrong: int) -> None:
    whole = Answers([company(NUMBERS[0], order("机"))], [company(NUMBERS[1], order("椅子"))])
    left = [wrong]

    def answer(path: str, query: dict[str, str]) -> Reply:
        if query["page"] == "2" and left[0]:
            left[0] -= 1
            return whole(path, {**query, "page": "1"})
        return whole(path, query)

    with serving(answer) as served:
        if wrong == 1:
            assert len(read_pages(connector(served.address), "procurements")) == 2
        else:
            with pytest.raises(PagingError, match="page 2 was asked for, and page 1 came"):
                read_pages(connector(served.address), "procurements")


def test_the_first_run_and_the_next_ones_name_both_days() -> None:
    answers = Answers([company(NUMBERS[0], order("机"))])
    first = read(answers)[1].queries[0]
    assert (first["from"], first["to"]) == ("20160101", "20261120")
    assert first["metadata_flg"] == "false"
    since = Window(UNTIL - timedelta(days=1), UNTIL)
    later = read(answers, window=since)[1].queries[0]
    assert (later["from"], later["to"]) == ("20261117", "20261120"), "two days of look-back"


def test_the_token_goes_in_its_header_alone() -> None:
    _, served = read(Answers([company(NUMBERS[0], order("机"))]))
    ((path, query, headers),) = served.seen
    assert headers["X-hojinInfo-api-token"] == TOKEN
    assert TOKEN not in path + str(query)
    assert path == "/hojin/v2/hojin/updateInfo/procurement"


def test_an_interrupted_read_goes_on_with_the_next_page() -> None:
    answers = Answers(*[[company(number, order("机"))] for number in NUMBERS])
    whole, _ = read(answers)
    rest, served = read(answers, resume=whole[0].resume)
    assert keys(rest) == keys(whole)[1:]
    assert [query["page"] for query in served.queries] == ["2", "3"]


@pytest.mark.parametrize(
    "broken",
    [
        company(NUMBERS[2]) | {"procurement": "なし"},
        b'{"corporate_number":"6290001001120","procurement":[{"title":"\\x"}]}',
        b'{"corporate_number":"6290001001120","corporate_number":"1","procurement":[]}',
        b'{"corporate_number":"6290001001120","procurement":[{"title":"a","title":"b"}]}',
        ["no object"],
    ],
)
def test_what_cannot_be_cut_is_refused_whole_and_nothing_else_is(broken: Any) -> None:
    pages, _ = read(Answers([company(NUMBERS[0], order("机")), broken]))
    assert len(keys(pages)) == 1
    (refused,) = pages[0].refused
    assert refused.raw == (broken if isinstance(broken, bytes) else raw(broken))


def test_a_corporation_without_rows_has_none() -> None:
    absent = {"corporate_number": NUMBERS[0]}
    pages, _ = read(Answers([company(NUMBERS[1]), absent, absent | {"procurement": None}]))
    assert (keys(pages), pages[0].refused) == ([], [])


def test_a_field_that_is_new_beside_the_rows_shows_as_drift() -> None:
    pages, _ = read(Answers([company(NUMBERS[0], order("机")) | {"capital_stock": 1}]))
    decoded = connector("http://x").decoder("procurements").decode(pages[0].raws)
    assert [(found.path, found.kind) for found in decoded.drift] == [("capital_stock", "added")]


def test_years_of_a_report_and_what_belongs_to_none() -> None:
    finance = {
        "accounting_standards": "Japan GAAP",
        "fiscal_year_cover_page": "第20期（自　2019年11月１日　至　2020年10月31日）",
        "major_shareholders": [{"name_major_shareholders": "甲", "shareholding_ratio": 0.0102}],
        "management_index": [{"period": "1"}, {"period": "0"}, {}],
    }
    fields = {"corporate_number": raw(NUMBERS[0]), "finance": raw(finance)}
    records = [json.loads(record) for record in years_of(fields)]
    assert [record["key"].partition("-")[2] for record in records] == ["", "1", "0", "place 2"]
    assert [("major_shareholders" in r["finance"]) for r in records] == [True, False, False, False]
    assert all(r["finance"]["fiscal_year_cover_page"] for r in records)
    assert [json.loads(one)["key"] for one in years_of({"corporate_number": raw("1")})] == ["1"]


@pytest.mark.parametrize(("status", "error"), [(500, ServerFault), (404, NotFound)])
def test_a_kind_that_fails_says_so(status: int, error: type[Exception]) -> None:
    body: dict[str, Any] = {"id": None, "message": f"{status} - Error.", "errors": []}
    with pytest.raises(error, match=r"gbizinfo\.subsidies"):
        read(lambda _path, _query: Reply(body, status=status), "subsidies")


def test_content_alone_makes_a_fingerprint() -> None:
    row = order("机")
    turned = dict(reversed(row.items()))
    bare = {name: value for name, value in row.items() if value is not None}
    meta = row | {"meta-data": {"source": "調達ポータル"}}
    empty = row | {"note": ""}
    assert len({fingerprint(raw(one)) for one in (row, turned, bare, meta, empty)}) == 1
    assert fingerprint(raw(row)) != fingerprint(raw(order("机", 1001)))
    assert fingerprint(b'{"a":1}') == fingerprint(b'{"a":"1"}'), "amounts are sent as either"
    assert fingerprint(b'{"a":1}') != fingerprint(b'{"a":1.0}')


values = st.one_of(st.none(), st.text(max_size=8), st.integers(), st.booleans())
rows = st.lists(st.dictionaries(st.text(max_size=6), values, max_size=5), max_size=5)


@given(rows=rows, more=st.dictionaries(st.text(min_size=1, max_size=6), values, max_size=3))
def test_every_row_is_a_record_that_holds_its_bytes(rows: list[Any], more: dict[str, Any]) -> None:
    fields = {name: raw(value) for name, value in more.items() if name not in {"key", "list"}}
    fields |= {"corporate_number": raw(NUMBERS[0]), "list": raw(rows)}
    records = rows_of(fields, "list")
    assert len(records) == len(rows)
    for record, row in zip(records, rows, strict=True):
        assert raw(row) in record
        assert json.loads(record)["list"] == row
        assert json.loads(record)["key"].startswith(f"{NUMBERS[0]}-")
