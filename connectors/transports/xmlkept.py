"""What is kept of a document that was refused."""

from __future__ import annotations

import re
from contextlib import suppress

from connectors.transports.xmlsafe import XmlFault, in_utf8

KEPT = 1024 * 1024
"""Bytes of a refused document that are kept, at most."""

_REFERENCE = re.compile(rb"&#(?:0*([0-9]{2,6})|x0*([0-9A-Fa-f]{2,5}));")


def kept_bytes(raw: bytes) -> bytes:
    """A refused document's bytes, spelled so that the guard against 個人番号 reads them.

    In UTF-8 where they can be read, and with digits and letters in place of their references.
    """
    with suppress(XmlFault):
        raw = in_utf8(raw)
    if b"&#" in raw:
        raw = _REFERENCE.sub(_referred, raw)
    return raw[:KEPT]


def _referred(found: re.Match[bytes]) -> bytes:
    char = chr(int(found[1] or found[2], 10 if found[1] else 16))
    return char.encode() if char.isalnum() else found[0]
