"""The pages behind a real API server: its users, its permissions, its runs."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import httpx
import pytest

from hub.pages import csrf
from hub.pages.app import ACTS, PAGES
from tests.pages.airflow_server import AirflowServer

pytestmark = [pytest.mark.airflow, pytest.mark.network]
PLACES = {"system": "subsidy", "stream": "applications", "dag_id": "sync_subsidy"}
LOOKED_AT = [
    f"/hub{path.format(**PLACES)}"
    for path in PAGES
    if path not in {"/quarantine/items", "/review/pair"}
]

ACTED_ON = [f"/hub{path.format(**PLACES)}" for path in ACTS]


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that goes to `action`."""
    found = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.S)
    assert found, f"no form goes to {action}"
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0])
    return {name: html.unescape(value) for name, value in fields}


def post(client: httpx.Client, path: str, form: dict[str, str], origin: str) -> httpx.Response:
    """Send a form as a browser would."""
    return client.post(path, data=form, headers={"origin": origin})


def test_the_plugin_loads_and_stands_where_it_should(server: AirflowServer) -> None:
    with server.client(None) as client:
        client.headers["Authorization"] = f"Bearer {server.token('admin')}"
        assert client.get("/api/v2/plugins/importErrors").json()["import_errors"] == []
        plugins = {one["name"]: one for one in client.get("/api/v2/plugins").json()["plugins"]}
    views = plugins["sme_hub"]["external_views"]
    assert {(one["destination"], one["href"]) for one in views} == {
        ("nav", "/hub/"),
        ("dag", "/hub/dag/{DAG_ID}"),
    }


def test_who_is_not_signed_in_sees_nothing(server: AirflowServer) -> None:
    with server.client(None) as client:
        for path in [*LOOKED_AT, "/hub/static/pages.css", "/hub/nowhere", "/hub/openapi.json"]:
            answer = client.get(path)
            assert answer.status_code == 401, path
            assert "subsidy" not in answer.text
        for path in ACTED_ON:
            assert post(client, path, {}, server.address).status_code == 401, path
        client.cookies.set("_token", "not.a.token")
        assert client.get("/hub/").status_code == 401


def test_a_viewer_sees_every_page(server: AirflowServer) -> None:
    with server.client("viewer") as client:
        for path in LOOKED_AT:
            answer = client.get(path)
            assert answer.status_code == 200, path
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
        overview = client.get("/hub/").text
        assert "補助金システム" in overview
        assert "<svg" in overview
        assert "契約との差異 1" in overview
        assert "answers.新しい項目" in client.get("/hub/dag/sync_subsidy").text
        assert "check_digit" in client.get("/hub/quarantine").text
        assert client.get("/hub/systems/nothing").status_code == 404


def test_a_viewer_cannot_act(server: AirflowServer) -> None:
    with server.client("viewer") as viewer, server.client("admin") as admin:
        assert "<form" not in viewer.get("/hub/systems/subsidy").text
        form = form_of(admin.get("/hub/systems/subsidy").text, "/hub/systems/subsidy/run")
        token = {"csrf": form["csrf"]}
        assert post(viewer, "/hub/systems/subsidy/run", token, server.address).status_code == 403
        # Even with a token of their own forms, which look-only pages do not give out.
        secret = server.environment["AIRFLOW__API_AUTH__JWT_SECRET"].encode()
        token = {"csrf": csrf.make(secret, "viewer", datetime.now(UTC)), "paused": "1"}
        chosen = {"system": "subsidy", "stream": "applications", "act": "discard", "reason": "x"}
        for path in ACTED_ON:
            answer = post(viewer, path, token | chosen, server.address)
            assert answer.status_code == 403, path
            assert "権限がありません" in answer.text


def test_a_run_is_airflows_own_and_names_who_started_it(server: AirflowServer) -> None:
    path = "/hub/systems/subsidy/run"
    with server.client("admin") as client:
        form = form_of(client.get("/hub/systems/subsidy").text, path)
        done = post(client, path, form | {"full": "1"}, server.address)
        assert done.status_code == 303
        assert "実行を開始しました" in client.get(done.headers["location"]).text
        client.headers["Authorization"] = f"Bearer {server.token('admin')}"
        (run,) = client.get("/api/v2/dags/sync_subsidy/dagRuns").json()["dag_runs"]
    assert run["triggering_user_name"] == "admin"
    assert run["conf"] == {"full": True}


def test_a_dag_is_paused_and_goes_on(server: AirflowServer) -> None:
    path, page = "/hub/systems/yorozu/pause", "/hub/systems/yorozu"
    with server.client("admin") as client:
        post(client, path, form_of(client.get(page).text, path), server.address)
        assert "一時停止中" in client.get(page).text
        post(client, path, form_of(client.get(page).text, path), server.address)
        assert "一時停止中" not in client.get(page).text


def test_a_forged_act_is_refused(server: AirflowServer) -> None:
    path = "/hub/systems/subsidy/run"
    with server.client("admin") as client:
        form = form_of(client.get("/hub/systems/subsidy").text, path)
        for origin in ("http://evil.example", "null", f"{server.address}.evil.example"):
            assert post(client, path, form, origin).status_code == 403
        assert client.post(path, data=form).status_code == 403
        for token in ("", "1.x", form["csrf"][:-1] + "0z"):
            assert post(client, path, {"csrf": token}, server.address).status_code == 403
        assert client.get(path).status_code == 405
