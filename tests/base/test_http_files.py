"""Files over HTTP: downloaded whole, and not at all where they are unchanged."""

from __future__ import annotations

from io import BytesIO

import pytest

from base.errors import (
    NotFound,
    ServerFault,
)
from tests.base.conftest import (
    MakeClient,
    Site,
    broken_off,
    send,
)
from tests.loopback import Handler


def test_a_part_is_not_taken_for_the_whole(site: Site, make_client: MakeClient) -> None:
    site.script(send(b"id,name\n1,a\n", status=206))
    with pytest.raises(ServerFault, match="answered 206: a part"):
        make_client().download("/list.csv", BytesIO())


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
