"""A sync of a connector that lies in a folder of its own, in a process of its own.

`python -m tests.faults.sync_folder FOLDER MAPPING STREAM BATCH_RECORDS`
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from base.clock import SystemClock
from base.settings import Settings
from hub.sync import make_job, open_store
from hub.transfer import run_sync


def main(folder: Path, mapping: Path, stream: str, batch_records: int) -> None:
    """Wait for a line on standard input, sync once, print the counts as JSON."""
    settings = Settings.load()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with open_store(settings) as store:
        job = make_job(folder, stream, settings, store, clock=SystemClock(), mapping=mapping)
        summary = run_sync(dataclasses.replace(job, batch_records=batch_records))
    sys.stdout.write(json.dumps(summary.counts))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
