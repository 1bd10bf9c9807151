"""Invariant 9: no secret and no personal value leaves the store and the archive."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from base.errors import HubError
from hub.options import Progress, SyncOptions
from mocks.faults import Fault
from mocks.serve import MockServers
from mocks.subsidy.index import ApplicationIndex
from tests.faults.conftest import Hub

PAGE = "/applicant/v1/applications"
PERSONAL = ("代表者氏名", "代表者フリガナ", "代表者生年月日", "担当者氏名", "担当者電話番号",
            "担当者携帯", "担当者メール")  # fmt: skip
PLANTED = {
    "answers.代表者氏名": "秘田　密太郎\0",
    "answers.代表者フリガナ": ["ヒデン　ミツタロウ"],
    "answers.代表者生年月日": "昭和44年13月41日",
    "answers.担当者携帯": {"番号": "090-1357-24680-11"},
    "answers.担当者メール": "himitsu.taro" * 40 + "@example.jp",
    "answers.法人番号": "9876543210987",
    "answers.事業計画の概要": "担当 himitsuko@example.jp <b>090-2468-1357</b>",
}
NEEDLES = (
    "秘田　密太郎", "密太郎", "ミツタロウ", "昭和44年13月41日", "090-1357", "090-2468", "himitsu",
)  # fmt: skip
STOPPING = (
    "broken_json", "html", "wrong_encoding", "truncated", "forbidden", "not_found",
    "expired_token", "server_error", "page_repeated", "reset",
)  # fmt: skip


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger says at DEBUG, with tracebacks, not redacted."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    root = logging.getLogger()
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    before = [(logger, logger.level) for logger in (root, *known)]
    root.addHandler(handler)
    for logger, _ in before:
        logger.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        for logger, level in before:
            logger.setLevel(level)


def forbidden_texts(servers: MockServers) -> set[str]:
    """The secrets of the connection, the tokens given out, and the people of the world."""
    found = {*servers.systems.secrets(), *NEEDLES}
    owners = [getattr(tell, "__self__", None) for tell in servers.world._listeners]
    (index,) = [owner for owner in owners if isinstance(owner, ApplicationIndex)]
    for body in index.snapshot.bodies:
        answers = json.loads(body)["answers"]
        found |= {answers[name] for name in PERSONAL if answers.get(name)}
        for officer in answers.get("役員一覧") or []:
            found |= {officer["氏名"], officer.get("生年月日") or officer["氏名"]}
    return {text for text in found if len(text) >= 3}


class Told:
    """Collects whatever a person or a machine is told about syncs."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.texts: list[str] = []

    def progress(self, progress: Progress) -> None:
        self.texts.append(repr(progress))

    def sync(self, stream: str, options: SyncOptions | None = None) -> bool:
        """Sync; whether it ended well. Notes summary, error, causes and traceback."""
        try:
            summary = self.hub.sync(stream, options, self.progress)
        except HubError as error:
            self.texts += [repr(error), str(vars(error)), *traceback.format_exception(error)]
            return False
        self.texts.append(json.dumps(summary.as_json(), ensure_ascii=False))
        return True

    def all(self, log: io.StringIO) -> str:
        store = self.hub.store
        items: list[Any] = store.quarantine(status=None, limit=10_000)
        asked = [*store.runs(limit=1000), *store.status(), *items, *store.findings()]
        return "\n".join([*self.texts, *map(repr, asked), log.getvalue()])


def assert_clean(text: str, servers: MockServers) -> None:
    forbidden = forbidden_texts(servers)
    assert len(forbidden) > 200
    leaked = {found for found in forbidden if found in text}
    around = [text[max(0, text.find(found) - 60) :][:120] for found in sorted(leaked)]
    assert not leaked, f"{len(leaked)} leaked, around: {around[:5]}"


def test_syncs_of_good_and_bad_records_tell_nothing(
    hub: Hub, servers: MockServers, log: io.StringIO
) -> None:
    told = Told(hub)
    for record, (field, value) in enumerate(PLANTED.items()):
        fault = Fault("field_retyped", path=PAGE, field=field, value=value, record=record, count=1)
        servers.faults.add(fault)
    servers.faults.add(Fault("lone_surrogate", path=PAGE, field="answers.代表者氏名", record=1))
    servers.faults.add(Fault("duplicate_key_in_object", path=PAGE, record=2))
    for options in (SyncOptions(), *[SyncOptions(mode="full")] * 8, SyncOptions(mode="replay")):
        for stream in ("applications", "programs"):
            assert told.sync(stream, options)
    assert not servers.faults.waiting(), "a fault never happened"
    rules = {item.rule for item in hub.store.quarantine(status=None, limit=10_000)}
    assert rules >= {"impossible_date", "check_digit", "html", "structure", "lone_surrogate"}
    text = told.all(log)
    assert "GET " in text, "the log was not captured"
    assert_clean(text, servers)


def test_runs_that_fail_tell_nothing(hub: Hub, servers: MockServers, log: io.StringIO) -> None:
    told = Told(hub)
    for kind in STOPPING:
        servers.faults.add(Fault(kind, path=PAGE, count=None, skip=1))
        assert not told.sync("applications"), f"{kind} did not stop the sync"
        servers.faults.clear()
        hub.clock.sleep(3600)
        hub.store.reset_state(hub.store.stream_id("subsidy", "applications"))
    assert_clean(told.all(log), servers)
