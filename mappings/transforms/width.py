"""Width, spaces and dashes: what every other transform reads past.

`jaconv.normalize` is not used: it turns － and 〜 into ー, which ruins addresses.
"""

from __future__ import annotations

import re
import unicodedata

DASHES = "‐‑‒–—―−－ｰー─ｰ"
"""Characters that people type for a hyphen between digits."""

_DASH = re.compile(f"(?<=[0-9])[{DASHES}](?=[0-9])")
_SPACES = re.compile(r"\s+")


def narrow(text: str) -> str:
    """NFKC with spaces trimmed and drawn together: full-width digits and letters become ASCII."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def compact(text: str) -> str:
    """NFKC without any space."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text))


def hyphenate(text: str) -> str:
    """Every dash-like character between two digits becomes "-"."""
    return _DASH.sub("-", text)
