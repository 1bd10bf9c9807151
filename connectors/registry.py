"""Which connectors there are: every folder that holds a `connector.yaml` is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from base.errors import SettingsError
from connectors.declaration import FILE_NAME, Declaration, load_declaration

if TYPE_CHECKING:
    from base.settings import Connection
    from connectors.connector import Connector, OpenClient

ROOT = Path(__file__).parent


def discover(root: Path | None = None) -> list[str]:
    """Names of the connectors under `root` (this folder if None), sorted."""
    return sorted(path.parent.name for path in (root or ROOT).glob(f"*/{FILE_NAME}"))


def declarations(root: Path | None = None) -> dict[str, Declaration]:
    """Every connector's declaration by name.

    Raises:
        MappingError: one of them is wrong; names file, line and field.
    """
    base = root or ROOT
    return {name: load_declaration(base / name) for name in discover(base)}


def load_connector(
    name_or_folder: str | Path,
    resolve: Callable[[str], Connection],
    *,
    open_client: OpenClient | None = None,
    put_file: Callable[[bytes], str] | None = None,
) -> Connector:
    """Load one connector, ready to read.

    Args:
        name_or_folder: a name that `discover` gives, or the folder of one that lies elsewhere.
        resolve: gives a connection's settings by its name; called when a stream is first read.
        open_client: makes a connection's HTTP client by method; `base.http.HttpClient` if None.
        put_file: keeps the bytes of an attachment and gives their SHA-256
            (`Archive.put_attachment`); attachments are only hashed if None.

    Raises:
        SettingsError: there is no connector of that name.
        MappingError: the connector's declaration is wrong.
        ContractError: its contract cannot be read.
    """
    from connectors.connector import Connector

    folder = name_or_folder if isinstance(name_or_folder, Path) else ROOT / name_or_folder
    if not (folder / FILE_NAME).is_file():
        known = ", ".join(discover(folder.parent)) or "none"
        raise SettingsError(
            f"there is no connector {folder.name!r}", remedy=f"Connectors here: {known}"
        )
    return Connector(load_declaration(folder), resolve, open_client=open_client, put_file=put_file)
