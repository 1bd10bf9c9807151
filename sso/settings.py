"""What the token service needs to know about where it runs."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from base.errors import SettingsError
from base.redact import register_secret
from base.settings import Settings
from sso.sealing import VARIABLE, Sealer

DEFAULT_PORT = 8821
DEFAULT_ISSUER = f"http://127.0.0.1:{DEFAULT_PORT}"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """The token service's settings.

    Attributes:
        issuer: `iss` of its tokens, and the address under which clients reach it.
        database_url: the side database.
        sealer: opens the signing keys.
        origins: web origins that may read its public documents (CORS).
        proxies: addresses of reverse proxies whose X-Forwarded-For is believed.
    """

    issuer: str
    database_url: str = field(repr=False)
    sealer: Sealer = field(repr=False)
    origins: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> ServiceSettings:
        """Read and check the token service's part of the settings.

        Raises:
            SettingsError: one is missing or malformed.
        """
        values = settings.environ
        keys = values.get(VARIABLE, "")
        for key in keys.split(","):
            register_secret(key.strip())
        return cls(
            issuer=checked_issuer(values.get("HUB_SSO_ISSUER") or DEFAULT_ISSUER),
            database_url=settings.side_database_url,
            sealer=Sealer(keys),
            origins=_origins(values.get("HUB_SSO_ORIGINS", "")),
            proxies=tuple(values.get("HUB_SSO_PROXIES", "").replace(",", " ").split()),
        )


def is_loopback(host: str | None) -> bool:
    """Whether a host of an address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_issuer(text: str) -> str:
    """An issuer: https, or http on loopback; scheme, host and port alone.

    Raises:
        SettingsError: it is none.
    """
    try:
        parts = urlsplit(text)
        plain = f"{parts.scheme}://{parts.netloc}"
        good = bool(parts.hostname) and plain == text and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        good = False
    if good and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
    ):
        return text
    raise SettingsError(
        "HUB_SSO_ISSUER is no issuer",
        remedy="Set it to https://HOST, without a path or a slash at its end"
        " (http is for loopback alone)",
    )


def _origins(text: str) -> tuple[str, ...]:
    """Origins separated by blanks or commas; `*` is none."""
    origins = tuple(text.replace(",", " ").split())
    for origin in origins:
        parts = urlsplit(origin)
        if f"{parts.scheme}://{parts.netloc}" != origin or "*" in origin or not parts.hostname:
            raise SettingsError(
                "HUB_SSO_ORIGINS holds something that is no origin",
                remedy="List origins such as https://portal.example.jp, without a path",
            )
    return origins
