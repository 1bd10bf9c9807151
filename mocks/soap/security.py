"""Checks a WS-Security UsernameToken (OASIS UsernameToken Profile 1.1): digest, nonce, time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from mocks.credentials import ClientCredentials

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
WSSE = f"{_OASIS}-wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}-wssecurity-utility-1.0.xsd"
DIGEST = f"{_OASIS}-username-token-profile-1.0#PasswordDigest"
FRESH = 300.0
"""Seconds that a message may be old, or ahead of this clock."""


class RefusedToken(ValueError):
    """The message is not let in; `general` is WS-Security's code, `code` the system's."""

    def __init__(self, general: str, code: str) -> None:
        super().__init__(code)
        self.general = general
        self.code = code


@dataclass
class TokenGuard:
    """Lets in whoever knows the password, once for each nonce."""

    client: ClientCredentials
    seconds: Callable[[], float]
    _seen: dict[str, float] = field(default_factory=dict)

    def check(self, envelope: etree._Element) -> None:
        """Check the message's header.

        Raises:
            RefusedToken: no token, a wrong digest, a stale time or a nonce used before.
        """
        token = envelope.find(f"{{*}}Header/{{{WSSE}}}Security/{{{WSSE}}}UsernameToken")
        if token is None:
            raise RefusedToken("InvalidSecurity", "AUTH-001")
        user, password = token.find(f"{{{WSSE}}}Username"), token.find(f"{{{WSSE}}}Password")
        nonce = token.findtext(f"{{{WSSE}}}Nonce", "").strip()
        created = token.findtext(f"{{{WSU}}}Created", "").strip()
        if user is None or password is None or password.get("Type") != DIGEST:
            raise RefusedToken("UnsupportedSecurityToken", "AUTH-001")
        if not self._knows(user.text or "", password.text or "", nonce, created):
            raise RefusedToken("FailedAuthentication", "AUTH-001")
        self._check_time(created)
        if nonce in self._seen:
            raise RefusedToken("InvalidSecurityToken", "AUTH-002")
        self._seen[nonce] = self.seconds()

    def _knows(self, user: str, digest: str, nonce: str, created: str) -> bool:
        try:
            salt = base64.b64decode(nonce, validate=True)
        except (binascii.Error, ValueError):
            return False
        secret = self.client.client_secret.encode()
        expected = hashlib.sha1(salt + created.encode() + secret).digest()  # noqa: S324 - the profile's
        same = hmac.compare_digest(base64.b64encode(expected).decode(), digest)
        return bool(salt) and same and user == self.client.client_id

    def _check_time(self, created: str) -> None:
        try:
            at = datetime.fromisoformat(created)
        except ValueError:
            raise RefusedToken("InvalidSecurity", "AUTH-003") from None
        now = self.seconds()
        if at.tzinfo is None or abs(now - at.timestamp()) > FRESH:
            raise RefusedToken("MessageExpired", "AUTH-003")
        self._seen = {one: when for one, when in self._seen.items() if now - when < 2 * FRESH}
