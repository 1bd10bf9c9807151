"""The mocks' process of a local run: `python -m hub.local.serve_mocks BUSINESSES FIRST_PORT`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hub.local.mocks import CREDENTIALS, folder, ports
from hub.local.secrets import write_private

if TYPE_CHECKING:
    from mocks.serve import MockServers


def main(businesses: int, first: int) -> None:
    """Serve until SIGTERM, with the credentials that the hub's connections hold."""
    from mocks.credentials import ClientCredentials
    from mocks.personas import FILE, of_servers
    from mocks.serve import run

    home = Path(os.environ["HUB_HOME"])

    def ready(servers: MockServers) -> None:
        told = json.dumps(of_servers(servers), ensure_ascii=False, indent=2)
        write_private(folder(home) / FILE, told + "\n")

    credentials = ClientCredentials.load(home / CREDENTIALS)
    run(
        businesses=businesses,
        credentials=credentials,
        ports=ports(first),
        folder=folder(home),
        ready=ready,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
