"""Ends the processes of a local run when the program that started them is gone.

Started as `python -m hub.local.guard MARK`; its standard input is a pipe whose other end only
that program holds, so that it closes with it, however it ends.
"""

from __future__ import annotations

import signal
import sys

from hub.local.processes import end_marked


def main() -> None:
    """Wait for the end of standard input, then end every process that carries the mark."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    end_marked(sys.argv[1])


if __name__ == "__main__":
    main()
