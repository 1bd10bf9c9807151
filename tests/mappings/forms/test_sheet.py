"""A form as plain data and its texts by path are one and the same."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.forms import Form, FormField, load_forms
from mappings.forms.sheet import (
    Shape,
    WrongShape,
    columns_of,
    parts_of,
    schema_of,
    shape_of,
    sheet_of,
    texts_of,
)

FORMS = load_forms()
_TEXT = st.text("一二abc12", min_size=1, max_size=5)


def answers(asked: FormField) -> st.SearchStrategy[Any]:
    shape = shape_of(asked)
    if shape is Shape.TEXT:
        return _TEXT
    if shape is Shape.TEXTS:
        return st.lists(_TEXT, min_size=1, max_size=3)
    names = list(parts_of(asked)) if shape is Shape.PARTS else columns_of(asked)
    row = st.dictionaries(st.sampled_from(names), _TEXT, min_size=1)
    return row if shape is Shape.PARTS else st.lists(row, min_size=1, max_size=3)


def sheets(form: Form) -> st.SearchStrategy[dict[str, Any]]:
    everything = {each.name: answers(each) for each in form.fields}
    return st.fixed_dictionaries({}, optional=everything)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(data=st.data())
def test_a_sheet_and_its_texts_are_one(form: Form, data: st.DataObject) -> None:
    sheet = data.draw(sheets(form))
    # Two fields may ask for one answer (名称, 事業者の氏名又は名称): the later one stands.
    texts: dict[str, str] = {}
    for each in form.fields:
        texts |= texts_of(each, sheet.get(each.name))
    again = sheet_of(form, texts)
    told = {
        path: text for f in form.fields for path, text in texts_of(f, again.get(f.name)).items()
    }
    assert told == texts
    jsonschema.validate(json.loads(json.dumps(sheet)), schema_of(form))


@pytest.mark.parametrize("left", [None, "", " ", [], {}])
def test_a_field_that_is_left_has_no_text(left: Any) -> None:
    for form in FORMS.values():
        for each in form.fields:
            if left != " " or shape_of(each) is Shape.TEXT:
                assert texts_of(each, left) == {}


@pytest.mark.parametrize(
    ("form", "field", "answer"),
    [
        ("monozukuri", "資本金", ["1"]),
        ("monozukuri", "資本金", {"円": "1"}),
        ("monozukuri", "売上高（2期）", "1"),
        ("monozukuri", "売上高（2期）", [["1"]]),
        ("monozukuri", "株主等一覧（氏名・所在地・出資比率）", ["標本太郎"]),
        ("monozukuri", "株主等一覧（氏名・所在地・出資比率）", [{"名": "標本太郎"}]),
        ("it_subsidy", "業種（大分類/中分類/コード）", "E"),
    ],
)
def test_another_shape_is_refused_without_its_value(form: str, field: str, answer: Any) -> None:
    with pytest.raises(WrongShape) as refused:
        texts_of(FORMS[form].field(field), answer)
    assert "標本" not in str(refused.value)


def test_what_json_writes_without_quotes_is_its_text() -> None:
    form = FORMS["it_subsidy"]
    assert texts_of(form.field("資本金"), 1000) == {"answers.資本金": "1000"}
    assert texts_of(form.field("データ利活用の同意"), answer=True) == {
        "answers.データ利活用の同意": "true"
    }
