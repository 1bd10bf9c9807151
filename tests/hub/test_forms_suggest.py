"""`hub forms suggest`: as a table, as JSON, and as YAML that `hub mapping check` accepts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from hub.cli import run
from mappings.forms import load_forms
from mappings.forms.check import check_forms
from mocks.world.numbers import corporate_number

ROOT = Path(__file__).parents[2]
NUMBER = corporate_number(7)
PAGE = f"""<!doctype html><meta charset="utf-8"><h1>省力化 "補助金": 申請</h1><form>
<h2>申請者情報</h2><label>法人番号<input maxlength="13" value="{NUMBER}"></label>
<label>商号又は名称<input></label><label>フリガナ<input></label>
<fieldset><legend>連携先</legend><label>法人番号<input></label></fieldset>
<label>法人・個人の別<select><option>法人<option>個人</select></label>
<label>満足度（#1: {{5段階}}）<input></label>
<label><input type="checkbox">公募要領に同意します</label></form>"""


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "new-form.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_as_json(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forms", "suggest", str(form), "--json"]) == 0
    out = capsys.readouterr().out
    told = json.loads(out)
    verdicts = [each["verdict"] for each in told["fields"]]
    assert verdicts == ["take", "take", "take", "new", "take", "ask", "declaration"]
    assert told["fields"][0]["proposals"][0]["concept"] == "corporate_number"
    assert told["fields"][3]["section"] == "申請者情報 / 連携先"
    assert NUMBER not in out


def test_as_a_table(form: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forms", "suggest", str(form)]) == 0
    out = capsys.readouterr().out
    assert "7 fields: 4 take, 1 new, 1 ask, 1 declaration" in out
    assert "party_name_kana" in out
    assert NUMBER not in out


def test_as_yaml_that_a_mapping_takes(
    form: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["forms", "suggest", str(form), "--yaml"]) == 0
    out = capsys.readouterr().out
    assert NUMBER not in out
    mapping = tmp_path / "system.yaml"
    mapping.write_text("s: {fields: {x: {to: party.name}}}\n" + out, encoding="utf-8")
    (report,) = check_forms(mapping)
    assert (report.form, report.problems) == ("new_form", [])
    fields = load_forms(tmp_path)["new_form"].fields
    assert [each.concept.id for each in fields] == [
        "corporate_number", "party_name", "party_name_kana", "party_kind", "satisfaction",
    ]  # fmt: skip
    assert fields[0].format.max_length == 13
    assert "# 連携先 法人番号: {asks: }  # new concept" in out
    assert "# 公募要領に同意します: {asks: }  # declaration" in out


@pytest.mark.parametrize("name", ["smart_sme", "support_agency", "corporate_auth", "restructuring"])
def test_any_forms_yaml_is_accepted(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = ROOT / f"benchmarks/suggestions/forms/{name}.tsv"
    assert run(["forms", "suggest", str(source), "--yaml"]) == 0
    mapping = tmp_path / "system.yaml"
    out = capsys.readouterr().out
    mapping.write_text("s: {fields: {x: {to: party.name}}}\n" + out, encoding="utf-8")
    assert [report.problems for report in check_forms(mapping)] == [[]]


def test_a_form_without_a_known_concept_is_remarks_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "様式.tsv"
    path.write_text("好きな色\n誓約します\n", encoding="utf-8")
    assert run(["forms", "suggest", str(path), "--yaml"]) == 0
    assert yaml.safe_load(capsys.readouterr().out) is None


def test_what_is_no_form_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>", encoding="utf-8")
    assert run(["forms", "suggest", str(path)]) == 1
    assert "a.html has no field" in capsys.readouterr().err
    assert run(["forms", "suggest", str(path), "--json", "--yaml"]) == 2


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forms", "suggest", "no/such.tsv"]) == 1
    assert "such.tsv cannot be read" in capsys.readouterr().err
