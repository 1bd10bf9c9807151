"""The secrets of a local run: made at set-up, kept in one file that only its owner can read."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from base.settings import read_env_file

FILE_NAME = "local.env"

JWT_SECRET = "AIRFLOW__API_AUTH__JWT_SECRET"  # noqa: S105 - a name
FERNET_KEY = "AIRFLOW__CORE__FERNET_KEY"
ADMIN_PASSWORD = "HUB_ADMIN_PASSWORD"  # noqa: S105 - a name
TOKEN_SERVICE_KEY = "HUB_SSO_KEY"  # noqa: S105 - a name


def _fernet_key() -> str:
    """32 random bytes as Fernet wants them (URL-safe base64)."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


GENERATORS: Mapping[str, Callable[[], str]] = {
    JWT_SECRET: lambda: secrets.token_urlsafe(64),
    FERNET_KEY: _fernet_key,
    ADMIN_PASSWORD: lambda: secrets.token_urlsafe(12),
    TOKEN_SERVICE_KEY: _fernet_key,
}
"""What a local run cannot do without, and how each is made."""


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole, mode 0600 from its first byte."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def ensure(home: Path, also: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make what is missing in `home`/local.env, set what `also` names, and return all of it.

    Secrets that are there stay as they are, whatever else the file holds is kept. A second call
    with the same `also` does not touch the file.

    Raises:
        SettingsError: others than the owner can read the file that is there.
    """
    path = home / FILE_NAME
    there = read_env_file(path)
    wanted = {**there, **(also or {})}
    for name, make in GENERATORS.items():
        if not wanted.get(name):
            wanted[name] = make()
    if wanted != there:
        head = "# Secrets of this machine's local run. Never commit, never copy to a real system.\n"
        write_private(path, head + "".join(f"{k}={v}\n" for k, v in wanted.items()))
    return wanted
