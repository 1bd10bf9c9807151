"""The register's two files: what they hold, when they change, and what is not sent again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import requests

from connectors.contracts.table import TableContract
from mocks.serve import MockServers, serve
from mocks.smart_sme.lists import Lists
from mocks.smart_sme.vendors import ends
from mocks.world import World

CONTRACT = Path(__file__).parents[2] / "connectors" / "smart_sme" / "register.table.yaml"
CODECS = {"vendors": "utf-8-sig", "tools": "cp932"}


@pytest.fixture
def lists() -> Lists:
    return Lists(World(7, 1500))


@pytest.fixture(scope="module")
def served() -> Iterator[MockServers]:
    with serve(World(7, 600), only=["smart_sme"]) as servers:
        yield servers


def rows(lists: Lists, stream: str) -> list[list[str]]:
    text = lists.files[f"{stream}.csv"].body.decode(CODECS[stream])
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("stream", CODECS)
def test_the_files_have_the_contracts_columns_and_words(lists: Lists, stream: str) -> None:
    contract = TableContract(CONTRACT)
    header, *found = rows(lists, stream)
    assert header == contract.columns(stream)
    sound = [dict(zip(header, row, strict=True)) for row in found if len(row) == len(header)]
    refused = {key.key for key, flaws in lists.world.truth.flaws.items()
               if any(flaw.rule == "columns" for flaw in flaws)}  # fmt: skip
    assert {row[0] for row in found if len(row) != len(header)} == refused
    for leaf in contract.record_schema(record=stream).leaves:
        if leaf.enum is not None:
            assert {row[leaf.path] for row in sound} <= leaf.enum
        if not leaf.nullable:
            assert all(row[leaf.path] for row in sound)


def test_the_truth_knows_every_row(lists: Lists) -> None:
    truth = {(key.stream, key.key) for key in lists.world.truth.business_of}
    shown = {(stream, row[0]) for stream in CODECS for row in rows(lists, stream)[1:]}
    assert truth == shown


def test_a_certification_holds_for_three_years(lists: Lists) -> None:
    for vendor in lists.vendors.values():
        term = vendor.term(lists.world.today)
        listed = term is not None and term <= lists.world.today <= ends(term)
        assert listed == (vendor.number in {row[0] for row in rows(lists, "vendors")})
    assert ends(date(2024, 8, 27)) == date(2027, 8, 26)
    assert ends(date(2024, 2, 29)) == date(2027, 2, 27)


def test_a_file_keeps_its_marks_until_it_changes(lists: Lists) -> None:
    before = dict(lists.files)
    businesses, today = lists.world.businesses, lists.world.today
    vendor = next(
        v
        for v in lists.vendors.values()
        if v.term(today + timedelta(days=45)) and businesses[v.business].kind == "corporation"
    )
    lists.world.apply({"kind": "representative_changed", "business": vendor.business})
    assert lists.files["tools.csv"] == before["tools.csv"]
    assert lists.files["vendors.csv"] == before["vendors.csv"]
    lists.world.advance(45)
    after = lists.files["vendors.csv"]
    assert after.etag != before["vendors.csv"].etag
    assert after.written > before["vendors.csv"].written
    row = next(row for row in rows(lists, "vendors") if row[0] == vendor.number)
    assert date.fromisoformat(row[-1]) > lists.world.today - timedelta(days=45)


def test_an_unchanged_file_is_not_sent_again(served: MockServers) -> None:
    address = f"{served['smart_sme'].address}/download/vendors.csv"
    first = requests.get(address, timeout=10)
    assert first.headers["X-Synthetic-Data"] == "true"
    for condition in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f'"x", W/{first.headers["ETag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        again = requests.get(address, headers=condition, timeout=10)
        assert (again.status_code, again.content) == (304, b"")
    other = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["Last-Modified"]}
    assert requests.get(address, headers=other, timeout=10).content == first.content


def test_a_head_tells_of_the_file_alone(served: MockServers) -> None:
    address = f"{served['smart_sme'].address}/download/tools.csv"
    head, whole = requests.head(address, timeout=10), requests.get(address, timeout=10)
    assert head.content == b""
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert int(head.headers["Content-Length"]) == len(whole.content)
    assert requests.get(f"{address}x", timeout=10).status_code == 404
