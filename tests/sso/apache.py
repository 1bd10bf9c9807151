"""A real Apache of Debian's packages, on loopback, for as long as a block lasts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

MODULES = Path("/usr/lib/apache2/modules")
PROGRAM = shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin")
ALWAYS = ("mpm_event", "authn_core", "authz_core")
UP_WITHIN = 30.0
"""Seconds."""


@contextmanager
def apache(
    folder: Path,
    port: int,
    modules: Sequence[str],
    lines: Sequence[str],
    environ: Mapping[str, str],
) -> Iterator[None]:
    """Apache with some lines of configuration, that shall listen on a port; skips without it."""
    wanted = [MODULES / f"mod_{name}.so" for name in (*ALWAYS, *modules)]
    if PROGRAM is None or not all(path.exists() for path in wanted):
        pytest.skip("needs apache2-bin and libapache2-mod-oauth2: make system-deps")
    whole = [
        "ServerName 127.0.0.1", f"PidFile {folder}/pid", f"DefaultRuntimeDir {folder}",
        f"ErrorLog {folder}/error.log",
        *(f"LoadModule {path.stem[4:]}_module {path}" for path in wanted),
        *(("User nobody", "Group nogroup") if os.geteuid() == 0 else ()),
        *lines,
    ]  # fmt: skip
    configuration = folder / "apache.conf"
    configuration.write_text("\n".join(whole) + "\n", encoding="utf-8")
    process = subprocess.Popen(
        [PROGRAM, "-D", "FOREGROUND", "-d", folder, "-f", configuration],
        env={**os.environ, **environ, "APACHE_LOG_DIR": str(folder)},
    )
    try:
        _wait(port, process, folder / "error.log")
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + UP_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                said = log.read_text(encoding="utf-8") if log.exists() else ""
                raise AssertionError(f"apache2 did not start: {said}") from None
            time.sleep(0.05)
        else:
            return
