"""Plan documents for tests: valid ones of the mock."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path
from unittest.mock import patch

from connectors.contracts.xsd import XsdContract
from mocks.management_plan import filings
from mocks.management_plan.files import PlanFiles
from mocks.world import World

SCHEMA = Path(__file__).parents[2] / "connectors" / "management_plan" / "plans.xsd"
ELEMENT = "経営力向上計画"


@cache
def contract() -> XsdContract:
    return XsdContract(SCHEMA)


@cache
def documents() -> tuple[bytes, ...]:
    """Documents of a small world in which nothing is wrong, in UTF-8 and Shift_JIS."""
    with patch.object(filings, "draw_flaws", lambda _rng, _business: ()):
        files = PlanFiles(World(3, 500))
    found = []
    for day in files.days.values():
        with zipfile.ZipFile(io.BytesIO(files.body(day))) as opened:
            found += [opened.read(name) for name in opened.namelist()]
    return tuple(found)
