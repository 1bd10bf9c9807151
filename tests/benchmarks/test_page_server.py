"""The page server: pages over real HTTP, in order, to their end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from benchmarks import datasets
from benchmarks.contenders import pages
from benchmarks.servers import page_server

pytestmark = pytest.mark.network

RECORDS = 2500


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    dataset = datasets.flat(folder, RECORDS, 0)
    with page_server(folder) as base:
        yield f"{base}/{dataset.name}"


def test_all_pages_in_order(address: str) -> None:
    found = list(pages(address))
    assert [len(page) for page in found] == [1000, 1000, 500]
    assert [item["recordId"] for page in found for item in page] == [
        f"F{number:09d}" for number in range(RECORDS)
    ]


def test_the_first_page_needs_no_cursor(address: str) -> None:
    answer = requests.get(f"{address}/records", timeout=10)
    assert answer.json()["items"][0]["recordId"] == "F000000000"
    assert answer.json()["total"] == RECORDS


@pytest.mark.parametrize("cursor", ["3", "-1", "x"])
def test_a_page_that_does_not_exist(address: str, cursor: str) -> None:
    answer = requests.get(f"{address}/records", params={"cursor": cursor}, timeout=10)
    assert answer.status_code == 404


def test_another_page_size_is_refused(address: str) -> None:
    answer = requests.get(f"{address}/records", params={"limit": "100"}, timeout=10)
    assert answer.status_code == 400


def test_datasets_are_made_once(folder: Path) -> None:
    before = datasets.flat(folder, RECORDS, 0).body.stat().st_mtime_ns
    assert datasets.flat(folder, RECORDS, 0).body.stat().st_mtime_ns == before


def test_an_empty_dataset_is_one_empty_page(folder: Path) -> None:
    empty = datasets.build(folder, "empty", [], 0)
    assert empty.body.read_bytes() == b'{"items":[],"nextCursor":null,"total":0}'
