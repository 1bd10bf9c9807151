"""What `hub mapping` does: plans by stream, archived records as frames, plans of other files."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from base.errors import MappingError, SettingsError
from base.records import SourceFrame
from base.settings import Settings
from canonical.store import Store
from connectors import Connector, load_connector
from connectors.archive import Archive
from hub.sync import load_plan, mapping_file
from mappings import Plan


class StreamTools:
    """One stream's contract and mapping, without any connection to its system."""

    def __init__(self, system: str, stream: str, settings: Settings) -> None:
        self.system = system
        self.stream = stream
        self.settings = settings
        self.connector: Connector = load_connector(system, settings.connection)

    def plan(self, path: Path | None = None) -> Plan:
        """The mapping of this stream, from `path` if it is another one than that in force."""
        return load_plan(self.connector, self.stream, path or mapping_file(self.system))

    def decode(self, raws: list[bytes]) -> SourceFrame:
        """Raw records as a frame.

        Raises:
            MappingError: a record does not fit the contract; says how.
        """
        decoded = self.connector.decoder(self.stream).decode(raws)
        refused = [r for r in decoded.refusals if r.level == "record"]
        if refused:
            first = refused[0]
            raise MappingError(
                f"the record does not fit the contract: {first.message}",
                system=self.system,
                stream=self.stream,
                field=first.field,
            )
        return decoded.frame

    def archived(self, store: Store, keys: list[str]) -> list[bytes]:
        """The newest archived raw bytes of these records; unknown keys are left out."""
        archive = Archive(self.settings.archive)
        stream_id = store.stream_id(self.system, self.stream)
        found = store.locate(stream_id, keys)
        raws: list[bytes] = []
        for (path,), part in found.group_by(["archive_path"], maintain_order=True):
            raws += archive.read(str(path))["raw"].gather(part["position"]).to_list()
        return raws

    def sample(self, store: Store, limit: int) -> list[bytes]:
        """Up to `limit` archived records of the stream, the oldest first."""
        stream_id = store.stream_id(self.system, self.stream)
        keys: list[str] = []
        for some in store.live_keys(stream_id):
            keys += some[: limit - len(keys)]
            if len(keys) >= limit:
                break
        return self.archived(store, keys)


@contextmanager
def mapping_of_revision(system: str, revision: str, root: Path) -> Iterator[Path]:
    """The system's mapping file as it was in a git revision, as a temporary file.

    Raises:
        SettingsError: git does not have that file in that revision.
    """
    name = f"{revision}:mappings/{system}.yaml"
    shown = subprocess.run(["git", "show", name], cwd=root, capture_output=True, check=False)
    if shown.returncode:
        raise SettingsError(
            f"git has no {name}",
            system=system,
            remedy="Name a revision with --rev, or another mapping file with --old",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{system}.yaml"
        path.write_bytes(shown.stdout)
        yield path
