"""What a connector.yaml says, and how it is told that it is wrong."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from base.errors import MappingError, SettingsError
from connectors import declarations, discover, load_connector
from connectors.checks import check_connector
from connectors.declaration import load_declaration, parse_duration
from tests.connectors.helpers import PLAIN

SUBSIDY = Path(__file__).parents[2] / "connectors" / "subsidy"
GOOD = (PLAIN / "connector.yaml").read_text(encoding="utf-8")


def folder_with(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "connector.yaml").write_text(text, encoding="utf-8")
    (folder / "openapi.yaml").write_bytes((PLAIN / "openapi.yaml").read_bytes())
    return folder


def test_every_folder_with_a_declaration_is_a_connector() -> None:
    assert "subsidy" in discover()
    assert discover(PLAIN.parent) == ["plain_system"]
    assert list(declarations(PLAIN.parent)["plain_system"].streams) == [
        "cases", "cases_by_page", "cases_by_offset", "cases_by_link", "cases_by_url"
    ]  # fmt: skip


def test_declarations_are_cheap_enough_for_a_dag_file() -> None:
    program = (
        "import sys, connectors; connectors.declarations();"
        "print([m for m in ('polars', 'msgspec', 'requests', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_what_the_subsidy_system_declares() -> None:
    declared = load_declaration(SUBSIDY)
    assert (declared.title.ja, declared.role) == ("補助金システム", "procedure")
    programs, applications = declared.streams["programs"], declared.streams["applications"]
    assert (programs.mode, programs.deletes, programs.key) == ("snapshot", "none", "id")
    assert programs.auth.method == "none"
    assert applications.cursor is not None
    assert applications.cursor.lookback == timedelta(minutes=10)
    assert applications.connection == "subsidy"
    assert applications.failure_budget.share == 0.05


@pytest.mark.parametrize("folder", [SUBSIDY, PLAIN], ids=["subsidy", "plain"])
def test_connectors_fit_their_contracts(folder: Path) -> None:
    assert check_connector(folder) == []


@pytest.mark.parametrize(
    ("change", "line", "field", "message"),
    [
        (["role: procedure", "role: procedur"],
         3, "role", "'procedur' is not one of"),
        (["mode: incremental", "mode: delta"],
         11, "streams.cases.mode", "'delta'"),
        (["    cursor: {field: updatedAt, from: from, until: until, lookback: PT10M}\n", ""],
         6, "streams.cases", "'cursor' is a required property"),
        (["lookback: PT10M", "lookback: 10 minutes"],
         12, "streams.cases.cursor.lookback", "match"),
        (["page_size: 2", "page_size: 0"],
         14, "streams.cases.page_size", "0"),
        (["page_size: 2", "pagesize: 2"],
         6, "streams.cases", "'pagesize'"),
        (["contract: openapi.yaml\n", ""],
         5, "streams.cases", "no contract"),
        (["key: caseId", "key: caseId\n    key: caseId"],
         11, "streams.cases.key", "twice"),
        (["mode: incremental", "mode: ["],
         12, "", "not YAML"),
        (["key: caseId", "key: caseNo"],
         10, "streams.cases.key", "no field caseNo"),
        (["key: caseId", "key: 名称"],
         10, "streams.cases.key", "does not require 名称"),
        (["operation: listCases", "operation: listCase"],
         8, "streams.cases.operation", "listCases"),
        (["records: $.items", "records: $.cases"],
         9, "streams.cases.records", "no field $.cases"),
        (["records: $.items", "records: $.next"],
         9, "streams.cases.records", "not a list"),
        (["field: updatedAt", "field: changedAt"],
         12, "streams.cases.cursor.field", "changedAt"),
        (["from: from", "from: since"],
         12, "streams.cases.cursor.from", "no parameter since"),
        (["parameter: cursor", "parameter: token"],
         13, "streams.cases.paging.parameter", "token"),
        (["next: $.next,", "next: $.following,"],
         13, "streams.cases.paging.next", "$.following"),
        (["contract: openapi.yaml", "contract: nowhere.yaml"],
         6, "streams.cases.contract", "read"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_file_line_and_field(
    tmp_path: Path, change: list[str], line: int, field: str, message: str
) -> None:
    assert change[0] in GOOD
    text = GOOD.replace(change[0], change[1], 1)
    found = check_connector(folder_with(tmp_path, text))[0]
    assert (found.file, found.field) == ("plain/connector.yaml", field)
    assert message in found.message
    assert abs(found.line - line) <= 1, str(found)


def test_a_hook_must_be_there(tmp_path: Path) -> None:
    text = GOOD.replace("page_size: 2", "hooks: {read: read_cases}", 1)
    folder = folder_with(tmp_path, text)
    assert "hooks.py is missing" in check_connector(folder)[0].message


def test_prepare_record_runs_before_the_key_is_read(tmp_path: Path) -> None:
    from tests.connectors.helpers import Reply, connector_to, read_pages, serving

    folder = folder_with(tmp_path, GOOD.replace("page_size: 2", "hooks: {prepare_record: trim}", 1))
    (folder / "hooks.py").write_text(
        "def trim(raw: bytes) -> bytes:\n    return raw.replace(b' ', b'')\n"
    )
    with serving(lambda _p, _q: Reply({"items": [{"caseId": "C 1"}], "next": None})) as served:
        page = read_pages(connector_to(served.address, folder))[0]
    assert (page.keys, page.raws) == (["C1"], [b'{"caseId":"C1"}'])


def test_an_unknown_connector_names_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"Connectors here: .*subsidy"):
        load_connector("nowhere", lambda _name: pytest.fail("not asked"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"connector\.yaml cannot be read"):
        load_declaration(tmp_path)


@pytest.mark.parametrize(
    ("text", "seconds"), [("PT10M", 600), ("P7D", 604_800), ("P1DT2H3M4S", 93_784), ("PT0S", 0)]
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds
