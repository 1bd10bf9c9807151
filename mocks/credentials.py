"""Credentials of the hub at the mock systems: made up at set-up, never part of the source."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from joserfc.jwk import RSAKey


def new_key() -> str:
    """A new RSA key, PEM (PKCS#8)."""
    return RSAKey.generate_key(2048, private=True).as_pem(private=True).decode()


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """A client's id, secret and key pair, and the servers' host key (both PEM).

    The secret parts never show in `repr`. The one secret is also the password and the fixed token
    where a system knows such; the key pair is also that of SSH.
    """

    client_id: str
    client_secret: str = field(repr=False)
    private_key: str = field(repr=False)
    host_key: str = field(repr=False, default_factory=new_key)

    @property
    def public_key(self) -> str:
        """The public half, PEM."""
        return RSAKey.import_key(self.private_key).as_pem(private=False).decode()

    @classmethod
    def generate(cls, client_id: str = "sme-hub") -> ClientCredentials:
        """A new secret and a new RSA key."""
        return cls(client_id, secrets.token_urlsafe(24), new_key())

    @classmethod
    def load(cls, path: Path) -> ClientCredentials:
        """Read what `save` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def save(self, path: Path) -> None:
        """Write the file with mode 0600; it never exists with another mode."""
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump(asdict(self), file)
