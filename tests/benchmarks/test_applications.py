"""Applications for the benchmark: so many as asked for, in the order in which they are served."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from benchmarks.applications import PAGE_SIZE, applications


def test_applications_in_the_order_of_their_updates(tmp_path: Path) -> None:
    dataset = applications(tmp_path, 40)
    page = msgspec.json.decode(dataset.body.read_bytes())
    keys = [(item["updatedAt"], item["applicationId"]) for item in page["items"]]
    assert len(keys) == dataset.records == 40
    assert keys == sorted(keys)
    assert json.loads(dataset.index.read_text())["page_size"] == PAGE_SIZE


def test_asking_for_the_connectors_page_size() -> None:
    from connectors.registry import declarations

    assert declarations()["subsidy"].streams["applications"].page_size == PAGE_SIZE
