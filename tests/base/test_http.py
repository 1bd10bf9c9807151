"""What the HTTP client asks, of whom, and what it gives back."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from base.clock import ManualClock
from base.connection import Connection
from base.errors import (
    ReadError,
    SettingsError,
)
from base.http import HttpClient
from tests.base.conftest import (
    PAGE,
    MakeClient,
    Site,
    read_error,
    send,
)
from tests.loopback import Handler


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
