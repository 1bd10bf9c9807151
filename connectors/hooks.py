"""What a read works with, and the named steps that a connector's own `hooks.py` may replace.

- `read`: everything from requests to pages, where no declaration can say how (`ReadHook`)
- `prepare_record`: one record's bytes before its key is read (`bytes` → `bytes`)
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from base.clock import Clock
from base.errors import MappingError
from base.records import Memo, Page, Window
from connectors.contracts.contract import Contract
from connectors.declaration import Stream
from connectors.keys import KeyReader

if TYPE_CHECKING:
    from base.settings import Connection

FILE_NAME = "hooks.py"


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a transport or a `read` hook works with.

    `client` is what the connection's way of entering opens: an HTTP client
    (`connectors.transports.fetch.Fetch`) unless the transport says otherwise. `put_file` keeps a
    file's bytes and gives their SHA-256; `memo` tells what was noted about keys in earlier runs;
    `identifiers` are the fields with a 12-digit identifier that is not a 個人番号. `file` is a
    local file to be read in the system's place (`hub sync --from`), None where the system is asked.
    """

    stream: Stream
    contract: Contract
    connection: Connection
    client: Any
    clock: Clock
    memo: Memo
    put_file: Callable[[bytes], str]
    identifiers: frozenset[str]
    prepare: Callable[[bytes], bytes] | None = None
    file: Path | None = None

    @property
    def keys(self) -> KeyReader:
        """Makes pages of the stream's records: their keys, cursor values and deletions."""
        cursor, deleted = self.stream.cursor, self.stream.deleted_when
        return KeyReader.of(
            self.stream.key,
            cursor.field if cursor else None,
            self.identifiers,
            deleted_when=deleted,
        )


class ReadHook(Protocol):
    """Reads a stream; bounds and resume are as in `Connector.read`. Transports are the same."""

    def __call__(
        self, context: ReadContext, window: Window, *, resume: str | None, limit: int | None
    ) -> Iterator[Page]: ...


def load_hook(folder: Path, name: str) -> Any:
    """The function `name` of `folder/hooks.py`.

    Raises:
        MappingError: no such file or function.
    """
    found = getattr(_module(folder), name, None)
    if not callable(found):
        raise MappingError(f"{folder.name}/{FILE_NAME} has no function {name}", field="hooks")
    return found


def _module(folder: Path) -> ModuleType:
    if folder.parent == Path(__file__).parent:
        return importlib.import_module(f"connectors.{folder.name}.hooks")
    name = f"connector_hooks_{folder.name}_{abs(hash(folder)):x}"
    if name in sys.modules:
        return sys.modules[name]
    path = folder / FILE_NAME
    spec = importlib.util.spec_from_file_location(name, path) if path.is_file() else None
    if spec is None or spec.loader is None:
        raise MappingError(f"{folder.name}/{FILE_NAME} is missing", field="hooks")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
