from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path

import pytest

from base.breaker import CircuitBreaker, State
from base.clock import ManualClock, SystemClock
from base.connection import Connection
from base.errors import (
    AuthenticationError,
    CircuitOpen,
    ConnectError,
    ContractError,
    Forbidden,
    HubError,
    NotFound,
    RateLimited,
    ReadError,
    ServerFault,
    SettingsError,
)
from base.http import HttpClient
from base.rate import RateBudget
from base.retry import RunBudget
from tests.base.conftest import Handler, Site, broken_off, endless, reset, send

MakeClient = Callable[..., HttpClient]
PAGE = '{"items": ["株式会社"]}'


class TickingClock(ManualClock):
    """A clock on which a minute passes between any two looks at it."""

    def monotonic(self) -> float:
        self.advance(60)
        return super().monotonic()


def read_error(client: HttpClient, kind: type[HubError] = HubError) -> HubError:
    with pytest.raises(kind) as caught:
        client.get_json_bytes("/v1/things", {"keyword": "山田太郎"})
    assert type(caught.value) is kind
    assert caught.value.system == "subsidy"
    assert "山田" not in str(caught.value)
    return caught.value


def test_an_answer_comes_as_bytes(site: Site, make_client: MakeClient) -> None:
    site.script(send(PAGE, X_Total="1"))
    answer = make_client().get_json_bytes("/v1/things", {"limit": 5, "keyword": "設備"})
    assert answer.body == PAGE.encode()
    assert (answer.status, answer.headers["x-total"], answer.media_type) == (
        200,
        "1",
        "application/json",
    )
    assert site.seen[0].target == "/v1/things?limit=5&keyword=%E8%A8%AD%E5%82%99"
    assert site.seen[0].headers["accept"] == "application/json"


def test_connections_are_kept(site: Site, make_client: MakeClient) -> None:
    peers: set[object] = set()

    def note(handler: Handler) -> None:
        peers.add(handler.client_address)
        send(PAGE)(handler)

    site.script(note)
    client = make_client()
    for _ in range(3):
        client.get_json_bytes("/a")
    assert len(peers) == 1


def test_compressed_and_chunked_answers(site: Site, make_client: MakeClient) -> None:
    def chunked(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b'4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n')

    site.script(send(gzip.compress(PAGE.encode()), Content_Encoding="gzip"), chunked)
    client = make_client()
    assert client.get_json_bytes("/a").body == PAGE.encode()
    assert client.get_json_bytes("/a").body == b'{"a":1}'


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


def test_a_part_is_not_taken_for_the_whole(site: Site, make_client: MakeClient) -> None:
    site.script(send(b"id,name\n1,a\n", status=206))
    with pytest.raises(ServerFault, match="answered 206: a part"):
        make_client().download("/list.csv", BytesIO())


def test_a_reset_in_the_middle_of_an_answer(site: Site, make_client: MakeClient) -> None:
    def half(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(8 * 1024 * 1024))
        handler.end_headers()
        handler.wfile.write(b"{" * 4_000_000)
        reset(handler)

    site.script(half)
    read_error(make_client(retries=0), ServerFault)


def test_an_endless_drip_ends_at_the_deadline(site: Site, make_client: MakeClient) -> None:
    site.script(endless)
    client = make_client(on=TickingClock(), retries=0, options={"deadline": "200"})
    assert "still sending after 200 s" in str(read_error(client, ServerFault))


def test_no_request_goes_out_after_the_runs_deadline(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send(PAGE))
    breaker = CircuitBreaker("subsidy", clock, failures=1)
    client = make_client(deadline=100, breaker=breaker)
    client.get_json_bytes("/a")
    clock.advance(100)
    error = read_error(client, ConnectError)
    assert "the run's deadline has passed" in str(error)
    assert "raise deadline of the stream" in str(error)
    assert "Tried once" in str(error)
    assert (len(site.seen), clock.slept) == (1, [])
    assert breaker.state is State.CLOSED


def test_a_redirect_is_not_followed_after_the_runs_deadline(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    def late(handler: Handler) -> None:
        clock.advance(100)
        send("", 302, Location="/v2")(handler)

    site.script(late)
    error = read_error(make_client(deadline=100), ConnectError)
    assert "was not sent: the run's deadline has passed" in str(error)
    assert len(site.seen) == 1


def test_a_hung_system_is_not_waited_for_beyond_the_runs_deadline(
    site: Site, make_client: MakeClient
) -> None:
    site.script(site.hang)
    error = read_error(make_client(on=SystemClock(), deadline=0.1), ConnectError)
    assert "was not answered in time: the run's deadline has passed" in str(error)
    assert len(site.seen) == 1


def test_an_endless_drip_ends_at_the_runs_deadline(site: Site, make_client: MakeClient) -> None:
    site.script(endless)
    client = make_client(on=TickingClock(), deadline=600, options={"deadline": "9999"})
    assert "still sending" in str(error := read_error(client, ConnectError))
    assert "the run's deadline has passed" in str(error)


def test_an_answer_that_is_too_large(site: Site, make_client: MakeClient) -> None:
    site.script(endless)
    error = read_error(make_client(max_body=100_000), ReadError)
    assert "more than 100000 bytes" in str(error)
    assert len(site.seen) == 1


def test_a_hung_system(site: Site, make_client: MakeClient) -> None:
    site.script(site.hang)
    error = read_error(make_client(options={"timeout": "0.05"}, retries=0), ConnectError)
    assert "nothing came for 0.05 s" in str(error)
    assert "raise timeout" in str(error)


def test_nobody_listens(clock: ManualClock) -> None:
    connection = Connection("subsidy", "http://127.0.0.1:1")
    error = read_error(
        HttpClient(connection, clock, budget=RunBudget(clock, max_retries=0)), ConnectError
    )
    assert "connection was refused" in str(error)
    assert "address and port" in str(error)


def test_an_unknown_host(clock: ManualClock) -> None:
    connection = Connection("subsidy", "http://no-such-host.invalid")
    error = read_error(
        HttpClient(connection, clock, budget=RunBudget(clock, max_retries=0)), ConnectError
    )
    assert "name is not known" in str(error)


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


def test_429_waits_as_long_as_it_says(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 429, Retry_After="37"), send("", 503, Retry_After="5"), send(PAGE))
    held: list[tuple[str, float]] = []
    client = make_client(
        retries=0, on_wait=lambda error, seconds: held.append((type(error).__name__, seconds))
    )
    assert client.get_json_bytes("/a").status == 200
    assert clock.slept == [37, 5]
    assert held == [("RateLimited", 37), ("RateLimited", 5)]


def test_429_until_a_date_measured_on_the_systems_own_clock(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    its_now = clock.now() - timedelta(days=3)
    until = format_datetime(its_now + timedelta(seconds=90), usegmt=True)

    def skewed(handler: Handler) -> None:
        handler.send_response_only(429)
        handler.send_header("Date", format_datetime(its_now, usegmt=True))
        handler.send_header("Retry-After", until)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.script(skewed, send(PAGE))
    make_client().get_json_bytes("/a")
    assert clock.slept == [90]


def test_429_without_retry_after_backs_off(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 429), send("", 429, Retry_After="soon"), send(PAGE))
    make_client().get_json_bytes("/a")
    assert len(clock.slept) == 2
    assert all(1 <= seconds <= 60 for seconds in clock.slept)


def test_429_beyond_the_runs_deadline_stops(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 429, Retry_After="86400"))
    error = read_error(make_client(), RateLimited)
    assert "deadline" in str(error)
    assert error.retry_after == 86400
    assert clock.slept == []


def test_429_that_holds_too_long_gives_the_run_up(
    site: Site, make_client: MakeClient, clock: ManualClock, side_url: str
) -> None:
    site.script(send("", 429, Retry_After="600"))
    error = read_error(make_client(rate=RateBudget("subsidy", 10, side_url, clock)), RateLimited)
    assert "too long to wait within a run" in str(error)
    assert error.retry_after == 600
    error = read_error(make_client(rate=RateBudget("subsidy", 10, side_url, clock)), RateLimited)
    assert error.retry_after == pytest.approx(600)
    assert (len(site.seen), clock.slept) == (1, [])


def test_a_429_holds_every_client_of_the_system(
    site: Site, make_client: MakeClient, clock: ManualClock, side_url: str
) -> None:
    site.script(send("", 429, Retry_After="86400"))
    read_error(make_client(rate=RateBudget("subsidy", 10, side_url, clock)), RateLimited)
    sent = len(site.seen)
    read_error(make_client(rate=RateBudget("subsidy", 10, side_url, clock)), RateLimited)
    assert len(site.seen) == sent
    clock.advance(86400)
    site.script(send(PAGE))
    make_client(rate=RateBudget("subsidy", 10, side_url, clock)).get_json_bytes("/a")


def test_after_five_failures_the_system_is_left_in_peace(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 500))
    breaker = CircuitBreaker("subsidy", clock)
    read_error(make_client(retries=4, breaker=breaker), ServerFault)
    assert breaker.state is State.OPEN
    sent = len(site.seen)
    client = HttpClient(
        Connection("subsidy", site.address), clock, None, breaker, RunBudget(clock, deadline=10)
    )
    error = read_error(client, CircuitOpen)
    assert "left in peace" in str(error)
    assert len(site.seen) == sent
    site.script(send(PAGE))
    assert make_client(breaker=breaker).get_json_bytes("/a").status == 200


def test_a_refusal_does_not_count_against_the_system(
    site: Site, make_client: MakeClient, clock: ManualClock
) -> None:
    site.script(send("", 404))
    breaker = CircuitBreaker("subsidy", clock, failures=1)
    read_error(make_client(breaker=breaker), NotFound)
    assert breaker.state is State.CLOSED


def test_redirects_on_the_same_host_are_followed(site: Site, make_client: MakeClient) -> None:
    site.script(send("", 302, Location="/v2/things?page=1"), path="/v1")
    site.script(send(PAGE), path="/v2")
    assert make_client().get_json_bytes("/v1/things", {"a": "b"}).body == PAGE.encode()
    assert [seen.target for seen in site.seen] == ["/v1/things?a=b", "/v2/things?page=1"]


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("http://elsewhere.example/things?token=1", "redirects to another host, elsewhere"),
        ("http://127.0.0.1:9/things", "redirects to another host"),
        ("ftp://127.0.0.1/things", "redirects to another host"),
        ("", "without a Location"),
        ("/v1/things", "redirects more than 5 times"),
    ],
)
def test_redirects_that_are_not_followed(
    site: Site, make_client: MakeClient, location: str, says: str
) -> None:
    site.script(send("", 302, Location=location))
    assert says in str(read_error(make_client(), ReadError))


def test_a_whole_address_must_be_on_the_systems_host(site: Site, make_client: MakeClient) -> None:
    site.script(send(PAGE))
    client = make_client()
    assert client.get_json_bytes(f"{site.address}/next?cursor=2").status == 200
    with pytest.raises(ReadError, match=r"on another host, other\.example"):
        client.get_json_bytes("https://other.example/next")
    assert len(site.seen) == 1


def test_an_unchanged_file(site: Site, make_client: MakeClient) -> None:
    def unchanged(handler: Handler) -> None:
        handler.send_response(304)
        handler.end_headers()

    site.script(send(b"\x82\xa0,1\r\n", kind="text/csv", ETag='"1"'), unchanged)
    client = make_client()
    first = client.get("/file.csv")
    assert (first.body, first.headers["etag"]) == (b"\x82\xa0,1\r\n", '"1"')
    again = client.get("/file.csv", headers={"If-None-Match": '"1"'})
    assert (again.status, again.body) == (304, b"")
    assert site.seen[1].headers["if-none-match"] == '"1"'
    assert client.get_json_bytes("/file.json").status == 304


def test_a_malformed_address(clock: ManualClock) -> None:
    client = HttpClient(Connection("subsidy", "http://"), clock)
    assert "address" in str(read_error(client, SettingsError))


def test_a_netrc_never_takes_the_place_of_our_credentials(
    site: Site, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    site.script(send(PAGE))
    make_client().get_json_bytes("/a")
    assert "authorization" not in site.seen[0].headers


def test_a_file_is_downloaded_into_a_file(site: Site, make_client: MakeClient) -> None:
    site.script(send("表,ソ\r\n".encode("cp932"), kind="text/csv", ETag='"1"'))
    into = BytesIO(b"what an earlier try left here, and more")
    answer = make_client().download("/list.csv", into)
    assert into.getvalue() == "表,ソ\r\n".encode("cp932")
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"", '"1"')


def test_a_download_that_breaks_off_begins_again(site: Site, make_client: MakeClient) -> None:
    site.script(broken_off, send(b"whole", kind="text/csv"))
    into = BytesIO()
    make_client().download("/list.csv", into)
    assert into.getvalue() == b"whole"


def test_an_unchanged_file_and_an_error_leave_no_body(site: Site, make_client: MakeClient) -> None:
    into = BytesIO()
    site.script(send(b"", status=304), send(b'{"error": "x"}', status=404))
    assert make_client().download("/list.csv", into).status == 304
    with pytest.raises(NotFound):
        make_client().download("/list.csv", into)
    assert into.getvalue() == b""


def test_a_download_may_be_larger_than_a_body_but_not_without_end(
    site: Site, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.script(send(b"x" * 5000, kind="text/csv"))
    into = BytesIO()
    make_client(max_body=100).download("/list.csv", into)
    assert len(into.getvalue()) == 5000
    monkeypatch.setattr("base.http.MAX_FILE", 4000)
    with pytest.raises(ReadError, match="more than 4000 bytes"):
        make_client(max_body=100).download("/list.csv", into)


def test_a_download_slower_than_it_may_be_is_given_up(site: Site, make_client: MakeClient) -> None:
    site.script(endless)
    with pytest.raises(ServerFault, match="was still sending after"):
        make_client(on=TickingClock(), retries=0, deadline=10**6).download("/list.csv", BytesIO())
