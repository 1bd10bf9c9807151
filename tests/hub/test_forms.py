"""`hub forms`: list, show and overlap, at the terminal, as JSON and as a page that stands alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from hub.cli import run
from hub.forms_report import render
from mappings.forms import load_forms, overlap

ROOT = Path(__file__).parents[2]
FORMS = load_forms()


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["forms", *arguments]) == 0
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(printed(capsys, *arguments, "--json"))


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    rows = as_json(capsys, "list")
    assert {row["form"]: row["fields"] for row in rows} == {
        name: len(form.fields) for name, form in FORMS.items()
    }
    assert "ものづくり補助金" in printed(capsys, "list")


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {row["field"]: row for row in as_json(capsys, "show", "monozukuri")["fields"]}
    sales = rows["売上高（2期）"]
    assert (sales["concept"], sales["format"]) == ("sales", "円, 2 years")
    assert sales["answers"] == ["answers.決算[].売上高"]
    assert rows["みなし大企業該当"]["kind"] == "declaration"
    assert rows["みなし大企業該当"]["consent"] is None
    assert "事業計画名（30字）" in printed(capsys, "show", "monozukuri")


def test_overlap_is_what_the_guide_shows(capsys: pytest.CaptureFixture[str]) -> None:
    first, *rest = printed(capsys, "overlap").splitlines()
    guide = (ROOT / "docs/guides/forms.md").read_text(encoding="utf-8")
    assert first in guide.splitlines()
    found = overlap(list(FORMS.values()))
    assert f"| {found.total('reusable')} | {len(found.questions)} |" in guide
    assert f"| {found.concepts} |" in guide
    assert any("corporate_number" in line for line in rest)


def test_overlap_of_two(capsys: pytest.CaptureFixture[str]) -> None:
    data = as_json(capsys, "overlap", "monozukuri", "it_subsidy")
    assert [count["form"] for count in data["forms"]] == ["monozukuri", "it_subsidy"]
    assert data["totals"]["left"] + data["totals"]["saved"] == data["totals"]["asked"]
    assert len(data["pairs"]) == 1


def test_an_unknown_form_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forms", "overlap", "monozukri"]) == 2
    assert "there are: it_subsidy" in capsys.readouterr().err


def test_the_page_stands_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "overlap.html"
    assert printed(capsys, "overlap", "--html", str(path)) == ""
    page = path.read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<img|src=|href=|url\(|@import|https?:", page)
    assert '<html lang="ja">' in page
    assert "prefers-color-scheme: dark" in page
    for form in FORMS.values():
        assert form.ja in page
        assert form.en in page
    body = page[page.index("<body>") : page.index("</html>")].replace("<br>", "<br/>")
    ET.fromstring(body)  # noqa: S314


def test_a_page_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forms", "overlap", "--html", str(tmp_path / "none" / "a.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_page_of_no_forms() -> None:
    assert "0%" in render(overlap([]))
