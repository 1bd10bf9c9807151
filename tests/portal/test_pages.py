"""The portal's pages, forms, cookies and headers."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from examples.portal.app import build
from examples.portal.settings import Settings
from examples.portal.view import local_path
from examples.portal.words import BUSINESS, PROGRAM
from tests.portal.conftest import ADDRESS
from tests.portal.fake import CLIENT, OWN, SECRET, FakeHub

PAGES = [
    "/represent", "/business", "/applications", "/search", "/search?kind=agencies&q=税理士",
    "/forms", "/forms/monozukuri", "/looks",
]  # fmt: skip


def csrf(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found.group(1)


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(portal: TestClient, path: str) -> None:
    answer = portal.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?then=/")
    assert portal.get(path).url.path == path.partition("?")[0]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_a_token_and_none_is_stored(signed_in: TestClient, path: str) -> None:
    answer = signed_in.get(path)
    assert answer.status_code == 200
    assert SECRET not in answer.text + str(answer.headers)
    assert SECRET not in "".join(signed_in.cookies.values())
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script|<style|\son\w+=|\sstyle=", answer.text)
    outside = re.findall(r'(?:src|href|action)="(?!/|#)([^"]*)"', answer.text)
    assert outside == []


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_http(hub: FakeHub) -> None:
    settings = Settings("https://portal.example.jp")
    with TestClient(build(settings, hub), base_url=settings.address) as client:
        answer = client.get("/sign-in", follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-portal=")
    assert "Strict-Transport-Security" in {name.title() for name in answer.headers}
    for wanted in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert wanted in cookie


def test_signing_in_gives_another_cookie(portal: TestClient) -> None:
    portal.get("/sign-in", follow_redirects=False)
    before = portal.cookies["portal"]
    portal.get("/sign-in")
    assert portal.cookies["portal"] != before


@pytest.mark.parametrize("query", ["code=c", "code=c&state=other", "state=other", "error=x"])
def test_a_callback_nobody_began_signs_nobody_in(portal: TestClient, query: str) -> None:
    portal.get("/sign-in", follow_redirects=False)
    assert portal.get(f"/sign-in/callback?{query}").status_code == 400
    assert portal.get("/applications", follow_redirects=False).status_code == 303


def test_a_state_counts_once(portal: TestClient) -> None:
    back = portal.get("/sign-in", follow_redirects=False).headers["location"]
    assert portal.get(back).status_code == 200
    assert portal.get(back).status_code == 400


def test_a_sign_in_that_was_refused_cannot_be_finished(portal: TestClient) -> None:
    back = portal.get("/sign-in", follow_redirects=False).headers["location"]
    assert portal.get(back.replace("code=c", "error=access_denied")).status_code == 403
    assert portal.get(back).status_code == 400


def test_another_site_cannot_begin_a_sign_in(portal: TestClient, hub: FakeHub) -> None:
    header = {"Sec-Fetch-Site": "cross-site"}
    answer = portal.get("/sign-in?as=x", headers=header, follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert hub.hints == []


@pytest.mark.parametrize(
    ("asked", "path"),
    [("/looks?cursor=a", "/looks?cursor=a"), ("//evil.example", "/"), ("/\\evil.example", "/"),
     ("https://evil.example", "/"), ("/a\r\nb", "/"), ("", "/"), (None, "/")],
)  # fmt: skip
def test_the_way_on_stays_in_the_portal(asked: str | None, path: str) -> None:
    assert local_path(asked) == path


@pytest.mark.parametrize(
    "path", ["/forms/monozukuri/preview", "/forms/monozukuri/send", "/sign-out"]
)
@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_a_form_of_another_page_changes_nothing(
    signed_in: TestClient, hub: FakeHub, path: str, token: str | None
) -> None:
    data = {"field": "法人番号", **({"csrf": token} if token is not None else {})}
    assert signed_in.post(path, data=data).status_code == 403
    assert (hub.previewed, hub.revoked) == ([], [])


def test_a_form_of_another_origin_changes_nothing(signed_in: TestClient, hub: FakeHub) -> None:
    data = {"csrf": csrf(signed_in.get("/forms").text), "field": "法人番号"}
    header = {"Origin": "https://evil.example"}
    answer = signed_in.post("/forms/monozukuri/preview", data=data, headers=header)
    assert answer.status_code == 403
    assert hub.previewed == []


def test_what_is_not_ticked_never_leaves(signed_in: TestClient, hub: FakeHub) -> None:
    page = signed_in.get("/forms/monozukuri").text
    data = {"csrf": csrf(page), "field": ["法人番号", "資本金"]}
    shown = signed_in.post("/forms/monozukuri/preview", data=data).text
    assert "8990001190056" in shown
    assert "見本 花子" not in shown
    sent = signed_in.post("/forms/monozukuri/send", data=data)
    assert sent.json()["answers"] == {"法人番号": "8990001190056", "資本金": "10000000"}
    assert "attachment" in sent.headers["content-disposition"]
    assert (hub.previewed, hub.released) == ([["法人番号", "資本金"]],) * 2


def test_what_is_to_be_confirmed_is_not_ticked_beforehand(signed_in: TestClient) -> None:
    page = signed_in.get("/forms/monozukuri").text
    ticks = dict(re.findall(r'name="field" value="([^"]+)"( checked)?', page))
    assert ticks == {"法人番号": " checked", "事業者名": " checked", "資本金": "",
                     "代表者氏名": " checked"}  # fmt: skip
    assert "国税庁法人番号公表サイト（2026年4月1日時点）" in page


def test_nothing_ticked_is_told_at_the_choice(signed_in: TestClient, hub: FakeHub) -> None:
    page = signed_in.get("/forms/monozukuri").text
    answer = signed_in.post("/forms/monozukuri/preview", data={"csrf": csrf(page)})
    assert answer.status_code == 422
    assert 'aria-describedby="choice-error"' in answer.text
    assert hub.previewed == []


def test_a_token_is_for_one_purpose(signed_in: TestClient, hub: FakeHub) -> None:
    for path in ("/applications", "/looks", "/forms", "/forms/monozukuri"):
        signed_in.get(path)
    assert hub.purposes == ["application_status", "prefill"]


def test_a_delegation_is_chosen_by_signing_in_under_it(signed_in: TestClient, hub: FakeHub) -> None:
    page = signed_in.get("/represent").text
    link, other = re.findall(r'href="(/sign-in\?as=[^"]+)"', page)
    assert 'href="/looks"' in page
    there = signed_in.get(link.replace("&amp;", "&")).text
    assert 'href="/looks"' not in there
    assert hub.hints[-1] == "gbiz-000168024#D-1"
    assert "代理人として" in there
    signed_in.get("/applications")
    assert hub.asked == [CLIENT]
    assert hub.revoked == [SECRET]
    page = signed_in.get("/represent").text
    assert page.count("選択中</strong>") == 1
    assert other in page
    assert link not in page


def test_signing_out_ends_the_tokens_and_the_session(signed_in: TestClient, hub: FakeHub) -> None:
    data = {"csrf": csrf(signed_in.get("/forms").text)}
    assert "http://127.0.0.1:1/logout" in signed_in.post("/sign-out", data=data).text
    assert hub.revoked == [SECRET]
    assert signed_in.get("/applications", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(("status", "told"), [(403, 403), (404, 404), (429, 503), (500, 503)])
def test_a_refusal_of_the_api_is_told(
    signed_in: TestClient, hub: FakeHub, status: int, told: int
) -> None:
    hub.refuse = status
    answer = signed_in.get("/applications")
    assert answer.status_code == told
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(("code", "status"), [("invalid_target", 403), ("unreachable", 503)])
def test_a_refusal_of_the_token_service_is_told(
    signed_in: TestClient, hub: FakeHub, code: str, status: int
) -> None:
    hub.no_token = code
    assert signed_in.get("/forms").status_code == status


def test_a_sign_in_that_has_ended_is_begun_again(signed_in: TestClient, hub: FakeHub) -> None:
    hub.no_token = "invalid_request"
    answer = signed_in.get("/forms?a=b", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?then=/forms%3Fa%3Db"


def test_a_search_that_is_too_long_is_told_at_its_field(signed_in: TestClient) -> None:
    page = signed_in.get("/search", params={"q": "あ" * 101}).text
    assert 'aria-invalid="true" aria-describedby="q-error"' in page


def test_the_represented_business_is_asked_for(signed_in: TestClient, hub: FakeHub) -> None:
    assert "交付決定" in signed_in.get("/applications").text
    assert hub.asked == [OWN]


@pytest.mark.parametrize("path", ["/nowhere", "/forms/..%2fx", "/static/../app.py"])
def test_a_page_that_is_not_there(signed_in: TestClient, path: str) -> None:
    answer = signed_in.get(path)
    assert answer.status_code == 404
    assert "content-security-policy" in answer.headers


def test_labels_are_the_models() -> None:
    from canonical.model import ENTITIES

    for names, entity in ((BUSINESS, "party"), (PROGRAM, "program")):
        labels = {field.name: field.ja for field in ENTITIES[entity].fields}
        assert {name: labels[name] for name in names} == names


def test_the_address_is_the_portals_own() -> None:
    assert Settings(ADDRESS).redirect_uri == f"{ADDRESS}/sign-in/callback"
