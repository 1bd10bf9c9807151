"""The demonstration's client, audience and rules: accepted by the token service, never forced."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import DEFAULT_AUDIENCE
from base.errors import HubError
from examples.client.__main__ import SCOPES as CLIENT_SCOPES
from examples.portal.hub import SCOPES
from examples.portal.settings import Settings as PortalSettings
from hub.local import front
from hub.local.processes import Processes
from mocks.corporate_auth.delegations import delegable
from sso.checks import of_configuration
from sso.configuration import Configuration
from sso.documents import parse
from sso.keys import Keys
from sso.settings import DEFAULT_ISSUER

USUAL = front.Front(front.FIRST_PORT)


def configuration(home: Path, where: front.Front = USUAL) -> Configuration:
    """What the demonstration's document makes of an empty register."""
    told = parse(yaml.safe_dump(front.document(where, front.portal_key(home))), "demo")
    return Configuration(
        1,
        {one.client_id: one for one in told.clients},
        {one.audience: one for one in told.audiences},
        {one.rule_id: one for one in told.rules},
        Keys([]),
    )


def test_the_token_service_finds_no_error_in_it(tmp_path: Path) -> None:
    codes = {
        system: {
            code: frozenset(category["procedures"])
            for code, category in about["categories"].items()
        }
        for system, about in delegable().items()
    }
    found = of_configuration(configuration(tmp_path), USUAL.sso, codes)
    assert [str(one) for one in found if one.level == "error"] == []


def test_a_rule_grants_what_the_portal_asks_for(tmp_path: Path) -> None:
    rules = configuration(tmp_path).rules.values()
    for purpose, scopes in SCOPES.items():
        assert set(CLIENT_SCOPES[purpose].split()) == set(scopes.split())
        for mode in ("self", "delegate"):
            assert any(
                rule.mode == mode
                and purpose in rule.purposes
                and set(scopes.split()) <= rule.scopes
                for rule in rules
            ), (purpose, mode)


def test_the_usual_ports_are_the_usual_addresses() -> None:
    portal = PortalSettings()
    assert (USUAL.sso, USUAL.api) == (DEFAULT_ISSUER, DEFAULT_AUDIENCE)
    assert (portal.issuer, portal.api, portal.address) == (USUAL.sso, USUAL.api, USUAL.portal)
    assert portal.system == front.SYSTEM


def test_the_key_is_the_owners_alone_and_stays(tmp_path: Path) -> None:
    public = front.portal_key(tmp_path)
    path = tmp_path / front.KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert front.portal_key(tmp_path) == public
    assert "d" not in public["keys"][0]
    assert json.loads(path.read_text())["d"]


def test_at_other_ports_the_mock_is_told_where_sign_ins_return_to(tmp_path: Path) -> None:
    path = tmp_path / "corporate_auth" / "relying_parties.yaml"
    front.admit_to_mock(front.Front(19_000), tmp_path)
    (party,) = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert party["redirect_uris"] == ["http://127.0.0.1:19000/sso/callback"]
    front.admit_to_mock(USUAL, tmp_path)
    assert not path.exists()


def test_a_register_with_other_clients_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(front, "clients", lambda _processes: {"portal", "somebody-elses"})
    monkeypatch.setattr(Processes, "run", lambda *given, **named: told.append((given, named)))
    front.set_up(USUAL, tmp_path, Processes(tmp_path, os.environ))
    assert told == []
    monkeypatch.setattr(front, "clients", lambda _processes: {"portal"})
    for _ in range(2):
        front.set_up(USUAL, tmp_path, Processes(tmp_path, os.environ))
    assert len(told) == 1


def test_a_register_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    failed = subprocess.CompletedProcess([], 3, "", "hub: HUB_SSO_KEY is missing")
    monkeypatch.setattr(subprocess, "run", lambda *_given, **_named: failed)
    with pytest.raises(HubError, match="HUB_SSO_KEY"):
        front.clients(Processes(tmp_path, {}))


def test_personas_are_told_with_their_accounts(tmp_path: Path, monkeypatch: Any) -> None:
    one = {
        "role": "tax agent",
        "role_ja": "税理士",
        "sign_in": "gbiz-1",
        "business": "甲社",
        "clients": 4,
    }
    monkeypatch.setattr(front, "personas", lambda _home: [one])
    assert front.sentences(USUAL, tmp_path)[-1] == "  tax agent  gbiz-1  税理士：甲社（委任 4社）"
