"""Writes the OpenAPI document into docs: `python -m api.reference`."""

from __future__ import annotations

import json
from pathlib import Path

from api.app import build, document

PATH = Path(__file__).parent.parent / "docs" / "reference" / "openapi.json"


def written() -> str:
    """The document as it stands in docs."""
    return json.dumps(document(build(None)), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(written(), encoding="utf-8")
