"""Replay and discard of quarantined items and mapping again, as the pages start them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hub.console import item_name
from hub.pages.refused import Chosen

if TYPE_CHECKING:
    from hub.pages.visit import Visit

REPLAY = "quarantine_replay"
"""The DAG that maps quarantined records again from the archive."""

DISCARD = "quarantine_discard"
"""The DAG that closes quarantined items for good."""

REMAP = "remap"
"""The DAG that maps again what an older mapping mapped."""


def replay(visit: Visit, chosen: Chosen, _items: Sequence[int], _reason: str) -> str:
    """Start the run that replays the records of one rule; its run id."""
    conf: dict[str, object] = {
        "system": chosen.system, "stream": chosen.stream, "rule": chosen.rule,
    }  # fmt: skip
    return visit.base.guard.trigger(visit.viewer, REPLAY, conf, f"{visit.viewer.name}: replay")


def discard(visit: Visit, chosen: Chosen, items: Sequence[int], reason: str) -> str:
    """Start the run that closes these items of one reason, and none that came later; its run id."""
    conf: dict[str, object] = {
        "system": chosen.system, "stream": chosen.stream, "stage": chosen.stage,
        "rule": chosen.rule, "field": chosen.field, "up_to": item_name(max(items)),
        "reason": reason,
    }  # fmt: skip
    return visit.base.guard.trigger(visit.viewer, DISCARD, conf, f"{visit.viewer.name}: discard")


def remap(visit: Visit, system: str, stream: str) -> str:
    """Start the run that maps again what an older mapping mapped; its run id."""
    conf: dict[str, object] = {"system": system, "stream": stream}
    return visit.base.guard.trigger(visit.viewer, REMAP, conf, f"{visit.viewer.name}: remap")
