"""`python -m benchmarks.api URL PARTIES RESULT`: makes the store, in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.api import store_of_businesses
from canonical.store import Store


def main() -> None:
    """Make the store; figures go to RESULT."""
    url, parties, result = sys.argv[1:]
    with Store.open(url) as store:
        started, cpu = time.perf_counter(), time.process_time()
        store.upgrade()
        counts = store_of_businesses.fill(store, int(parties))
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    told = {"seconds": seconds, "cpu": used, "peak": peak, "counts": counts}
    Path(result).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
