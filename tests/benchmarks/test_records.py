"""The flat records: deterministic, within their contract, dirty and wrong in known shares."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator
from stdnum.jp import cn

from benchmarks.flat import columns
from benchmarks.flat.records import changed, corporate_number, era_year, record, refusal

CONTRACT = Path(__file__).parents[2] / "benchmarks" / "flat" / "openapi.yaml"
SAMPLE = [record(number) for number in range(2000)]


def test_the_same_in_another_process() -> None:
    script = (
        "import sys, msgspec; from benchmarks.flat.records import record;"
        "sys.stdout.buffer.write(msgspec.json.encode([record(n) for n in range(50)]))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        cwd=CONTRACT.parents[2],
        env={"PYTHONHASHSEED": "7"},
    )
    assert other.stdout == msgspec.json.encode(SAMPLE[:50])


def test_every_record_keeps_the_contract() -> None:
    schema = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]["Record"]
    validator = Draft202012Validator(schema)
    assert [error.message for item in SAMPLE for error in validator.iter_errors(item)] == []


def test_the_peers_declare_the_fields_of_the_contract() -> None:
    schema = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]["Record"]
    declared = {columns.KEY, *columns.TEXT, *columns.INTEGER, *columns.BOOLEAN}
    assert declared == set(schema["properties"])
    assert len(declared) == 26


def test_corporate_number_has_the_registers_check_digit() -> None:
    assert corporate_number(12050002) == "7000012050002"  # 国税庁, as published


@pytest.mark.parametrize("base", range(700000000000, 700000000040))
def test_wrong_check_digits_are_wrong(base: int) -> None:
    assert cn.is_valid(corporate_number(base))
    assert not cn.is_valid(corporate_number(base, valid=False))


def test_one_record_in_a_thousand_is_refused() -> None:
    rules = [refusal(number) for number in range(10_000)]
    assert rules.count("check_digit") == rules.count("impossible_date") == 5


def test_refused_records_hold_the_value_that_is_refused() -> None:
    wrong_number, wrong_date = record(500), record(1500)
    assert not cn.is_valid(str(wrong_number["corporateNumber"]))
    assert wrong_date["establishedOn"] == "平成20年2月30日"


def test_a_generation_changes_one_per_cent_and_keeps_the_keys() -> None:
    later = [record(number, 1) for number in range(2000)]
    differing = [n for n in range(2000) if SAMPLE[n] != later[n]]
    assert differing == [n for n in range(2000) if changed(n)]
    assert len(differing) == 20
    assert [r["recordId"] for r in SAMPLE] == [r["recordId"] for r in later]


def test_about_two_per_cent_of_spellings_are_dirty() -> None:
    dirty = sum(not str(item["postalCode"]).isdigit() for item in SAMPLE)
    assert 0.01 < dirty / len(SAMPLE) < 0.03


@pytest.mark.parametrize(
    ("year", "era"), [(1970, ("昭和", "S", 45)), (1989, ("平成", "H", 1)), (2020, ("令和", "R", 2))]
)
def test_era_year(year: int, era: tuple[str, str, int]) -> None:
    assert era_year(year) == era
