"""The project's pages, cut into what can be checked: links, anchors, code, commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_INLINE = re.compile(r"`([^`\n]+)`")
_NOT_A_WORD = re.compile(r"[^\w\- ]")


def pages() -> list[Path]:
    """Every page in Markdown that belongs to the project."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    """The page's path in the project."""
    return page.relative_to(ROOT).as_posix()


def prose(text: str) -> str:
    """The page without its fenced code."""
    return _FENCE.sub("", text)


def links(text: str) -> list[str]:
    """The targets of the page's links and images."""
    return _LINK.findall(_INLINE.sub("", prose(text)))


def anchors(text: str) -> set[str]:
    """The anchors of the page's headings, as GitHub makes them."""
    found: set[str] = set()
    for line in prose(text).splitlines():
        if re.match(r"#{1,6} ", line):
            heading = _LINK.sub("", line.lstrip("#").strip()).replace("`", "").lower()
            found.add(_NOT_A_WORD.sub("", heading).replace(" ", "-"))
    return found


def shell(text: str) -> Iterator[str]:
    """The command lines of the page's shell blocks, without comments."""
    for language, code in _FENCE.findall(text):
        if language in {"sh", "shell", "bash"}:
            for line in code.replace("\\\n", " ").splitlines():
                command = line.partition("  #")[0].strip()
                if command and not command.startswith("#"):
                    yield command


def hub_commands(text: str) -> Iterator[list[str]]:
    """The words after `hub` of every command of ours in shell blocks and in the running text."""
    inline = [code for code in _INLINE.findall(prose(text)) if code.startswith("hub ")]
    for command in [*shell(text), *inline]:
        words = shlex.split(command)
        if words and Path(words[0]).name == "hub" and "…" not in command:
            yield words[1:]


def make_targets(text: str) -> Iterator[str]:
    """The targets of every `make …` in shell blocks and in the running text."""
    inline = [code for code in _INLINE.findall(prose(text)) if code.startswith("make ")]
    for command in [*shell(text), *inline]:
        for part in command.split("&&"):
            words = part.split()
            if words[:1] == ["make"]:
                yield from (word for word in words[1:] if re.fullmatch(r"[a-z-]+", word))
