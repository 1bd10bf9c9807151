"""Eight streams written at once, by eight processes, into one SQLite file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from canonical.store import Store

WRITER = """
import sys
from canonical.store import Store
from tests.canonical.builders import Syncing

url, number = sys.argv[1:]
with Store.open(url) as store:
    store.upgrade()
    sync = Syncing(store, "subsidy", f"stream-{number}")
    for batch in range(4):
        keys = [f"{batch}-{i}" for i in range(250)]
        claims = {"party": [{"key": key, "name": key} for key in keys]}
        sync.commit(dict.fromkeys(keys, "1"), claims)
        changed = {"party": [claim | {"phone": "1"} for claim in claims["party"]]}
        sync.commit(dict.fromkeys(keys, "2"), changed)
"""


def test_eight_processes_write_to_one_sqlite_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(number)], stderr=subprocess.PIPE, text=True
        )
        for number in range(8)
    ]
    told = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 8, told
    with Store.open(url) as store:
        counts = store.row_counts()
    assert counts["source_record"] == 8 * 1000
    assert counts["claim_party"] == 8 * 2000
    assert counts["batch"] == 8 * 8
