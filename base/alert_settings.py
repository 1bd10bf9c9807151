"""Where alerts go: the settings `HUB_ALERT_…`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Literal
from urllib.parse import unquote, urlsplit

from base.errors import SettingsError
from base.redact import register_secret

DEFAULT_PAGES = "http://127.0.0.1:8080"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SECRET_BYTES = range(24, 65)
"""How long a webhook's secret is, after Standard Webhooks."""

Tls = Literal["starttls", "tls", "none"]
_SCHEMES: dict[str, tuple[Tls, int]] = {
    "smtp": ("starttls", 587),
    "smtps": ("tls", 465),
    "smtp+plain": ("none", 25),
}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """An SMTP server, whose word is needed to send, and to whom."""

    host: str
    port: int
    tls: Tls
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """An address that takes signed messages."""

    address: str = field(repr=False)
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The channels that are set, and the address of Airflow's UI for links."""

    mail: MailSettings | None = None
    webhook: WebhookSettings | None = None
    pages: str = DEFAULT_PAGES

    @classmethod
    def of(cls, values: Mapping[str, str]) -> AlertSettings:
        """Read and check them.

        Raises:
            SettingsError: one is malformed, or another one that it needs is missing.
        """
        pages = (values.get("HUB_ALERT_PAGES") or DEFAULT_PAGES).rstrip("/")
        if urlsplit(pages).scheme not in {"http", "https"}:
            raise _wrong("HUB_ALERT_PAGES", "https://airflow.example")
        return cls(_mail(values), _webhook(values), pages)


def _mail(values: Mapping[str, str]) -> MailSettings | None:
    text = values.get("HUB_ALERT_MAIL_SERVER")
    if not text:
        return None
    example = "smtp://USER@mail.example:587 (STARTTLS), smtps://… or smtp+plain://…"
    server, port = urlsplit(text), _port(text)
    if server.scheme not in _SCHEMES or not server.hostname or port is None:
        raise _wrong("HUB_ALERT_MAIL_SERVER", example)
    if server.password:
        raise SettingsError(
            "HUB_ALERT_MAIL_SERVER holds a password",
            remedy="Put it into HUB_ALERT_MAIL_PASSWORD",
        )
    tls, usual = _SCHEMES[server.scheme]
    user = unquote(server.username) if server.username else None
    password = values.get("HUB_ALERT_MAIL_PASSWORD") or None
    if (user is None) != (password is None):
        raise SettingsError(
            "HUB_ALERT_MAIL_SERVER names a user without a password, or none with one",
            remedy="Set both USER in it and HUB_ALERT_MAIL_PASSWORD, or neither",
        )
    if user and tls == "none" and server.hostname not in LOOPBACK:
        raise SettingsError(
            "the mail server's password would travel in the clear",
            remedy="Use smtp:// (STARTTLS) or smtps:// in HUB_ALERT_MAIL_SERVER",
        )
    if password:
        register_secret(password)
    (sender,) = _addresses(values, "HUB_ALERT_MAIL_FROM", only=1)
    receivers = _addresses(values, "HUB_ALERT_MAIL_TO")
    return MailSettings(server.hostname, port or usual, tls, user, password, sender, receivers)


def _port(text: str) -> int | None:
    """The address's port, 0 where it names none; None where it is no port."""
    try:
        return urlsplit(text).port or 0
    except ValueError:
        return None


def _addresses(values: Mapping[str, str], key: str, only: int | None = None) -> tuple[str, ...]:
    found = tuple(one.strip() for one in values.get(key, "").split(",") if one.strip())
    if not found or (only and len(found) != only) or not all(map(_is_address, found)):
        raise _wrong(key, "operators@office.example")
    return found


def _is_address(text: str) -> bool:
    try:
        return bool(Address(addr_spec=text).domain)
    except (ValueError, IndexError):
        return False


def _webhook(values: Mapping[str, str]) -> WebhookSettings | None:
    address = values.get("HUB_ALERT_WEBHOOK")
    if not address:
        return None
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname:
        raise _wrong("HUB_ALERT_WEBHOOK", "an address that begins with https://")
    register_secret(address)
    text = values.get("HUB_ALERT_WEBHOOK_SECRET", "")
    try:
        secret = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) not in SECRET_BYTES:
        raise _wrong(
            "HUB_ALERT_WEBHOOK_SECRET", "what `echo whsec_$(openssl rand -base64 32)` prints"
        )
    register_secret(text)
    return WebhookSettings(address, secret)


def _wrong(key: str, example: str) -> SettingsError:
    return SettingsError(f"{key} is missing or cannot be used", remedy=f"Set it to {example}")
