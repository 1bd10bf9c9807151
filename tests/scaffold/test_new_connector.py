"""A new connector in a copy of the project: written by one command, synced from its own mock."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from mocks.world.numbers import corporate_number

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
ROOMS = ("base", "canonical", "connectors", "hub", "mappings", "mocks")
FOR_TESTS = ("conftest.py", "postgres.py", "__init__.py")
BY_HAND = 40
"""Lines that a plain connector may take, in two files."""

SYNC = """
import json, pathlib, sys, tempfile
from mocks.world import World
from tests.hub.systems import one_system
name = sys.argv[1]
with one_system(name, World(3, 150), pathlib.Path(tempfile.mkdtemp())) as one:
    runs = [one.sync_all(), one.sync_all()]
    found = [{s: {**r.counts, "written": r.written.claims_written, "issues": r.issues,
                  "findings": r.findings} for s, r in run.items()} for run in runs]
    print(json.dumps([found, sorted(one.quarantined())]))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a clone has it, without what does not matter here."""
    root = tmp_path_factory.mktemp("clone")
    ignore = shutil.ignore_patterns("__pycache__")
    for room in (*ROOMS, "tests/hub", "tests/contract", "tests/faults"):
        shutil.copytree(ROOT / room, root / room, ignore=ignore)
    for name in FOR_TESTS:
        shutil.copy(ROOT / "tests" / name, root / "tests" / name)
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def run(root: Path, *words: str, code: int = 0) -> str:
    """A Python process over the copy; `words` follow `python`."""
    environment = {**os.environ, "PYTHONPATH": str(root), "HUB_HOME": str(root / "home")}
    done = subprocess.run(
        [sys.executable, *words], cwd=root, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def hub(root: Path, *words: str, code: int = 0) -> str:
    return run(root, "-c", "import sys; from hub.cli import main; main(sys.argv[1:])", *words,
               code=code)  # fmt: skip


def synced(root: Path, name: str) -> tuple[list[dict[str, dict[str, int]]], list[Any]]:
    found = json.loads(run(root, "-c", SYNC, name).splitlines()[-1])
    return found[0], found[1]


def lines_of(root: Path, name: str) -> int:
    files = (root / "connectors" / name / "connector.yaml", root / "mappings" / f"{name}.yaml")
    texts = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return sum(bool(text.strip()) and not text.strip().startswith("#") for text in texts)


def assert_syncs(root: Path, name: str, stream: str) -> None:
    (first, second), quarantined = synced(root, name)
    assert quarantined == []
    assert first[stream]["new"] == first[stream]["read"] > 50
    assert first[stream]["written"] >= first[stream]["new"]
    assert first[stream]["issues"] == first[stream]["findings"] == 0
    assert second[stream]["written"] == second[stream]["new"] == second[stream]["changed"] == 0


def assert_suite_passes(root: Path, name: str) -> None:
    """The whole generated suite, without its deep part and PostgreSQL; nothing is skipped."""
    told = run(root, "-m", "pytest", f"tests/contract/test_{name}.py", "-q", "--no-header",
               "-p", "no:cacheprovider", "-m", "not deep and not postgresql")  # fmt: skip
    assert " passed" in told
    assert "skipped" not in told


def new(root: Path, name: str, protocol: str, source: Path, *more: str) -> str:
    told = hub(root, "new-connector", name, "--protocol", protocol, "--from", str(source), *more)
    assert f"{name}: all checks hold" in told
    return told


@pytest.mark.network
def test_a_rest_connector_passes_its_suite(copy: Path) -> None:
    """Two lists of one API: paged by number inside an object, and bare."""
    new(copy, "city", "rest", HERE / "city.openapi.yaml")
    assert_suite_passes(copy, "city")


@pytest.mark.network
@pytest.mark.deep
def test_a_soap_connector_passes_its_suite(copy: Path) -> None:
    """Its WSDL has records beside the token, days as bounds, patterns, a choice, attributes.

    Another list of it is paged by number, and can be asked for what is new on one side only.
    """
    told = new(copy, "permits", "soap", HERE / "permits.wsdl")
    assert "set username and password in the connection" in told
    declared = (copy / "connectors" / "permits" / "connector.yaml").read_text(encoding="utf-8")
    for detected in (
        "offices:",
        "records: $.offices.office",
        "records: $.permit",
        "cursor: {field: updatedOn, from: updatedFrom, until: updatedTo, lookback: P1D, "
        "format: date}",
        "paging: {kind: cursor, parameter: pageToken, next: $.nextPageToken, size: maxResults}",
        "paging: {kind: page, parameter: PageNumber, total_pages: $.TotalPages, size: PageSize}",
        "auth: {method: wsse_username_token}",
    ):
        assert detected in declared
    assert "  to do: read whole each time" in told
    assert "demands" not in told
    assert 'mark what is personal in the contract: hub:personal="true"' in told
    assert_suite_passes(copy, "permits")


@pytest.mark.network
def test_a_csv_connector_passes_its_suite(copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    path.write_bytes(sample("cp932"))
    new(copy, "guild", "csv", path)
    assert_suite_passes(copy, "guild")


@pytest.mark.network
def test_an_xml_connector_passes_its_suite(copy: Path, tmp_path: Path) -> None:
    """Records in the envelope of one document."""
    path = tmp_path / "notices.xsd"
    path.write_text(SCHEMA, encoding="utf-8")
    new(copy, "notes", "xml", path)
    assert_suite_passes(copy, "notes")


@pytest.mark.network
@pytest.mark.deep
def test_documents_without_an_envelope_come_in_a_zip_and_pass_the_suite(copy: Path) -> None:
    told = new(copy, "plans", "xml", HERE / "plans.xsd")
    assert "where the ZIP of such documents is" in told
    assert_suite_passes(copy, "plans")


@pytest.mark.network
@pytest.mark.deep
def test_a_table_of_a_live_database_passes_its_suite(copy: Path, tmp_path: Path) -> None:
    """Columns, types and key are the database's; no value of it is kept or shown."""
    address = f"sqlite:///{tmp_path / 'shop.sqlite'}"
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE shops (shop_no INTEGER PRIMARY KEY, 商号 TEXT NOT NULL, corp TEXT, "
            "rate REAL, open BOOLEAN, updated_at DATETIME NOT NULL)",
            "INSERT INTO shops VALUES (1, '株式会社架空', '1990001277165', 1.5, 1, "
            "'2026-01-01T00:00:00.000000Z')",
            "CREATE INDEX late ON shops (updated_at)",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    words = ("new-connector", "shops", "--protocol", "sql", "--from", "shops")
    told = hub(copy, *words, "--database", address)
    assert "   | 商号  TEXT  not null  漢漢漢漢漢漢" in told
    assert "corp → party.corporate_number" in told
    assert "updated_at has no index" not in told
    written = (copy / "connectors" / "shops" / "shops.table.yaml").read_text(encoding="utf-8")
    kinds = {one["name"]: one["type"] for one in yaml.safe_load(written)["fields"]}
    assert kinds == {"shop_no": "integer", "商号": "string", "corp": "string", "rate": "number",
                     "open": "boolean", "updated_at": "datetime"}  # fmt: skip
    assert "架空" not in told + written
    assert_suite_passes(copy, "shops")


def test_a_password_on_the_command_line_is_refused(copy: Path) -> None:
    words = ("new-connector", "open", "--protocol", "sql", "--from", "shops")
    told = hub(copy, *words, "--database", "postgresql://reader:open-sesame@127.0.0.1/x", code=3)
    assert "--database has a password in it" in told
    assert "HUB_CONNECTION_OPEN" in told
    assert "open-sesame" not in told


@pytest.mark.network
def test_an_openapi_file_is_all_that_a_plain_api_takes(copy: Path) -> None:
    source = Path(__file__).with_name("town.openapi.yaml")
    told = hub(copy, "new-connector", "town", "--protocol", "rest", "--from", str(source))
    assert "town: all checks hold" in told
    assert "GET /applications had no operationId" in told
    assert_syncs(copy, "town", "applications")
    assert lines_of(copy, "town") <= BY_HAND
    mine = {file.suffix for file in (copy / "connectors" / "town").iterdir() if file.is_file()}
    assert mine == {".py", ".yaml"}
    assert (copy / "connectors" / "town" / "__init__.py").read_text(encoding="utf-8") == ""
    declared = (copy / "connectors" / "town" / "connector.yaml").read_text(encoding="utf-8")
    for detected in (
        "key: applicationId",
        "records: $.items",
        "cursor: {field: updatedAt, from: updatedFrom, until: updatedTo",
        "paging: {kind: cursor, parameter: cursor, next: $.nextCursor, size: limit}",
        "auth: {method: token_header}",
    ):
        assert detected in declared


def sample(encoding: str, delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(
        ["会員番号", "番号", "事業者名", "郵便番号", "住所", "電話番号", "設立年月日", "区分"]
    )
    for n in range(30):
        writer.writerow([f"M{n:04d}", corporate_number(n), f"株式会社架空{n}", "100-0013",
                         f"東京都千代田区霞が関1-3-{n + 1}", f"03-1234-{n:04d}",
                         f"平成{n % 28 + 1}年4月1日", "正" if n % 2 else "準"])  # fmt: skip
    return text.getvalue().encode(encoding)


@pytest.mark.network
@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [("members", "cp932", ","), ("members_tab", "utf-8-sig", "\t")],
)
def test_a_sample_is_all_that_a_csv_takes(
    copy: Path, tmp_path: Path, name: str, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "sample.csv"
    path.write_bytes(sample(encoding, delimiter))
    told = hub(copy, "new-connector", name, "--protocol", "csv", "--from", str(path))
    assert f"{name}: all checks hold" in told
    assert "番号 → party.corporate_number  (its samples have the check digit" in told
    declared = (copy / "connectors" / name / "connector.yaml").read_text(encoding="utf-8")
    assert f"encoding: {encoding}" in declared
    assert "key: 会員番号" in declared
    assert ("delimiter" in declared) == (delimiter != ",")
    assert_syncs(copy, name, name)
    assert lines_of(copy, name) <= BY_HAND
    written = "".join(
        file.read_text(encoding="utf-8") for file in (copy / "connectors" / name).iterdir()
        if file.is_file()
    )  # fmt: skip
    assert "株式会社架空" not in written  # no value of the sample is kept


@pytest.mark.network
def test_a_table_of_a_database(copy: Path) -> None:
    """Nobody says where it is: then the contract is to be filled in."""
    told = hub(copy, "new-connector", "ledger", "--protocol", "sql", "--from", "ledger_rows")
    assert "the contract is a beginning" in told
    assert "no database was looked at: set HUB_CONNECTION_LEDGER" in told
    assert_syncs(copy, "ledger", "ledger")


SCHEMA = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:example:notices"
           xmlns="urn:example:notices" elementFormDefault="qualified">
  <xs:element name="notices"><xs:complexType><xs:sequence>
    <xs:element ref="notice" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="notice"><xs:complexType><xs:sequence>
    <xs:element name="届出番号" type="xs:string"/>
    <xs:element name="法人番号" type="xs:string"/>
    <xs:element name="事業者名" type="xs:string"/>
    <xs:element name="従業員数" type="xs:integer" minOccurs="0"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""


@pytest.mark.network
def test_a_wsdl(copy: Path) -> None:
    source = ROOT / "connectors" / "support_agency" / "support_agency.wsdl"
    told = new(copy, "agencies2", "soap", source)
    assert "the WSDL does not say how one enters, a UsernameToken was taken" in told
    assert_syncs(copy, "agencies2", "agencies")


def test_nothing_is_overwritten(copy: Path) -> None:
    source = str(Path(__file__).with_name("town.openapi.yaml"))
    mapping = copy / "mappings" / "kept.yaml"
    mapping.write_text("mine", encoding="utf-8")
    told = hub(copy, "new-connector", "kept", "--protocol", "rest", "--from", source, code=3)
    assert "mappings/kept.yaml is there already: nothing was written" in told
    assert mapping.read_text(encoding="utf-8") == "mine"
    assert not (copy / "connectors" / "kept").exists()
    mapping.unlink()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["No-Name", "--protocol", "csv"], "is no name for a connector"),
        (["plain", "--protocol", "rest"], "begins with its contract"),
        (["plain", "--protocol", "rest", "--from", "nowhere.yaml"], "there is no file"),
    ],
)
def test_what_cannot_be_made_is_said(copy: Path, words: list[str], message: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from hub.cli import main; main(sys.argv[1:])",
         "new-connector", *words],
        cwd=copy, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
