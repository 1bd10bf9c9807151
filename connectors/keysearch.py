"""The key of a record that is no JSON text, so that the refused record has its own name.

A slip inside a value (a byte that is not UTF-8, a bad escape, `tru`, no value at all) or a comma
too many or too few leaves no doubt about which object a member belongs to. Everything else does,
and then there is no key: one read from the wrong object would be another record's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import Enum, auto

import msgspec

PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"{}\[\],:\\]+|\S', re.DOTALL)
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
LOST = "\ufffd"
"""What a byte that is not UTF-8 is read as."""

_scalar = msgspec.json.Decoder(str | int)


def key_of_broken(raw: bytes, path: str) -> str | None:
    """The key at a dotted path as `connectors.keys` reads it from a good record.

    None where the path is not there or there more than once with different values, where its value
    is spoilt itself, and where the brackets, names and colons of the record do not fit together.
    """
    walk = _Walk(tuple(path.split(".")))
    for piece in PIECE.findall(raw.decode("utf-8", "replace")):
        if not walk.take(piece):
            return None
    return walk.found if walk.whole and not walk.doubtful else None


class _Next(Enum):
    """What may come next in an object or list."""

    NAME = auto()
    COLON = auto()
    VALUE = auto()
    END = auto()
    ELEMENT = auto()


@dataclass(slots=True)
class _Open:
    """An object or list that is not closed yet; `name` is that of an object's last member."""

    next: _Next
    name: str | None = None


@dataclass(slots=True)
class _Walk:
    """One walk over a record's tokens; `found` is the key, `doubtful` where there are several."""

    path: tuple[str, ...]
    whole: bool = False
    found: str | None = None
    doubtful: bool = False
    _open: list[_Open] = field(default_factory=list)
    _passed: set[tuple[str | None, ...]] = field(default_factory=set)

    def take(self, piece: str) -> bool:
        """Go on by one piece; False where it does not fit."""
        if not self._open:
            return not self.whole and piece == "{" and self._begin(piece)
        if piece in ("{", "["):
            return self._open[-1].next in (_Next.VALUE, _Next.ELEMENT) and self._begin(piece)
        if piece in ("}", "]"):
            return self._end(piece)
        if self._open[-1].next is _Next.ELEMENT:
            return piece != ":" and _plain(piece)
        return self._member(piece)

    def _begin(self, piece: str) -> bool:
        here = self._here()
        if here == self.path or (here in self._passed and self._on_path()):
            self.doubtful = True
        self._passed.add(here)
        self._open.append(_Open(_Next.NAME if piece == "{" else _Next.ELEMENT))
        return True

    def _end(self, piece: str) -> bool:
        last = self._open.pop()
        if (last.next is _Next.ELEMENT) != (piece == "]") or last.next is _Next.COLON:
            return False
        self.whole = not self._open
        if self._open and self._open[-1].next is _Next.VALUE:
            self._open[-1].next = _Next.END
        return True

    def _member(self, piece: str) -> bool:
        last = self._open[-1]
        if piece == ",":
            self.doubtful |= last.next is _Next.VALUE and self._on_path()
            fits, last.next = last.next is not _Next.COLON, _Next.NAME
        elif piece == ":":
            fits, last.next = last.next is _Next.COLON, _Next.VALUE
        elif last.next is _Next.VALUE:
            if self._on_path():
                self._key(_key(piece) if self._here() == self.path else None)
            fits, last.next = _plain(piece), _Next.END
        else:
            fits = last.next is not _Next.COLON and len(piece) > 1 and piece[0] == '"'
            last.name, last.next = _name(piece), _Next.COLON
        return fits

    def _key(self, key: str | None) -> None:
        self.doubtful |= key is None or self.found not in (None, key)
        self.found = key

    def _on_path(self) -> bool:
        """Whether this is the key's place, or on the way to it."""
        here = self._here()
        return here == self.path[: len(here)]

    def _here(self) -> tuple[str | None, ...]:
        return tuple(None if one.next is _Next.ELEMENT else one.name for one in self._open)


def _plain(piece: str) -> bool:
    """Whether a piece is no half of a string."""
    return piece not in ('"', "\\")


def _name(piece: str) -> str | None:
    try:
        return str(json.loads(piece, strict=False))
    except ValueError:
        return None


def _key(piece: str) -> str | None:
    if LOST in piece:
        return None
    try:
        return str(_scalar.decode(piece))
    except ValueError:
        return piece if NUMBER.fullmatch(piece) else None
