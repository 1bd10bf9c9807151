"""The corporate authentication system as one of the mocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mocks.corporate_auth.api import client_key
from mocks.corporate_auth.app import CorporateAuth, corporate_auth_app
from mocks.corporate_auth.parties import RelyingParties
from mocks.corporate_auth.provider import Provider
from mocks.corporate_auth.register import Register
from mocks.credentials import ClientCredentials
from mocks.settings import RATE, http_address
from mocks.systems import Environment, Mock

PORT: int | None = 8803


def build(environment: Environment) -> Mock:
    """OpenID provider, register of accounts and delegations over HTTP."""
    credentials = environment.credentials
    parties = RelyingParties.load(credentials, environment.folder)
    provider = Provider(credentials.host_key, environment.seconds)
    provider.lifetime = environment.token_lifetime
    system = CorporateAuth(
        Register(environment.world), parties, provider, credentials.client_secret
    )
    return Mock(
        corporate_auth_app(system),
        revoke=provider.revoke_all,
        secrets=lambda: (
            parties.secrets() | provider.given_out() | {client_key(credentials.client_secret)}
        ),
    )


def connections(
    port: int | None, credentials: ClientCredentials, folder: Path
) -> dict[str, dict[str, Any]]:
    """The register's fixed token; key and token of the delegations; the hub as relying party."""
    del folder
    address = http_address(port)
    return {
        "corporate_auth": {
            "address": address,
            "rate_per_second": RATE,
            "token_header": "X-Api-Token",
            "api_token": credentials.client_secret,
            "client_key": client_key(credentials.client_secret),
            "client_token": credentials.client_secret,
            "issuer": f"{address}/oauth/",
            "client_id": "hub",
            "client_secret": credentials.client_secret,
        }
    }
