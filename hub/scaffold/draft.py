"""What is known of a new connector before anything is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from base.errors import MappingError
from connectors.declaration import AuthMethod, Protocol
from mappings.suggest import SourceField

NAME = re.compile(r"^[a-z][a-z0-9_]{1,40}$")


@dataclass
class StreamDraft:
    """One stream: what stands in `connector.yaml`, its contract's fields, and what is unsure.

    `declared` are the stream's keys in the order in which they are written. `left` are sentences
    about what a person has to look at, `seen` lines about what was found, without values.
    """

    name: str
    title: str
    declared: dict[str, Any]
    fields: list[SourceField] = field(default_factory=list)
    key: str = ""
    cursor: str | None = None
    left: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)


@dataclass
class Draft:
    """A connector: files of its contract by name, its streams, how it is entered."""

    name: str
    title: str
    protocol: Protocol
    contract: str
    files: dict[str, bytes]
    streams: list[StreamDraft]
    auth: AuthMethod = "none"
    left: list[str] = field(default_factory=list)


ID_NAMES = re.compile(
    r"^(id|key)$|(_id|Id|ID|番号|コード|_no|No|_number|Number|_code|Code|_key|Key)$"
)
NO_KEYS = re.compile("郵便|電話|FAX|口座|phone|postal|zip|post_?code", re.IGNORECASE)
LATE_NAMES = re.compile(
    r"^(updated?_?(at|on|date(time)?|time)|last_?(updated|modified)(_?(at|date|time))?|modified_?(at|date|on)"
    r"|(last_?)?(upd|mod|updated?|modified)_?(ts|dt|timestamp)"
    r"|最終?更新(日時|日)|更新(日時|日|年月日))$",
    re.IGNORECASE,
)


def stream_name(text: str) -> str:
    """A stream's name out of a path, an operation or a table: `applications`.

    >>> stream_name("listSubsidyApplications")
    'subsidy_applications'
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    words = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").lower()
    words = re.sub(r"^(list|get|search|find|fetch|v[0-9]+)_", "", words)
    return words if re.match("[a-z]", words) else f"records_{words}".rstrip("_")


def key_of(names: list[str], required: set[str], stream: str) -> str | None:
    """The field that most likely is the key: required, and called like an identifier.

    `id` comes first, then the identifier of the stream's own thing (`applicationId` of
    applications), then any other; a foreign one (`法人番号`) only where there is no other.
    """
    known = [name for name in names if ID_NAMES.search(name) and not NO_KEYS.search(name)]
    singular = stream.rstrip("s").replace("_", "")

    def rank(name: str) -> tuple[bool, bool, bool, bool, int]:
        plain = re.sub("[^a-z0-9]", "", name.lower())
        foreign = bool(re.search("法人番号|corporate", name, re.IGNORECASE))
        return (
            name not in required,
            foreign,
            name.lower() not in {"id", "key"},
            not (singular and plain.startswith(singular)),
            names.index(name),
        )

    return min(known, key=rank) if known else None


def late_of(names: list[str]) -> str | None:
    """The field that tells when a record was last updated."""
    return next((name for name in names if LATE_NAMES.search(name.rpartition(".")[2])), None)


def checked_name(name: str) -> str:
    """The name, if a connector may be called so.

    Raises:
        MappingError: it may not.
    """
    if not NAME.match(name):
        raise MappingError(
            f"{name!r} is no name for a connector",
            remedy="Take lower-case letters, digits and _, beginning with a letter: it_subsidy",
        )
    return name
