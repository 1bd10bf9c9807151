"""The metrics of a sync by OTLP; the only place that imports OpenTelemetry's SDK.

Each sync has a provider of its own without a thread: the numbers are collected once, when the sync
has ended, and sent before its process may end. Names and units follow OpenTelemetry's semantic
conventions (UCUM units, counted things in braces).
"""

from __future__ import annotations

import math
import os
import uuid
from dataclasses import dataclass
from typing import Literal

from opentelemetry.sdk.metrics import (
    Counter,
    Histogram,
    MeterProvider,
    ObservableCounter,
)
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    MetricExporter,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.util.types import Attributes

from base.breaker import State
from base.errors import SettingsError
from hub.telemetry.watch import Watched

TEMPORALITY = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
BUCKETS = (1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600)
"""Bounds of a sync's duration, seconds; the last is the usual deadline."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One instrument: its name, kind, unit (UCUM), what it says, and attributes beside
    `hub.system` and `hub.stream`."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    unit: str
    words: str
    attributes: tuple[str, ...] = ()


METRICS = {
    metric.name: metric
    for metric in (
        Metric(
            "hub.sync.duration",
            "histogram",
            "s",
            "How long the sync took",
            ("hub.mode", "hub.trigger", "error.type"),
        ),
        Metric("hub.sync.records", "counter", "{record}", "Records by outcome", ("hub.outcome",)),
        Metric("hub.sync.rate", "gauge", "{record}/s", "Records read a second"),
        Metric("hub.sync.lag", "gauge", "s", "Time since the instant up to which it was read"),
        Metric("hub.sync.retries", "counter", "{retry}", "Requests sent again"),
        Metric("hub.sync.wait", "counter", "s", "Time waited", ("hub.wait.reason",)),
        Metric("hub.breaker.state", "gauge", "1", "1 for the present state", ("hub.state",)),
        Metric("hub.quarantine.open", "gauge", "{record}", "Quarantined records that are open"),
    )
}


def send(seen: Watched) -> None:
    """Send the numbers of one sync to where the OTEL_* variables say, and wait for the answer.

    Raises:
        SettingsError: the protocol asked for is not supported.
    """
    reader = PeriodicExportingMetricReader(_exporter(), export_interval_millis=math.inf)
    provider = MeterProvider([reader], resource=_resource(), shutdown_on_exit=False)
    try:
        _record(provider, seen)
        provider.force_flush()
    finally:
        provider.shutdown()


def _exporter() -> MetricExporter:
    given = os.environ.get("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL") or os.environ.get(
        "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"
    )
    if given != "http/protobuf":
        raise SettingsError(
            "metrics go by http/protobuf alone", remedy="Set OTEL_EXPORTER_OTLP_PROTOCOL to it"
        )
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    if os.environ.get(TEMPORALITY):
        return OTLPMetricExporter()
    # A process of one sync has one point: only as a difference does it add up with the others'.
    delta = AggregationTemporality.DELTA
    return OTLPMetricExporter(
        preferred_temporality={Counter: delta, Histogram: delta, ObservableCounter: delta}
    )


def _resource() -> Resource:
    named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    own: dict[str, str] = {"service.instance.id": str(uuid.uuid4())}
    return Resource.create(own if named else {**own, "service.name": "sme-hub"})


def _record(provider: MeterProvider, seen: Watched) -> None:
    meter = provider.get_meter("hub.telemetry")
    place: dict[str, str] = {"hub.system": seen.system, "hub.stream": seen.stream}

    def tell(name: str, value: float, attributes: Attributes = None) -> None:
        metric, given = METRICS[name], {**place, **(attributes or {})}
        if metric.kind == "counter":
            meter.create_counter(name, metric.unit, metric.words).add(value, given)
        elif metric.kind == "gauge":
            meter.create_gauge(name, metric.unit, metric.words).set(value, given)
        else:
            meter.create_histogram(
                name, metric.unit, metric.words, explicit_bucket_boundaries_advisory=BUCKETS
            ).record(value, given)

    ended = {"error.type": seen.error} if seen.error else {}
    tell(
        "hub.sync.duration",
        seen.seconds,
        {"hub.mode": seen.mode, "hub.trigger": seen.trigger, **ended},
    )
    for outcome, count in seen.counts.items():
        if outcome != "read":
            tell("hub.sync.records", count, {"hub.outcome": outcome})
    if seen.seconds > 0:
        tell("hub.sync.rate", seen.counts.get("read", 0) / seen.seconds)
    if seen.lag is not None:
        tell("hub.sync.lag", seen.lag)
    tell("hub.sync.retries", seen.retries)
    tell("hub.sync.wait", seen.retry_wait, {"hub.wait.reason": "retry"})
    tell("hub.sync.wait", seen.rate_wait, {"hub.wait.reason": "rate_limit"})
    for state in State:
        tell("hub.breaker.state", int(state is seen.breaker), {"hub.state": str(state.value)})
    if seen.quarantine_open is not None:
        tell("hub.quarantine.open", seen.quarantine_open)
