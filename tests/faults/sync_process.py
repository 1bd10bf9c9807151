"""A sync in a process of its own, at a fixed instant and in small batches; a test may kill it.

`python -m tests.faults.sync_process SYSTEM STREAM INSTANT BATCH_RECORDS PAGE_SIZE`
"""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import datetime

from base.clock import ManualClock
from base.errors import HubError
from base.settings import Settings
from hub.options import SyncOptions
from hub.sync import make_job, open_store
from hub.transfer import run_sync


def main(system: str, stream: str, instant: str, batch_records: int, page_size: int) -> int:
    """Sync once and print the summary as JSON."""
    settings = Settings.load()
    clock = ManualClock(datetime.fromisoformat(instant))
    with open_store(settings) as store:
        job = make_job(system, stream, settings, store, clock=clock)
        declaration = job.connector.declaration
        small = dataclasses.replace(job.stream, page_size=page_size)
        declaration.streams[stream] = small
        job = dataclasses.replace(job, stream=small, batch_records=batch_records)
        try:
            summary = run_sync(job, SyncOptions())
        except HubError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    sys.stdout.write(json.dumps(summary.as_json()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
