"""The floors that the hub promises, and how the measured figures stand to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.results import Results, Run, Spread


@dataclass(frozen=True, slots=True)
class Floor:
    """A promise: `at_least` says whether the figure must not fall below or not rise above it."""

    name: str
    limit: float
    aim: float | None
    at_least: bool
    measured: Spread | None

    @property
    def held(self) -> bool | None:
        """Whether the median keeps the promise; None where it was not measured."""
        if self.measured is None:
            return None
        value = self.measured.median
        return value >= self.limit if self.at_least else value <= self.limit


def floors(results: Results) -> list[Floor]:
    """Every floor, measured or not."""
    growth = results.growth()
    seconds, memory = growth or (None, None)
    first = {peer: results.ratio("flat", "first", peer) for peer in ("dlt", "dlt_arrow", "core")}
    rows = results.ratio("csv_rows", "first", "dictreader")
    changed = results.slowdown("flat", "changed", "unchanged")
    return [
        _least("first load, × dlt", 5, 8, first["dlt"]),
        _least("first load, × dlt with Arrow", 1.6, 2.5, first["dlt_arrow"]),
        _least("first load, × SQLAlchemy Core", 1.5, 2.5, first["core"]),
        _least("unchanged, × dlt", 10, 15, results.ratio("flat", "unchanged", "dlt")),
        _most("1 % changed, seconds × unchanged", 1.5, changed),
        _most("peak memory, MB", 400, _single(results.peak("flat", "hub"))),
        _most("5 × the records: seconds ×", 6, _single(seconds)),
        _most("5 × the records: memory ×", 1.3, _single(memory)),
        _least("SQLite: first load, × Core", 0.8, None, results.ratio("sqlite", "first", "core")),
        _least("applications, × dlt", 3, None, results.ratio("applications", "first", "dlt")),
        _least("SOAP answers, × zeep's objects", 5, 6, results.ratio("soap", "first", "zeep")),
        _least("CP932 CSV, × csv.DictReader", 1.4, 1.7, rows),
        _least("XML, × xmlschema's to_dict", 7, 9, results.ratio("xml", "first", "to_dict")),
        *_matching(results),
        *_golden(results),
        *_prefill(results),
        *_tokens(results),
        *_api(results),
    ]


def _matching(results: Results) -> list[Floor]:
    precision = results.figure("matching", "hub", lambda quality: quality.precision)
    asked = results.figure("matching", "hub", lambda quality: quality.review_percent)
    alone, decided = (
        results.figure("matching", name, lambda quality: quality.f1)
        for name in ("hub", "hub_decided")
    )
    faster = results.ratio("matching", "first", "splink")
    return [
        _least("matching: F1", 0.96, None, alone),
        _least("matching: precision", 0.98, None, precision),
        _least("matching: F1 after 1 000 decisions", 0.975, None, decided),
        _most("matching: records in review, %", 1, asked),
        _least("matching: F1 above Splink's by", 0.05, None, results.ahead("matching", "splink")),
        _least("matching: speed, × Splink's", 1, None, faster),
        _most("matching: memory, × Splink's", 1, results.lighter("matching", "splink")),
    ]


def _golden(results: Results) -> list[Floor]:
    """Seconds and memory of 1 000 000 claims; fewer claims say nothing of them."""
    found = Results()
    found.runs = [
        run for run in results.runs if run.scenario == "golden" and run.records >= 1_000_000
    ]
    first, changed = (
        Spread.of(run.measurement.seconds for run in found.select("golden", "hub", phase).values())
        for phase in ("first", "changed")
    )
    peak = _single(found.peak("golden", "hub"))
    return [
        _most("golden records of 1 000 000 claims, seconds", 180, first, aim=120),
        _most("golden records, 1 % of claims changed, seconds", 5, changed),
        _most("golden records, peak memory, MB", 2000, peak),
    ]


def _prefill(results: Results) -> list[Floor]:
    """Milliseconds of one form out of 1 000 000 parties; fewer parties say nothing of them."""
    return [
        _most(
            f"prefill out of 1 000 000 parties, {name}, p95, ms",
            20,
            Spread.of(
                run.measurement.counts["p95_us"] / 1000
                for run in results.select("prefill", kind, "first").values()
                if run.records >= 1_000_000
            ),
        )
        for kind, name in (("postgresql", "PostgreSQL"), ("sqlite", "SQLite"))
    ]


def _tokens(results: Results) -> list[Floor]:
    """Tokens for each CPU second of the server, beside oidc-provider's client_credentials."""
    return [
        _least(
            f"token exchange on {name}, × oidc-provider",
            1,
            None,
            results.cheaper("tokens", contender, "oidc_provider"),
        )
        for contender, name in (("hub", "SQLite"), ("hub_postgresql", "PostgreSQL"))
    ]


def _api(results: Results) -> list[Floor]:
    """The API over 1 000 000 parties; fewer parties say nothing of them."""

    def of(name: str, figure: Callable[[Run], float]) -> Spread | None:
        runs = results.select("api", name, "first").values()
        return Spread.of(figure(run) for run in runs if run.records >= 1_000_000)

    def p95(run: Run) -> float:
        return run.measurement.counts["p95_us"] / 1000

    def rate(run: Run) -> float:
        return run.measurement.counts["requests"] / run.measurement.seconds

    return [
        _most("a business at 150 requests a second, p95, ms", 20, of("open", p95)),
        _least("a business, 50 clients, requests a second", 700, None, of("closed", rate)),
        _most("search, p95, ms", 50, of("search", p95)),
    ]


def _least(name: str, limit: float, aim: float | None, measured: Spread | None) -> Floor:
    return Floor(name, limit, aim, True, measured)


def _most(name: str, limit: float, measured: Spread | None, *, aim: float | None = None) -> Floor:
    return Floor(name, limit, aim, False, measured)


def _single(value: float | None) -> Spread | None:
    return None if value is None else Spread(value, value, value)
