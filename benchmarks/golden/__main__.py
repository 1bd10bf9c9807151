"""`python -m benchmarks.golden URL PHASE CLAIMS RESULT`: one phase, in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.golden import claims
from canonical.golden import build
from canonical.store import Store


def main() -> None:
    """Prepare (`fill`, `change`, `wait`) or measure (`run`); figures go to RESULT."""
    url, phase, number, result = sys.argv[1:]
    counts: dict[str, int] = {}
    with Store.open(url) as store:
        if phase == "fill":
            store.upgrade()
        started, cpu = time.perf_counter(), time.process_time()
        if phase == "fill":
            counts = claims.fill(store, int(number))
        elif phase == "change":
            counts = {"claims": claims.change(store)}
        elif phase == "wait":
            counts = {"parties": build.wait_all(store.database)}
        else:
            done = build.run(store.database)
            counts = {
                "parties": done.parties, "changed": done.changed, "conflicts": done.conflicts
            }  # fmt: skip
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    told = {"seconds": seconds, "cpu": used, "peak": peak, "counts": counts}
    Path(result).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
