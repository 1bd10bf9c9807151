"""Blocks that read alone: their readers give the same values, and all records."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import soap, xml
from benchmarks.floors import floors
from benchmarks.reading import run
from benchmarks.results import Results

pytestmark = pytest.mark.network


def test_zeep_and_the_hub_read_the_same_values(tmp_path: Path) -> None:
    soap.make(tmp_path, 1203)
    assert [soap.prepare(reader, tmp_path)() for reader in soap.READERS] == [1203, 1203]
    assert soap.compare(tmp_path) > 1203 * 24


def test_a_value_read_otherwise_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soap.make(tmp_path, 3)
    monkeypatch.setattr(soap, "_typed", lambda text, _like: text)
    with pytest.raises(ValueError, match="differs from zeep's"):
        soap.compare(tmp_path)


def test_a_run_measures_every_reader_and_fills_the_floor(tmp_path: Path) -> None:
    results = Results()
    said: list[str] = []
    run(results, said.append, "soap", tmp_path, records=40, rounds=1)
    assert {one.contender for one in results.runs} == {"hub", "zeep"}
    measured = {floor.name: floor.measured for floor in floors(results)}
    assert measured["SOAP answers, × zeep's objects"] is not None


def test_xml_is_judged_and_read_alike(tmp_path: Path) -> None:
    xml.make(tmp_path, 40)
    assert [xml.prepare(reader, tmp_path)() for reader in xml.READERS] == [40, 40]
    assert xml.compare(tmp_path) > 40 * 50


def test_a_value_read_differently_from_to_dict_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    xml.make(tmp_path, 2)
    monkeypatch.setattr(xml, "_to_dict", lambda schema, folder: lambda: iter([{}, {}]))
    with pytest.raises(ValueError, match="document"):
        xml.compare(tmp_path)
