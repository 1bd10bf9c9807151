"""Ending with the program that started this one."""

from __future__ import annotations

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal this process gets when its parent dies."""


def end_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Ask Linux for a signal when the parent dies; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number))
