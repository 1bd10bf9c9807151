"""The words of form labels: spelling, words that say whose or which, and names of properties."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_DATA = Path(__file__).parents[2] / "data"
_BRACKETS = re.compile(r"[(（\[【〔<＜]([^()（）\[\]【】〔〕<>＜＞]*)[)）\]】〕>＞]")
_NUMBERING = re.compile(
    r"^(?:[①-⑳■□◆◇●○※*・]+|(?:[0-9]{1,2}|[A-Z])[.)．、]\s*|[A-Z]\s+|第[0-9]+\s*)"
)
_NOISE = re.compile(r"[\s_\-‐ー―:：;,、。.*※'\"「」『』]+(?=$)|^[\s:：;,、。.*※]+")


def plain(text: str) -> str:
    """The spelling that counts: NFKC, lower case, no spaces; the long vowel mark stays."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s_]+", "", folded)


def parts(label: str) -> tuple[str, tuple[str, ...]]:
    """The label without numbering and brackets, and what stood in brackets, both plain.

    >>> parts("③ 資本金（万円）")
    ('資本金', ('万円',))
    """
    text = unicodedata.normalize("NFKC", label).strip()
    text = _NUMBERING.sub("", label.strip()) if _NUMBERING.match(label.strip()) else text
    text = unicodedata.normalize("NFKC", text)
    asides = tuple(plain(found) for found in _BRACKETS.findall(text) if plain(found))
    bare = plain(_NOISE.sub("", _BRACKETS.sub("", text)))
    if not bare and asides:
        return asides[0], asides[1:]
    return bare, asides


def bare(label: str) -> str:
    """The label without numbering, brackets and spaces."""
    return parts(label)[0]


def japanese(name: str) -> str:
    """An identifier as a Japanese label, as far as its words are known; else as it is.

    >>> japanese("rep_last_nm")
    '代表者氏名'
    >>> japanese("資本金")
    '資本金'
    """
    if not re.search("[A-Za-z]", name) or re.search("[぀-ヿ一-鿿]", name):
        return name
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", name))
    tokens = [token for token in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if token]
    found = list(_translated(tokens))
    return "".join(dict.fromkeys(found)) if found else name


def _translated(tokens: list[str]) -> Iterator[str]:
    known = _identifier_words()
    place = 0
    while place < len(tokens):
        for length in range(min(4, len(tokens) - place), 0, -1):
            word = "".join(tokens[place : place + length])
            if word in known:
                yield known[word]
                place += length
                break
        else:
            yield "" if tokens[place] in _LITTLE else tokens[place]
            place += 1


_LITTLE = {"the", "of", "in", "a", "to", "and", "or", "s"}


@cache
def _identifier_words() -> dict[str, str]:
    return {row[0]: row[1] for row in _rows("identifier_words.tsv")}


@cache
def same_words() -> tuple[tuple[str, str], ...]:
    """Other spelling → the one that stands for all, the longest first."""
    pairs = [(plain(other), plain(word)) for word, words in _rows("form_same_words.tsv")
             for other in words.split("|")]  # fmt: skip
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def facet_words() -> dict[str, tuple[str, str]]:
    """Word, plain → facet (`whose`, `place`, `head` …) and value."""
    found: dict[str, tuple[str, str]] = {}
    for facet, value, words in _rows("form_words.tsv"):
        for word in words.split("|"):
            found.setdefault(plain(word), (facet, value))
    return found


@cache
def _facet_pattern() -> re.Pattern[str]:
    ordered = sorted(facet_words(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)))


def tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """Facet, value and word for each known word of a plain text; unknown text has no facet."""
    place = 0
    for match in _facet_pattern().finditer(text):
        if match.start() > place:
            yield "", "", text[place : match.start()]
        facet, value = facet_words()[match[0]]
        yield facet, value, match[0]
        place = match.end()
    if place < len(text):
        yield "", "", text[place:]


def _rows(name: str) -> Iterator[tuple[str, ...]]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()[1:]
    return (tuple(line.split("\t")) for line in lines if line)
