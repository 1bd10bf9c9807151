"""Canonical values as the forms write them; what is written reads back as the same value."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import RefusedValue
from canonical.model import FieldType
from mappings import Plan, compile_mapping
from mappings.backward import format_rule
from mappings.check import all_rules
from mappings.columns import RuleColumns
from mappings.rules import FieldRule
from tests.mappings.conftest import SUBSIDY
from tests.mappings.frames import source_frame
from tests.mappings.test_subsidy_applications import APPLICATION

PLANS = {stream: compile_mapping(SUBSIDY, stream) for stream in ("programs", "applications")}
RULES = [
    pytest.param(rule, id=f"{stream}-{'+'.join(rule.sources)}-{rule.target.spelling}")
    for stream, plan in PLANS.items()
    for rule in all_rules(plan.rules)
]
WORDS = st.text("山田製作所ヤマダあいうABCxyz0123 ・-", min_size=1, max_size=20)


def texts_for(rule: FieldRule) -> st.SearchStrategy[str]:
    """Source texts that a rule's transform is meant for, dirty ones included."""
    given = [
        example.texts
        for example in rule.transform.examples
        if isinstance(example.texts, str) and example.refused is None
    ]
    made: dict[FieldType, st.SearchStrategy[str]] = {
        FieldType.MONEY: st.integers(-(10**12), 10**12).map(lambda n: f"{n:,}千円"),
        FieldType.INTEGER: st.integers(0, 10**9).map(str),
        FieldType.DATE: st.dates(date(1868, 1, 25), date(2100, 1, 1)).map(str),
        FieldType.RATE: st.decimals(0, 100, places=2).map(lambda value: f"{value}%"),
    }
    kind = rule.target.fields[0].type
    options = [made[kind]] if kind in made else [WORDS]
    if rule.options.get("labels"):
        options = [st.sampled_from(list(rule.options["labels"].values()))]
    return st.one_of(*options, *([st.sampled_from(given)] if given else []))


@pytest.mark.parametrize("rule", RULES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_what_is_written_reads_back(rule: FieldRule, data: st.DataObject) -> None:
    columns = RuleColumns(rule)
    count = 1 if rule.first_stated else len(rule.sources)
    texts = tuple(data.draw(st.one_of(st.none(), texts_for(rule))) for _ in range(count))
    first = columns.parse_one(texts)
    if isinstance(first, RefusedValue) or all(value is None for value in first.values):
        return
    written = format_rule(rule, _row(rule, first.values))
    sources = rule.sources[:1] if rule.first_stated else rule.sources
    second = columns.parse_one(tuple(written.get(source) for source in sources))
    assert not isinstance(second, RefusedValue), (texts, written, second.what)
    assert format_rule(rule, _row(rule, second.values)) == written
    if not _lossy(rule):
        assert second.values == first.values


def _row(rule: FieldRule, values: tuple[Any, ...]) -> dict[str, Any]:
    named = zip(rule.outputs, values, strict=True)
    return {name: value for name, value in named if name is not None}


def _lossy(rule: FieldRule) -> bool:
    """Rules whose declared loss shows in the values themselves, not only in the spelling."""
    backward_cuts = rule.transform.name in {"phone", "address_parts", "address"}
    backward_cuts |= rule.transform.name == "money" and rule.options["unit"] is not None
    return backward_cuts or rule.transform.name == "code" or rule.outputs[0] is None


def test_a_form_is_filled_as_it_is_written(applications: Plan) -> None:
    written = applications.format(
        {
            "party": {
                "corporate_number": "7000012050002",
                "name": "株式会社高橋製作所",
                "capital_jpy": 10000000,
                "capital_jpy_unit": 10000,
                "representative_birth_on": date(1970, 3, 1),
                "representative_birth_on_precision": "day",
                "deemed_large_company": False,
                "address_postal_code": "1000013",
                "address_full": "東京都千代田区霞が関1-3-1",
                "address_as_received": "東京都千代田区霞が関１丁目３番１号",
            },
            "officer": [{"title": "取締役", "name": "高橋 次郎"}, {"title": "監査役"}],
            "financial_statement": [
                {"period_end": date(2025, 3, 31), "sales_jpy": 12000000, "settled": True},
                {"period_end": date(2026, 3, 31), "value_added_jpy": 5000000, "settled": True},
            ],
        }
    )
    assert written["answers.法人番号"] == "7000012050002"
    assert written["answers.代表者生年月日"] == "昭和45年3月1日"
    assert written["answers.資本金"] == "1,000万円"
    assert written["answers.みなし大企業該当"] == "非該当"
    assert written["answers.郵便番号"] == "1000013"
    assert written["answers.本店所在地"] == "東京都千代田区霞が関１丁目３番１号"
    assert written["answers.役員一覧[1].役職"] == "監査役"
    assert written["answers.付加価値額"] == "5000"
    assert written["answers.決算[0].決算年月"] == "2025年3月"
    assert "answers.担当者氏名" not in written


def test_a_mapped_record_is_written_as_it_was_read(applications: Plan) -> None:
    """Forward, backward and forward again gives the same claims, list by list."""
    claims = applications.map(source_frame(APPLICATION)).claims
    rows = {entity: frame.to_dicts() for entity, frame in claims.items()}
    single = {"party", "project", "contact"}
    written = applications.format({e: r[0] if e in single else r for e, r in rows.items()})
    again = applications.map(source_frame(_nested(written))).claims
    for entity in ("party", "project", "officer", "financial_statement", "expense_line"):
        if entity in claims:
            new = again[entity].drop("as_of")
            assert new.equals(claims[entity].select(new.columns)), entity


def _nested(written: dict[str, str]) -> dict[str, Any]:
    """Paths such as `answers.役員一覧[0].氏名` as a nested record."""
    record: dict[str, Any] = {}
    for path, text in written.items():
        node: Any = record
        *parents, leaf = path.replace("[", ".[").split(".")
        for step, following in zip(parents, [*parents, leaf][1:], strict=True):
            node = _step(node, step, [] if following.startswith("[") else {})
        if leaf.startswith("["):
            node.append(text)
        else:
            node[leaf] = text
    return record


def _step(node: Any, step: str, empty: Any) -> Any:
    if not step.startswith("["):
        return node.setdefault(step, empty)
    index = int(step.strip("[]"))
    if index == len(node):
        node.append(empty)
    return node[index]
