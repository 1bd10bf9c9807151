"""`python -m benchmarks`: the hub beside its peers, on the same records, server and machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import reading, report, scenarios
from benchmarks.api import block as api
from benchmarks.applications import applications
from benchmarks.contenders import NAMES
from benchmarks.datasets import Dataset, flat
from benchmarks.floors import floors
from benchmarks.forms import block as forms
from benchmarks.golden import block as golden
from benchmarks.matching import block
from benchmarks.pages import block as pages
from benchmarks.prefill import block as prefill
from benchmarks.results import Results
from benchmarks.scenarios import Bench, Scenario
from benchmarks.servers import page_server, postgres
from benchmarks.tokens import block as tokens

STORING = ("flat", "growth", "sqlite", "applications")
READING = {"soap": 20, "csv_rows": 1, "xml": 20}
"""Blocks that only read (`benchmarks.reading`), and by what their records are fewer."""
OTHERS = (
    block.SCENARIO, golden.SCENARIO, prefill.SCENARIO, forms.SCENARIO, tokens.SCENARIO,
    api.SCENARIO, pages.SCENARIO,
)  # fmt: skip


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--records", type=int, default=200_000, help="flat records (200 000)")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds (3)")
    parser.add_argument("--quick", action="store_true", help="20 000 records, one round")
    parser.add_argument("--check", action="store_true", help="exit 1 when a floor is missed")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, help="contenders")
    parser.add_argument(
        "--scenarios",
        nargs="+",
        choices=(*STORING, *READING, *OTHERS),
        default=(*STORING, *READING, *OTHERS),
        help="blocks to run",
    )
    parser.add_argument(
        "--claims", type=int, default=1_000_000, help="to match, and for golden records (1 000 000)"
    )
    parser.add_argument(
        "--parties", type=int, default=1_000_000, help="of prefill and the API (1 000 000)"
    )
    parser.add_argument("--tokens", type=int, default=6_000, help="tokens to ask for (6 000)")
    parser.add_argument(
        "--source-records", type=int, default=2_000_000, help="behind the pages (2 000 000)"
    )
    parser.add_argument("--tuning", action="store_true", help="match the world for tuning")
    parser.add_argument("--growth-peers", action="store_true", help="let the peers grow, too")
    parser.add_argument(
        "--out", type=Path, default=Path("bench-results"), help="results and generated pages"
    )
    return parser


def plan(options: argparse.Namespace, pages: Path) -> list[Scenario]:
    """The scenarios that were asked for; makes the pages that they need."""
    records = 20_000 if options.quick else options.records
    rounds = 1 if options.quick else options.rounds
    wanted = options.scenarios

    def datasets(count: int, *generations: int) -> list[Dataset]:
        return [flat(pages, count, generation) for generation in generations]

    found: list[Scenario] = []
    if "flat" in wanted:
        found.append(Scenario("flat", "flat", NAMES, datasets(records, 0, 0, 1), rounds))
    if "growth" in wanted:
        who = NAMES if options.growth_peers else ("hub",)
        found.append(Scenario("growth", "flat", who, datasets(5 * records, 0, 0), 1))
    if "sqlite" in wanted:
        small = datasets(records, 0, 0, 1)
        found.append(Scenario("sqlite", "flat", ("hub", "core"), small, rounds, "sqlite"))
    if "applications" in wanted:
        nested = [applications(pages, records // 10)] * 2
        found.append(Scenario("applications", "applications", ("hub", "dlt"), nested, rounds))
    return found


def main() -> int:
    """Run, print and write the results; 1 when `--check` finds a missed floor."""
    options = arguments().parse_args()
    results = Results()
    for name, share in READING.items():
        if name in options.scenarios:
            records = (20_000 if options.quick else options.records) // share
            rounds = 1 if options.quick else options.rounds
            folder = options.out / name
            reading.run(results, _say, name, folder, records=records, rounds=rounds)
    if block.SCENARIO in options.scenarios:
        block.run(results, _say, _matching(options))
    if golden.SCENARIO in options.scenarios:
        _golden(options, results)
    if prefill.SCENARIO in options.scenarios:
        _prefill(options, results)
    if tokens.SCENARIO in options.scenarios:
        _tokens(options, results)
    if api.SCENARIO in options.scenarios:
        _api(options, results)
    missed = _forms(options) if forms.SCENARIO in options.scenarios else []
    missed += _pages(options) if pages.SCENARIO in options.scenarios else []
    if missed and options.check:
        return 1
    if not set(options.scenarios) & set(STORING):
        return _tell(options, results, report.machine())
    return _tell(options, results, _store(options, results))


def _matching(options: argparse.Namespace) -> block.Setting:
    return block.Setting(
        claims=20_000 if options.quick else options.claims,
        seed=block.TUNING_SEED if options.tuning else block.SEED,
        rounds=1 if options.quick else options.rounds,
        folder=options.out / block.SCENARIO,
    )


def _forms(options: argparse.Namespace) -> list[str]:
    """What was missed, which is said."""
    missed = forms.run(_say, options.out / forms.SCENARIO, 60 if options.quick else 1_000)
    for line in missed:
        _say(f"missed: {line}")
    return missed


def _pages(options: argparse.Namespace) -> list[str]:
    """What was missed, which is said."""
    missed = pages.run(_say, 40_000 if options.quick else options.source_records)
    for line in missed:
        _say(f"missed: {line}")
    return missed


def _golden(options: argparse.Namespace, results: Results) -> None:
    claims, rounds = (20_000, 1) if options.quick else (options.claims, options.rounds)
    with postgres() as server:
        golden.run(results, _say, server, claims, rounds)


def _prefill(options: argparse.Namespace, results: Results) -> None:
    parties, rounds = (5_000, 1) if options.quick else (options.parties, options.rounds)
    with postgres() as server:
        prefill.run(results, _say, server, parties, rounds)


def _tokens(options: argparse.Namespace, results: Results) -> None:
    count, rounds = (200, 1) if options.quick else (options.tokens, options.rounds)
    with postgres() as server:
        tokens.run(results, _say, server, count, rounds)


def _api(options: argparse.Namespace, results: Results) -> None:
    parties, rounds = (3_000, 1) if options.quick else (options.parties, options.rounds)
    with postgres() as server:
        api.run(results, _say, server, parties, rounds)


def _store(options: argparse.Namespace, results: Results) -> dict[str, str]:
    """Run the blocks that store what they read; what the figures depend on."""
    pages = options.out / "pages"
    wanted = plan(options, pages)
    with page_server(pages) as address, postgres() as server:
        facts = report.machine() | {f"PostgreSQL {k}": v for k, v in server.facts().items()}
        bench = Bench(address, server, results, _say, options.only)
        try:
            for scenario in wanted:
                scenarios.run(bench, scenario)
        except BaseException:
            report.write(results, facts, options.out)  # what was measured so far
            raise
    return facts


def _tell(options: argparse.Namespace, results: Results, facts: dict[str, str]) -> int:
    written = report.write(results, facts, options.out)
    print(f"\n{report.table(results, facts)}\n{written}")
    missed = [floor for floor in floors(results) if floor.held is False]
    return 1 if options.check and missed else 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
