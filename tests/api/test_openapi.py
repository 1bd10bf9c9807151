"""The OpenAPI document is the one in docs, and the running API does what it says (schemathesis)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema import Draft202012Validator
from schemathesis.checks import CHECKS

from api.app import build, document
from tests.api.running import Running
from tests.api.world import OWNER

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
DOCUMENT = document(build(None))

schema = schemathesis.openapi.from_dict(DOCUMENT)
_NOT_HERE = {
    "ignored_auth",  # tests/api/test_refusals.py has the whole list, and /health takes none
}
_NOT_OF_FORMS = {"positive_data_acceptance"}
"""Which fields and days a form has, no schema of a request can say."""


def test_the_reference_is_up_to_date() -> None:
    told = json.loads(REFERENCE.read_text(encoding="utf-8"))
    assert told == DOCUMENT, "run: .venv/bin/python -m api.reference"


def test_every_operation_is_described_in_both_languages() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            text = operation["summary"] + operation["description"]
            assert any("\u3040" <= sign <= "\u9fff" for sign in text), path
            assert any(sign.isascii() and sign.isalpha() for sign in text), path


@pytest.mark.network
@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_the_running_api_does_what_its_document_says(on_sqlite: Running, case: Any) -> None:
    if "business_id" in (case.path_parameters or {}) and len(case.path_parameters) == 1:
        case.path_parameters["business_id"] = OWNER
    if case.meta.generation.mode.is_positive and case.query:
        case.query.pop("cursor", None)  # which cursors were given out, no schema can say
    answer = case.call(
        base_url=on_sqlite.address, headers={"Authorization": f"Bearer {on_sqlite.token()}"}
    )
    left = _NOT_HERE | (_NOT_OF_FORMS if case.path.startswith("/v1/forms/") else set())
    checks = [check for check in CHECKS.get_all() if check.__name__ not in left]
    case.validate_response(answer, checks=checks)


_PATHS = [
    "/v1/me", f"/v1/businesses/{OWNER}", f"/v1/businesses/{OWNER}?include=lists",
    f"/v1/businesses/{OWNER}/applications", f"/v1/businesses/{OWNER}/plans",
    f"/v1/businesses/{OWNER}/consultations", f"/v1/businesses/{OWNER}/succession-cases",
    "/v1/audit/me", "/v1/changes", "/v1/programs", "/v1/support-agencies", "/v1/it-vendors",
    "/health",
]  # fmt: skip


@pytest.mark.network
@pytest.mark.parametrize("path", _PATHS)
def test_answers_have_the_shape_that_is_documented(on_sqlite: Running, path: str) -> None:
    answer = on_sqlite.get(path, on_sqlite.token())
    assert answer.status_code == 200
    route = path.partition("?")[0].replace(OWNER, "{business_id}")
    shape = DOCUMENT["paths"][route]["get"]["responses"]["200"]["content"]["application/json"]
    whole = {**shape["schema"], "components": DOCUMENT["components"]}
    Draft202012Validator(whole).validate(answer.json())
