"""The results as a table for people and as JSON for whoever compares two runs."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.floors import Floor, floors
from benchmarks.matching.scoring import Quality
from benchmarks.results import Results, Spread

TITLES = {
    "hub": "the hub, whole path",
    "dlt": "dlt, merge, defaults",
    "dlt_arrow": "dlt, merge, Arrow tables",
    "dlt_adbc": "dlt, merge, Arrow by ADBC",
    "core": "requests + SQLAlchemy Core",
    "zeep": "zeep's own objects",
    "dictreader": "csv.DictReader",
    "to_dict": "xmlschema's to_dict",
    "hub_trained": "the hub, trained on the records without labels",
    "hub_decided": "the hub, after a person's decisions",
    "splink": "Splink, stock settings, p ≥ 0.95",
}

SCENARIOS = {
    "flat": "Flat records to PostgreSQL",
    "growth": "Growth: more flat records to PostgreSQL",
    "sqlite": "Flat records to SQLite",
    "applications": "Applications with all their claims to PostgreSQL",
    "soap": "SOAP answers, read alone",
    "csv_rows": "A CSV file in CP932, read alone",
    "xml": "XML documents in a ZIP, read and validated alone",
    "matching": "Matching claims without identifiers",
    "golden": "Golden records from claims in PostgreSQL",
}

_TOKENS = {
    "hub": "the hub, SQLite",
    "hub_postgresql": "the hub, PostgreSQL",
    "hub_cold": "the hub, SQLite, the provider asked each time",
    "oidc_provider": "oidc-provider, client_credentials, RS256",
    "oidc_provider_es256": "oidc-provider, client_credentials, ES256",
}


def table(results: Results, facts: dict[str, str]) -> str:
    """Markdown: one table a scenario (medians), then the floors."""
    lines = ["# Benchmark", "", ", ".join(f"{name} {value}" for name, value in facts.items()), ""]
    for scenario, title in SCENARIOS.items():
        runs = [run for run in results.runs if run.scenario == scenario]
        if runs:
            lines += [
                f"## {title} ({runs[0].records:,} records)",
                "",
                *_scenario(results, scenario),
                *_qualities(results, scenario),
            ]
    lines += _tokens(results)
    lines += ["## Floors", "", *_floors(floors(results))]
    return "\n".join(lines)


def _scenario(results: Results, scenario: str) -> list[str]:
    rows = [
        "| | first, records/s | unchanged | 1 % changed | peak MB | hub ÷ it, first |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for contender, title in TITLES.items():
        peak = results.peak(scenario, contender)
        if peak is None:
            continue
        rates = [
            f"{rate.median:,.0f}" if rate else "–"
            for phase in ("first", "unchanged", "changed")
            for rate in [results.rate(scenario, contender, phase)]
        ]
        ratio = results.ratio(scenario, "first", contender)
        against = f"{ratio.median:.2f}" if ratio and contender != "hub" else ""
        rows.append(f"| {title} | {' | '.join(rates)} | {peak:.0f} | {against} |")
    return [*rows, ""]


def _tokens(results: Results) -> list[str]:
    """Tokens for each CPU second of the server, where that is measured."""
    rows = ["| | tokens for each CPU second | a second | p95, ms |", "|---|--:|--:|--:|"]
    for contender, title in _TOKENS.items():
        runs = list(results.select("tokens", contender, "first").values())
        figures = (
            Spread.of(run.for_each_cpu_second for run in runs),
            Spread.of(run.rate for run in runs),
            Spread.of(run.measurement.counts["p95_us"] / 1000 for run in runs),
        )
        cells = [f"{spread.median:,.0f}" for spread in figures if spread]
        if cells:
            rows.append(f"| {title} | {' | '.join(cells)} |")
    return ["## Tokens", "", *rows, ""] if len(rows) > 2 else []


_FIGURES: tuple[Callable[[Quality], float], ...] = (
    lambda quality: quality.precision,
    lambda quality: quality.recall,
    lambda quality: quality.f1,
    lambda quality: quality.review_percent,
)


def _qualities(results: Results, scenario: str) -> list[str]:
    """How right the answers were, where that is measured."""
    rows = [
        "| | pairs: precision | recall | F1 | in review, % of records | seconds |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for contender, title in TITLES.items():
        found = [results.figure(scenario, contender, figure) for figure in _FIGURES]
        cells = [f"{spread.median:.4f}" for spread in found if spread]
        runs = results.select(scenario, contender, "first").values()
        seconds = Spread.of(run.measurement.seconds for run in runs)
        if cells and seconds:
            rows.append(f"| {title} | {' | '.join(cells)} | {seconds.median:.1f} |")
    return [*rows, ""] if len(rows) > 2 else []


def _floors(found: list[Floor]) -> list[str]:
    rows = ["| | floor | aim | median | low – high | |", "|---|--:|--:|--:|--:|---|"]
    for floor in found:
        sign = "≥" if floor.at_least else "≤"
        aim = f"{floor.aim:g}" if floor.aim else ""
        spread = floor.measured
        measured = (
            f"{spread.median:.4g} | {spread.low:.4g} – {spread.high:.4g}" if spread else " | "
        )
        verdict = {True: "held", False: "**MISSED**", None: "not measured"}[floor.held]
        rows.append(f"| {floor.name} | {sign} {floor.limit:g} | {aim} | {measured} | {verdict} |")
    return [*rows, ""]


def machine() -> dict[str, str]:
    """What the figures depend on."""
    return {
        "cores": str(psutil.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "Python": platform.python_version(),
        "load": f"{psutil.getloadavg()[0]:.1f}",
    }


def write(results: Results, facts: dict[str, str], folder: Path) -> Path:
    """Write `<time>.json`, `<time>.md` and `latest.md`; returns the Markdown file."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    document = {
        "facts": facts,
        "runs": [run.as_json() for run in results.runs],
        "qualities": [
            {"scenario": scenario, "contender": contender, "round": number, **quality.as_json()}
            for (scenario, contender, number), quality in results.qualities.items()
        ],
        "floors": [
            {"name": f.name, "limit": f.limit, "median": f.measured and f.measured.median,
             "held": f.held}
            for f in floors(results)
        ],
    }  # fmt: skip
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
    (folder / f"{stem}.json").write_text(text)
    text = table(results, facts)
    (folder / "latest.md").write_text(text)
    markdown = folder / f"{stem}.md"
    markdown.write_text(text)
    return markdown
