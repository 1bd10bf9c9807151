"""The suite against a system that it knows by its address alone, as a real staging system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from connectors.registry import ROOT
from mocks.serve import MockServers, serve
from mocks.world import World
from tests.contract.staging import VARIABLE, real_system

SYSTEM = "support_agency"
NEED_NO_MOCK = {
    "test_declaration_and_mappings_fit_the_contract",
    "test_the_mapping_covers_the_contract",
    "test_every_record_fits_the_contract",
    "test_the_first_run_holds_everything_and_quarantines_what_it_must",
    "test_a_second_run_writes_nothing",
    "test_sqlite_and_postgresql_hold_the_same",
    "test_an_empty_window",
    "test_one_page_and_many_give_the_same",
    "test_reads_are_bounded_above",
    "test_a_run_killed_at_any_page_leaves_no_trace",
}
pytestmark = pytest.mark.network


@pytest.fixture
def elsewhere() -> Iterator[MockServers]:
    """A system on the machine's clock, of which the suite holds nothing but the connection."""
    world = World(1, 240, (datetime.now(UTC) - timedelta(days=2)).date())
    with serve(world, only=[SYSTEM]) as servers:
        yield servers


def test_the_whole_suite_runs_against_a_system_known_by_its_address(
    elsewhere: MockServers, tmp_path: Path
) -> None:
    report, project = tmp_path / "report.xml", ROOT.parent
    given = {f"{VARIABLE}{SYSTEM.upper()}": json.dumps(elsewhere.connections())}
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
            "-m", "not deep and not postgresql", f"--junit-xml={report}",
            f"tests/contract/test_{SYSTEM}.py",
        ],
        cwd=project, env={**os.environ, **given}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert elsewhere.credentials.client_secret not in done.stdout + done.stderr
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - pytest's own
    left_out = {c.attrib["name"]: skip for c in cases for skip in c.iter("skipped")}
    assert {str(skip.get("message")) for skip in left_out.values()} == {
        f"{VARIABLE}{SYSTEM.upper()} names a real system: this needs its mock",
        "a real system is not empty",
    }
    tried = {case.attrib["name"] for case in cases} - left_out.keys()
    assert {name.partition("[")[0] for name in tried} == NEED_NO_MOCK


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('{"address": "https://a"}', {"HUB_CONNECTION_LEDGER": '{"address": "https://a"}'}),
        ("https://me:word@a/b", {"HUB_CONNECTION_LEDGER": "https://me:word@a/b"}),
        (
            '{"ledger": {"address": "https://a"}, "live": {"address": "https://b"}}',
            {
                "HUB_CONNECTION_LEDGER": '{"address": "https://a"}',
                "HUB_CONNECTION_LIVE": '{"address": "https://b"}',
            },
        ),
    ],
)
def test_a_staging_system_is_named_as_a_connection_is(given: str, expected: dict[str, str]) -> None:
    assert real_system({f"{VARIABLE}LEDGER": given}, "ledger") == expected
    assert real_system({}, "ledger") is None
