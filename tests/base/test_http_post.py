"""A question that is POSTed, and may be asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from base.errors import (
    ConnectError,
    HubError,
    RateLimited,
    ReadError,
    ServerFault,
)
from base.http_answer import Response
from tests.base.conftest import MakeClient, Site, broken_off, endless, reset, send


def numbered() -> Callable[[], bytes]:
    """A body that is another one each time."""
    numbers: Iterator[int] = iter(range(100))

    def body() -> bytes:
        return f"question {next(numbers)}".encode()

    return body


def body_of(response: Response) -> bytes:
    return response.body


def judged(response: Response) -> bytes:
    """A reader whose verdict depends on the body, not on the status."""
    if response.body == b"busy":
        raise RateLimited("busy", retry_after=3)
    if response.body == b"broken":
        raise ServerFault("broken")
    if response.body == b"wrong":
        raise ReadError("wrong")
    return response.body


def test_the_answer_is_what_its_reader_makes_of_it_whatever_the_status(
    site: Site, make_client: MakeClient
) -> None:
    site.script(send("fault", status=500))
    found = make_client().post("/s", numbered(), body_of, {"SOAPAction": '"urn:x"'})
    assert found == b"fault"
    assert [(s.method, s.target, s.body) for s in site.seen] == [("POST", "/s", b"question 0")]
    assert site.seen[0].headers["soapaction"] == '"urn:x"'


@pytest.mark.parametrize("trouble", [send("busy"), send("broken"), reset, broken_off])
def test_it_is_asked_again_with_a_body_made_anew(
    site: Site, make_client: MakeClient, trouble: Callable[..., None]
) -> None:
    site.script(trouble, send("good"))
    assert make_client().post("/s", numbered(), judged) == b"good"
    assert [seen.body for seen in site.seen] == [b"question 0", b"question 1"]


def test_what_another_try_cannot_mend_is_asked_once(site: Site, make_client: MakeClient) -> None:
    site.script(send("wrong"))
    with pytest.raises(ReadError, match="wrong") as caught:
        make_client().post("/s", numbered(), judged)
    assert caught.value.system == "subsidy"
    assert len(site.seen) == 1


def test_a_redirect_takes_no_question_elsewhere(site: Site, make_client: MakeClient) -> None:
    site.script(send(status=307, Location="/other"))
    with pytest.raises(ReadError, match="leads elsewhere"):
        make_client().post("/s", numbered(), body_of)
    assert len(site.seen) == 1


def test_another_host_is_never_asked(site: Site, make_client: MakeClient) -> None:
    with pytest.raises(ReadError, match="another host"):
        make_client().post("https://elsewhere.example/s", numbered(), body_of)
    assert site.seen == []


def test_size_is_bounded(site: Site, make_client: MakeClient) -> None:
    site.script(endless)
    with pytest.raises(ReadError, match="more than 4096 bytes"):
        make_client(max_body=4096).post("/s", numbered(), body_of)


def test_retries_come_out_of_the_runs_budget(site: Site, make_client: MakeClient) -> None:
    site.script(reset)
    with pytest.raises(ConnectError, match="Tried"):
        make_client(retries=2).post("/s", numbered(), body_of)
    assert len(site.seen) == 3


def test_an_error_names_no_query_value(site: Site, make_client: MakeClient) -> None:
    site.script(send(status=302))
    with pytest.raises(HubError) as caught:
        make_client().post("/s?name=山田", numbered(), body_of)
    assert "山田" not in str(caught.value)
