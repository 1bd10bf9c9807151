"""`hub forms check` and `schema`: what is found, what is held against it, and wrong files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from canonical.audit import AuditLog
from canonical.audit.tables import AUDIT_ROW
from canonical.store import Store
from hub.cli import run
from hub.commands import forms_check
from tests.canonical.builders import Syncing
from tests.canonical.golden.claims import name
from tests.canonical.golden.parties import link
from tests.canonical.golden.world import NUMBER

DAY = ("--day", "2026-11-23")
SECRET = "標本花子"

Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A company in the register, two of whose applications may not be used."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    assert run(["db", "upgrade"]) == 0
    with Store.open(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as opened:
        register = Syncing(opened, "corporate_number", "corporations")
        row = {"key": "r1", "as_of": date(2020, 4, 1), "corporate_number": NUMBER,
               "kind": "corporation", **name("標本商店")}  # fmt: skip
        register.commit({"r1": "1"}, {"party": [row]})
        applications = Syncing(opened, "subsidy", "applications")
        party = {"key": "g1", "as_of": date(2026, 10, 1), "corporate_number": NUMBER,
                 "role": "applicant", "employees_regular": 7}  # fmt: skip
        mine = {"key": "g2", "corporate_number": NUMBER, "role": "applicant"}
        papers = [
            {"key": key, "ordinal": place, "kind": kind, "issued_on": day}
            for key, place, kind, day in (
                ("g1", 0, "納税証明書", date(2026, 11, 1)),
                ("g2", 0, "履歴事項全部証明書", date(2026, 9, 1)),
            )
        ]
        applications.commit(
            {"g1": "1", "g2": "1"},
            {
                "party": [party, {**mine, "as_of": date(2026, 10, 1)}],
                "project": [{"key": "g1", "data_use_consent": False},
                            {"key": "g2", "data_use_consent": True}],
                "attachment": papers,
            },
        )  # fmt: skip
        for sync, role in ((register, "base_registry"), (applications, "procedure")):
            opened.describe_stream(sync.stream_id, source_role=role, scope="")
        link(opened)
        yield opened


@pytest.fixture
def check(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    def call(answers: Any, *args: str, form: str = "monozukuri") -> tuple[int, str, str]:
        path = tmp_path / "answers.json"
        raw = answers if isinstance(answers, bytes) else json.dumps(answers).encode()
        path.write_bytes(raw)
        capsys.readouterr()
        code = run(["forms", "check", form, str(path), *args])
        told = capsys.readouterr()
        assert SECRET not in told.out + told.err
        return code, told.out, told.err

    return call


def found(out: str) -> dict[str, dict[str, Any]]:
    """Findings by code, without the required fields that were left."""
    findings = json.loads(out)["findings"]
    return {one["code"]: one for one in findings if one["code"] != "missing"}


def test_what_is_left_is_an_error_and_no_answer_is_shown(check: Check) -> None:
    code, out, _ = check({"代表者氏名": SECRET, "会社": SECRET}, *DAY)
    assert code == 1
    assert "unknown_field" in out
    assert "missing" in out


def test_answers_are_held_against_what_may_be_used(check: Check) -> None:
    answers = {"商号又は名称": "株式会社別商店", "従業員数": "9"}
    _, alone, _ = check(answers, *DAY, "--json")
    assert found(alone) == {}
    _, out, _ = check(answers, *DAY, "--party", NUMBER, "--json")
    (differs,) = found(out).values()
    assert (differs["code"], differs["level"], differs["field"]) == (
        "differs", "warning", "商号又は名称",
    )  # fmt: skip
    assert differs["sources"] == [
        {"system": "corporate_number", "stream": "corporations", "record_key": "r1",
         "as_of": "2020-04-01"}
    ]  # fmt: skip


def test_an_attachment_that_another_procedure_may_tell_of(check: Check) -> None:
    """The tax certificate lies with an application that gave no consent: it is not told of."""
    _, out, _ = check({}, *DAY, "--party", NUMBER, "--json", form="it_subsidy")
    held = [f for f in json.loads(out)["findings"] if f["code"].startswith("attachment")]
    assert [(f["code"], f["field"]) for f in held] == [("attachment_held", "履歴事項全部証明書")]
    assert "issued on 2026-09-01" in held[0]["en"]
    _, out, _ = check({}, "--day", "2026-12-02", "--party", NUMBER, "--json", form="it_subsidy")
    codes = [f["code"] for f in json.loads(out)["findings"]]
    assert "attachment_expired" in codes


def test_nobody_answers_to_the_id(check: Check) -> None:
    code, out, err = check({}, *DAY, "--party", "1234567890123")
    assert (code, out) == (1, "")
    assert "hub business find" in err


def test_a_look_is_audited_where_a_business_is_looked_at(check: Check, tmp_path: Path) -> None:
    def looks() -> int:
        url = f"sqlite:///{tmp_path / 'hub' / 'side.sqlite'}"
        with closing(AuditLog.open(url)) as log, log.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(AUDIT_ROW)) or 0

    check({})
    assert looks() == 0
    check({}, "--party", NUMBER)
    assert looks() == 1


def test_a_version_that_never_was(check: Check) -> None:
    code, _, err = check({}, *DAY, "--draft-version", "2025-1")
    assert code == 2
    assert "2026-1" in err


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", "is no JSON"),
        (b"[]", "no JSON object"),
        (b'"' + SECRET.encode() + b'"', "no JSON object"),
        (f'{{"URL": "1", "URL": "{SECRET}"}}'.encode(), "a name twice"),
        (f'{{"{SECRET}": {{"a": 1, "a": 2}}}}'.encode(), "a name twice"),
        ('{"URL": "高"}'.encode("cp932"), "is no UTF-8"),
        (b'{"URL": NaN}', "is no JSON"),
        (b'{"URL":' + b"[" * 200_000, "nested too deep"),
        (b'{"URL":' + b" " * forms_check.LARGEST + b"1}", "more than"),
    ],
)
def test_a_wrong_file_is_refused_and_never_shown(check: Check, raw: bytes, said: str) -> None:
    code, out, err = check(raw, *DAY)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())


@pytest.mark.parametrize("missing", ["nothing.json", "."])
def test_a_file_that_cannot_be_read(store: Store, tmp_path: Path, missing: str) -> None:
    assert run(["forms", "check", "monozukuri", str(tmp_path / missing)]) == 2


def test_a_byte_order_mark_and_numbers_are_taken(check: Check) -> None:
    _, out, _ = check('\ufeff{"従業員数": 9, "事業場内最低賃金": 1100}'.encode(), *DAY, "--json")
    assert found(out) == {}


def test_no_such_form(check: Check) -> None:
    code, _, err = check({}, form="nonsense")
    assert code == 2
    assert "it_subsidy" in err


def test_the_schema_of_a_form(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["forms", "schema", "it_subsidy"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["properties"]["法人番号"]["maxLength"] == 13
    assert told["additionalProperties"] is False
