"""Reading a stream over SOAP: messages, paging, resume, faults, and answers that are no answers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from base.clock import ManualClock
from base.errors import (
    AuthenticationError,
    ContractError,
    Forbidden,
    HubError,
    PagingError,
    RateLimited,
    ReadError,
    ServerFault,
)
from base.records import Page, Window
from connectors.declaration import Paging
from tests.connectors.helpers import UNTIL, WINDOW, Reply, read_pages
from tests.connectors.soap_service import (
    NAMESPACE,
    PASSWORD,
    USER,
    Service,
    agency,
    envelope,
    fault,
    page,
    serving_soap,
    soap_connector,
    xml,
)

RECORDS = [agency(number) for number in range(7)]
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"

Script = Callable[[int, dict[str, str]], Reply]


def by_token(_number: int, asked: dict[str, str], size: int = 2) -> Reply:
    start = int(asked.get("pageToken", "t0")[1:])
    last = start + size >= len(RECORDS)
    return page(*RECORDS[start : start + size], token=None if last else f"t{start + size}")


def read(service: Service, window: Window = WINDOW, **more: Any) -> list[Page]:
    return read_pages(soap_connector(service.address), "agencies", window, **more)


def keys_of(pages: list[Page]) -> list[str]:
    return [key for one in pages for key in one.keys]


def read_all(script: Script, **more: Any) -> list[Page]:
    with serving_soap(script) as service:
        return read(service, **more)


def error_of(reply: Reply, kind: type[HubError]) -> HubError:
    """The error that a read ends with when every message is answered so; nothing hangs."""
    with pytest.raises(HubError) as caught:
        read_all(lambda _n, _asked: reply)
    assert type(caught.value) is kind, caught.value
    assert (caught.value.system, caught.value.stream) == ("support_agency", "agencies")
    assert "試験" not in str(caught.value)
    assert caught.value.remedy
    return caught.value


def test_every_record_comes_once_as_one_json_text() -> None:
    pages = read_all(by_token)
    assert keys_of(pages) == [f"10000000{number:04}" for number in range(7)]
    record = json.loads(pages[0].raws[0])
    assert record["名称"] == "試験 0郎"
    assert record["支援実績件数"] == "12"
    assert pages[0].updated[0] == "2026-11-01T00:00:00.000000Z"
    assert [one.resume is None for one in pages] == [False, False, False, True]


@pytest.mark.parametrize("total", [True, False])
def test_pages_are_asked_for_by_number(*, total: bool) -> None:
    """To the number of pages that answers tell, or to an empty page."""

    def by_number(_number: int, asked: dict[str, str]) -> Reply:
        start = 2 * (int(asked["pageToken"]) - 1)
        reply = page(*RECORDS[start : start + 2])
        return xml(re.sub(rb"<total>\d+", b"<total>4", reply.data))

    with serving_soap(by_number) as service:
        connector = soap_connector(service.address)
        paging = Paging("page", "pageToken", total_pages="$.total" if total else None)
        connector.streams["agencies"] = replace(connector.streams["agencies"], paging=paging)
        pages = read_pages(connector, "agencies", WINDOW)
        assert service.asked("pageToken") == ["1", "2", "3", "4", "5"][: 4 if total else 5]
        rest = read_pages(connector, "agencies", WINDOW, resume=pages[1].resume)
    assert keys_of(pages) == [f"10000000{number:04}" for number in range(7)]
    assert keys_of(rest) == keys_of(pages)[4:]


def test_a_message_is_signed_and_bounded_on_both_sides() -> None:
    since = datetime(2026, 11, 10, 0, 5, tzinfo=UTC)
    with serving_soap(by_token) as service:
        read(service, Window(since, UNTIL))
    assert set(service.asked("updatedFrom")) == {"2026-11-09T23:55:00.000000Z"}
    assert set(service.asked("updatedUntil")) == {"2026-11-20T03:00:00.000000Z"}
    assert set(service.asked("pageSize")) == {"500"}
    assert service.headers[0]["soapaction"] == f'"{NAMESPACE}:listAgencies"'
    nonces = set()
    for message in service.messages:
        token = message.find(f".//{WSSE}UsernameToken")
        assert token is not None
        nonce, created = token.findtext(f"{WSSE}Nonce", ""), token.findtext(f"{WSU}Created", "")
        assert (token.findtext(f"{WSSE}Username"), created) == (USER, "2026-11-20T03:00:00Z")
        text = base64.b64decode(nonce) + created.encode() + PASSWORD.encode()
        digest = base64.b64encode(hashlib.sha1(text).digest()).decode()  # noqa: S324
        assert token.findtext(f"{WSSE}Password") == digest
        nonces.add(nonce)
    assert len(nonces) == len(service.messages) == 4


def test_a_first_read_has_no_lower_bound() -> None:
    with serving_soap(by_token) as service:
        read(service)
    assert set(service.asked("updatedFrom")) == {None}


@pytest.mark.parametrize("taken", [1, 2, 3])
def test_reading_resumes_after_every_page(taken: int) -> None:
    with serving_soap(by_token) as service:
        whole = read(service)
        rest = read(service, resume=whole[taken - 1].resume)
    assert keys_of(whole[:taken]) + keys_of(rest) == keys_of(whole)


def test_limit_asks_for_no_more_than_needed() -> None:
    with serving_soap(by_token) as service:
        pages = read(service, limit=1)
    assert len(pages) == 1
    assert service.asked("pageSize") == ["1"]


def test_an_empty_answer_is_one_empty_last_page() -> None:
    pages = read_all(lambda _n, _asked: page())
    assert [(one.keys, one.refused, one.resume) for one in pages] == [([], [], None)]


def test_a_lost_page_token_restarts_the_window_once() -> None:
    def losing(number: int, asked: dict[str, str]) -> Reply:
        if number == 2:
            return fault("s:Client", "<code>PAGE-001</code>")
        return by_token(number, asked)

    keys = keys_of(read_all(losing))
    assert keys[:4] == keys[4:8]
    assert len(keys) == 4 + len(RECORDS)


def test_a_token_that_stays_lost_ends_the_read() -> None:
    def refusing(number: int, asked: dict[str, str]) -> Reply:
        lost = fault("s:Client", "<code>PAGE-001</code>")
        return lost if "pageToken" in asked else by_token(number, asked)

    with pytest.raises(PagingError, match="PAGE-001"):
        read_all(refusing)


def test_a_page_repeated_for_ever_is_noticed() -> None:
    with pytest.raises(PagingError, match="does not come to an end"):
        read_all(lambda number, _asked: page(*RECORDS[:2], token=f"t{number}"))


def test_a_fault_in_the_middle_keeps_the_pages_before() -> None:
    def failing(number: int, asked: dict[str, str]) -> Reply:
        if number >= 2:
            return fault("s:Client", "<code>AUTH-004</code>")
        return by_token(number, asked)

    pages: list[Page] = []
    with serving_soap(failing) as service:
        found = soap_connector(service.address).read(
            "agencies", WINDOW, memo=lambda _keys: {}, clock=ManualClock(UNTIL)
        )
        with pytest.raises(Forbidden):
            pages.extend(found)
    assert keys_of(pages) == [f"10000000{number:04}" for number in range(4)]


def test_a_busy_system_is_asked_again_when_it_says() -> None:
    clock = ManualClock(UNTIL)

    def busy(number: int, asked: dict[str, str]) -> Reply:
        if number == 0:
            detail = "<code>SYS-001</code><retryAfterSeconds>30</retryAfterSeconds>"
            return fault("s:Server", detail)
        return by_token(number, asked)

    with serving_soap(busy) as service:
        connector = soap_connector(service.address, clock)
        pages = read_pages(connector, "agencies", clock=clock)
    assert len(keys_of(pages)) == len(RECORDS)
    assert clock.now() >= UNTIL + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("code", "detail", "kind"),
    [
        ("wsse:FailedAuthentication", "AUTH-001", AuthenticationError),
        ("wsse:InvalidSecurityToken", "AUTH-002", AuthenticationError),
        ("wsse:MessageExpired", "AUTH-003", AuthenticationError),
        ("s:Client", "AUTH-004", Forbidden),
        ("s:Client", "REQ-001", ReadError),
        ("s:Server", "SYS-001", RateLimited),
        ("s:Server", "SYS-999", ServerFault),
        ("wsse:FailedAuthentication", "NEW-1", AuthenticationError),
        ("wsse:MessageExpired", "", AuthenticationError),
        ("s:Client", "", ReadError),
        ("s:Client.Quota", "", ReadError),
        ("s:Server", "NEW-1", ServerFault),
        ("s:VersionMismatch", "", ContractError),
    ],
)
def test_a_fault_is_the_error_that_its_code_means(
    code: str, detail: str, kind: type[HubError]
) -> None:
    error = error_of(fault(code, f"<code>{detail}</code>" if detail else ""), kind)
    assert code.rpartition(":")[2] in str(error)
    assert detail in str(error)


def test_a_faults_text_is_never_shown() -> None:
    reply = fault("s:Client", "<code>090-1234-5678</code>", text="試験 太郎 は権限がありません")
    error = error_of(reply, ReadError)
    assert "太郎" not in str(error)
    assert "090" not in str(error)


def test_a_fault_with_status_200_is_a_fault() -> None:
    reply = fault("s:Server", "<code>SYS-999</code>")
    error_of(Reply(reply.body, 200, reply.headers), ServerFault)


def test_a_fault_behind_records_loses_none_of_them() -> None:
    """The page that holds it is asked for again, and nothing of it is taken."""

    def broken(number: int, asked: dict[str, str]) -> Reply:
        whole = by_token(number, asked)
        if number != 1:
            return whole
        spoilt = b"<s:Fault><faultcode>s:Server</faultcode></s:Fault></s:Body>"
        return xml(whole.data.replace(b"</s:Body>", spoilt))

    assert len(keys_of(read_all(broken))) == len(RECORDS)


@pytest.mark.parametrize("broken", [b"", b"<s:Envelope", None])
def test_an_answer_that_breaks_off_is_asked_for_again(broken: bytes | None) -> None:
    def half(number: int, asked: dict[str, str]) -> Reply:
        whole = by_token(number, asked)
        cut = whole.data[: len(whole.data) // 2] if broken is None else broken
        return xml(cut) if number == 1 else whole

    assert keys_of(read_all(half)) == [f"10000000{number:04}" for number in range(7)]


def test_an_answer_that_always_breaks_off_is_an_error() -> None:
    half = page(*RECORDS).data[:900]
    assert "breaks off" in str(error_of(xml(half), ServerFault))


HTML = Reply(b"<!DOCTYPE html><html></html>", 200, {"Content-Type": "text/html"})
OUTSIDE = {
    "a web page": (HTML, "web page"),
    "no envelope": (xml(b"<a/>"), "instead of a SOAP 1.1 envelope"),
    "SOAP 1.2": (
        xml(b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"/>'),
        "2003/05/soap-envelope",
    ),
    "another operation": (envelope('<other xmlns="urn:x"/>'), "{urn:x}other"),
    "another namespace": (
        xml(page(*RECORDS).data.replace(b":v1", b":v2")),
        "without listAgenciesResponse; there is {urn:assumed:support-agency:v2}",
    ),
    "no list": (
        xml(re.sub(b"<agencies>.*</agencies>", b"", page(*RECORDS).data)),
        "without agencies; there is",
    ),
    "records renamed": (
        xml(page(*RECORDS).data.replace(b"agency>", b"supporter>")),
        "supporter where agency should stand",
    ),
    "no page token": (
        xml(re.sub(b"<nextPageToken[^>]*>", b"", page(*RECORDS).data)),
        "without nextPageToken",
    ),
    "a DTD": (
        page(*RECORDS, head='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "with a DTD",
    ),
    "a bomb": (
        page(
            agency(1, 名称="&c;"),
            head='<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
            '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
        ),
        "with a DTD",
    ),
    "Shift_JIS declared": (
        page(*RECORDS, head='<?xml version="1.0" encoding="Shift_JIS"?>'),
        "in shift_jis; SOAP is UTF-8",
    ),
    "header and declaration differ": (
        page(*RECORDS, head='<?xml version="1.0" encoding="UTF-16"?>'),
        "in utf-16, which its header calls utf-8",
    ),
    "CP932 called UTF-8": (
        xml(page(*RECORDS).data.decode().encode("cp932")),
        "it reads as CP932",
    ),
    "elements nested without end": (
        envelope("<a>" * 3000 + "</a>" * 3000),
        "too_deep|nested too deeply",
    ),
}


@pytest.mark.parametrize(("reply", "what"), OUTSIDE.values(), ids=OUTSIDE.keys())
def test_an_answer_outside_the_contract_is_a_clear_error(reply: Reply, what: str) -> None:
    assert re.search(what, str(error_of(reply, ContractError)))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthenticationError), (403, Forbidden), (429, RateLimited), (500, ServerFault)],
)
def test_a_status_without_a_fault_is_what_it_is_over_http(
    status: int, kind: type[HubError]
) -> None:
    headers = {"Content-Type": "text/plain", **({"Retry-After": "9999"} if status == 429 else {})}
    error_of(Reply(b"no", status, headers), kind)


def test_utf_16_is_read() -> None:
    text = page(*RECORDS, head='<?xml version="1.0" encoding="UTF-16"?>').data.decode()
    reply = xml(text.encode("utf-16"), kind="text/xml; charset=utf-16")
    assert len(keys_of(read_all(lambda _n, _asked: reply))) == len(RECORDS)


def test_comments_sections_and_prefixes_are_read_like_plain_text() -> None:
    text = page(agency(1, 名称="<!-- x -->試<![CDATA[験 & 1]]>郎<?pi?>")).data.decode()
    named = text.replace(f'xmlns="{NAMESPACE}"', f'xmlns:q="{NAMESPACE}"')
    prefixed = re.sub(r"<(/?)(?=[^s?!/])", r"<\1q:", named)
    for one in (text, prefixed):
        pages = read_all(lambda _n, _asked, one=one: xml(one.encode()))  # type: ignore[misc]
        assert json.loads(pages[0].raws[0])["名称"] == "試験 & 1郎"


def test_a_local_file_is_read_in_the_systems_place(tmp_path: Path) -> None:
    file = tmp_path / "answer.xml"
    file.write_bytes(page(*RECORDS).data)
    pages = read_pages(soap_connector("http://127.0.0.1:1"), "agencies", file=file)
    assert len(keys_of(pages)) == len(RECORDS)
    assert pages[0].whole is False
