"""Lineage of real syncs, through OpenLineage's own client into its file and HTTP transports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from base.errors import HubError
from base.settings import Settings
from canonical.model import ENTITIES
from connectors import declarations, load_connector
from hub.consolidate import consolidate_store
from hub.options import SyncOptions
from hub.sync import mapping_file, open_store, sync_stream
from hub.telemetry.columns import columns_of
from hub.telemetry.watch import lineage_wanted
from mappings import compile_mapping
from mocks.faults import Fault
from mocks.serve import MockServers
from tests.hub.hubs import APPLICATIONS_PAGE, environment


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "events.jsonl"
    for name, value in {"TYPE": "file", "LOG_FILE_PATH": str(path), "APPEND": "true"}.items():
        monkeypatch.setenv(f"OPENLINEAGE__TRANSPORT__{name}", value)
    return path


def told(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def sync(servers: MockServers, home: Path, **given: Any) -> Any:
    settings = Settings.load(environment(servers, home))
    return sync_stream("subsidy", "applications", SyncOptions(**given), settings)


@pytest.mark.network
def test_a_sync_tells_what_it_reads_and_what_becomes_of_it(
    still_servers: MockServers, tmp_path: Path, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DAG_ID": "sync_subsidy", "TASK_ID": "applications"}.items():
        monkeypatch.setenv(f"AIRFLOW_CTX_{name}", value)
    monkeypatch.setenv("AIRFLOW_CTX_DAG_RUN_ID", "manual__1")
    summary = sync(still_servers, tmp_path)
    start, end = told(events)
    assert [start["eventType"], end["eventType"]] == ["START", "COMPLETE"]
    assert start["run"]["runId"] == end["run"]["runId"]
    assert end["run"]["facets"]["externalQuery"]["externalQueryId"] == summary.run_id
    assert end["run"]["facets"]["parent"]["job"]["name"] == "sync_subsidy.applications"
    assert end["run"]["facets"]["parent"]["root"]["job"]["name"] == "sync_subsidy"
    assert end["job"]["name"] == "subsidy.applications"
    (read,) = end["inputs"]
    assert read["inputFacets"]["inputStatistics"]["rowCount"] == summary.counts["read"]
    fields = {field["name"] for field in read["facets"]["schema"]["fields"]}
    names = {output["name"] for output in end["outputs"]}
    assert {"canonical.claim_procedure", "canonical.claim_party"} <= names
    for output in end["outputs"]:
        columns = {field["name"] for field in output["facets"]["schema"]["fields"]}
        lineage = output["facets"]["columnLineage"]["fields"]
        assert set(lineage) == columns
        for column in lineage.values():
            for origin in column["inputFields"]:
                assert (origin["namespace"], origin["name"]) == (read["namespace"], read["name"])
                assert origin["field"] in fields
                assert origin["transformations"][0]["type"] == "DIRECT"


@pytest.mark.network
def test_a_sync_that_fails_tells_so(
    moving_servers: MockServers, tmp_path: Path, events: Path
) -> None:
    moving_servers.faults.add(Fault("forbidden", path=APPLICATIONS_PAGE, count=None))
    with pytest.raises(HubError) as caught:
        sync(moving_servers, tmp_path)
    start, end = told(events)
    assert [start["eventType"], end["eventType"]] == ["START", "FAIL"]
    assert end["run"]["facets"]["errorMessage"]["message"] == str(caught.value)


def test_claims_become_parties_and_golden_records(tmp_path: Path, events: Path) -> None:
    settings = Settings.load({"HUB_HOME": str(tmp_path)})
    consolidate_store(settings)
    names = [(one["eventType"], one["job"]["name"]) for one in told(events)]
    assert names == [
        ("START", "match"),
        ("COMPLETE", "match"),
        ("START", "golden"),
        ("COMPLETE", "golden"),
    ]
    matched, golden = (one for one in told(events) if one["eventType"] == "COMPLETE")
    made = {one["name"] for one in matched["outputs"]}
    assert "canonical.crosswalk" in made & {one["name"] for one in golden["inputs"]}
    with open_store(settings) as store:
        tables = {f"canonical.{table}" for table in store.row_counts()}
    for one in (*matched["inputs"], *matched["outputs"], *golden["inputs"], *golden["outputs"]):
        assert one["name"] in tables


@pytest.mark.network
def test_a_dry_run_tells_nothing(still_servers: MockServers, tmp_path: Path, events: Path) -> None:
    sync(still_servers, tmp_path, dry_run=True)
    assert not events.exists()


@pytest.mark.network
def test_a_receiver_that_is_down_fails_no_sync(
    still_servers: MockServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "http")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__RETRY", '{"total": 0}')
    assert sync(still_servers, tmp_path).counts["read"]


STREAMS = [(one.name, stream) for one in declarations().values() for stream in one.streams]


@pytest.mark.parametrize(("system", "stream"), STREAMS, ids=str)
def test_every_column_comes_from_a_field_of_the_contract(system: str, stream: str) -> None:
    connector = load_connector(system, Settings.load({}).connection)
    paths = set(connector.schema(stream).paths)
    plan = compile_mapping(mapping_file(system), stream, connector.schema(stream))
    columns = columns_of(plan)
    assert columns
    for entity, found in columns.items():
        assert set(found) <= {*ENTITIES[entity].columns(), "as_of"}
        for origins in found.values():
            assert {origin.field for origin in origins} <= paths


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, False),
        ({"OPENLINEAGE_URL": "http://marquez:5000"}, True),
        ({"OPENLINEAGE_CONFIG": "/etc/openlineage.yml"}, True),
        ({"OPENLINEAGE__TRANSPORT__TYPE": "console"}, True),
        ({"OPENLINEAGE_NAMESPACE": "hub"}, False),
        ({"OPENLINEAGE_URL": "http://marquez:5000", "OPENLINEAGE_DISABLED": "true"}, False),
    ],
)
def test_the_standard_variables_decide(given: dict[str, str], wanted: bool) -> None:
    assert lineage_wanted(given) is wanted
