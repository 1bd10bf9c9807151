"""What the portal needs to know, from its environment.

=================== ============================================================
PORTAL_ADDRESS      its own address, as browsers see it (default http://127.0.0.1:8823)
PORTAL_ISSUER       the token service (default http://127.0.0.1:8821)
PORTAL_API          the read API: address and audience (default http://127.0.0.1:8822)
PORTAL_CLIENT_ID    its id at the token service (default portal)
PORTAL_SYSTEM       code under which one delegates for it at GビズID (default SMEPF)
PORTAL_KEY_FILE     file with its private key (JWK), readable by its owner alone
=================== ============================================================
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """The portal's settings."""

    address: str = "http://127.0.0.1:8823"
    issuer: str = "http://127.0.0.1:8821"
    api: str = "http://127.0.0.1:8822"
    client_id: str = "portal"
    system: str = "SMEPF"
    key: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the environment.

        Raises:
            SystemExit: the key is missing, or others may read it.
        """
        path = Path(environ.get("PORTAL_KEY_FILE", "portal-key.json"))
        try:
            if path.stat().st_mode & 0o077:
                raise SystemExit(f"{path} can be read by others: chmod 600 it")
            key = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise SystemExit(f"PORTAL_KEY_FILE: {path} holds no private key") from None
        given = {
            name: environ[variable]
            for name, variable in (
                ("address", "PORTAL_ADDRESS"),
                ("issuer", "PORTAL_ISSUER"),
                ("api", "PORTAL_API"),
                ("client_id", "PORTAL_CLIENT_ID"),
                ("system", "PORTAL_SYSTEM"),
            )
            if environ.get(variable)
        }
        found = cls(**given, key=key)
        if not found.secure and found.host not in LOOPBACK:
            raise SystemExit("PORTAL_ADDRESS must be https unless it is on loopback")
        return found

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS."""
        return self.address.startswith("https://")

    @property
    def host(self) -> str:
        """The host of its address."""
        return urlsplit(self.address).hostname or ""

    @property
    def redirect_uri(self) -> str:
        """Where sign-ins return to."""
        return f"{self.address}/sign-in/callback"
