"""Seals rows of a running server now and then, off the way of its answers."""

from __future__ import annotations

import logging
import threading

from base.errors import HubError
from canonical.audit.log import AuditLog
from canonical.audit.sealing import BLOCK_ROWS

EVERY = 30.0
"""Seconds between two looks at what is not sealed yet."""

_log = logging.getLogger(__name__)


class Sealer:
    """A thread that seals what waits; several servers may each have one."""

    def __init__(self, log: AuditLog, every: float = EVERY) -> None:
        self._log = log
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-sealer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; what waits is sealed by another server, or by `hub audit seal`."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                while self._log.seal() == BLOCK_ROWS and not self._ended.is_set():
                    pass
            except HubError as error:
                _log.warning("audit rows wait to be sealed: %s", error)
