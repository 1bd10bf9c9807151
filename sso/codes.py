"""What can be delegated, as this installation has been told: system, category, procedure.

The identity provider publishes no such list; the owner of each system agrees it with GビズID. It is
therefore a file of this installation, `$HUB_HOME/delegable.yaml`: system code → `categories` →
category code → `procedures` → code and name. Without the file, codes are not checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from base.errors import SettingsError
from base.settings import Settings
from sso.checks import Codes

FILE = "delegable.yaml"


def delegable(settings: Settings) -> Codes | None:
    """The codes that rules may name; None where nobody has written them down.

    Raises:
        SettingsError: the file is not of that form.
    """
    path = settings.home / FILE
    return read(path) if path.exists() else None


def read(path: Path) -> Codes:
    """The codes of a file.

    Raises:
        SettingsError: it is not of the form that this module's text names.
    """
    try:
        told: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {
            str(system): {
                str(category): frozenset(map(str, about.get("procedures") or {}))
                for category, about in entry["categories"].items()
            }
            for system, entry in told.items()
        }
    except (OSError, ValueError, yaml.YAMLError, TypeError, KeyError, AttributeError):
        raise SettingsError(
            f"{path} is no list of what can be delegated",
            remedy="See docs/guides/sso.md for its form",
        ) from None
