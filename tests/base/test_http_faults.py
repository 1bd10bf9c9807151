"""Answers that break off, are refused or are no JSON: each is one error that tells no value."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest

from base.breaker import CircuitBreaker
from base.clock import ManualClock
from base.errors import (
    AuthenticationError,
    ConnectError,
    ContractError,
    Forbidden,
    HubError,
    NotFound,
    ReadError,
    ServerFault,
)
from tests.base.conftest import (
    PAGE,
    MakeClient,
    Site,
    broken_off,
    read_error,
    reset,
    send,
)
from tests.loopback import Handler


@pytest.mark.parametrize("fault", [reset, broken_off, send("", 500), send('{"a": [1')])
def test_a_passing_fault_is_retried(
    site: Site, make_client: MakeClient, clock: ManualClock, fault: Callable[[Handler], None]
) -> None:
    site.script(fault, fault, send(PAGE))
    waits: list[float] = []
    client = make_client(on_wait=lambda _error, seconds: waits.append(seconds))
    assert client.get_json_bytes("/a").body == PAGE.encode()
    assert len(site.seen) == 3
    assert [wait for wait in waits if wait > 0] == clock.slept


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (reset, ConnectError, "reset"),
        (broken_off, ServerFault, "broke off before its announced length"),
        (send('{"a": "', 200), ServerFault, "JSON that breaks off after 7 bytes"),
        (send('{"title": "Internal Server Error"}', 500), ServerFault, "500: Internal Server"),
        (send("x", 503), ServerFault, "503"),
    ],
)
def test_a_lasting_fault_ends_with_the_last_error(
    site: Site,
    make_client: MakeClient,
    fault: Callable[[Handler], None],
    kind: type[HubError],
    says: str,
) -> None:
    site.script(fault)
    breaker = CircuitBreaker("subsidy", ManualClock(), failures=100)
    error = read_error(make_client(retries=3, breaker=breaker), kind)
    assert says in str(error)
    assert "Tried 4 times: this run has used 3 of 3 retries" in str(error)
    assert len(site.seen) == 4


def test_truncated_gzip_and_truncated_chunks(site: Site, make_client: MakeClient) -> None:
    def cut_chunk(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b'64\r\n{"a"')
        handler.close_connection = True

    site.script(cut_chunk)
    assert "broke off" in str(read_error(make_client(retries=0), ServerFault))
    site.script(send(b"no gzip at all", Content_Encoding="gzip"))
    assert "compression is broken" in str(read_error(make_client(retries=0), ServerFault))
    site.script(send(gzip.compress(PAGE.encode())[:-12], Content_Encoding="gzip"))
    assert "breaks off" in str(read_error(make_client(retries=0), ServerFault))


def test_a_reset_in_the_middle_of_an_answer(site: Site, make_client: MakeClient) -> None:
    def half(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(8 * 1024 * 1024))
        handler.end_headers()
        handler.wfile.write(b"{" * 4_000_000)
        reset(handler)

    site.script(half)
    read_error(make_client(retries=0), ServerFault)


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("<!DOCTYPE html><title>ただいま メンテナンス中です</title><p>x", "text/html"),
        ("<html><head><script>x()</script></head><h1>メンテナンス中です</h1>", "application/json"),
    ],
)
def test_a_web_page_with_200(site: Site, make_client: MakeClient, page: str, kind: str) -> None:
    site.script(send(page, kind=kind))
    error = read_error(make_client(), ContractError)
    assert "a web page instead of JSON" in str(error)
    assert "メンテナンス" not in str(error)
    assert "x()" not in str(error)
    assert len(site.seen) == 1


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ('{"名称": "株式会社山田製作所"}'.encode("cp932"), "application/json", "reads as CP932"),
        ('{"a": 1}'.encode("utf-16"), "application/json", "UTF-16"),
        (b'{"a": 1}', "application/json; charset=Shift_JIS", "declares charset shift_jis"),
        (b"", "application/json", "empty body"),
        (b"null", "application/json", "not a JSON object or list"),
        (b"030,\xe6\x97\xa5\xe4\xbb\x98", "text/plain", "(text/plain)"),
    ],
)
def test_what_is_no_json_in_utf8(
    site: Site, make_client: MakeClient, body: bytes, kind: str, says: str
) -> None:
    site.script(send(body, kind=kind))
    assert says in str(read_error(make_client(), ContractError))


def test_one_bad_byte_is_left_to_its_record(site: Site, make_client: MakeClient) -> None:
    body = ('{"a": "' + "株式会社" * 50).encode() + b'\xff"}'
    site.script(send(body), send(b"\xef\xbb\xbf{}\n"))
    client = make_client()
    assert client.get_json_bytes("/a").body == body
    assert client.get_json_bytes("/a").body == b"{}\n"


@pytest.mark.parametrize(
    ("status", "kind", "remedy"),
    [
        (400, ReadError, "contract"),
        (403, Forbidden, "owner"),
        (404, NotFound, "address"),
        (410, NotFound, "address"),
        (401, AuthenticationError, "credentials"),
    ],
)
def test_refusals_stop_at_once(
    site: Site, make_client: MakeClient, status: int, kind: type[HubError], remedy: str
) -> None:
    body = '{"errorCode": "E-1", "message": "token=abcdef for taro@example.jp", "name": "山田"}'
    site.script(send(body, status))
    error = read_error(make_client(), kind)
    assert f"answered {status}: E-1. " in str(error)
    assert remedy in str(error)
    assert f"GET {site.address}/v1/things" in str(error)
    assert len(site.seen) == 1


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        ('{"error": "invalid_scope", "error_description": "山田太郎"}', "json", ": invalid_scope"),
        ('{"title": "Not Acceptable", "detail": "taro yamada"}', "json", ": Not Acceptable"),
        ('{"code": 4001, "error": true, "message": "x"}', "json", ": 4001"),
        ('{"errorCode": "urn:x/E-12.3"}', "json", ": urn:x/E-12.3"),
        ('{"title": "申請者 山田太郎 が見つかりません"}', "json", ""),
        ('{"title": "applicant taro@example.jp is not known"}', "json", ""),
        ('{"error": "no application of 1234567890123"}', "json", ""),
        ('{"code": 123456789012, "error": "090-1234-5678"}', "json", ""),
        ('{"code": "1980-01-02", "error": "123-4567"}', "json", ""),
        ('{"error": "seven words are too many for this"}', "json", ""),
        ('{"error": {"code": "山田"}}', "json", ""),
        ('["E-1"]', "json", ""),
        ("applicant Yamada is not known", "plain", ""),
        ("<html><title>山田太郎 様</title></html>", "html", ": a web page"),
        ("<!DOCTYPE html><title>Yamada</title>", "plain", ": a web page"),
    ],
)
def test_of_an_error_body_only_machine_codes_are_told(
    site: Site, make_client: MakeClient, body: str, kind: str, told: str
) -> None:
    site.script(send(body, 400, kind=f"text/{kind}"))
    error = read_error(make_client(), ReadError)
    assert error.what == f"GET {site.address}/v1/things answered 400{told}"
