"""The token service, the read API and the portal of a local run, and what they need to know.

At the first run the portal gets a key of its own, and the token service the portal as its client
with the rules of the demonstration. A register that somebody has changed is left as it is.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml
from joserfc.jwk import ECKey

from base.errors import HubError
from hub.local.mocks import personas
from hub.local.ports import LOOPBACK
from hub.local.processes import Processes
from hub.local.secrets import write_private

FIRST_PORT = 8821
VARIABLE = "HUB_PORT_FRONT"
CLIENT = "portal"
KEY_FILE = "portal-key.json"
DOCUMENT = "sso-demo.yaml"
READ = ("business:read", "business.details:read", "applications:read", "plans:read",
        "directory:read", "audit:read")  # fmt: skip
FILL = ("business:read", "business.details:read", "forms:read", "forms:prefill")
SYSTEM, APPLY, INQUIRE = "SMEPF", "K01", "K03"
"""The platform's code among systems for which one can delegate, and its two categories."""

OPENED = {
    "JGRTS": ["subsidy"],
    "ITSUB": ["it_subsidy"],
    "KEIRK": ["management_plan"],
    SYSTEM: ["subsidy", "it_subsidy", "management_plan", "smart_sme"],
}
"""The mocked GビズID's systems → whose records a delegation for them opens to an agent; one for
the platform itself, those that it shows."""


@dataclass(frozen=True, slots=True)
class Front:
    """The three servers, in a row of ports."""

    first: int

    @property
    def sso(self) -> str:
        """The token service's address, and its issuer."""
        return f"http://{LOOPBACK}:{self.first}"

    @property
    def api(self) -> str:
        """The read API's address, and its audience."""
        return f"http://{LOOPBACK}:{self.first + 1}"

    @property
    def portal(self) -> str:
        """The portal's address."""
        return f"http://{LOOPBACK}:{self.first + 2}"

    def ports_wanted(self) -> dict[str, tuple[int, str]]:
        """What will listen → its port, and the variable that changes it."""
        names = ("token service", "read API", "portal")
        return {name: (self.first + n, VARIABLE) for n, name in enumerate(names)}

    def environment(self, home: Path) -> dict[str, str]:
        """What the servers need in their environment."""
        return {
            "HUB_SSO_ISSUER": self.sso,
            "HUB_API_AUDIENCE": self.api,
            "HUB_API_DELEGATIONS": json.dumps(OPENED),
            "PORTAL_ADDRESS": self.portal,
            "PORTAL_ISSUER": self.sso,
            "PORTAL_API": self.api,
            "PORTAL_CLIENT_ID": CLIENT,
            "PORTAL_KEY_FILE": str(home / KEY_FILE),
        }


def admit_to_mock(front: Front, mocks_folder: Path) -> None:
    """Let the mock of GビズID know where this run's token service is, if not at the usual port."""
    path = mocks_folder / "corporate_auth" / "relying_parties.yaml"
    if front.first == FIRST_PORT:
        path.unlink(missing_ok=True)
        return
    party = {
        "client_id": "hub",
        "name": "中小企業支援プラットフォーム",
        "redirect_uris": [f"{front.sso}/sso/callback"],
        "applied_scopes": ["jp_gbizid_v1_ida", "role", "delegation_info"],
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump([party], allow_unicode=True), encoding="utf-8")


def document(front: Front, jwks: Mapping[str, Any]) -> dict[str, Any]:
    """Client, audience and rules of the demonstration, as `hub sso client import` reads them."""
    rule = {"client_id": CLIENT, "audience": front.api, "assurance": "none"}
    agent = {**rule, "mode": "delegate", "system": SYSTEM, "assurance": "ial1"}
    read = {"scopes": list(READ), "purposes": ["application_status"]}
    fill = {"scopes": list(FILL), "purposes": ["prefill"]}
    return {
        "clients": [
            {
                "client_id": CLIENT,
                "name": "中小企業支援ポータル（見本）",
                "authentication": "private_key_jwt",
                "jwks": dict(jwks),
                "grants": [
                    "authorization_code",
                    "urn:ietf:params:oauth:grant-type:token-exchange",
                ],
                "redirect_uris": [f"{front.portal}/sign-in/callback"],
                "logout_uris": [f"{front.portal}/"],
            }
        ],
        "audiences": [
            {
                "audience": front.api,
                "title": "連携ハブAPI",
                "scopes": sorted({*READ, *FILL}),
                "seconds": 600,
            }
        ],
        "rules": [
            {"rule_id": "portal-self-read", **rule, "mode": "self", **read},
            {"rule_id": "portal-self-fill", **rule, "mode": "self", **fill},
            {"rule_id": "portal-agent-read", **agent, "category": INQUIRE, **read},
            {"rule_id": "portal-agent-apply-read", **agent, "category": APPLY, **read},
            {"rule_id": "portal-agent-apply-fill", **agent, "category": APPLY, **fill},
        ],
    }


def portal_key(home: Path) -> dict[str, Any]:
    """The portal's public keys (JWK Set); the private one is made at the first run."""
    path = home / KEY_FILE
    if not path.exists():
        made = ECKey.generate_key("P-256", {"use": "sig"}, private=True, auto_kid=True)
        write_private(path, json.dumps(made.as_dict(private=True)) + "\n")
    key = ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    return {"keys": [key.as_dict(private=False)]}


def set_up(front: Front, home: Path, processes: Processes) -> None:
    """Tell the token service of the portal, unless other clients than the portal are there.

    Raises:
        ProcessDied: the token service's register cannot be changed.
    """
    path = home / DOCUMENT
    told = yaml.safe_dump(document(front, portal_key(home)), allow_unicode=True, sort_keys=False)
    if path.exists() and path.read_text(encoding="utf-8") == told:
        return
    if clients(processes) - {CLIENT}:
        return
    processes.run("sso-demo", [*hub(), "sso", "client", "import", _written(path, told)], timeout=60)


def clients(processes: Processes) -> set[str]:
    """The clients that the token service knows."""
    found = subprocess.run(
        [*hub(), "sso", "client", "list", "--json"],
        env=dict(processes.environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if found.returncode:
        raise HubError(f"the token service's clients cannot be read: {found.stderr.strip()}")
    return {one["client_id"] for one in json.loads(found.stdout)}


def _written(path: Path, text: str) -> str:
    write_private(path, text)
    return str(path)


def hub() -> list[str]:
    """The hub's command line by the interpreter at work."""
    return [sys.executable, "-m", "hub.cli"]


def start(front: Front, processes: Processes) -> None:
    """Start the three servers; the databases are there already."""
    one = ["--workers", "1"]
    processes.start("sso", [*hub(), "sso", "serve", "--port", str(front.first), *one])
    processes.start("api", [*hub(), "api", "serve", "--port", str(front.first + 1), *one])
    processes.start("portal", [sys.executable, "-m", "examples.portal"])


def wait(front: Front, processes: Processes, timeout: float = 120.0) -> None:
    """Wait until all three answer.

    Raises:
        ProcessDied: one of them ended.
        HubError: one did not answer within `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    session = requests.Session()
    session.trust_env = False
    for name, address in (("sso", front.sso), ("api", front.api), ("portal", front.portal)):
        while not _healthy(session, address):
            processes.check()
            if time.monotonic() > deadline:
                raise HubError(
                    f"{name} does not answer at {address}",
                    remedy=f"Look at {processes.log_of(name)}",
                )
            time.sleep(0.2)


def _healthy(session: requests.Session, address: str) -> bool:
    try:
        return session.get(f"{address}/health", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def sentences(front: Front, home: Path) -> list[str]:
    """Where the servers are, and with which accounts one can sign in."""
    found = personas(home)
    width = max((len(one["role"]) for one in found), default=0)
    return [
        f"Portal: {front.portal}",
        f"Token service: {front.sso}  API: {front.api}",
        *(["Sign in as (synthetic accounts; look for them on the sign-in page):"] if found else []),
        *(
            f"  {one['role']:{width}}  {one['sign_in']}  {one['role_ja']}：{_business(one)}"
            for one in found
        ),
    ]


def _business(persona: Mapping[str, Any]) -> str:
    clients = f"（委任 {persona['clients']}社）" if persona["clients"] else ""
    return f"{persona['business']}{clients}"
