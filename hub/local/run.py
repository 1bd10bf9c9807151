"""`make run`: the whole hub on this machine from one command.

Sets up what is missing, starts the mocks and Airflow, triggers every sync, shows how far each is,
makes businesses out of what they brought, ends with a table, and stays up until Ctrl-C. With
`--once` it leaves when all that has ended: exit code 0 if all went well, else 1.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console

from base.errors import HubError, SettingsError
from hub.local import airflow, consolidated, display, front, mocks, progress, secrets
from hub.local.follow import Outcome, follow
from hub.local.parent import end_with_parent
from hub.local.ports import require_free
from hub.local.processes import Processes

EXIT_FAILED = 1
EXIT_SETTINGS = 3
EXIT_INTERRUPTED = 130


class Stopped(BaseException):
    """The user or the system asked this program to end (Ctrl-C, SIGTERM, SIGHUP)."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the local hub is run; ports and the world's size come from the environment."""

    root: Path
    home: Path
    once: bool
    airflow_port: int
    mocks_port: int
    front: front.Front
    businesses: int


def number(environ: Mapping[str, str], name: str, default: int) -> int:
    """A whole number from the environment.

    Raises:
        SettingsError: it is none.
    """
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit():
        raise SettingsError(f"{name} is not a whole number", remedy=f"Say {name}={default}")
    return int(text)


def read_options(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """The options of this run."""
    parser = argparse.ArgumentParser(prog="make run", description="The hub on this machine.")
    parser.add_argument("--once", action="store_true", help="leave when every sync has ended")
    once = parser.parse_args(arguments).once
    root = Path(environ.get("HUB_ROOT") or Path(__file__).resolve().parents[2])
    return Options(
        root=root,
        home=Path(environ.get("HUB_HOME") or root / ".hub").resolve(),
        once=once,
        airflow_port=number(environ, "HUB_PORT_AIRFLOW", 8080),
        mocks_port=number(environ, "HUB_PORT_MOCKS", mocks.FIRST_PORT),
        front=front.Front(number(environ, front.VARIABLE, front.FIRST_PORT)),
        businesses=number(environ, "BUSINESSES", 10_000),
    )


@contextmanager
def only_run(home: Path) -> Iterator[None]:
    """Hold the lock that keeps a second `make run` of the same folder out.

    Raises:
        SettingsError: another one is up.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                "`make run` is already up in this folder", remedy="Stop it with Ctrl-C first"
            ) from None
        yield


def set_up(options: Options, console: Console) -> Processes:
    """Check ports, make secrets and folders; the processes returned are not started yet."""
    require_free(
        {
            "Airflow": (options.airflow_port, "HUB_PORT_AIRFLOW"),
            **mocks.ports_wanted(options.mocks_port),
            **options.front.ports_wanted(),
        }
    )
    local = secrets.ensure(options.home, mocks.connections(options.home, options.mocks_port))
    progress.forget(options.home)
    environment = {
        **airflow.environment(options.root, options.home, local, options.airflow_port),
        **options.front.environment(options.home),
    }
    console.print(f"State, logs and secrets of this run: {options.home}", soft_wrap=True)
    return Processes(options.home / "logs", environment)


def bring_up(options: Options, processes: Processes, console: Console) -> airflow.Client:
    """Start the mocks, Airflow, the token service, the API and the portal; wait for all."""
    console.print(f"Starting the mocks ({options.businesses:,} businesses) and Airflow ...")
    front.admit_to_mock(options.front, mocks.folder(options.home))
    mocks.start(processes, options.businesses, options.mocks_port)
    processes.run("hub-db", [sys.executable, "-m", "hub.cli", "db", "upgrade"], timeout=120)
    airflow.prepare(processes)
    airflow.start(processes)
    front.set_up(options.front, options.home, processes)
    front.start(options.front, processes)
    client = airflow.Client(options.airflow_port, processes.environment[secrets.ADMIN_PASSWORD])
    client.wait_until_healthy(processes)
    client.sign_in()
    mocks.wait(processes, options.mocks_port)
    front.wait(options.front, processes)
    return client


def sync_all(
    options: Options,
    processes: Processes,
    client: airflow.Client,
    since: datetime,
    console: Console,
) -> list[Outcome]:
    """Trigger every system's DAG and follow it to its end."""
    from connectors.registry import declarations

    declared = declarations()
    dags = {f"sync_{name}": name for name in declared}
    client.wait_for_dags({*dags, consolidated.DAG}, processes)
    for dag in dags:
        client.trigger(dag)
    streams = [(name, stream) for name, d in declared.items() for stream in d.streams]
    with display.Display(streams, console) as shown:
        return follow(
            client, dags, since=since, home=options.home, show=shown, check=processes.check
        )


def say(console: Console, sentences: Sequence[str]) -> None:
    """Print sentences that may hold anything, each on a line of its own however long."""
    for sentence in sentences:
        console.print(sentence, markup=False, soft_wrap=True)


def stay(options: Options, processes: Processes, console: Console) -> None:
    """Say where the UI is, and watch the processes until the user ends this."""
    console.print(f"\nAirflow: {airflow.address(options.airflow_port)}  user {airflow.USER}")
    console.print(
        f"Password: {processes.environment[secrets.ADMIN_PASSWORD]}"
        f"  (kept in {options.home / secrets.FILE_NAME})",
        soft_wrap=True,
    )
    say(console, front.sentences(options.front, options.home))
    if options.once:
        return
    console.print("Ctrl-C stops everything.")
    while True:
        processes.check()
        time.sleep(1.0)


def run(options: Options, console: Console) -> int:
    """Everything `make run` does; returns the exit code."""
    started = time.monotonic()
    since = datetime.now(UTC)
    well = False
    try:
        with only_run(options.home), set_up(options, console) as processes:
            client = bring_up(options, processes, console)
            console.print(f"Up after {time.monotonic() - started:.0f} s. Syncing ...")
            outcomes = sync_all(options, processes, client, since, console)
            console.print(display.outcome_table(outcomes, time.monotonic() - started))
            say(console, display.complaints(outcomes))
            businesses = consolidated.follow(client, since=since, check=processes.check)
            say(console, consolidated.sentences(businesses))
            well = businesses.well and all(outcome.well for outcome in outcomes)
            stay(options, processes, console)
    except Stopped:
        console.print("Stopped; nothing is left running.")
        return 0 if well else EXIT_INTERRUPTED
    return 0 if well else EXIT_FAILED


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    for number_ in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number_, signal.SIG_IGN)
    raise Stopped


def main(arguments: Sequence[str] | None = None) -> int:
    """The program's entry; errors are one message, not a trace."""
    os.umask(0o077)
    for number_ in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number_, _stop)
    end_with_parent()
    console = display.console()
    try:
        return run(
            read_options(sys.argv[1:] if arguments is None else arguments, os.environ), console
        )
    except HubError as error:
        print(f"hub: {error}", file=sys.stderr)  # noqa: T201 - the program's own voice
        return EXIT_SETTINGS if isinstance(error, SettingsError) else EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main())
