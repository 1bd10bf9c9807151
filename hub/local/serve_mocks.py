"""The mocks' process of a local run: `python -m hub.local.serve_mocks BUSINESSES FIRST_PORT`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hub.local.mocks import CREDENTIALS, folder, ports


def main(businesses: int, first: int) -> None:
    """Serve until SIGTERM, with the credentials that the hub's connections hold."""
    from mocks.credentials import ClientCredentials
    from mocks.serve import run

    home = Path(os.environ["HUB_HOME"])
    credentials = ClientCredentials.load(home / CREDENTIALS)
    run(businesses=businesses, credentials=credentials, ports=ports(first), folder=folder(home))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
