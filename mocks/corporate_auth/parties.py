"""The relying parties: who may ask for a sign-in, where to, and for what. They are data."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_plus

import yaml

from mocks.credentials import ClientCredentials

FILE = "relying_parties.yaml"
BASE_SCOPES = ("openid", "profile", "user", "mandate", "email", "offline_access")
APPLIED_SCOPES = ("jp_gbizid_v1_ida", "role", "delegation_info")
"""Scopes that a relying party gets by prior application only."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A client of the provider; `applied_scopes` are those it was granted on application."""

    client_id: str
    name: str
    secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    applied_scopes: tuple[str, ...] = ()

    @property
    def scopes(self) -> tuple[str, ...]:
        """All that it may ask for."""
        return (*BASE_SCOPES, *self.applied_scopes)


class RelyingParties:
    """The relying parties by client id."""

    def __init__(self, parties: list[RelyingParty]) -> None:
        self._parties = {party.client_id: party for party in parties}

    @classmethod
    def load(cls, credentials: ClientCredentials, folder: Path) -> RelyingParties:
        """Those of `folder/corporate_auth/relying_parties.yaml`, else of the file beside this."""
        own = folder / "corporate_auth" / FILE
        path = own if own.is_file() else Path(__file__).with_name(FILE)
        return cls(
            [
                RelyingParty(
                    party["client_id"],
                    party["name"],
                    secret_of(credentials, party["client_id"]),
                    tuple(party["redirect_uris"]),
                    tuple(party.get("applied_scopes", ())),
                )
                for party in yaml.safe_load(path.read_text(encoding="utf-8"))
            ]
        )

    def add(self, party: RelyingParty) -> None:
        """Register one more, in place of one of the same id."""
        self._parties[party.client_id] = party

    def get(self, client_id: str | None) -> RelyingParty | None:
        """The party of that id."""
        return self._parties.get(client_id or "")

    def names(self) -> list[str]:
        """All client ids, sorted."""
        return sorted(self._parties)

    def secrets(self) -> set[str]:
        """All their secrets."""
        return {party.secret for party in self._parties.values()}

    def authenticated(self, authorization: str | None) -> RelyingParty | None:
        """The party that a header authenticates by client_secret_basic (RFC 6749 2.3.1)."""
        scheme, _, packed = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        party = self.get(unquote_plus(name))
        if party is None or not hmac.compare_digest(
            unquote_plus(secret).encode(), party.secret.encode()
        ):
            return None
        return party


def secret_of(credentials: ClientCredentials, client_id: str) -> str:
    """The secret of a relying party: made at set-up with the hub's own, never written here."""
    if client_id == "hub":
        return credentials.client_secret
    digest = hmac.digest(credentials.client_secret.encode(), client_id.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
