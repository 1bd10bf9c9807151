"""The register's SOAP service: zeep can use it, it guards its door, and it fits its contract."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
import requests
import xmlschema
from lxml import etree

from mocks.credentials import ClientCredentials
from mocks.pages import CURSOR_SECONDS
from mocks.serve import MockServers, serve
from mocks.soap.security import FRESH
from mocks.support_agency.agencies import agencies_of
from mocks.support_agency.app import CONTRACT, NAMESPACE, PATH, XSD
from mocks.support_agency.index import AgencyIndex
from mocks.world import World, dirt
from mocks.world.applications import AGENCIES, agency
from mocks.world.numbers import is_corporate_number
from mocks.world.truth import RecordKey

zeep: Any = import_module("zeep")
username: Any = import_module("zeep.wsse.username")
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
START = time.time()


class Clock:
    """The service's clock, for tests to move."""

    now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def running(clock: Clock, credentials: ClientCredentials) -> Iterator[MockServers]:
    with serve(
        World(7, 300), only=["support_agency"], credentials=credentials, seconds=clock
    ) as servers:
        yield servers


@pytest.fixture(autouse=True)
def _still(clock: Clock) -> Iterator[None]:
    yield
    clock.now = START


def token(running: MockServers, clock: Clock, **more: Any) -> Any:
    client = running.credentials
    given = {
        "username": client.client_id,
        "password": client.client_secret,
        "use_digest": True,
        "created": datetime.fromtimestamp(clock.now, UTC),
        **more,
    }
    return username.UsernameToken(**given)


def service(running: MockServers, wsse: Any) -> Any:
    """zeep's own client, made from the live WSDL."""
    address = f"{running['support_agency'].address}{PATH}?wsdl"
    return zeep.Client(address, wsse=wsse).service


def code_of(error: Any) -> tuple[str, str]:
    return error.code.rpartition(":")[2], error.detail.findtext(f".//{{{NAMESPACE}}}code")


def test_zeep_reads_every_page_with_its_own_objects(running: MockServers, clock: Clock) -> None:
    ask = service(running, token(running, clock))
    keys: list[str] = []
    asked: dict[str, Any] = {"pageSize": 200}
    while True:
        answer = ask.listAgencies(**asked)
        keys += [one["認定支援機関ID"] for one in answer.agencies.agency]
        if answer.nextPageToken is None:
            break
        asked["pageToken"] = answer.nextPageToken
    assert len(keys) == len(set(keys)) == answer.total > 500
    truth = running.world.truth.business_of
    assert set(keys) == {one.key for one in truth if one.system == "support_agency"}


def test_a_window_is_bounded_on_both_sides(running: MockServers, clock: Clock) -> None:
    ask = service(running, token(running, clock))
    since, until = datetime(2022, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC)
    answer = ask.listAgencies(updatedFrom=since, updatedUntil=until, pageSize=1000)
    times = [one["更新日時"] for one in answer.agencies.agency]
    assert times == sorted(times)
    assert times
    assert since <= times[0] <= times[-1] <= until


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"password": "wrong"}, ("FailedAuthentication", "AUTH-001")),
        ({"username": "other"}, ("FailedAuthentication", "AUTH-001")),
        ({"use_digest": False}, ("UnsupportedSecurityToken", "AUTH-001")),
        ({"created": "late"}, ("MessageExpired", "AUTH-003")),
        ({"created": "early"}, ("MessageExpired", "AUTH-003")),
    ],
)
def test_who_does_not_know_the_password_is_not_let_in(
    running: MockServers, clock: Clock, more: dict[str, Any], code: tuple[str, str]
) -> None:
    if more.get("created") in {"late", "early"}:
        off = timedelta(seconds=FRESH + 60) * (1 if more["created"] == "early" else -1)
        more = {"created": datetime.fromtimestamp(clock.now, UTC) + off}
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service(running, token(running, clock, **more)).listAgencies()
    assert code_of(caught.value) == code


def test_without_a_token_nothing_is_told(running: MockServers) -> None:
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service(running, None).listAgencies()
    assert code_of(caught.value) == ("InvalidSecurity", "AUTH-001")


def test_a_nonce_is_good_once(running: MockServers, clock: Clock) -> None:
    ask = service(running, token(running, clock, nonce="once-and-never-again"))
    assert ask.listAgencies(pageSize=1).total
    with pytest.raises(zeep.exceptions.Fault) as caught:
        ask.listAgencies(pageSize=1)
    assert code_of(caught.value) == ("InvalidSecurityToken", "AUTH-002")


def test_a_page_token_expires(running: MockServers, clock: Clock) -> None:
    first = service(running, token(running, clock)).listAgencies(pageSize=5)
    clock.now += CURSOR_SECONDS + 1
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service(running, token(running, clock)).listAgencies(pageToken=first.nextPageToken)
    assert code_of(caught.value) == ("Client", "PAGE-001")


@pytest.mark.parametrize("asked", [{"pageSize": 0}, {"pageSize": 1001}, {"updatedFrom": "now"}])
def test_a_malformed_request_is_said(
    running: MockServers, clock: Clock, asked: dict[str, Any]
) -> None:
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service(running, token(running, clock)).listAgencies(**asked)
    assert code_of(caught.value) == ("Client", "REQ-001")


@pytest.mark.parametrize("body", [b"", b"<a/>", b"no XML", b"<!DOCTYPE a><a/>"])
def test_what_is_no_message_is_said(running: MockServers, body: bytes) -> None:
    address = f"{running['support_agency'].address}{PATH}"
    answer = requests.post(address, body, headers={"Content-Type": "text/xml"}, timeout=10)
    assert answer.status_code == 500
    assert answer.headers["X-Synthetic-Data"] == "true"
    root = etree.fromstring(answer.content)
    assert root.find(f"{SOAP}Body/{SOAP}Fault") is not None


def test_the_live_wsdl_is_the_contract(running: MockServers) -> None:
    address = f"{running['support_agency'].address}{PATH}"
    live = requests.get(f"{address}?wsdl", timeout=10).content
    own = etree.fromstring(CONTRACT.read_bytes())
    types = "{http://schemas.xmlsoap.org/wsdl/}types"
    found, meant = etree.fromstring(live).find(types), own.find(types)
    assert etree.tostring(found, method="c14n") == etree.tostring(meant, method="c14n")
    assert f'location="{address}"'.encode() in live


@pytest.fixture(scope="module")
def dirty() -> tuple[World, dict[str, etree._Element]]:
    """A world in which one record in three is flawed."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("REFUSED_SHARE", "NOTED_SHARE", "REVIEW_SHARE", "MASKED_SHARE"):
            patch.setattr(dirt, name, 0.08)
        world = World(5, 2000)
        snapshot = AgencyIndex(world, time.time).pages.snapshot
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    frame = f'<a xmlns="{NAMESPACE}" xmlns:xsi="{xsi}">%s</a>'
    return world, {
        key: etree.fromstring(frame % body.decode())[0]
        for (_, key), body in zip(snapshot.positions, snapshot.bodies, strict=True)
    }


def test_every_record_fits_the_contract(dirty: tuple[World, dict[str, etree._Element]]) -> None:
    types = etree.fromstring(CONTRACT.read_bytes()).find(f".//{{{XSD}}}schema")
    schema = xmlschema.XMLSchema10(etree.tostring(types, encoding="unicode"))
    kind = schema.types["Agency"]
    for key, record in dirty[1].items():
        assert kind.is_valid(record), (key, next(kind.iter_errors(record)).reason)


def rules_in(record: etree._Element) -> set[str]:
    """What is wrong with a record, read from the record alone."""

    def text(name: str) -> str:
        return record.findtext(f"{{{NAMESPACE}}}{name}") or ""

    number = re.sub(r"\D", "", text("法人番号")).translate(
        str.maketrans("０１２３４５６７８９", "0123456789")
    )
    found = set()
    if len(number) == 12:
        found.add("twelve_digits")
    elif number and not is_corporate_number(number):
        found.add("check_digit")
    elif not number and text("個人法人区分") == "法人":
        found.add("number_missing")
    if text("有効期限") == "平成30年2月30日":
        found.add("impossible_date")
    elif (era := re.match(r"平成(\d+)年", text("有効期限"))) and int(era[1]) > 31:
        found.add("era_out_of_range")
    if text("窓口電話番号") == "変更予定":
        found.add("not_a_phone")
    if text("窓口メール") == "なし":
        found.add("not_an_email")
    if "マイナンバー" in text("経済産業局備考"):
        found.add("personal_number")
    if len(re.sub(r"\D", "", text("郵便番号"))) < 7:
        found.add("lost_zeros")
    return found


def test_the_truth_names_each_flaw_and_no_other(
    dirty: tuple[World, dict[str, etree._Element]],
) -> None:
    world, records = dirty
    flaws = world.truth.flaws
    truth = {
        key: {flaw.rule for flaw in flaws.get(RecordKey("support_agency", "agencies", key), ())}
        for key in records
    }
    assert {key: rules_in(record) for key, record in records.items()} == truth
    assert len(set().union(*truth.values())) == 9


def test_the_agencies_that_applicants_name_are_registered() -> None:
    named = {agency(number) for number in range(AGENCIES)}
    world = World(7, 10)
    listed = {(one.face.name, one.id) for one in agencies_of(world) if one.face is not None}
    assert named <= listed


def test_the_same_world_gives_the_same_bytes() -> None:
    one, two = (AgencyIndex(World(4, 150), time.time).pages.snapshot for _ in range(2))
    assert one == two


def test_certifications_expire_as_days_go_by() -> None:
    world = World(4, 150)
    index = AgencyIndex(world, time.time)
    before = {body for body in index.pages.snapshot.bodies if "失効".encode() in body}
    world.advance(120)
    after = [body for body in index.pages.snapshot.bodies if "失効".encode() in body]
    assert len(after) > len(before)
    newest = index.pages.snapshot.positions[-1][0]
    assert datetime.fromisoformat(newest) <= world.now
