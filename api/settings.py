"""What the read API needs to know about where it runs.

======================== =================================================================
HUB_API_AUDIENCE         the one text that `aud` of its tokens must be
                         (default: http://127.0.0.1:8822)
HUB_API_ACCOUNT_ISSUER   issuer of the accounts that the corporate authentication system's
                         register holds (default: `issuer` of its connection, else its address)
HUB_API_RATE             requests a second that one client may send (default: 200; 0: any)
HUB_API_WORKERS          how many processes serve; set by `hub api serve`
HUB_API_AGENTS           JSON: groups of operations → delegation categories that open them to
                         an agent, or "*" (default: business, applications, plans and forms)
HUB_API_DELEGATIONS      JSON: what a delegation is for (CODE, CODE/CATEGORY or
                         CODE/CATEGORY/PROCEDURE) → what it opens to an agent, as
                         `api.delegated` says (default: what everybody may know)
======================== =================================================================
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api import delegated
from api.delegated import Policy, read_policy
from base.errors import SettingsError
from base.settings import Settings
from sso.settings import ServiceSettings

DEFAULT_PORT = 8822
DEFAULT_AUDIENCE = f"http://127.0.0.1:{DEFAULT_PORT}"
DEFAULT_RATE = 200.0
ACCOUNTS = "corporate_auth"
GROUPS = (
    "business", "applications", "plans", "consultations", "succession", "forms", "changes",
    "audit",
)  # fmt: skip
AGENT_GROUPS = ("business", "applications", "plans", "consultations", "succession", "forms")
"""What can be opened to an agent: the others tell of all systems at once."""

_AGENTS = {name: "*" for name in AGENT_GROUPS if name not in ("consultations", "succession")}


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """The read API's settings.

    Attributes:
        accounts: issuer → system whose stream `accounts` holds its accounts.
        rate: requests a second for one client in one process; 0 for any number.
        agents: group of operations → delegation categories that open it, or `*`.
        delegations: what delegations open.
    """

    audience: str
    service: ServiceSettings
    database_url: str = field(repr=False)
    side_database_url: str = field(repr=False)
    accounts: Mapping[str, str] = field(default_factory=dict)
    rate: float = DEFAULT_RATE
    agents: Mapping[str, Any] = field(default_factory=lambda: _AGENTS)
    delegations: Policy = field(default_factory=lambda: read_policy(None))

    @classmethod
    def of(cls, settings: Settings) -> ApiSettings:
        """Read and check the API's part of the settings.

        Raises:
            SettingsError: one is malformed.
        """
        values = settings.environ
        workers = _number("HUB_API_WORKERS", values.get("HUB_API_WORKERS", "1"))
        rate = _number("HUB_API_RATE", values.get("HUB_API_RATE", str(DEFAULT_RATE)))
        return cls(
            audience=values.get("HUB_API_AUDIENCE") or DEFAULT_AUDIENCE,
            service=ServiceSettings.of(settings),
            database_url=settings.database_url,
            side_database_url=settings.side_database_url,
            accounts=_accounts(settings),
            rate=rate / max(workers, 1),
            agents=_agents(values.get("HUB_API_AGENTS")),
            delegations=read_policy(values.get(delegated.VARIABLE)),
        )


def _accounts(settings: Settings) -> dict[str, str]:
    if issuer := settings.environ.get("HUB_API_ACCOUNT_ISSUER"):
        return {issuer: ACCOUNTS}
    try:
        connection = settings.connection(ACCOUNTS)
    except SettingsError:
        return {}
    return {connection.options.get("issuer", connection.address): ACCOUNTS}


def _number(name: str, text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1e9:
        raise SettingsError(f"{name} is no number", remedy=f"Set {name} to a number from 0 on")
    return found


def _agents(text: str | None) -> Mapping[str, Any]:
    if not text:
        return _AGENTS
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    good = isinstance(found, dict) and all(
        group in AGENT_GROUPS
        and (some == "*" or (isinstance(some, list) and all(isinstance(c, str) for c in some)))
        for group, some in found.items()
    )
    if not good:
        raise SettingsError(
            "HUB_API_AGENTS is not as it must be",
            remedy='Write JSON such as {"applications": ["K01"], "business": "*"};'
            f" the groups are {', '.join(AGENT_GROUPS)}",
        )
    return dict(found)
