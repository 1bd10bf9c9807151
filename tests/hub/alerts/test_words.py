"""Every kind of alert has its words in both languages; the command line shows them."""

from __future__ import annotations

import json
import logging
import string

import pytest

from canonical.store.alerts import Alert, Condition, Notice
from connectors.registry import declarations
from hub import cli
from hub.alerts.channels import LogChannel
from hub.alerts.kinds import Kind
from hub.alerts.words import LANGUAGES, body, told, words
from tests.hub.alerts.conftest import NOW, STREAM, SYSTEM, Watchman

FACTS = {
    Kind.LATE: {"minutes": 1500}, Kind.DEADLINE: {"minutes": 120}, Kind.DRIFT: {"findings": 2},
}  # fmt: skip


def notice(kind: Kind, *, cleared: bool = False) -> Notice:
    condition = Condition(kind, SYSTEM, STREAM, NOW, FACTS.get(kind, {}))
    alert = Alert("a1", condition, NOW, NOW, NOW if cleared else None)
    return Notice(alert, "log", "cleared" if cleared else "opened")


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_says_what_happened_and_what_to_do(kind: Kind) -> None:
    assert all(len(pair) == 2 for pair in words()[kind])
    for text in words()[kind][1]:
        asked = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert asked == set(FACTS.get(kind, {}))
    text = body(notice(kind), declarations(), "https://airflow.example")
    for language in LANGUAGES:
        said = told(notice(kind).alert.condition, declarations(), language)
        assert said.title in text
        assert said.what in text
        assert said.remedy in text
    assert f"({SYSTEM}.{STREAM})" in text
    assert "2026-12-21 12:00 JST" in text


def test_an_end_says_that_there_is_nothing_to_do() -> None:
    text = body(notice(Kind.DOWN, cleared=True), declarations(), "https://airflow.example")
    assert "対応は不要です" in text
    assert "https://airflow.example/hub/systems/subsidy" in text
    assert told(notice(Kind.DOWN).alert.condition, declarations(), "ja").remedy not in text


def test_the_log_has_a_line_for_each(caplog: pytest.LogCaptureFixture) -> None:
    channel = LogChannel(declarations(), "https://airflow.example")
    with caplog.at_level(logging.INFO, "hub.alerts"):
        channel.send(notice(Kind.DOWN))
        channel.send(notice(Kind.DOWN, cleared=True))
    opened, cleared = caplog.records
    assert (opened.levelname, cleared.levelname) == ("ERROR", "INFO")
    assert "subsidy.applications" in opened.message
    assert "hub connection check" in opened.message
    assert cleared.message.startswith("Cleared: ")


def test_the_command_line(
    watchman: Watchman, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", str(watchman.store.database.engine.url))
    watchman.run("ServerFault")
    assert cli.run(["alerts", "check"]) == 0
    assert "opened: subsidy.applications down" in capsys.readouterr().out
    assert cli.run(["alerts", "list", "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)
    assert (shown["kind"], shown["notices"][0]["tries"]) == ("down", 1)
    assert shown["remedy"]["ja"]
    assert cli.run(["alerts", "list"]) == 0
    assert "hub connection check" in " ".join(capsys.readouterr().out.split())
    assert cli.run(["alerts", "test-channel", "log"]) == 0
    assert cli.run(["alerts", "test-channel", "mail"]) == 2
