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

from mocks.world.numbers import corporate_number

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("base", "canonical", "connectors", "hub", "mappings", "mocks")
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
    for room in (*ROOMS, "tests/hub", "tests/contract"):
        shutil.copytree(ROOT / room, root / room, ignore=ignore)
    (root / "tests" / "__init__.py").touch()
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


def test_a_table_of_a_database(copy: Path) -> None:
    told = hub(copy, "new-connector", "ledger", "--protocol", "sql", "--from", "ledger_rows")
    assert "the contract is a beginning" in told
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


def test_an_xml_schema(copy: Path, tmp_path: Path) -> None:
    path = tmp_path / "notices.xsd"
    path.write_text(SCHEMA, encoding="utf-8")
    told = hub(copy, "new-connector", "notices", "--protocol", "xml", "--from", str(path))
    assert "notices: all checks hold" in told
    assert_syncs(copy, "notices", "notice")


def test_a_wsdl_gives_all_but_the_mock(copy: Path) -> None:
    source = ROOT / "connectors" / "support_agency" / "support_agency.wsdl"
    told = hub(copy, "new-connector", "agencies2", "--protocol", "soap", "--from", str(source))
    assert "the mock of a SOAP service is not made" in told
    assert "agencies2: all checks hold" in told


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
