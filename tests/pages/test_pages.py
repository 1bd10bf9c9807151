"""What the pages show and do, over a synced hub, without Airflow."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from base.clock import ManualClock
from base.settings import Settings
from canonical.audit import AuditLog
from canonical.audit.tables import AUDIT_ROW
from canonical.store import Store
from canonical.store.tables import MAPPING_PLAN, QUARANTINE_ITEM, RUN, SOURCE_RECORD, STREAM
from hub.pages import csrf
from hub.pages.app import build
from tests.canonical.matching.businesses import Filled, Record, corporation, number
from tests.pages.serving import FakeGuard

ORIGIN = "http://127.0.0.1:8080"
RECORDS = [
    Record("register", "a", corporation(1)),
    Record("subsidy", "b", corporation(2, corporate_number=None),
           registry_number=number(1)[1:]),
]  # fmt: skip


@pytest.fixture
def settings(filled: tuple[Path, dict[str, str]], tmp_path: Path) -> Settings:
    """A copy of the synced hub."""
    shutil.copytree(filled[0], tmp_path / "hub")
    return Settings.load(filled[1] | {"HUB_HOME": str(tmp_path / "hub")})


@pytest.fixture
def guard() -> FakeGuard:
    return FakeGuard()


@pytest.fixture
def admin(settings: Settings, guard: FakeGuard) -> Iterator[TestClient]:
    """A browser in which the admin is signed in."""
    with TestClient(build(guard, settings), base_url=ORIGIN) as client:
        client.cookies.set("user", "admin")
        client.headers["origin"] = ORIGIN
        yield client


def hidden_fields(page: str, action: str) -> dict[str, str]:
    found = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.S)
    assert found
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0])
    return {name: html.unescape(value) for name, value in fields}


def of_reason(admin: TestClient, rule: str) -> str:
    """The address of the samples of a rule."""
    links = re.findall(r'href="(/quarantine/items[^"]*)"', admin.get("/quarantine").text)
    return next(html.unescape(link) for link in links if f"rule={rule}" in link)


def audited(settings: Settings) -> list[tuple[str, str, str, str | None]]:
    log = AuditLog.open(settings.side_database_url)
    query = select(AUDIT_ROW.c.operation, AUDIT_ROW.c.action, AUDIT_ROW.c.systems,
                   AUDIT_ROW.c.subject).where(AUDIT_ROW.c.channel == "operator_pages")  # fmt: skip
    with log.database.read() as connection:
        return [(row[0], row[1], row[2].strip(), row[3]) for row in connection.execute(query)]


def test_samples_are_masked_and_leave_a_row(admin: TestClient, settings: Settings) -> None:
    page = admin.get(of_reason(admin, "check_digit"))
    assert page.status_code == 200
    assert ("GET /quarantine/items", "read", "subsidy", "admin") in audited(settings)


def test_a_confidential_record_shows_neither_key_nor_value(
    admin: TestClient, settings: Settings
) -> None:
    with Store.open(settings.database_url) as store, store.database.write() as connection:
        number = connection.scalar(select(STREAM.c.stream_id).where(STREAM.c.system == "yorozu"))
        connection.execute(
            update(QUARANTINE_ITEM).values(
                stream_id=number, record_key="K-ABC-1", value="秘密商店", message="cannot be read"
            )
        )
    links = re.findall(r'href="(/quarantine/items[^"]*)"', admin.get("/quarantine").text)
    text = admin.get(html.unescape(links[0])).text
    assert "伏せています" in text
    assert "K-ABC-1" not in text
    assert "秘密商店" not in text
    assert "X-XXX-9" in text


def test_a_replay_shows_its_difference_and_then_runs_in_airflow(
    admin: TestClient, settings: Settings, guard: FakeGuard
) -> None:
    page = admin.get(of_reason(admin, "check_digit")).text
    form = hidden_fields(page, "/quarantine/preview")
    assert form["act"] == "replay"
    before = admin.post("/quarantine/preview", data=form).text
    assert "まだ何も書いていません" in before
    assert guard.triggered == []
    form = hidden_fields(before, "/quarantine/act")
    assert admin.post("/quarantine/act", data=form, follow_redirects=False).status_code == 303
    ((name, _dag, conf),) = guard.triggered
    assert name == "admin"
    assert conf["rule"] == "check_digit"
    assert ("POST /quarantine/act", "administer", "subsidy", "admin") in audited(settings)


def test_a_discard_says_why_and_is_a_run_of_what_was_shown(
    admin: TestClient, settings: Settings, guard: FakeGuard
) -> None:
    page = admin.get(of_reason(admin, "check_digit")).text
    form = hidden_fields(page, "/quarantine/preview") | {"act": "discard"}
    form = hidden_fields(admin.post("/quarantine/preview", data=form).text, "/quarantine/act")
    assert admin.post("/quarantine/act", data=form).status_code == 400
    late = form | {"reason": "既知", "up_to": "1-0"}
    assert admin.post("/quarantine/act", data=late).status_code == 404
    assert guard.triggered == []
    done = admin.post("/quarantine/act", data=form | {"reason": "既知"})
    assert "破棄を開始しました" in done.text
    acts = AuditLog.open(settings.side_database_url).of_system("subsidy").rows
    assert (acts[0].subject, acts[0].details["reason"]) == ("admin", "既知")
    ((name, dag, conf),) = guard.triggered
    assert (name, dag, conf["reason"]) == ("admin", "quarantine_discard", "既知")
    assert (conf["rule"], conf["up_to"]) == ("check_digit", form["up_to"])


def test_what_an_older_mapping_mapped_is_mapped_again_by_a_run(
    admin: TestClient, settings: Settings, guard: FakeGuard
) -> None:
    path = "/systems/subsidy/remap"
    form = hidden_fields(admin.get("/systems/subsidy").text, f"{path}/preview")
    form["stream"] = "applications"
    assert "現在の対応表によるレコードです" in admin.post(f"{path}/preview", data=form).text
    with Store.open(settings.database_url) as store, store.database.write() as connection:
        number = store.stream_id("subsidy", "applications")
        connection.execute(
            update(MAPPING_PLAN).where(MAPPING_PLAN.c.stream_id == number).values(version="older")
        )
        live = connection.scalar(
            select(func.count())
            .select_from(SOURCE_RECORD)
            .where(SOURCE_RECORD.c.stream_id == number, SOURCE_RECORD.c.status != "deleted")
        )
    before = admin.post(f"{path}/preview", data=form).text
    assert f"レコードが {live} 件あります" in before
    assert guard.triggered == []
    answer = admin.post(path, data=hidden_fields(before, path), follow_redirects=False)
    assert answer.status_code == 303
    wanted = {"system": "subsidy", "stream": "applications"}
    assert guard.triggered == [("admin", "remap", wanted)]
    assert admin.post(path, data=form | {"stream": "none"}).status_code == 404
    admin.cookies.set("user", "viewer")
    shown = admin.get("/systems/subsidy").text
    assert "remap/preview" not in shown


def test_a_pair_is_decided_in_the_operators_name(tmp_path: Path, guard: FakeGuard) -> None:
    settings = Settings.load({"HUB_HOME": str(tmp_path / "pairs")})
    settings.home.mkdir()
    with Store.open(settings.database_url) as store:
        store.upgrade()
        Filled(store).write(RECORDS)
        from hub.matching import decided, run_matching

        run_matching(store)
        with TestClient(build(guard, settings), base_url=ORIGIN) as client:
            client.cookies.set("user", "admin")
            client.headers["origin"] = ORIGIN
            links = re.findall(r'href="(/review/pair[^"]*)"', client.get("/review").text)
            pair = client.get(html.unescape(links[0])).text
            form = hidden_fields(pair, "/review/decide")
            assert client.post("/review/decide", data=form).status_code == 400
            said = form | {"verdict": "different", "reason": "名称が違う"}
            assert "判断を記録しました" in client.post("/review/decide", data=said).text
            assert html.unescape(links[0]) not in html.unescape(client.get("/review").text)
        ((row,), _) = decided(store, (), 10)
    assert (row["verdict"], row["decided_by"], row["reason"]) == (
        "different", "admin", "名称が違う",
    )  # fmt: skip
    kinds = {(operation, action) for operation, action, *_ in audited(settings)}
    assert {("GET /review/pair", "read"), ("POST /review/decide", "administer")} <= kinds


def test_a_system_whose_dag_is_not_for_the_viewer_is_not_there(
    admin: TestClient, guard: FakeGuard
) -> None:
    guard.hidden = frozenset({"sync_subsidy", "consolidate"})
    assert "補助金システム" not in re.sub("IT補助金システム", "", admin.get("/").text)
    assert admin.get("/systems/subsidy").status_code == 404
    assert "subsidy.applications" not in admin.get("/quarantine").text.replace("it_subsidy", "")
    assert admin.get("/review").status_code == 403


def test_what_went_wrong_stands_on_the_overview(admin: TestClient, settings: Settings) -> None:
    with Store.open(settings.database_url) as store, store.database.write() as connection:
        number = connection.scalar(
            select(STREAM.c.stream_id).where(STREAM.c.system == "management_plan")
        )
        error = "after 5 failures in a row the system is left in peace for 30 s"
        connection.execute(
            update(RUN).where(RUN.c.stream_id == number).values(status="failed", error=error)
        )
    text = admin.get("/", params={"lang": "en"}).text
    assert "Left in peace after failures" in text
    assert error in text
    assert text.index("management_plan") < text.index("support_agency")


def test_each_reader_has_their_language(admin: TestClient) -> None:
    assert 'lang="en"' in admin.get("/", headers={"accept-language": "en-GB,ja;q=0.5"}).text
    assert "同期の状況" in admin.get("/", params={"lang": "ja"}).text
    assert "同期の状況" in admin.get("/", headers={"accept-language": "en"}).text


@pytest.mark.parametrize(
    ("name", "token", "hours", "holds"),
    [("a", None, 0, True), ("b", None, 0, False), ("a", None, 13, False), ("a", "9.f", 0, False)],
)
def test_a_forms_token_is_one_users_for_half_a_day(
    name: str, token: str | None, hours: int, holds: bool
) -> None:
    now = datetime(2026, 12, 21, tzinfo=UTC)
    token = token or csrf.make(b"secret", "a", now)
    assert csrf.holds(b"secret", name, token, now + timedelta(hours=hours)) is holds


def test_nothing_is_shown_when_the_row_cannot_be_written(
    admin: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from base.errors import StoreUnreachable

    def away(*_given: object) -> None:
        raise StoreUnreachable("the side store does not answer")

    path = of_reason(admin, "check_digit")
    monkeypatch.setattr(AuditLog, "append", away)
    page = admin.get(path)
    assert page.status_code == 503
    assert "<table>" not in page.text


def test_freshness_follows_the_promise_or_the_schedule() -> None:
    from connectors.registry import declarations
    from hub.pages.freshness import freshness

    stream = declarations()["yorozu"].streams["consultations"]  # 6:50 every day
    clock = ManualClock(datetime(2026, 12, 21, 3, 0, tzinfo=UTC))  # Monday noon
    now = clock.now()
    assert freshness(stream, (), now - timedelta(hours=5), now).verdict == "fresh"
    assert freshness(stream, (), now - timedelta(days=3), now).verdict == "late"
    assert freshness(stream, (), None, now).verdict == "never"
    found = freshness(stream, ("2026-12-22",), now, now).next_run
    assert found == datetime(2026, 12, 22, 21, 50, tzinfo=UTC)  # not on the closed day


def test_open_alerts_stand_on_top_of_the_overview_for_those_who_may_see_the_system(
    admin: TestClient, settings: Settings, guard: FakeGuard
) -> None:
    from canonical.store.alerts import Condition
    from hub.alerts.check import settle

    since = datetime(2026, 12, 20, 15, 0, tzinfo=UTC)
    reported = [Condition("deadline", name, "", since, {"minutes": 120})
                for name in ("subsidy", "yorozu")]  # fmt: skip
    with Store.open(settings.database_url) as store:
        settle(store, [], ManualClock(since), reported)
    guard.hidden = frozenset({"sync_yorozu"})
    shown = admin.get("/?lang=en").text.partition('id="alerts"')[2].partition("</section>")[0]
    assert 'href="/systems/subsidy"' in shown
    assert "The sync missed its deadline" in shown
    assert "2026-12-21 00:00" in shown
    assert "yorozu" not in shown
    assert "同期が期限内に終わりません" in admin.get("/?lang=ja").text
