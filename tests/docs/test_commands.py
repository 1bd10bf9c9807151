"""Every command that a page shows can be typed as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from hub.cli import cli
from hub.commands.options import known_streams
from tests.docs.pages import ROOT, hub_commands, make_targets, name_of, pages, shell

PLACEHOLDERS = {"SYSTEM": "subsidy", "SYSTEM.STREAM": "subsidy.applications", "FILE": __file__}


def resolve(words: list[str]) -> None:
    """Walk to the command and let click read its options.

    Raises:
        click.UsageError: there is no such command or option, or a value does not fit.
    """
    command: click.Command = cli
    path = "hub"
    while isinstance(command, click.Group):
        if not words or words[0] in {"--help", "-h", "--version"}:
            return
        context = click.Context(command, info_name=path)
        child = command.get_command(context, words[0])
        if child is None:
            raise click.UsageError(f"{path} has no command {words[0]}")
        path, command, words = f"{path} {words[0]}", child, words[1:]
    if not words:
        return
    with click.Context(command, info_name=path, resilient_parsing=False) as context:
        command.parse_args(context, [PLACEHOLDERS.get(word, word) for word in words])
        for named in ("name", "names", "systems"):
            given = context.params.get(named) or ()
            known_streams([given] if isinstance(given, str) else given)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_hub_commands_parse(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_COPY_TARGET", "sqlite:////copy.sqlite")
    for words in hub_commands(page.read_text(encoding="utf-8")):
        try:
            resolve(words)
        except click.UsageError as error:
            pytest.fail(f"hub {' '.join(words)}: {error.format_message()}")


def test_a_command_that_does_not_exist_is_noticed() -> None:
    for words in ("mapping chek", "sync --fast", "sync nowhere", "state show subsidy.plans"):
        with pytest.raises(click.UsageError):
            resolve(words.split())


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_make_targets_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(make_targets(page.read_text(encoding="utf-8"))) <= targets


def test_both_readmes_have_the_same_commands() -> None:
    english, japanese = (ROOT / name for name in ("README.md", "README.ja.md"))
    for extract in (shell, make_targets):
        assert sorted(extract(english.read_text("utf-8"))) == sorted(
            extract(japanese.read_text("utf-8"))
        )


def test_both_readmes_have_the_same_parts() -> None:
    english, japanese = (
        re.findall(r"^(#+ |```\w+|\||!\[|- )", (ROOT / name).read_text("utf-8"), re.MULTILINE)
        for name in ("README.md", "README.ja.md")
    )
    assert english == japanese
