"""What the pages say that `hub mapping check` prints is what it prints; … is left open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.cli import run
from tests.docs.pages import pages

SHOWN = re.compile(r"^([a-z_]+\.[a-z_]+): all well; .*; version …$", re.MULTILINE)

LINES = [
    pytest.param(match[1], match[0], id=f"{page.name}-{match[1]}")
    for page in pages()
    for match in SHOWN.finditer(page.read_text(encoding="utf-8"))
]


def test_pages_show_such_lines() -> None:
    assert len(LINES) >= 2


@pytest.mark.parametrize(("stream", "shown"), LINES)
def test_a_mapping_is_what_the_page_shows(
    stream: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["mapping", "check", stream]) == 0
    printed = capsys.readouterr().out.strip()
    assert re.fullmatch(re.escape(shown).replace("…", ".*"), printed), printed


def test_the_guide_shows_the_resource_server_that_is_tested() -> None:
    root = Path(__file__).parents[2]
    guide = (root / "docs/guides/accept-hub-tokens.md").read_text(encoding="utf-8")
    shown = guide.partition("```apache\n")[2].partition("```")[0]
    tested = root / "examples/resource_server/hub-tokens.conf"
    assert shown == tested.read_text(encoding="utf-8")
