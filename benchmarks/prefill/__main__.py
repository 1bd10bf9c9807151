"""`python -m benchmarks.prefill URL PHASE PARTIES RESULT`: one phase, in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.prefill import receipts, store_of_parties, timing
from canonical.store import Store


def main() -> None:
    """Make the store (`fill`) or fill in forms from it (`run`); figures go to RESULT."""
    url, phase, parties, result = sys.argv[1:]
    with Store.open(url) as store:
        started, cpu = time.perf_counter(), time.process_time()
        if phase == "fill":
            store.upgrade()
            counts = store_of_parties.fill(store, int(parties)) | receipts.fill(store)
        else:
            counts = timing.run(store)
        seconds, used = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    told = {"seconds": seconds, "cpu": used, "peak": peak, "counts": counts}
    Path(result).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
