"""Replay and discard of quarantined items, as the pages start them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hub.pages.refused import Chosen

if TYPE_CHECKING:
    from hub.pages.visit import Visit

REPLAY = "quarantine_replay"
"""The DAG that maps quarantined records again from the archive."""


def replay(visit: Visit, chosen: Chosen, _items: Sequence[int], _reason: str) -> str:
    """Start the run that replays the records of one rule; its run id."""
    conf: dict[str, object] = {
        "system": chosen.system, "stream": chosen.stream, "rule": chosen.rule,
    }  # fmt: skip
    return visit.base.guard.trigger(visit.viewer, REPLAY, conf, f"{visit.viewer.name}: replay")


def discard(visit: Visit, _chosen: Chosen, items: Sequence[int], _reason: str) -> str:
    """Close the items for good; how many there were."""
    return str(visit.store.discard(list(items)))
