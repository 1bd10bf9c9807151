"""In which character set a CSV file is written, and whether that is the one that was agreed."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from base.errors import ContractError

UTF8_BOM = codecs.BOM_UTF8
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 1 << 20
_ENOUGH = 1 << 16
_FOREIGN = re.compile(rb"[\x80-\xff]")
_WRONG_SHARE = 0.1
"""Share of a file's bytes above 127 that may be no UTF-8 where it still counts as UTF-8."""

_FEW = 8
"""With fewer characters above 127 nothing can be said of a file."""


def charset_of(stream: BinaryIO, declared: str, name: str) -> tuple[str, int]:
    """The Python codec of a file and the length of its byte order mark.

    Args:
        stream: seekable; it is left at an arbitrary place.
        declared: the codec that was agreed, or `auto` for UTF-8 or CP932, whichever it is.
        name: the file's name, for messages.

    Raises:
        ContractError: the file is written in another character set than was agreed.
    """
    head = _telling(stream)
    if head.startswith(_UTF16):
        raise _another(name, declared, "UTF-16")
    bom = len(UTF8_BOM) if head.startswith(UTF8_BOM) else 0
    wanted = codecs.lookup(declared.replace("-sig", "")).name if declared != "auto" else None
    if wanted is None:
        return ("utf-8" if bom or _reads_as_utf8(head) else "cp932"), bom
    if wanted == "utf-8":
        if not bom and not _reads_as_utf8(head):
            raise _another(name, "UTF-8", "CP932" if _decodes(head, "cp932") else "something else")
    elif bom or _is_japanese_utf8(head):
        raise _another(name, declared.upper(), "UTF-8")
    return wanted, bom


def _telling(stream: BinaryIO) -> bytes:
    """The first piece of the file that is more than ASCII, or its last one."""
    stream.seek(0)
    head = stream.read(_HEAD)
    while head.isascii() and (more := stream.read(_HEAD)):
        head = more
    return head


def _reads_as_utf8(head: bytes) -> bool:
    first = _FOREIGN.search(head)
    if first is None:
        return True
    told = head[first.start() :][:_ENOUGH]
    foreign = sum(byte > 0x7F for byte in told)
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(told)
    return text.count("\ufffd") <= foreign * _WRONG_SHARE


def _is_japanese_utf8(head: bytes) -> bool:
    """Whether it is sound UTF-8 of kana and kanji: CP932 never looks like that by chance."""
    try:
        text = codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return False
    foreign = [char for char in text if not char.isascii()][:_ENOUGH]
    wide = sum("\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef" for char in foreign)
    return len(foreign) >= _FEW and wide * 2 > len(foreign)


def _decodes(head: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _another(name: str, declared: str, found: str) -> ContractError:
    return ContractError(
        f"{name} is not written in {declared}: it reads as {found}",
        remedy="Nothing of it was read. Ask the system's owner, or change encoding in "
        "connector.yaml if the file is meant to be so",
    )
