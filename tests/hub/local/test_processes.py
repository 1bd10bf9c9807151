"""Nothing that a local run started outlives it. Real processes, which take signals as they like."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from hub.local.processes import MARK, ProcessDied, Processes, end_marked, marked

ROOT = Path(__file__).resolve().parents[3]
SAY_READY = "print('ready', flush=True)\n"
SLEEP = "import signal; signal.pause()\n"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SAY_READY + SLEEP
WITH_GRANDCHILD = """
import os, signal
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
print('ready', flush=True)
signal.pause()
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


def wait_for(path: Path, lines: int = 1) -> None:
    """Until the process has said that it is ready; pytest's time limit ends a wait in vain."""
    while path.read_text().count("ready") < lines:
        os.sched_yield()


@pytest.fixture
def mark() -> Iterator[str]:
    """A run's mark; whatever still carries it after the test is ended."""
    text = uuid4().hex
    yield text
    end_marked(text, 1.0)


def test_stopping_ends_what_was_started(tmp_path: Path, mark: str) -> None:
    with Processes(tmp_path, environment(), mark) as running:
        running.start("sleeper", python(SAY_READY + SLEEP))
        wait_for(tmp_path / "sleeper.log")
        assert len(marked(mark)) == 1
    assert marked(mark) == []


def test_stopping_ends_what_that_started_in_a_session_of_its_own(tmp_path: Path, mark: str) -> None:
    with Processes(tmp_path, environment(), mark) as running:
        running.start("daemon", python(WITH_GRANDCHILD))
        wait_for(tmp_path / "daemon.log", lines=2)
        assert len(marked(mark)) == 2
    assert marked(mark) == []


def test_a_process_deaf_to_sigterm_is_killed(tmp_path: Path, mark: str) -> None:
    with Processes(tmp_path, environment(), mark, grace=0.3) as running:
        running.start("deaf", python(DEAF))
        wait_for(tmp_path / "deaf.log")
    assert marked(mark) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_the_program_however_it_ends(
    tmp_path: Path, mark: str, number: signal.Signals
) -> None:
    program = f"""
    import os, signal
    from pathlib import Path
    from hub.local.processes import Processes
    running = Processes(Path({str(tmp_path)!r}), dict(os.environ), {mark!r}).__enter__()
    running.start("sleeper", {python(SAY_READY + SLEEP)!r})
    signal.pause()
    """
    with subprocess.Popen(python(program), env=environment(), cwd=ROOT) as started:
        try:
            log = tmp_path / "sleeper.log"
            while not log.exists():
                os.sched_yield()
            wait_for(log)
            (sleeper,) = marked(mark)
            started.send_signal(number)
            started.wait(10)
        finally:
            started.kill()
    psutil.wait_procs([sleeper], timeout=20)
    assert marked(mark) == []


def test_the_guard_goes_with_the_run(tmp_path: Path, mark: str) -> None:
    with Processes(tmp_path, environment(), mark) as running:
        guard = running._guard
    assert guard is not None
    assert guard.poll() == 0


def test_a_process_that_ended_is_named_with_the_end_of_its_log(tmp_path: Path, mark: str) -> None:
    with Processes(tmp_path, environment(), mark) as running:
        running.start("broken", python("raise SystemExit('no such table')"))
        running._running["broken"].wait()
        with pytest.raises(ProcessDied) as caught:
            running.check()
    said = str(caught.value)
    assert "broken ended (1)" in said
    assert "no such table" in said
    assert str(tmp_path / "broken.log") in said


def test_a_command_that_fails_or_hangs_is_an_error(tmp_path: Path, mark: str) -> None:
    with Processes(tmp_path, environment(), mark) as running:
        running.run("well", python("print('done')"), timeout=30)
        with pytest.raises(ProcessDied, match=r"ill ended \(3\)"):
            running.run("ill", python("raise SystemExit(3)"), timeout=30)
        with pytest.raises(ProcessDied, match="still at work"):
            running.run("hung", python(SLEEP), timeout=0.1)


def test_strangers_are_left_alone(tmp_path: Path, mark: str) -> None:
    stranger = subprocess.Popen(
        python(SLEEP), env={**environment(), MARK: "another run"}, start_new_session=True
    )
    try:
        with Processes(tmp_path, environment(), mark):
            pass
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
