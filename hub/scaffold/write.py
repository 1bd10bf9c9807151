"""Puts a new connector's files where they belong; what is there already is never touched."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from base.connection import Connection
from base.errors import SettingsError
from connectors.declaration import Protocol
from hub.scaffold.draft import Draft, checked_name
from hub.scaffold.openapi import draft_openapi
from hub.scaffold.render import declaration_text, mapping_text, mock_text, suite_text
from hub.scaffold.schemas import draft_wsdl, draft_xsd
from hub.scaffold.table import draft_blank, draft_csv, draft_live, draft_table
from mappings.suggest import Suggestion

FIRST_PORT = 8801
_PORT = re.compile(r"^PORT: int \| None = ([0-9]+)", re.MULTILINE)
NEEDED = {"rest": "openapi.yaml", "soap": "service.wsdl", "xml": "schema.xsd"}


@dataclass
class Written:
    """What was written: files below the project's folder, the proposals, what is left to do."""

    draft: Draft
    files: list[Path] = field(default_factory=list)
    proposals: dict[str, list[Suggestion]] = field(default_factory=dict)


def draft_of(
    name: str, protocol: Protocol, source: str | None, database: Connection | None = None
) -> Draft:
    """The draft of a connector; `source` is a file, or a table's name for `sql`.

    The table is looked at in `database`, if there is one.

    Raises:
        HubError: the name is taken or malformed, or the file cannot be used.
    """
    draft = _draft(checked_name(name), protocol, source, database)
    if not any(b"personal" in text for text in draft.files.values()):
        mark = 'hub:personal="true"' if protocol in {"soap", "xml"} else "x-personal: true"
        draft.left.append(f"mark what is personal in the contract: {mark}")
    return draft


def _draft(
    name: str, protocol: Protocol, source: str | None, database: Connection | None = None
) -> Draft:
    path = Path(source) if source else None
    if protocol == "sql" and (path is None or not path.is_file()):
        if database is not None and source is not None:
            from hub.scaffold.reflect import look

            return draft_live(name, look(database, source))
        return draft_blank(name, protocol, source)
    if path is None:
        if protocol == "csv":
            return draft_blank(name, protocol)
        raise SettingsError(
            f"a {protocol} connector begins with its contract",
            remedy=f"Name it: --from {NEEDED[protocol]}",
        )
    if not path.is_file():
        raise SettingsError(f"there is no file {path}")
    if path.name.endswith((".table.yaml", ".table.json")):
        return draft_table(name, path, protocol)
    makers = {"rest": draft_openapi, "soap": draft_wsdl, "xml": draft_xsd, "csv": draft_csv}
    if protocol not in makers:
        raise SettingsError(f"{path.name} is no contract of a database: name a table instead")
    return makers[protocol](name, path)


def write(root: Path, draft: Draft, role: str) -> Written:
    """Write the files of a draft below `root`, the project's folder.

    Raises:
        SettingsError: one of them is there already; then nothing is written.
    """
    mapping, proposals = mapping_text(draft)
    name = draft.name
    texts: dict[str, bytes] = {
        f"connectors/{name}/__init__.py": b"",
        f"connectors/{name}/connector.yaml": declaration_text(draft, role).encode(),
        **{f"connectors/{name}/{file}": body for file, body in draft.files.items()},
        f"mappings/{name}.yaml": mapping.encode(),
    }
    port = None if draft.protocol == "sql" else next_port(root)
    texts[f"mocks/{name}/__init__.py"] = b""
    texts[f"mocks/{name}/system.py"] = mock_text(draft, port).encode()
    texts[f"tests/contract/test_{name}.py"] = suite_text(draft).encode()
    there = [path for path in texts if (root / path).exists()]
    there += [path for path in (f"connectors/{name}", f"mocks/{name}") if (root / path).exists()]
    if there:
        raise SettingsError(
            f"{there[0]} is there already: nothing was written",
            remedy="Take another name, or remove what is there",
        )
    written = Written(draft, proposals=proposals)
    for path, body in texts.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(body)
        written.files.append(Path(path))
    return written


def next_port(root: Path) -> int:
    """The first port behind those of all mocks."""
    texts = (path.read_text(encoding="utf-8") for path in (root / "mocks").glob("*/system.py"))
    found = (_PORT.search(text) for text in texts)
    return max([FIRST_PORT, *(int(match[1]) for match in found if match)]) + 1
