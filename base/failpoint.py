"""Fail points: named places in a sync at which a test can end the process as `kill -9` would.

A point costs one dictionary look-up and does nothing unless `HUB_FAILPOINT` names it:
`HUB_FAILPOINT=archive.renamed:3` kills the process the third time it gets there.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "run.started",
    "page.read",
    "batch.hashed",
    "batch.compared",
    "archive.written",
    "archive.renamed",
    "batch.decoded",
    "batch.mapped",
    "commit.begun",
    "commit.records",
    "commit.claims",
    "commit.events",
    "commit.quarantine",
    "commit.state",
    "commit.done",
    "run.ended",
)
"""Every fail point of a sync, in the order in which a batch meets them."""

MATCH_POINTS = (
    "match.begun",
    "match.compared",
    "match.placed",
    "match.state",
    "match.done",
)
"""The fail points of a chunk of matching, in its order."""

RELATE_POINTS = (
    "relate.begun",
    "relate.written",
    "relate.done",
)
"""The fail points of a step that looks for relations, in its order."""

AUDIT_POINTS = (
    "audit.written",
    "audit.committed",
    "audit.block",
)
"""Before and after audit rows are committed, and in the middle of sealing a block."""

_armed: dict[str, int] = {}
_name, _, _count = os.environ.get("HUB_FAILPOINT", "").partition(":")
if _name:
    _armed[_name] = int(_count or 1)


def failpoint(name: str) -> None:
    """End this process at once with SIGKILL if the environment asks for it at `name`."""
    if name in _armed:
        _armed[name] -= 1
        if _armed[name] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
