"""Each fault really happens, on the wire where it is one of the wire, and is then spent."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

import pytest
import requests

from mocks.faults import ANSWERS, KINDS, Fault, FaultBox, FaultError
from mocks.serve import MockServers

PATH = "/applicant/v1/applications"


def ask(servers: MockServers, session: requests.Session, **query: str) -> requests.Response:
    url = servers["subsidy"].address + PATH
    return session.get(url, params={"limit": "5", **query}, timeout=10)


def with_fault(
    servers: MockServers, session: requests.Session, kind: str, **options: Any
) -> requests.Response:
    servers.faults.add(Fault(kind, system="subsidy", path=PATH, **options))
    return ask(servers, session)


@pytest.fixture
def clean(servers: MockServers, applicant: requests.Session) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ask(servers, applicant).json()["items"]
    return items


@pytest.mark.parametrize("kind", sorted(set(ANSWERS) - {"expired_token"}))
def test_an_answer_in_the_systems_place(
    servers: MockServers, applicant: requests.Session, kind: str
) -> None:
    answer = with_fault(servers, applicant, kind, count=2, retry_after="7")
    again = ask(servers, applicant)
    status, content_type, body = ANSWERS[kind]
    for got in (answer, again):
        assert (got.status_code, got.content) == (status, body)
        assert got.headers["Content-Type"] == content_type.decode()
        assert got.headers["Retry-After"] == "7"
    assert ask(servers, applicant).json()["items"]


def test_429_without_retry_after(servers: MockServers, applicant: requests.Session) -> None:
    assert "Retry-After" not in with_fault(servers, applicant, "rate_limited").headers


def test_an_expired_token_stays_refused(servers: MockServers, applicant: requests.Session) -> None:
    assert with_fault(servers, applicant, "expired_token").status_code == 401
    assert ask(servers, applicant).status_code == 401


def test_a_reset_is_a_reset(servers: MockServers, applicant: requests.Session) -> None:
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        with_fault(servers, applicant, "reset")
    assert ask(servers, applicant).status_code == 200


def test_a_truncated_body_ends_early(servers: MockServers, applicant: requests.Session) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        with_fault(servers, applicant, "truncated")
    assert ask(servers, applicant).status_code == 200


def test_a_slow_drip_comes_whole_in_the_end(
    servers: MockServers, applicant: requests.Session, clean: list[dict[str, Any]]
) -> None:
    servers.faults.add(Fault("slow_drip", path=PATH, seconds=0.001, chunk=4000))
    url = servers["subsidy"].address + PATH
    answer = applicant.get(url, params={"limit": "5"}, timeout=10, stream=True)
    pieces = list(answer.raw.stream(1 << 20, decode_content=True))
    assert json.loads(b"".join(pieces))["items"] == clean


def test_a_slow_drip_runs_into_a_time_out(
    servers: MockServers, applicant: requests.Session
) -> None:
    servers.faults.add(Fault("slow_drip", path=PATH, seconds=60, chunk=10))
    with pytest.raises(requests.exceptions.ConnectionError):
        applicant.get(servers["subsidy"].address + PATH, timeout=0.2)


def test_a_skewed_clock(servers: MockServers, applicant: requests.Session) -> None:
    from datetime import datetime
    from email.utils import parsedate_to_datetime

    skewed = with_fault(servers, applicant, "clock_skew", seconds=7200).headers["Date"]
    ahead = parsedate_to_datetime(skewed) - datetime.now(UTC)
    assert 7000 < ahead.total_seconds() < 7300


def test_the_wrong_encoding(
    servers: MockServers, applicant: requests.Session, clean: list[dict[str, Any]]
) -> None:
    answer = with_fault(servers, applicant, "wrong_encoding")
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    assert clean[0]["status"] in answer.content.decode("cp932")


def test_broken_json_is_whole_on_the_wire(
    servers: MockServers, applicant: requests.Session
) -> None:
    answer = with_fault(servers, applicant, "broken_json")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(ValueError, match=r"."):
        json.loads(answer.content)


def first(answer: requests.Response) -> dict[str, Any]:
    record: dict[str, Any] = answer.json()["items"][0]
    return record


def test_a_field_gained(servers: MockServers, applicant: requests.Session) -> None:
    record = first(with_fault(servers, applicant, "field_gained", field="answers.新項目", value=1))
    assert record["answers"]["新項目"] == 1


def test_a_field_lost(servers: MockServers, applicant: requests.Session) -> None:
    record = first(with_fault(servers, applicant, "field_lost", field="answers.資本金"))
    assert "資本金" not in record["answers"]


def test_a_field_retyped(
    servers: MockServers, applicant: requests.Session, clean: list[dict[str, Any]]
) -> None:
    record = first(with_fault(servers, applicant, "field_retyped", field="answers.従業員数"))
    assert record["answers"]["従業員数"] == str(clean[0]["answers"]["従業員数"])


def test_a_record_of_the_future(servers: MockServers, applicant: requests.Session) -> None:
    record = first(with_fault(servers, applicant, "future_record"))
    assert record["updatedAt"] == "2099-01-01T00:00:00.000Z"


def test_a_record_without_its_key(servers: MockServers, applicant: requests.Session) -> None:
    assert "applicationId" not in first(with_fault(servers, applicant, "key_missing"))


def test_an_item_that_is_no_object(servers: MockServers, applicant: requests.Session) -> None:
    items = with_fault(servers, applicant, "not_an_object").json()["items"]
    assert items[0] == "not an object"
    assert len(items) == 6


def test_a_nul(servers: MockServers, applicant: requests.Session) -> None:
    answer = with_fault(servers, applicant, "nul", field="answers.商号又は名称")
    assert first(answer)["answers"]["商号又は名称"].endswith("\0")
    assert b"\\u0000" in answer.content


def test_a_lone_surrogate(servers: MockServers, applicant: requests.Session) -> None:
    answer = with_fault(servers, applicant, "lone_surrogate", field="answers.商号又は名称")
    assert b"\\ud83d" in answer.content
    assert first(answer)["answers"]["商号又は名称"].endswith("\ud83d")


@pytest.mark.parametrize("text", ["1.10", "1e3"])
def test_a_number_where_text_is_expected(
    servers: MockServers, applicant: requests.Session, text: str
) -> None:
    answer = with_fault(servers, applicant, "number_text", field="answers.資本金", value=text)
    assert f'"資本金":{text},'.encode() in answer.content


def test_a_name_twice_in_an_object(servers: MockServers, applicant: requests.Session) -> None:
    answer = with_fault(servers, applicant, "duplicate_key_in_object", value="取消")
    text = answer.content.decode()
    assert text[: text.index('"applicationId"', 50)].count('"status":') == 2
    assert first(answer)["status"] == "取消"


def test_a_key_twice_on_a_page(servers: MockServers, applicant: requests.Session) -> None:
    items = with_fault(servers, applicant, "duplicate_key_in_page").json()["items"]
    assert len(items) == 6
    assert items[0]["applicationId"] == items[5]["applicationId"]
    assert items[0] != items[5]


def test_a_key_that_changes_between_pages(
    servers: MockServers, applicant: requests.Session, clean: list[dict[str, Any]]
) -> None:
    page = with_fault(servers, applicant, "key_changed", count=2).json()
    assert page["items"] == clean
    later = ask(servers, applicant, cursor=page["nextCursor"]).json()["items"]
    assert len(later) == 6
    assert later[5]["applicationId"] == clean[0]["applicationId"]
    assert later[5] != clean[0]


def test_a_page_for_ever(servers: MockServers, applicant: requests.Session) -> None:
    page = with_fault(servers, applicant, "page_repeated", count=None).json()
    for _ in range(3):
        again = ask(servers, applicant, cursor=page["nextCursor"]).json()
        assert again == page
        assert again["nextCursor"]


def test_records_beside_the_spoilt_one_keep_their_bytes(
    servers: MockServers, applicant: requests.Session
) -> None:
    whole = ask(servers, applicant).content
    spoilt = with_fault(servers, applicant, "nul", record=4).content
    assert spoilt[: len(whole) // 2] == whole[: len(whole) // 2]


def test_faults_wait_for_their_path_and_turn(
    servers: MockServers, applicant: requests.Session
) -> None:
    servers.faults.add(Fault("server_error", path="/exp/*"))
    servers.faults.add(Fault("server_error", path=PATH, skip=1))
    assert ask(servers, applicant).status_code == 200
    assert ask(servers, applicant).status_code == 500
    assert ask(servers, applicant).status_code == 200
    assert [fault.path for fault in servers.faults.waiting()] == ["/exp/*"]


def test_every_kind_can_be_asked_for_by_name() -> None:
    assert len({Fault.parse({"kind": kind}).kind for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [({"kind": "fire"}, "unknown fault"), ({"kind": "html", "colour": 1}, "unknown options")],
)
def test_an_unknown_fault_says_what_there_is(wanted: dict[str, Any], says: str) -> None:
    with pytest.raises(FaultError, match=says):
        Fault.parse(wanted)


def test_a_fault_for_ever_is_never_spent() -> None:
    box = FaultBox()
    box.add(Fault("html", count=None))
    assert all(box.take("subsidy", "/") for _ in range(5))
    box.clear()
    assert box.take("subsidy", "/") is None
