"""`make run` as a newcomer meets it: real processes, a small world."""

from __future__ import annotations

import re
import signal
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from base.settings import read_env_file
from dags.decisions import APPROVE, REJECT
from hub.local.airflow import Client
from hub.local.secrets import ADMIN_PASSWORD
from tests.e2e.conftest import ROOT, LocalHub, RunningHub

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.timeout(300)]

OF_RUNS = re.compile(r"^(run|batch|lease|stream|sqlite_|alembic_)|_pending$")
"""Tables in which every run leaves its own trace, and what waits for the next consolidation (an
answer that was handed in does); all others hold what was read."""


def rows(hub: LocalHub) -> dict[str, int]:
    """Table of the store → number of rows, without the tables that tell of the runs."""
    with closing(sqlite3.connect(f"file:{hub.home / 'hub.sqlite'}?mode=ro", uri=True)) as store:
        names = [n for (n,) in store.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {
            name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for name in names
            if not OF_RUNS.search(name)
        }


def counts(said: str, stream: str) -> list[int]:
    """The numbers of a stream's row in the table that `make run` ends with."""
    (row,) = [
        line for line in said.splitlines() if re.match(rf" *{re.escape(stream)} +[\d,]+ ", line)
    ]
    return [int(cell.replace(",", "")) for cell in re.findall(r"(?<= )[\d,]+(?= )", row)]


@pytest.fixture(scope="module")
def running(hub: LocalHub) -> Iterator[RunningHub]:
    """The hub, up after its first syncs."""
    with hub.up() as up:
        yield up


def test_the_first_run_brings_programs_and_applications(hub: LocalHub, running: RunningHub) -> None:
    for stream in ("subsidy.programs", "subsidy.applications"):
        read, new, *_rest = counts(running.said, stream)
        assert read > 0
        assert new > 0
    assert f"http://127.0.0.1:{hub.airflow_port}" in running.said
    assert "user admin" in running.said
    assert sum(rows(hub).values()) > 0


def test_the_records_of_one_business_come_together(hub: LocalHub, running: RunningHub) -> None:
    found = re.search(
        r"Businesses [^:]*: ([\d,]+) out of ([\d,]+) claims, ([\d,]+) of them joined", running.said
    )
    assert found, running.said
    businesses, claims, joined = (int(number.replace(",", "")) for number in found.groups())
    assert 0 < businesses < claims
    assert 0 < joined <= claims
    with closing(sqlite3.connect(f"file:{hub.home / 'hub.sqlite'}?mode=ro", uri=True)) as store:
        golden = store.execute("SELECT count(*) FROM golden_party WHERE recorded_to IS NULL")
        assert golden.fetchone()[0] == businesses
        numbered = "SELECT count(*), count(sequence), max(sequence) FROM event"
        assert len(set(store.execute(numbered).fetchone())) == 1
    assert f"business.created {businesses:,}" in running.said


def signed_in(hub: LocalHub, account: str) -> tuple[httpx.Client, str]:
    """A browser at the portal after signing in at the mock of GビズID, and the page it came to."""
    address = f"http://127.0.0.1:{hub.front_port + 2}"
    browser = httpx.Client(base_url=address, follow_redirects=True, trust_env=False, timeout=30)
    asked = browser.get("/sign-in")
    transaction = re.search(r'name="transaction" value="([^"]+)"', asked.text)
    assert transaction, asked.text
    form = {"transaction": transaction.group(1), "account": account}
    came = browser.post(asked.url.join("signin"), data=form)
    assert str(came.url) == f"{address}/represent", came.text
    return browser, came.text


def persona(running: RunningHub, role: str) -> str:
    """The account of a persona, as `make run` printed it."""
    found = re.search(rf"^  {role} +(gbiz-\d+)", running.said, re.MULTILINE)
    assert found, running.said
    return found.group(1)


def test_an_owner_signs_in_once_and_sees_all_applications(
    hub: LocalHub, running: RunningHub
) -> None:
    assert f"http://127.0.0.1:{hub.front_port + 2}" in running.said
    browser, page = signed_in(hub, persona(running, "owner"))
    assert "選択中" in page
    with closing(browser):
        for path in ("/business", "/search", "/forms"):
            assert browser.get(path).status_code == 200
        assert browser.get("/applications").text.count('class="card"') >= 1
        form = browser.get("/forms/it_subsidy").text
        assert "国税庁法人番号公表サイト" in form
        csrf = re.search(r'name="csrf" value="([^"]+)"', form)
        assert csrf
        ticked = {"csrf": csrf.group(1), "field": ["法人番号"]}
        sent = browser.post("/forms/it_subsidy/send", data=ticked).json()["answers"]
        assert len(sent) == 1
        looks = browser.get("/looks").text
        assert "申請書への記入のために読んだ" in looks
        assert "申請の一覧を見た" in looks


def test_an_agent_chooses_a_client_and_acts_for_it_alone(
    hub: LocalHub, running: RunningHub
) -> None:
    browser, page = signed_in(hub, persona(running, "tax agent"))
    with closing(browser):
        links = re.findall(r'href="(/sign-in\?as=[^"]+)"', page)
        assert links
        answers = [browser.get(link.replace("&amp;", "&")) for link in links]
        assert [a for a in answers if a.status_code == 200 and "代理人として" in a.text]


def test_reading_everything_again_writes_nothing(hub: LocalHub, running: RunningHub) -> None:
    before = rows(hub)
    password = read_env_file(hub.home / "local.env")[ADMIN_PASSWORD]
    client = Client(hub.airflow_port, password)
    client.sign_in()
    run_id = client.trigger("sync_subsidy", {"full": True})
    while not (run := client.run("sync_subsidy", run_id)).ended:
        pass
    assert run.state == "success"
    for stream in ("programs", "applications"):
        said = client.result(run, stream)["counts"]
        assert said["read"] > 0
        assert said["unchanged"] + said["quarantined"] == said["read"]
    assert rows(hub) == before


def test_a_question_waits_in_required_actions_for_a_persons_word(
    hub: LocalHub, running: RunningHub
) -> None:
    client = Client(hub.airflow_port, read_env_file(hub.home / "local.env")[ADMIN_PASSWORD])
    client.sign_in()
    question = {
        "system": "subsidy", "stream": "applications", "kind": "refused_records", "count": 99,
        "said": "99 of 100 records were refused", "mode": "incremental", "since": None,
        "until": None, "after": "",
    }  # fmt: skip
    run_id = client.trigger("decide", question)
    while client.run("decide", run_id).tasks.get("decision") != "awaiting_input":
        assert not client.run("decide", run_id).ended
    path = f"/api/v2/dags/decide/dagRuns/{run_id}/taskInstances/decision/-1/hitlDetails"
    asked = client._call("GET", path)
    assert (asked["subject"], asked["options"]) == ("subsidy.applications", [APPROVE, REJECT])
    assert question["said"] in asked["body"]
    client._call("PATCH", path, {"chosen_options": [APPROVE], "params_input": {"reason": "見た"}})
    while not (run := client.run("decide", run_id)).ended:
        pass
    assert client._call("GET", path)["responded_by_user"]["name"] == "admin"
    assert run.tasks == {"decision": "success", "carry_out": "skipped"}, "nothing was to decide"


def test_it_listens_on_loopback_only(running: RunningHub) -> None:
    listening = {
        socket.laddr
        for process in running.processes()
        for socket in process.net_connections(kind="inet")
        if socket.status == "LISTEN"
    }
    assert len(listening) >= 2
    assert {address.ip for address in listening} == {"127.0.0.1"}


def test_secrets_are_the_owners_alone_and_nowhere_else(hub: LocalHub, running: RunningHub) -> None:
    for path in (hub.home / "local.env", hub.folder / ".airflow" / "passwords.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = (hub.home / "local.env").read_text().splitlines()
    secrets = [line.partition("=")[2] for line in lines if "SECRET" in line or "FERNET" in line]
    assert secrets
    logs = [*(hub.home / "logs").rglob("*.log"), *(hub.folder / ".airflow").rglob("*.log")]
    assert logs
    told = running.said + "".join(path.read_text(errors="replace") for path in logs)
    assert not [secret for secret in secrets if secret in told]


def test_a_second_run_in_the_same_folder_leaves(hub: LocalHub, running: RunningHub) -> None:
    second = hub.once()
    assert second.returncode == 3
    assert "already up in this folder" in second.stderr


def test_a_second_clone_is_told_of_the_taken_port(hub: LocalHub, running: RunningHub) -> None:
    other = LocalHub(hub.folder / "other clone", hub.airflow_port, hub.mocks_port)
    second = other.once()
    assert second.returncode == 3
    assert f"in use on 127.0.0.1: port {hub.airflow_port} (Airflow), port" in second.stderr
    choice = f"HUB_PORT_AIRFLOW={hub.airflow_port + 100} HUB_PORT_MOCKS={hub.mocks_port + 100}"
    choice += f" HUB_PORT_FRONT={hub.front_port + 100}"
    assert second.stderr.rstrip().endswith(choice)


def test_ctrl_c_leaves_no_process_behind(running: RunningHub) -> None:
    assert running.processes()
    running.program.send_signal(signal.SIGINT)
    assert running.program.wait(60) == 0
    assert running.processes() == []


@pytest.mark.deep
def test_another_run_over_the_same_data_writes_nothing(hub: LocalHub) -> None:
    before = rows(hub)
    again = hub.once()
    assert again.returncode == 0, again.stdout + again.stderr
    assert rows(hub) == before
    for stream in ("subsidy.programs", "subsidy.applications"):
        _read, new, changed, remapped, *_rest = counts(again.stdout, stream)
        assert (new, changed, remapped) == (0, 0, 0)


def test_make_lists_every_target_with_a_line() -> None:
    said = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    listed = set(re.findall(r"^  make (\S+)", said, flags=re.MULTILINE))
    assert listed >= {"help", "run", "test", "test-deep", "check", "bench", "system-deps"}
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert phony
    assert set(phony.group(1).split()) == listed
