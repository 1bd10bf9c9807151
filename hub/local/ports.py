"""Is a port free, and what to tell the user if it is not."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from base.errors import SettingsError

LOOPBACK = "127.0.0.1"

MOST_NAMED = 3
"""Taken ports that a message names."""


def is_free(port: int) -> bool:
    """Can this process listen on the port of the loopback interface?"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection still closing does not count, a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(ports: Mapping[str, tuple[int, str]]) -> None:
    """Refuse to start while any port is taken.

    Args:
        ports: what will listen → its port and the make variable that changes it.

    Raises:
        SettingsError: names every taken port and how to choose another.
    """
    taken = {what: place for what, place in ports.items() if not is_free(place[0])}
    if not taken:
        return
    shown = [f"port {port} ({what})" for what, (port, _) in taken.items()][:MOST_NAMED]
    more = f" and {len(taken) - len(shown)} more" if len(taken) > len(shown) else ""
    variables = dict.fromkeys(variable for _, variable in taken.values())
    firsts = {name: min(port for port, of in ports.values() if of == name) for name in variables}
    choice = " ".join(f"{name}={port + 100}" for name, port in firsts.items())
    raise SettingsError(
        f"in use on {LOOPBACK}: {', '.join(shown)}{more}",
        remedy=f"Another `make run` may be up: stop it, or choose other ports: make run {choice}",
    )
