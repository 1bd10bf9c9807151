"""The mocks of a local run: their ports, their connections, their process."""

from __future__ import annotations

FIRST_PORT = 8801
CONNECTION = "HUB_CONNECTION_"
