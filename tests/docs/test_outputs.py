"""What the pages say that `hub mapping check` prints is what it prints; … is left open."""

from __future__ import annotations

import re

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
