"""One contender's run: `python -m benchmarks.matching NAME CLAIMS OUT [DECISIONS]`.

Reads the claims in the folder CLAIMS; writes seconds, memory and its answer to the folder OUT.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import polars as pl

from benchmarks.contenders.__main__ import high_water_mark
from benchmarks.matching.contenders import Given, contender


def main() -> None:
    """Run the contender of the command line."""
    name, claims, out, *decided = sys.argv[1:]
    home, answer_home = Path(claims), Path(out)
    match = contender(name)
    given = Given(
        pl.read_parquet(home / "party.parquet"),
        pl.read_parquet(home / "trade_name.parquet"),
        pl.read_parquet(decided[0]) if decided else None,
    )
    claims_given = given.party.height
    started, started_cpu = time.perf_counter(), time.process_time()
    answer = match(given)
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    peak = high_water_mark()
    answer_home.mkdir(parents=True, exist_ok=True)
    for part in ("clusters", "pairs", "review"):
        getattr(answer, part).write_parquet(answer_home / f"{part}.parquet")
    counts = {"rows": claims_given, "pairs": answer.pairs.height}
    told = {"seconds": seconds, "cpu": cpu, "peak": peak, "counts": counts}
    (answer_home / "result.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
