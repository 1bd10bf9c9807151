"""The mock of the plan system: valid documents, files by day, the truth, events."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import requests
import yaml
from jsonschema import Draft202012Validator
from lxml import etree

from connectors.transports.xmlsafe import XmlFault, parse_document
from mocks.management_plan import filings
from mocks.management_plan.app import LISTING
from mocks.management_plan.files import Day, PlanFiles
from mocks.serve import serve
from mocks.world import World, dirt
from tests.connectors.plans import ELEMENT, contract, documents

BROKEN = {"schema", "malformed", "encoding"}
FOLDER = Path(__file__).parents[2] / "connectors" / "management_plan"


def members(files: PlanFiles, day: Day) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(files.body(day))) as opened:
        return {Path(name).stem: opened.read(name) for name in opened.namelist()}


def record(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(contract().valid_records(ELEMENT).convert(parse(data)))
    return found


def parse(data: bytes) -> etree._Element:
    return parse_document(data)


@pytest.fixture(scope="module")
def flawed() -> PlanFiles:
    with pytest.MonkeyPatch.context() as few, patch.object(filings, "SHARE", 0.7):
        for share in ("REFUSED_SHARE", "NOTED_SHARE", "REVIEW_SHARE", "MASKED_SHARE"):
            few.setattr(dirt, share, 0.1)
        return PlanFiles(World(9, 400))


def test_every_document_is_valid_for_xmlschema_but_those_the_truth_names(
    flawed: PlanFiles,
) -> None:
    rules = {key.key: {f.rule for f in flaws} for key, flaws in flawed.world.truth.flaws.items()}
    seen = set()
    for day in flawed.days.values():
        for key, data in members(flawed, day).items():
            broken = rules.get(key, set()) & BROKEN
            seen |= broken
            assert judged(data) == broken
    assert seen == BROKEN


def judged(data: bytes) -> set[str]:
    """By which rule a document is refused: by the parser's, or by xmlschema's verdict."""
    try:
        root = parse(data)
    except XmlFault as fault:
        return {fault.rule}
    return set() if contract().schema.is_valid(root) else {"schema"}


def test_documents_are_written_as_older_software_does_now_and_then() -> None:
    old = [data for data in documents() if b'encoding="Shift_JIS"' in data[:60]]
    assert 0.02 < len(old) / len(documents()) < 0.25
    assert record(old[0])["申請書"]["申請者"]["名称"]


def test_the_form_is_answered_whole() -> None:
    """Every field of the contract occurs in some document."""
    seen: set[str] = set()
    for data in documents():
        seen |= set(_paths(record(data)))
    missing = set(contract().record_schema(record=ELEMENT).paths) - seen
    assert missing <= {"支援機関.認定支援機関ID"}


def _paths(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [
            found
            for name, inner in value.items()
            for found in _paths(inner, f"{path}.{name}" if path else name)
        ]
    if isinstance(value, list):
        return [found for one in value for found in _paths(one, f"{path}[]")]
    return [path]


def test_amounts_and_productivity_hang_together() -> None:
    for data in documents()[:40]:
        found = record(data)
        figures, plan = found["計画"]["財務"], found["計画"]
        made = sum(int(figures[name]) for name in ("営業利益", "人件費", "減価償却費"))
        assert abs(made / int(figures["労働者数"]) - int(plan["労働生産性"]["現状"])) < 3
        for line in found["設備一覧"]["設備"]:
            assert int(line["金額"]) == int(line["単価"]) * int(line["数量"])


def test_each_filing_asks_for_consent_and_publication_anew() -> None:
    answers = {
        (found["同意"]["公表の可否"], found["管理情報"]["届出区分"])
        for found in map(record, documents())
    }
    assert answers == {(a, b) for a in ("可", "否") for b in ("新規申請", "変更申請")}


def test_the_ministers_follow_from_the_industry() -> None:
    for found in map(record, documents()):
        code, to = found["計画"]["事業分野"]["中分類コード"], found["申請書"]["宛先"]
        assert ("農林水産大臣" in to) is (code in {"01", "09", "52"})


def test_the_same_world_has_the_same_bytes() -> None:
    one, other = PlanFiles(World(4, 120)), PlanFiles(World(4, 120))
    assert one.days.keys() == other.days.keys()
    for on, day in one.days.items():
        assert one.body(day) == other.body(other.days[on])
        assert day.etag == other.days[on].etag


def test_steps_of_a_day_come_with_its_file_and_older_files_stay() -> None:
    world = World(4, 400)
    files = PlanFiles(world)
    before = {day.name: day.etag for day in files.days.values()}
    world.advance(20)
    after = {day.name: day.etag for day in files.days.values()}
    assert before.items() <= after.items()
    assert len(after) > len(before)


def test_a_business_that_moved_files_a_change_later() -> None:
    world = World(4, 400)
    files = PlanFiles(world)
    moved = next(
        one.business
        for one in files.filings
        if one.steps[-1].state == "認定"
        and one.steps[-1].at < world.now - timedelta(days=30)
        and files._last[one.business] is one
    )
    world.apply({"kind": "moved", "business": moved, "on": world.today.isoformat()})
    world.advance(45)
    last = files._last[moved]
    assert last.kind == filings.CHANGE
    assert last.revealed
    now = record(members(files, files.days[last.revealed[-1].date()])[last.key])
    assert now["管理情報"]["前回認定番号"] == last.previous


def test_the_listing_fits_its_contract_and_says_that_it_is_synthetic() -> None:
    document = yaml.safe_load((FOLDER / "files.openapi.yaml").read_text(encoding="utf-8"))
    schema = {"$ref": "#/components/schemas/Files", "components": document["components"]}
    with serve(World(4, 120), only=["management_plan"]) as servers:
        base = servers["management_plan"].address
        token = {"X-API-Key": servers.credentials.client_secret}
        answer = requests.get(
            f"{base}{LISTING}?until=2026-11-20&from=2026-01-01", headers=token, timeout=10
        )
        assert not list(Draft202012Validator(schema).iter_errors(answer.json()))
        assert answer.headers["X-Synthetic-Data"] == "true"
        first = answer.json()["items"][0]
        file = requests.get(f"{base}{LISTING}/{first['name']}", headers=token, timeout=10)
        assert file.headers["ETag"] == first["etag"]
        assert zipfile.is_zipfile(io.BytesIO(file.content))
        for path, status in (
            (f"{LISTING}?until=tomorrow", 400),
            (LISTING, 400),
            (f"{LISTING}/none.zip", 404),
        ):
            assert requests.get(base + path, headers=token, timeout=10).status_code == status
        assert requests.get(f"{base}{LISTING}?until=2026-11-20", timeout=10).status_code == 401
