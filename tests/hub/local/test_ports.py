"""Taken ports are named, with the way to change them."""

from __future__ import annotations

import socket

import pytest

from base.errors import SettingsError
from hub.local.ports import is_free, require_free


def test_a_listening_port_is_taken() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(SettingsError) as caught:
            require_free({"Airflow": (port, "HUB_PORT_AIRFLOW")})
    said = str(caught.value)
    assert f"in use on 127.0.0.1: port {port} (Airflow)" in said
    assert f"make run HUB_PORT_AIRFLOW={port + 100}" in said


def test_a_port_nobody_listens_on_is_free() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
    assert is_free(port)
    require_free({"Airflow": (port, "HUB_PORT_AIRFLOW")})
