"""Every answer of the mocks fits the contract that the connector reads it by."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from jsonschema import Draft202012Validator

from mocks.serve import MockServers
from mocks.subsidy.catalogue import detail_v1, detail_v2, envelope, summary
from mocks.world import World
from mocks.world.programs import make_programs

CONTRACTS = Path(__file__).resolve().parents[2] / "connectors" / "subsidy"


@cache
def validator(contract: str, schema: str) -> Draft202012Validator:
    document = yaml.safe_load((CONTRACTS / contract).read_text(encoding="utf-8"))
    reference = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    return Draft202012Validator(reference)


def faults(checker: Draft202012Validator, value: Any) -> list[str]:
    return [f"{e.json_path}: {e.validator}" for e in checker.iter_errors(value)]


def test_every_application_fits(still_records: dict[str, dict[str, Any]]) -> None:
    checker = validator("applications.openapi.yaml", "Application")
    assert {key: faults(checker, r) for key, r in still_records.items() if faults(checker, r)} == {}


def test_a_page_and_a_token_fit(servers: MockServers, applicant: requests.Session) -> None:
    base = servers["subsidy"].address
    page = applicant.get(f"{base}/applicant/v1/applications?limit=3", timeout=10)
    assert faults(validator("applications.openapi.yaml", "ApplicationPage"), page.json()) == []
    client = servers.credentials
    token = requests.post(
        f"{base}/oauth/token",
        data={"grant_type": "client_credentials", "scope": "applications.read"},
        auth=(client.client_id, client.client_secret),
        timeout=10,
    )
    assert faults(validator("applications.openapi.yaml", "Token"), token.json()) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/applicant/v1/applications?limit=0", 400),
        ("/applicant/v1/applications?limit=1001", 400),
        ("/applicant/v1/applications?updatedFrom=yesterday", 400),
        ("/applicant/v1/applications?updatedFrom=2026-01-01T00:00:00", 400),
        ("/applicant/v1/applications?cursor=nonsense", 400),
    ],
)
def test_refusals_fit(
    servers: MockServers, applicant: requests.Session, path: str, status: int
) -> None:
    answer = applicant.get(servers["subsidy"].address + path, timeout=10)
    assert answer.status_code == status
    assert faults(validator("applications.openapi.yaml", "Error"), answer.json()) == []


def test_every_programme_fits(still_world: World) -> None:
    for program in make_programs(2, 200, still_world.today):
        for schema, shown in (
            ("SubsidySummaries", summary(program)),
            ("SubsidyDetailsV1", detail_v1(program)),
            ("SubsidyDetailsV2", detail_v2(program)),
        ):
            assert faults(validator("programs.openapi.yaml", schema), envelope([shown])) == []


def test_the_form_is_answered_whole(still_records: dict[str, dict[str, Any]]) -> None:
    """Every field of the contract's form occurs, and nothing beside them."""
    document = yaml.safe_load((CONTRACTS / "applications.openapi.yaml").read_text("utf-8"))
    labels = set(document["components"]["schemas"]["Answers"]["properties"])
    seen = {name for record in still_records.values() for name in record["answers"]}
    assert seen == labels


def test_states_apart(still_records: dict[str, dict[str, Any]]) -> None:
    """採択 is not 交付決定: a granted project had 採択 first, in another procedure."""
    for record in still_records.values():
        decisions = {p["kind"]: p["decision"] for p in record["procedures"]}
        if "交付申請" in decisions:
            assert decisions["公募申請"] == "採択"
        assert record["status"] == record["history"][-1]["state"]
        assert [h["at"] for h in record["history"]] == sorted(h["at"] for h in record["history"])


def test_mail_and_web_addresses_are_reserved_names(
    still_records: dict[str, dict[str, Any]],
) -> None:
    for record in still_records.values():
        mail = record["answers"]["担当者メール"].strip()
        assert re.search(r"[@＠]b\d{7}\.example\.jp$", mail)
