"""`hub forms prefill` and `preview`: what is shown, what leaves, and what is refused."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from canonical.store import Store
from canonical.store.receipt_tables import RECEIPT, RECEIPT_FIELD
from hub.cli import run
from tests.canonical.builders import Syncing
from tests.canonical.golden.claims import name
from tests.canonical.golden.parties import link
from tests.canonical.golden.world import NUMBER

OLD, NEW = date(2020, 4, 1), date(2026, 10, 1)
DAY = ("--day", "2026-11-23")
PERSON, PHONE = "標本花子", "026-555-0101"

Fill = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A company in the register, with an application that may be used and one that may not."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "hub"))
    assert run(["db", "upgrade"]) == 0
    with Store.open(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as opened:
        register = Syncing(opened, "corporate_number", "corporations")
        register.commit(
            {"r1": "1"},
            {"party": [{"key": "r1", "as_of": OLD, "corporate_number": NUMBER,
                        "kind": "corporation", **name("標本商店")}]},
        )  # fmt: skip
        applications = Syncing(opened, "subsidy", "applications")
        party = {
            "as_of": NEW, "corporate_number": NUMBER, "role": "applicant",
            "representative_name": PERSON, "capital_jpy": 10_000_000, "capital_jpy_unit": 1,
        }  # fmt: skip
        applications.commit(
            {"g1": "1", "g2": "1"},
            {
                "party": [{"key": "g1", **party},
                          {"key": "g2", **party, "phone": PHONE, "as_of": date(2026, 10, 2)}],
                "project": [{"key": "g1", "data_use_consent": True},
                            {"key": "g2", "data_use_consent": False}],
            },
        )  # fmt: skip
        for sync, role in ((register, "base_registry"), (applications, "procedure")):
            opened.describe_stream(sync.stream_id, source_role=role, scope="")
        link(opened)
        yield opened


@pytest.fixture
def fill(store: Store, capsys: pytest.CaptureFixture[str]) -> Fill:
    def call(command: str, *args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(["forms", command, *args])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def _fields(fill: Fill, *args: str) -> dict[str, Any]:
    code, out, err = fill("prefill", "monozukuri", "--party", NUMBER, "--json", *DAY, *args)
    assert code == 0, err
    return {one["field"]: one for one in json.loads(out)["fields"]}


def test_every_field_has_an_outcome_a_reason_and_its_source(fill: Fill) -> None:
    found = _fields(fill)

    named = found["商号又は名称"]
    assert (named["outcome"], list(named["texts"].values())) == ("prefill", ["標本商店"])
    assert named["sources"][0]["source"] == "corporate_number.corporations"
    assert named["sources"][0]["as_of"] == str(OLD)
    assert found["電話番号"]["outcome"] == "ask", "that application may not be used"
    assert found["データ利活用の同意"]["why"][0]["code"] == "declaration"


def test_what_may_not_be_used_shows_nowhere(fill: Fill) -> None:
    for command in ("prefill", "preview"):
        for how in ([], ["--json"]):
            _, out, err = fill(command, "monozukuri", "--party", NUMBER, *DAY, *how)
            assert PHONE.replace("-", "") not in out.replace("-", "") + err
            assert "g2" not in out + err


def test_personal_values_are_masked_unless_asked_for(fill: Fill) -> None:
    for command in ("prefill", "preview"):
        for how in ([], ["--json"]):
            masked = fill(command, "monozukuri", "--party", NUMBER, *DAY, *how)[1]
            assert PERSON not in masked
    shown = fill("preview", "monozukuri", "--party", NUMBER, *DAY, "--show-personal")[1]
    assert PERSON in shown


def test_preview_shows_what_leaves_with_record_and_day(fill: Fill) -> None:
    code, out, _ = fill("preview", "monozukuri", "--party", NUMBER, *DAY)

    assert code == 0
    assert "標本商店" in out
    assert "r1" in out
    assert str(OLD) in out
    assert "データ利活用の同意" not in out


def test_a_value_kept_back_is_in_no_output_and_in_no_receipt(
    fill: Fill, store: Store, tmp_path: Path
) -> None:
    whole, some = tmp_path / "whole.json", tmp_path / "some.json"
    arguments = ("monozukuri", "--party", NUMBER, *DAY)

    assert fill("prefill", *arguments, "--out", str(whole))[0] == 0
    code, out, err = fill("prefill", *arguments, "--without", "資本金", "--out", str(some))

    assert (code, out) == (0, "")
    assert "receipt" in err
    first, second = (json.loads(path.read_text()) for path in (whole, some))
    assert first.pop("資本金") == "10,000,000円"
    assert second == first
    assert stat.S_IMODE(some.stat().st_mode) == 0o600
    with store.database.read() as connection:
        fields = [row.field for row in connection.execute(select(RECEIPT_FIELD.c.field))]
        receipts = connection.scalar(select(func.count()).select_from(RECEIPT))
    assert receipts == 2
    assert fields.count("資本金") == 1
    found = _fields(fill, "--without", "資本金")
    assert (found["資本金"]["outcome"], found["資本金"]["texts"]) == ("ask", {})
    assert found["資本金"]["sources"] == []


def test_only_the_named_fields_leave(fill: Fill) -> None:
    found = _fields(fill, "--only", "資本金")

    assert {name for name, one in found.items() if one["texts"]} == {"資本金"}


def test_an_answers_file_is_not_written_over(fill: Fill, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text("{}")

    code, _, err = fill("prefill", "monozukuri", "--party", NUMBER, *DAY, "--out", str(path))

    assert code == 2
    assert "exists" in err
    assert path.read_text() == "{}"
    with store.database.read() as connection:
        assert connection.execute(select(RECEIPT)).first() is None


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("nosuch", "--party", NUMBER), 2, "there are: it_subsidy"),
        (("monozukuri", "--party", "1"), 1, "hub business find"),
        (("monozukuri", "--party", "subsidy.applications:nosuch"), 1, "hub business find"),
        (("monozukuri",), 2, "--party"),
        (("monozukuri", "--party", NUMBER, "--without", "社名"), 2, "hub forms show monozukuri"),
        (("monozukuri", "--party", NUMBER, "--only", "社名"), 2, "hub forms show monozukuri"),
        (("monozukuri", "--party", NUMBER, "--day", "2020-01-01"), 2, "2026-04-01"),
    ],
)
def test_wrong_input_says_what_to_do(
    fill: Fill, args: tuple[str, ...], code: int, told: str
) -> None:
    for command in ("prefill", "preview"):
        found, out, err = fill(command, *args)
        assert (found, out) == (code, "")
        assert told in err
