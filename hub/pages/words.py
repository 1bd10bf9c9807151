"""Every word of the pages, in Japanese and in English, from `words.yaml`."""

from __future__ import annotations

from pathlib import Path

import yaml

WORDS: dict[str, tuple[str, str]] = {
    str(key): (ja, en)
    for key, (ja, en) in yaml.safe_load(
        Path(__file__).with_name("words.yaml").read_text("utf-8")
    ).items()
}
"""Key → Japanese, English."""
