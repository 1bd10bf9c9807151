"""The fields of a form out of a table, a web page and an OpenAPI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import ContractError, HubError
from hub.form_files import FormFile, read_form_file
from hub.form_files.cells import cell_label
from hub.form_files.openapi import read_openapi
from hub.form_files.page import read_page
from hub.form_files.tables import read_table
from mappings.forms.suggesting import AskedField

F = AskedField


def read(tmp_path: Path, name: str, text: str | bytes) -> FormFile:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_form_file(path)


def page(*body: str) -> list[AskedField]:
    text = f'<!doctype html><meta charset="utf-8"><form>{"".join(body)}</form>'
    return read_page(text.encode())[1]


def one(*body: str) -> AskedField:
    (found,) = page(*body)
    return found


def test_a_table_with_a_head_in_any_words(tmp_path: Path) -> None:
    text = (
        "No.,大項目,項目名,物理名,必須,桁数,単位,選択肢,備考\n"
        "1,代表者,氏名,rep_nm,○,40文字,,,姓と名\n"
        "2,,区分,kbn,×,,,法人|個人,\n"
    )
    first, second = read(tmp_path, "a.csv", text).fields
    assert first == F("氏名", "代表者", "rep_nm", "姓と名", max_length=40, required=True)
    assert second == F("区分", "代表者", "kbn", choices=("法人", "個人"), required=False)


def test_a_table_in_cp932_without_a_head(tmp_path: Path) -> None:
    found = read(tmp_path, "b.tsv", "法人番号\t13\r\n資本金\t千円\r\n".encode("cp932"))
    assert found == FormFile("b", (F("法人番号"), F("資本金")))


def test_a_list_of_names_alone() -> None:
    assert read_table(b"field\tbasis\ncorporate_number\tS\n", "x") == [F("corporate_number")]


def test_a_tables_samples_are_kept_out_of_sight() -> None:
    (found,) = read_table("項目\t記入例\n電話\t03-1234-5678\n".encode(), "x")
    assert found.samples == ("03-1234-5678",)
    assert "1234" not in repr(found)


@pytest.mark.parametrize(
    "control",
    [
        '<label for="a">資本金</label><input id="a">',
        "<label>資本金<input></label>",
        '<input aria-label="資本金">',
        '<span id="s">資本金</span><p><input aria-labelledby="s"></p>',
        "<table><tr><th>資本金</th><td><input></td></tr></table>",
        "<table><tr><td>資本金</td><td><input></td></tr></table>",
        "<dl><dt>資本金</dt><dd><input></dd></dl>",
        "<p>資本金 <input></p>",
        "<div>資本金</div><div><input></div>",
        '<input placeholder="資本金">',
        '<input title="資本金">',
        "<label>資本金<span>必須</span><input></label>",
        "<label>資本金 ※円単位で記入<input></label>",
    ],
)
def test_the_label_of_a_control(control: str) -> None:
    assert one(control).shown == "資本金"


def test_what_a_page_says_of_a_control() -> None:
    found = one(
        '<p id="h">親会社を除く</p><label>資本金（任意）<input name="cap" type="number"'
        ' maxlength="9" pattern="[0-9]+" required aria-describedby="h"'
        ' placeholder="例）1000">千円</label>'
    )
    assert found == F("資本金", "", "cap", "親会社を除く", "number", "千円", 9, "[0-9]+", (), True,
                      ("1000",))  # fmt: skip


def test_sections_are_headings_legends_and_tall_cells() -> None:
    found = page(
        "<h2>申請者</h2><table><tr><th rowspan=2>代表者</th><th>氏名</th><td><input></td></tr>"
        "<tr><th>フリガナ</th><td><input></td></tr></table>"
        "<h2>相手</h2><h3>連携先</h3><fieldset><legend>担当者</legend><label>氏名<input></label></fieldset>"
    )
    assert [(each.section, each.label) for each in found] == [
        ("申請者 / 代表者", "氏名"),
        ("申請者 / 代表者", "フリガナ"),
        ("相手 / 連携先 / 担当者", "氏名"),
    ]


def test_a_tables_columns_are_told_in_brackets() -> None:
    found = page(
        "<table><tr><th></th><th>直近期</th><th>計画</th></tr><tr><th>売上高</th><td><input>円</td>"
        "<td><input>円</td></tr></table>"
    )
    assert [each.label for each in found] == ["売上高（直近期）", "売上高（計画）"]
    assert {each.unit for each in found} == {"円"}


def test_radio_buttons_of_one_name_are_one_field() -> None:
    found = one(
        "<fieldset><legend>法人・個人の別</legend>"
        '<label><input type="radio" name="k">法人</label><label><input type="radio" name="k">個人'
        "</label></fieldset>"
    )
    assert (found.label, found.choices, found.type) == (
        "法人・個人の別",
        ("法人", "個人"),
        "choice",
    )


def test_a_single_check_box_keeps_its_sentence() -> None:
    found = one('<label><input type="checkbox" name="ok">誓約します</label>')
    assert (found.label, found.type, found.choices) == ("誓約します", "checkbox", ())


def test_a_selects_first_empty_line_is_no_choice() -> None:
    found = one('<label>県<select><option value="">選択してください<option>青森県</select></label>')
    assert (found.label, found.choices) == ("県", ("青森県",))


def test_what_nobody_fills_in_is_no_field() -> None:
    kinds = ("hidden", "submit", "button", "reset", "image", "password", "search")
    assert page(*(f'<input type="{kind}" name="x" value="t">' for kind in kinds)) == []


def test_a_personal_numbers_value_is_not_read(tmp_path: Path) -> None:
    found = read(tmp_path, "p.html", '<form><label>マイナンバー<input value="12-3"></label></form>')
    assert found.fields[0].samples == ()


def test_a_page_without_charset_may_be_cp932(tmp_path: Path) -> None:
    found = read(tmp_path, "p.htm", "<html><h1>申請</h1><label>商号<input></label>".encode("cp932"))
    assert (found.title, found.fields[0].label) == ("申請", "商号")


OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "補助金 申請", "version": "1"},
    "paths": {
        "/applications": {
            "post": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}
                }
            }
        }
    },
    "components": {
        "schemas": {
            "Base": {"properties": {"corporateNumber": {"type": "string", "maxLength": 13}}},
            "A": {
                "allOf": [{"$ref": "#/components/schemas/Base"}],
                "required": ["capital"],
                "properties": {
                    "capital": {"type": "integer", "title": "資本金", "x-unit": "千円"},
                    "kind": {
                        "type": "string",
                        "description": "申請者区分。法人か個人",
                        "enum": ["法人", "個人"],
                    },
                    "established": {
                        "type": ["string", "null"],
                        "format": "date",
                        "example": "2001-02-03",
                    },
                    "representative": {
                        "title": "代表者",
                        "properties": {"name": {"title": "氏名"}, "kana": {"title": "フリガナ"}},
                    },
                    "役員一覧": {"type": "array", "items": {"properties": {"氏名": {}}}},
                    "plans": {"type": "array", "items": {"properties": {"年度": {}}}},
                    "id": {"readOnly": True, "type": "string"},
                },
            },
            "Answer": {"properties": {f"x{n}": {} for n in range(30)}},
        }
    },
}


ITSELF = "{$ref: '#/components/schemas/A'}"


@pytest.mark.parametrize("name", ["form.json", "form.yaml"])
def test_an_openapi(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, name, json.dumps(OPENAPI, ensure_ascii=False))
    assert found.title == "補助金 申請"
    number, capital, kind, day, person, kana, officers, year = found.fields
    assert number == F(
        "corporateNumber", "", "corporateNumber", "", "text", None, 13, required=False
    )
    assert capital == F("資本金", "", "capital", "", "number", "千円", required=True)
    assert (kind.label, kind.choices) == ("申請者区分", ("法人", "個人"))
    assert (day.type, day.samples) == ("date", ("2001-02-03",))
    assert [(each.section, each.label) for each in (person, kana)] == [
        ("代表者", "氏名"), ("代表者", "フリガナ")]  # fmt: skip
    assert (officers.label, officers.type) == ("役員一覧", "list")
    assert (year.section, year.label) == ("plans", "年度")


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("a.yaml", "openapi: 3.1.0\npaths: {}\n", "has no field"),
        ("a.yaml", "- 1\n", "no OpenAPI"),
        ("a.yaml", "a: [", "no YAML"),
        ("a.yaml", f"components: {{schemas: {{A: {{properties: {{a: {ITSELF}}}}}}}}}", "itself"),
        ("a.json", '{"properties": {"a": {"$ref": "#/no"}}}', "leads nowhere"),
        ("a.html", "<p>ご案内</p>", "has no field"),
        ("a.tsv", "", "has no field"),
    ],
)  # fmt: skip
def test_what_is_no_form(tmp_path: Path, name: str, text: str, what: str) -> None:
    with pytest.raises(ContractError, match=what):
        read(tmp_path, name, text)


def test_a_file_that_is_larger_than_any_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.form_files.reading.LARGEST", 3)
    with pytest.raises(ContractError, match="larger"):
        read(tmp_path, "a.tsv", "項目\n")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for reader in (
        lambda: read_table(body, "x"),
        lambda: read_page(body),
        lambda: read_openapi(body, "x"),
    ):
        try:
            reader()
        except HubError:
            continue


PIECES = st.sampled_from(
    ["<table>", "<tr>", "<th rowspan=x>", "<td colspan=2>", "甲", "<input>", "</table>", "<dl><dd>",
     "<label>", "<fieldset><legend>", '<input type=radio name=r>', "<select><option>", "<h3>"]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(PIECES, max_size=14))
def test_any_markup_is_read(pieces: list[str]) -> None:
    for each in page(*pieces):
        assert isinstance(each.label, str)


def test_a_control_beside_nothing_has_no_label() -> None:
    from lxml import html

    assert cell_label(html.fragment_fromstring("<input>")) == ("", [], None)
