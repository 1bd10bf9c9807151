"""The advisers' consultation records as one of the mocks: files over SFTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.credentials import ClientCredentials
from mocks.fault_csv import CSV_BODIES
from mocks.fault_sftp import OF_CONNECTIONS, OF_FILES
from mocks.settings import RATE
from mocks.systems import HOST, Environment, Mock
from mocks.yorozu.desk import KarteDesk
from mocks.yorozu.server import SftpFolder, public_host_key

NAME = "yorozu"
PORT: int | None = 8808
KINDS = tuple(sorted({*CSV_BODIES, *OF_CONNECTIONS, *OF_FILES} - {"slow_drip"}))
"""The faults that it can have, but for one that takes its time."""


def build(environment: Environment) -> Mock:
    """The files in the environment's folder, behind an SFTP server of their own."""
    desk = KarteDesk(environment.world, environment.folder / NAME)
    server = SftpFolder(desk.folder, environment.credentials, environment.box, NAME)
    return Mock(server=server, paths={"consultations": "*"})


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """Where it listens, the user, the user's key, and the host's public key."""
    del folder
    return {
        NAME: {
            "address": f"sftp://{HOST}:{port}",
            "username": credentials.client_id,
            "host_key": public_host_key(credentials),
            "private_key": credentials.private_key,
            "rate_per_second": RATE,
        }
    }
