"""The business succession database as one of the mocks: a file that the hub opens read-only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.credentials import ClientCredentials
from mocks.fault_sql import KINDS, TableTrial
from mocks.settings import RATE
from mocks.succession.database import CaseDatabase
from mocks.succession.desk import CaseDesk
from mocks.systems import Environment, Mock

PORT: int | None = None
FILE = "succession.sqlite"


def build(environment: Environment) -> Mock:
    """A SQLite file in the environment's folder."""
    environment.folder.mkdir(parents=True, exist_ok=True)
    database = CaseDatabase(f"sqlite:///{environment.folder / FILE}")
    CaseDesk(environment.world, database)
    table = database.table
    trial = TableTrial(database.engine, table, "case_no", "updated_at", "strengths",
                       ~table.c.deleted_flg)  # fmt: skip
    return Mock(trial=trial, kinds=KINDS)


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """Where the file lies; nobody needs a password for it."""
    del port, credentials
    return {
        "succession": {"address": f"sqlite:///{folder / FILE}", "rate_per_second": RATE},
    }
