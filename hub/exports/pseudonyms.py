"""Pseudonyms of a release: keyed hashes that only the holder of its salt could make again."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from base.errors import SettingsError

SHORTEST = 16
_LENGTH = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Pseudonyms under one release's name and salt: other releases give the same business others.

    Equal ids of one kind give equal pseudonyms, so that the tables of a release can be joined.
    """

    release: str
    salt: bytes = field(repr=False)

    def of(self, kind: str, ids: Iterable[int]) -> list[str]:
        """128 bits in hexadecimal for each id."""
        start = f"{self.release}\x1f{kind}\x1f"
        return [
            hmac.digest(self.salt, f"{start}{one}".encode(), sha256).hex()[:_LENGTH] for one in ids
        ]


def release_name(text: str) -> str:
    """The text, if it can name a release.

    Raises:
        ValueError: it has other characters than letters, digits, `.`, `_` and `-`.
    """
    if not _NAME.fullmatch(text):
        raise ValueError(text)
    return text


def given_salt(path: Path) -> bytes:
    """The salt in a file of the caller's.

    Raises:
        SettingsError: it is shorter than 16 bytes.
    """
    salt = path.read_bytes().strip()
    if len(salt) < SHORTEST:
        raise SettingsError(
            f"the salt in {path} has fewer than {SHORTEST} bytes",
            remedy="Make one with `openssl rand -hex 32`.",
        )
    return salt


def kept_salt(home: Path, release: str) -> bytes:
    """The salt of a release, made at random when the release is first exported.

    Whoever has this file can tell which pseudonym is whose; without it nobody can.
    """
    folder = home / "releases"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{release}.salt"
    if not path.exists():
        made = folder / f".{release}.{secrets.token_hex(8)}.part"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return given_salt(path)
