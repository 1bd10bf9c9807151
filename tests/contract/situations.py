"""Which situations a stream can come into, told from its declaration alone.

What it cannot be in is left out, with the reason in the test's id (`-m does_not_apply`): a
protocol without tokens has no expired one, a snapshot defers no record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.connector import Connector
from connectors.declaration import Stream
from connectors.schema import Leaf
from mocks.fault_bodies import BODIES
from mocks.fault_csv import CSV_BODIES
from mocks.fault_xml import XML_BODIES
from mocks.fault_zip import ZIP_BODIES
from mocks.faults import ANSWERS

Reason = Callable[[Stream], "str | None"]
"""Why a stream cannot be in a situation; None where it can."""

WITH_TOKENS = {"client_secret_basic", "private_key_jwt"}
ONLY_FILES = {"replaced"}
FAR = {
    "instant": "2099-01-01T00:00:00.000Z",
    "date": "2099-01-01",
    "compact_date": "2099-01-01T00:00:00+09:00",
}
BODIES_OF = {"rest": BODIES, "soap": XML_BODIES, "csv": CSV_BODIES, "xml": ZIP_BODIES}
OFTEN = {
    "unavailable", "html", "reset", "truncated", "replaced", "wrong_encoding", "broken_json",
    "broken_xml", "broken_csv", "key_missing", "field_retyped", "field_lost", "soap_fault",
    "xml_bomb", "zip_bomb", "open_quote", "column_more", "host_key_changed", "table_gone",
}  # fmt: skip
"""The faults of every test run; the others belong to the deep one."""

WHOLE_RUN = {"page_repeated", "key_changed"}
"""Faults that need more than one answer to show."""


def over_http(stream: Stream) -> bool:
    """Whether the stream is read over HTTP, as far as its way of entering tells."""
    return stream.auth.method not in {"ssh_key", "database"}


def needs_http(stream: Stream) -> str | None:
    """HTTP's own faults need HTTP."""
    return None if over_http(stream) else "not read over HTTP"


def needs_cursor(stream: Stream) -> str | None:
    """A snapshot is read whole."""
    return None if stream.mode == "incremental" else "a snapshot has no cursor"


def needs_time(stream: Stream) -> str | None:
    """The records must tell when they were updated."""
    if stream.mode != "incremental":
        return "a snapshot has no cursor"
    told = stream.cursor is not None and stream.cursor.field is not None
    return None if told else "its records do not tell their update"


def needs_lookback(stream: Stream) -> str | None:
    """A record can be met late only where the window reaches back."""
    if reason := needs_time(stream):
        return reason
    return None if stream.cursor and stream.cursor.lookback else "no look-back is declared"


def needs_token(stream: Stream) -> str | None:
    """Only a token that is asked for can expire and be renewed."""
    renewed = stream.auth.method in WITH_TOKENS
    return None if renewed else f"nothing expires where one enters by {stream.auth.method}"


def fault_kinds(stream: Stream, known: tuple[str, ...]) -> Iterator[str]:
    """The faults that the stream's system can have; `known` are those of one without HTTP."""
    if not over_http(stream):
        yield from known
        return
    yield from ANSWERS
    yield from ("reset", "truncated", "clock_skew")
    if stream.protocol in {"csv", "xml"}:
        yield from ONLY_FILES
    yield from BODIES_OF.get(stream.protocol, {})


def alike(stream: Stream, earlier: list[Stream]) -> bool:
    """Whether an earlier stream of the connector is read in the very same way."""

    def way(one: Stream) -> tuple[object, ...]:
        return (one.protocol, one.auth, one.mode, one.deletes, one.paging, tuple(one.hooks.items()),
                (one.cursor.field is None) if one.cursor else None)  # fmt: skip

    return way(stream) in [way(one) for one in earlier]


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields that faults are put into, as the system spells them on the wire."""

    text: str | None
    cursor: str | None

    @classmethod
    def of(cls, connector: Connector, stream: Stream) -> Fields:
        """A text that is neither key nor cursor nor a code, and the cursor."""
        cursor = stream.cursor.field if stream.cursor else None
        contract = connector.contract(stream.name)
        try:
            record = None if stream.operation else stream.record
            schema = contract.record_schema(
                record=record, operation=stream.operation, records=stream.records
            )
        except Exception:  # noqa: BLE001 - composed by a hook: then the record's own fields
            schema = connector.schema(stream.name)
        kept = {stream.key, stream.key.rpartition(".")[2], cursor}
        found = [leaf.path for leaf in schema.leaves if leaf.path not in kept and _plain(leaf)]
        text = found[0] if found else None
        if text is not None and stream.protocol in {"soap", "xml"}:
            text = text.rpartition(".")[2]
        if stream.protocol == "csv" and not stream.section.get("header", True):
            columns = [leaf.path for leaf in schema.leaves if leaf.path != stream.key]
            return cls(*(str(columns.index(one) + 1) if one in columns else None
                         for one in (text, cursor)))  # fmt: skip
        return cls(text, cursor)


def _plain(leaf: Leaf) -> bool:
    return leaf.types == {"string"} and not (leaf.enum or leaf.format or leaf.identifier)
