"""Encryption at rest of what the token service must be able to read again.

Fernet (AES-128-CBC and HMAC-SHA-256) under `HUB_SSO_KEY`: signing keys, and the identity
provider's tokens of running sessions. Several keys, separated by commas, let the key be changed:
the first one seals, all of them open.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from base.errors import SettingsError

VARIABLE = "HUB_SSO_KEY"


class Sealer:
    """Seals and opens small texts.

    Args:
        keys: Fernet keys (URL-safe base64 of 32 bytes), separated by commas.

    Raises:
        SettingsError: there is none, or one is none.
    """

    def __init__(self, keys: str) -> None:
        given = [key.strip() for key in keys.split(",") if key.strip()]
        try:
            self._fernet = MultiFernet([Fernet(key) for key in given])
        except ValueError:
            raise SettingsError(
                f"{VARIABLE} is missing or is no key of 32 bytes in URL-safe base64",
                remedy="Set it in the environment or in local.env;"
                " `hub sso key make` prints a new one",
            ) from None

    def seal(self, plain: bytes) -> bytes:
        """What may be stored."""
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed.

        Raises:
            SettingsError: it was sealed under another key, or was changed.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SettingsError(
                f"{VARIABLE} does not open what is stored",
                remedy="Put the key under which it was stored behind the new one,"
                " separated by a comma",
            ) from None


def make_key() -> str:
    """A new key, for `HUB_SSO_KEY`."""
    return Fernet.generate_key().decode()
