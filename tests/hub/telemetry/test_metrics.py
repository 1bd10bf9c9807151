"""Metrics of real syncs, received over OTLP by a receiver built on OpenTelemetry's own protocol."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from base.errors import HubError
from base.settings import Settings
from hub.options import SyncOptions, SyncSummary
from hub.sync import sync_stream
from hub.telemetry.metrics import METRICS
from hub.telemetry.watch import metrics_wanted
from mocks.faults import Fault
from mocks.serve import MockServers
from tests.hub.hubs import APPLICATIONS_PAGE, environment

Points = dict[tuple[str, tuple[str, ...]], Any]


class Receiver(ThreadingHTTPServer):
    """Keeps what is sent to /v1/metrics."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[ExportMetricsServiceRequest] = []

    @property
    def points(self) -> Points:
        """Every point by its metric and the values of its attributes beside system and stream."""
        found: Points = {}
        for request in self.received:
            for metric in request.resource_metrics[0].scope_metrics[0].metrics:
                data = getattr(metric, str(metric.WhichOneof("data")))
                for point in data.data_points:
                    given = {one.key: one.value.string_value for one in point.attributes}
                    assert given.pop("hub.system") == "subsidy"
                    assert given.pop("hub.stream") == "applications"
                    assert metric.unit == METRICS[metric.name].unit
                    assert set(given) <= set(METRICS[metric.name].attributes)
                    found[metric.name, tuple(given[key] for key in sorted(given))] = point
        return found


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.received.append(ExportMetricsServiceRequest.FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()
        thread.join()


def sync(servers: MockServers, home: Path, **given: Any) -> SyncSummary:
    settings = Settings.load(environment(servers, home))
    return sync_stream("subsidy", "applications", SyncOptions(**given), settings)


@pytest.mark.network
def test_a_sync_tells_its_numbers(
    still_servers: MockServers, tmp_path: Path, receiver: Receiver
) -> None:
    threads = threading.active_count()
    summary = sync(still_servers, tmp_path)
    points = receiver.points
    assert len(receiver.received) == 1
    assert threading.active_count() <= threads + 1
    assert {name for name, _ in points} == set(METRICS)
    told = {
        given[0]: point.as_int
        for (name, given), point in points.items()
        if name == "hub.sync.records"
    }
    assert {"read": sum(told.values()), **told} == summary.counts
    assert points["hub.sync.duration", ("incremental", "cli")].count == 1
    assert points["hub.quarantine.open", ()].as_int == summary.counts["quarantined"]
    assert points["hub.breaker.state", ("closed",)].as_int == 1
    assert points["hub.sync.lag", ()].as_double >= 0


@pytest.mark.network
def test_a_sync_that_fails_tells_why_by_type(
    moving_servers: MockServers, tmp_path: Path, receiver: Receiver
) -> None:
    moving_servers.faults.add(Fault("forbidden", path=APPLICATIONS_PAGE, count=None))
    with pytest.raises(HubError) as caught:
        sync(moving_servers, tmp_path)
    kind = type(caught.value).__name__
    assert receiver.points["hub.sync.duration", (kind, "incremental", "cli")].count == 1


@pytest.mark.network
def test_a_receiver_that_is_down_fails_no_sync(
    still_servers: MockServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    assert sync(still_servers, tmp_path).counts["read"]


@pytest.mark.network
def test_without_configuration_nothing_is_imported(
    still_servers: MockServers, tmp_path: Path
) -> None:
    code = (
        "import json, sys; from hub.sync import sync_stream; sync_stream('subsidy', 'programs');"
        "off = ('opentelemetry', 'openlineage');"
        "print(json.dumps([name for name in sys.modules if name.startswith(off)]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(still_servers, tmp_path),
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(told.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, False),
        ({"OTEL_METRICS_EXPORTER": "otlp"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_METRICS_EXPORTER": "none"}, False),
        ({"OTEL_METRICS_EXPORTER": "otlp", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_the_standard_variables_decide(given: dict[str, str], wanted: bool) -> None:
    assert metrics_wanted(given) is wanted


def test_the_guide_lists_the_metrics() -> None:
    guide = Path(__file__).parents[3] / "docs" / "guides" / "telemetry.md"
    listed = [line for line in guide.read_text(encoding="utf-8").splitlines() if "| `hub." in line]
    assert listed == [
        f"| `{one.name}` | {one.kind} | `{one.unit}` | {one.words} |"
        f" {', '.join(f'`{name}`' for name in one.attributes)} |"
        for one in METRICS.values()
    ]
