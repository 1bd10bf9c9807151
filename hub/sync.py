"""The wiring: settings, store, connector and mapping of one stream, and the run over them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from base.clock import Clock, SystemClock
from base.errors import SettingsError
from base.rate import Waiting
from base.retry import RunBudget
from base.settings import Connection, Settings
from canonical.store import Store
from canonical.store.leases import this_process
from connectors import load_connector
from connectors.archive import Archive
from connectors.connector import Connector
from hub.clients import Clients
from hub.options import OnProgress, Progress, SyncOptions, SyncSummary
from hub.telemetry.watch import watched
from hub.transfer import SyncJob, run_sync
from mappings import Plan, compile_mapping

SHOWN_WAIT = 1.0
"""Seconds from which waiting is worth showing."""

ConnectionSource = Callable[[str], "Connection | None"]


def sync_stream(
    system: str,
    stream: str,
    options: SyncOptions | None = None,
    settings: Settings | None = None,
    on_progress: OnProgress | None = None,
    *,
    connection_source: ConnectionSource | None = None,
    clock: Clock | None = None,
) -> SyncSummary:
    """Sync one stream of one system, as the command line and the DAGs do.

    Raises:
        HubError: see `hub.transfer.run_sync`; its `action` says whether a retry can help.
    """
    settings = settings or Settings.load(connection_source=connection_source)
    # What is imported by now lives for ever: looking through it costs each collection 60 ms.
    gc.freeze()
    with open_store(settings) as store:
        job = make_job(
            system,
            stream,
            settings,
            store,
            clock=clock or SystemClock(),
            on_progress=on_progress,
            keep_files=options is None or not options.dry_run,
        )
        return watched(run_sync, job, options, on_progress)


def make_job(
    system: str | Path,
    stream: str,
    settings: Settings,
    store: Store,
    *,
    clock: Clock,
    on_progress: OnProgress | None = None,
    mapping: Path | None = None,
    keep_files: bool = True,
) -> SyncJob:
    """Put together what one run needs.

    `system` may be the folder of a connector that lies elsewhere; then `mapping` names its file.
    Without `keep_files` (a dry run) attachments are hashed and not archived.
    """
    archive = Archive(settings.archive)
    name = system if isinstance(system, str) else system.name
    clients = Clients(settings, name, clock, _waiting(stream, on_progress))
    connector = load_connector(
        system,
        settings.connection,
        open_client=clients.open,
        put_file=archive.put_attachment if keep_files else None,
    )
    if stream not in connector.streams:
        have = ", ".join(connector.streams)
        raise SettingsError(f"{name} has no stream {stream}", remedy=f"It has: {have}")
    clients.budget = RunBudget(clock, connector.streams[stream].deadline.total_seconds())
    return SyncJob(
        connector=connector,
        stream=connector.streams[stream],
        plan=load_plan(connector, stream, mapping or mapping_file(name)),
        store=store,
        archive=archive,
        clock=clock,
        owner=this_process(),
        clients=clients,
    )


def mapping_file(system: str) -> Path:
    """Where a system's mapping lies."""
    import mappings

    return Path(mappings.__file__).parent / f"{system}.yaml"


def load_plan(connector: Connector, stream: str, path: Path) -> Plan:
    """Compile one stream's mapping against its contract."""
    return compile_mapping(path, stream, connector.decoder(stream).fields)


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store, its schema up to date.

    The embedded SQLite store is created and migrated on the way; a PostgreSQL store is migrated
    only by `hub db upgrade`.

    Raises:
        SettingsError: a PostgreSQL store lacks migrations.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Store.open(settings.database_url) as store:
        if store.dialect == "sqlite":
            store.upgrade()
        elif store.pending_migrations():
            raise SettingsError(
                f"the store lacks {store.pending_migrations()} migrations",
                remedy="Run `hub db upgrade`",
            )
        yield store


def _waiting(stream: str, on_progress: OnProgress | None) -> Waiting | None:
    """Show waiting for a rate limit or a retry as a state of its own."""
    if on_progress is None:
        return None

    def tell(system: str, seconds: float) -> None:
        if seconds >= SHOWN_WAIT:
            on_progress(Progress(system, stream, {}, "waiting", f"waiting {seconds:.0f} s"))
        elif not seconds:
            on_progress(Progress(system, stream, {}, "reading"))

    return tell
