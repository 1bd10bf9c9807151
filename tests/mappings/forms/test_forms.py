"""Forms as data: every field asks one concept, the rule of its answer agrees, the sync is blind."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from base.errors import MappingError
from canonical.model.concepts import Kind
from connectors import declarations
from connectors.connector import Connector
from hub.sync import mapping_file
from mappings import compile_mapping
from mappings.forms import Filler, Form, load_forms
from mappings.forms.agreement import fits
from mappings.forms.check import check_form, check_forms
from mappings.forms.form import FormField

FORMS = load_forms()
DECLARED = declarations()
FIELDS = [pytest.param(form, each, id=f"{form.id}-{each.name}") for form in FORMS.values()
          for each in form.fields]  # fmt: skip

DEMO = """\
s:
  fields:
    資本金: {to: party.capital_jpy, unit: 千円}
    取引先: {to: party.name, role: vendor}
    公開: {to: plan.publication_allowed, yes: 可, no: 否}
    見込: {each: party.financial_statement, set: {settled: false}, fields: {売上: sales_jpy}}
forms:
  demo:
    title: {ja: 見本, en: Demo}
    stream: s
    versions: {b: '2026-06-01', a: '2025-06-01'}
    fields:
"""


@cache
def contract(system: str, stream: str) -> frozenset[str]:
    connector = Connector(DECLARED[system], lambda _name: None)  # type: ignore[arg-type,return-value]
    return frozenset(connector.schema(stream).paths)


def demo(tmp_path: Path, *fields: str) -> Path:
    path = tmp_path / "demo.yaml"
    path.write_text(DEMO + "".join(f"      {field}\n" for field in fields), encoding="utf-8")
    return path


def problems(path: Path) -> list[tuple[int, str, str]]:
    (report,) = check_forms(path)
    return [(problem.line, problem.field, problem.message) for problem in report.problems]


def form(path: Path) -> Form:
    return load_forms(path.parent)["demo"]


def test_the_five_forms_have_all_their_fields() -> None:
    counts = {name: len(form.fields) for name, form in FORMS.items()}
    assert counts == {
        "it_subsidy": 53, "management_plan": 47, "monozukuri": 48, "succession": 36, "yorozu": 39
    }  # fmt: skip


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_is_well(form: Form) -> None:
    assert check_form(form).problems == []


@pytest.mark.parametrize(("form", "asked"), FIELDS)
def test_a_rule_reads_and_writes_the_answer(form: Form, asked: FormField) -> None:
    paths = contract(form.system, form.stream or "")
    lists = {path.partition("[]")[0] for path in paths if "[]" in path}
    assert asked.answers
    assert paths | lists >= set(asked.answers)
    assert fits(asked.concept, asked.bindings[0])


@pytest.mark.parametrize(("form", "asked"), FIELDS)
def test_a_consent_is_a_declaration_of_the_form(form: Form, asked: FormField) -> None:
    if asked.consent is not None:
        assert form.field(asked.consent).concept.kind is Kind.DECLARATION
        assert asked.reusable
    if asked.declaration or asked.by is not Filler.APPLICANT:
        assert asked.consent is None
        assert not asked.reusable


def test_the_version_of_a_plan_knows_nothing_of_forms(tmp_path: Path) -> None:
    for system in {form.system for form in FORMS.values()}:
        path = mapping_file(system)
        bare = tmp_path / path.name
        bare.write_text(path.read_text("utf-8").partition("\nforms:\n")[0] + "\n", "utf-8")
        for stream in DECLARED[system].streams:
            assert compile_mapping(bare, stream).version == compile_mapping(path, stream).version


def test_forms_are_no_stream(tmp_path: Path) -> None:
    path = demo(tmp_path, "資本金: {asks: capital}")
    with pytest.raises(MappingError, match="no stream forms") as failed:
        compile_mapping(path, "forms")
    assert failed.value.remedy == "It has s"


def test_unit_and_words_come_from_the_rule(tmp_path: Path) -> None:
    path = demo(tmp_path, "資本金: {asks: capital}", "公開: {asks: publication_allowed}")
    assert problems(path) == []
    assert form(path).field("資本金").format.unit == "千円"
    assert form(path).field("公開").format.choices == ("可", "否")


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("資本金: {asks: sales}", "fills party.capital_jpy"),
        ("資本金: {asks: capital, unit: 円}", "reads 千円"),
        ("資本金: {asks: capital, since: '2026-02-01', until: '2026-01-01'}", "before it begins"),
        ("金: {asks: capital}", "no rule of s reads 金"),
        ("取引先: {asks: party_name}", "fills party.name of the vendor"),
        ("見込の売上: {asks: sales, answer: '見込[].売上'}", "financial_statement.sales_jpy"),
        ("資本金: {asks: industry_law_class}", "no canonical field"),
    ],
)
def test_a_field_that_disagrees_with_its_rule_is_found(
    tmp_path: Path, field: str, message: str
) -> None:
    ((line, name, told),) = problems(demo(tmp_path, field))
    assert (line, name) == (DEMO.count("\n") + 1, field.partition(":")[0])
    assert message in told


def test_what_agrees_is_no_problem(tmp_path: Path) -> None:
    path = demo(
        tmp_path, "取引先: {asks: vendor_name, by: agent}",
        "見込の売上: {asks: sales_planned, answer: '見込[].売上'}",
    )  # fmt: skip
    assert problems(path) == []


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("資本金: {asks: capitol}", "there is no concept capitol"),
        ("資本金: {by: officer}", "'asks' is a required property"),
        ("資本金: {asks: [capital, sales]}", "資本金"),
        ("資本金: {asks: capital, years: 2}", "no closed year"),
        ("資本金: {asks: capital, consent: 公開}", "公開 is no declaration"),
        ("資本金: {asks: capital, since: '2026-02-30'}", "2026-02-30 is no day"),
        ("資本金: {asks: capital, colour: red}", "colour"),
    ],
)
def test_what_is_no_form_is_refused_with_its_place(
    tmp_path: Path, field: str, message: str
) -> None:
    path = demo(tmp_path, field)
    with pytest.raises(MappingError, match=message) as refused:
        check_forms(path)
    assert f"{path.name}:{DEMO.count(chr(10)) + 1}" in str(refused.value)


def test_a_field_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="stands here twice"):
        check_forms(demo(tmp_path, "資本金: {asks: capital}", "資本金: {asks: sales}"))


def test_a_form_is_one_of_a_day(tmp_path: Path) -> None:
    found = form(demo(
        tmp_path, "資本金: {asks: capital, until: '2026-05-31'}",
        "公開: {asks: publication_allowed, since: '2026-06-01'}",
    ))  # fmt: skip
    before, after = date(2026, 5, 31), date(2026, 6, 1)
    assert [f.name for f in found.on(before).fields] == ["資本金"]
    assert [f.name for f in found.on(after).fields] == ["公開"]
    assert (found.version(date(2025, 5, 31)), found.version(before)) == (None, "a")
    assert found.version(after) == "b"


def test_two_files_have_no_form_of_one_name(tmp_path: Path) -> None:
    path = demo(tmp_path, "資本金: {asks: capital}")
    (tmp_path / "other.yaml").write_text(path.read_text("utf-8"), "utf-8")
    with pytest.raises(MappingError, match="demo has a form of this name"):
        load_forms(tmp_path)
