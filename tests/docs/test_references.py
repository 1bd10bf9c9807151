"""Generated references and lists that follow the code are up to date."""

from __future__ import annotations

import ast
import re

import pytest

from base import errors
from hub import cli_reference, connector_reference
from hub.cli import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_LEASE_HELD, EXIT_SETTINGS
from mappings.transforms import TRANSFORMS, catalogue
from tests.docs.pages import ROOT

DOCS = ROOT / "docs"


def rows(page: str) -> list[list[str]]:
    """The cells of every table row of a page, without its code marks."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]


def test_the_reference_of_the_commands_is_up_to_date() -> None:
    page = ROOT / cli_reference.PAGE
    assert page.read_text(encoding="utf-8") == cli_reference.render(), (
        "run: python -m hub.cli_reference"
    )


def test_the_reference_of_the_transforms_is_up_to_date() -> None:
    page = ROOT / catalogue.PAGE
    assert page.read_text(encoding="utf-8") == catalogue.render(), (
        "run: python -m mappings.transforms.catalogue"
    )


def test_the_references_of_connectors_and_mappings_are_up_to_date() -> None:
    found = connector_reference.pages()
    lagging = [
        str(path)
        for path, text in found.items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != text
    ]
    assert not lagging, f"run: python -m hub.connector_reference ({', '.join(lagging)})"
    kept = {path.name for path in (ROOT / connector_reference.MAPPINGS).glob("*.md")}
    assert kept == {path.name for path in found if path.parent == connector_reference.MAPPINGS}


def test_every_field_of_every_contract_is_covered() -> None:
    assert not [path for path, text in connector_reference.pages().items() if "not cov" in text]


def test_every_transform_has_a_sentence() -> None:
    assert catalogue.SUMMARIES.keys() == TRANSFORMS.keys()


def test_the_exit_codes_are_the_command_lines() -> None:
    shown = {int(row[0]) for row in rows("reference/cli.md") if row[0].isdecimal()}
    assert shown == {0, EXIT_FAILED, 2, EXIT_SETTINGS, EXIT_LEASE_HELD, EXIT_INTERRUPTED}


def test_every_error_is_listed_with_its_place_and_action() -> None:
    def below(kind: type[errors.HubError]) -> list[type[errors.HubError]]:
        return [found for child in kind.__subclasses__() for found in (child, *below(child))]

    in_code = {
        (kind.__name__, kind.__mro__[1].__name__, kind.stage.value, kind.action.value)
        for kind in below(errors.HubError)
        if kind.__module__ == errors.__name__
    }
    in_page = {
        (row[0].strip("`"), row[1].strip("`"), row[2], row[3])
        for row in rows("reference/errors.md")
        if len(row) == 6 and row[0].startswith("`")
    }
    assert in_page == in_code


@pytest.mark.parametrize("number", range(1, 16))
def test_the_tests_of_an_invariant_exist(number: int) -> None:
    (row,) = (row for row in rows("invariants.md") if row[0] == str(number))
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row[3])
    assert named or number == 10
    for path, test in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        tests = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert test in tests, f"{path} has no {test}"


@pytest.mark.parametrize("number", range(1, 16))
def test_the_modules_of_an_invariant_exist(number: int) -> None:
    (row,) = (row for row in rows("invariants.md") if row[0] == str(number))
    for path in re.findall(r"`([\w/]+\.(?:py|cfg))`", row[2]):
        assert (ROOT / path).is_file(), path


def test_the_import_table_names_the_rooms() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms = set(re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE))
    assert rooms == {
        "base", "canonical", "connectors", "mappings", "hub", "dags", "sso", "api", "mocks", "tests"
    }  # fmt: skip
    assert all((ROOT / room).is_dir() for room in rooms)


def test_the_faults_of_the_guide_are_those_of_the_mocks() -> None:
    from mocks.faults import KINDS

    text = (DOCS / "guides/mocks.md").read_text(encoding="utf-8")
    listed = text.partition("there are: ")[2]
    assert set(re.findall(r"`(\w+)`", listed)) == set(KINDS)


def test_settings_of_the_guide_are_those_that_are_read() -> None:
    from base import settings

    def variables(text: str) -> set[str]:
        return set(re.findall(r"HUB_[A-Z_]+(?:<NAME>)?", text))

    listed = {row[0].strip("`") for row in rows("guides/operations.md") if "HUB_" in row[0]}
    assert listed == variables((settings.__doc__ or "").partition("====")[2])
