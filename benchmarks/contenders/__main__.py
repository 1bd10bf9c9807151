"""One run of one contender: `python -m benchmarks.contenders JSON-OF-JOB`.

Writes seconds, counts and the process's own high-water mark of memory to the job's result file.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benchmarks.contenders import Job, contender


def high_water_mark() -> int:
    """Peak resident bytes of this process (VmHWM of proc(5)); 0 where the system has no /proc."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main() -> None:
    """Run the job of the command line."""
    job = Job.from_json(json.loads(sys.argv[1]))
    runner = contender(job.contender)
    prepared = runner.prepare(job)
    started, started_cpu = time.perf_counter(), time.process_time()
    loaded = runner.load(job, prepared)
    seconds, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    result: dict[str, object] = {"seconds": seconds, "cpu": cpu, "peak": high_water_mark()}
    result["counts"] = runner.counts(job, prepared, loaded)
    job.result.write_text(json.dumps(result))


if __name__ == "__main__":
    main()
